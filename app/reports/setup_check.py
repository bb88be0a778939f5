"""Runs Test Connection on stored setups, unattended: what the check of each one found, or why it did not run."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from app.diagnosis.causes import explain
from app.diagnosis.runs import keep
from app.diagnosis.setup_facts import SetupFacts
from app.guide import catalog
from app.guide.guide_file import GuideError
from app.polling.by_host import by_host
from app.reports.exit_code import Exit
from app.scim.changes import ChangesSeen
from app.session.access import AccessMissing, Obstacle
from app.session.connection import Connection
from app.setup.status import status
from app.system import clock

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from app.diagnosis.causes import Diagnosis
    from app.guide.model import Guide
    from app.scim.connection_test import Finding
    from app.session.access import SecretStore
    from app.setup.state import Setup, Status
    from app.system.policy import Policy

LOOK_SECONDS: Final = 20.0
"""How long counting users and groups may take."""


class Phase(StrEnum):
    """What a check is waiting for."""

    FILES = "files"
    KEYRING = "keyring"
    ENDPOINT = "endpoint"


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The check of one setup. No value of a secret, no host and no path."""

    setup_id: str
    setup: Setup | None
    """None if its file cannot be read."""
    code: Exit
    title: str
    """What failed, or why nothing was tested; empty if every check passed."""
    at: datetime
    """When it ended, UTC."""
    seconds: float | None = None
    """How long it took; None if it did not run."""
    findings: tuple[Finding, ...] = ()
    diagnosis: Diagnosis | None = None
    status: Status | None = None
    """Of the whole setup, counting this check; None if nothing was tested."""
    seen: ChangesSeen | None = None
    """What a look at users and groups has shown; None without one."""
    captured: Mapping[str, datetime] = field(default_factory=dict)
    """Secret → when it was captured in this setup, UTC; empty if the check used other secrets."""

    @property
    def completed(self) -> bool:
        """Whether the connection was tested."""
        return self.code in (Exit.PASSED, Exit.FAILED)


def unchecked(setup: Setup, code: Exit, why: str, *, captured: bool) -> CheckResult:
    """Return the result of a check that did not run. ``captured``: it would have used what the setup captured."""
    return CheckResult(setup.id, setup, code, why, clock.now(), captured=setup.kept if captured else {})


def result_of(guide: Guide, setup: Setup, findings: tuple[Finding, ...], *, captured: bool) -> CheckResult:
    """Return the result of a test that has just ended, with what it means for the setup."""
    diagnosis = explain(findings, SetupFacts.of(guide, setup))
    now = clock.now()
    return CheckResult(
        setup.id,
        setup,
        Exit.PASSED if diagnosis is None else Exit.FAILED,
        diagnosis.title if diagnosis is not None else "",
        now,
        findings=findings,
        diagnosis=diagnosis,
        status=status(guide, setup.with_(runs=(keep(findings, now),))),
        captured=setup.kept if captured else {},
    )


@dataclass(frozen=True, slots=True)
class _Job:
    """A setup to check, with its guide and its connection."""

    setup: Setup
    guide: Guide
    connection: Connection


class SetupChecks:
    """The checks of one run, in which every setup gets one result."""

    def __init__(
        self, setups: Sequence[Setup], store: SecretStore, policy: Policy, *, counts: bool, captured: bool
    ) -> None:
        """``counts``: look at users and groups as well. ``captured``: the store holds what the setups captured."""
        self._setups = setups
        self._store = store
        self._policy = policy
        self._counts = counts
        self._captured = captured
        self._results: dict[str, CheckResult] = {}
        self.phase = Phase.KEYRING
        """What the first check without a result waits for."""

    async def run(self) -> None:
        """Check all setups, a few at a time, and no two of one host at once. Cancellable."""
        await by_host(self._setups, self._service, self._check)

    def results(self, otherwise: Exit, why: str) -> tuple[CheckResult, ...]:
        """Return a result for every setup, in their order. Those without one get that code and sentence."""
        return tuple(
            self._results.get(setup.id) or unchecked(setup, otherwise, why, captured=self._captured)
            for setup in self._setups
        )

    def _end(self, setup: Setup, code: Exit, why: str) -> None:
        self._results[setup.id] = unchecked(setup, code, why, captured=self._captured)

    async def _service(self, setup: Setup) -> str | None:
        """The service that the check asks; None if nothing can be asked."""
        job = await self._job(setup)
        found = await job.connection.service() if job is not None else None
        if isinstance(found, AccessMissing):
            self._missing(setup, found)
            return None
        return found

    async def _job(self, setup: Setup) -> _Job | None:
        try:
            guide = await asyncio.to_thread(catalog.guide, setup.guide)
        except KeyError:
            self._end(setup, Exit.NO_SETUP, f"This version has no guide for {setup.client}.")
        except GuideError as error:
            self._end(setup, Exit.NO_SETUP, f"The guide for {setup.client} cannot be used. {error}.")
        else:
            return _Job(setup, guide, Connection(self._store, lambda: (guide, setup), policy=self._policy))
        return None

    def _missing(self, setup: Setup, found: AccessMissing) -> None:
        code = Exit.FORBIDDEN if found.obstacle is Obstacle.POLICY else Exit.NO_SECRETS
        self._end(setup, code, found.sentence)

    async def _check(self, setup: Setup) -> None:
        if (job := await self._job(setup)) is not None:
            await self._test(job)

    async def _test(self, job: _Job) -> None:
        begun = clock.elapsed()
        setup, guide = job.setup, job.guide
        findings = await job.connection.test(self._asked, attended=False)
        if isinstance(findings, AccessMissing):
            self._missing(setup, findings)
            return
        result = result_of(guide, setup, findings, captured=self._captured)
        seen = await self._look(job) if self._counts and result.code is Exit.PASSED else None
        ended, seconds = clock.now(), clock.elapsed() - begun
        self._results[setup.id] = replace(result, at=ended, seconds=seconds, seen=seen)

    async def _look(self, job: _Job) -> ChangesSeen | None:
        sighting = job.setup.sighting
        since = sighting.at if sighting is not None else job.setup.created
        try:
            async with asyncio.timeout(LOOK_SECONDS) as limit:
                seen = await job.connection.look(since)
        except TimeoutError:
            if not limit.expired():
                raise
            return None
        return seen if isinstance(seen, ChangesSeen) else None

    def _asked(self, _finding: Finding) -> None:
        self.phase = Phase.ENDPOINT
