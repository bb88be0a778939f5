"""The connection test of the open setup: its findings, their causes, and what follows for the step."""

from __future__ import annotations

import asyncio
from enum import StrEnum
from typing import TYPE_CHECKING

from app.diagnosis.runs import keep
from app.guide.vocabulary import Page
from app.scim.finding import Check, Verdict
from app.scim.observation import Observation
from app.session.access import AccessMissing
from app.session.events import SessionEvent
from app.setup import journey
from app.setup.action import LastTest
from app.setup.state import MOST_RUNS, ControlRecord, Counts
from app.system.event_trace import TraceEvent

if TYPE_CHECKING:
    from app.diagnosis.causes import Diagnosis
    from app.scim.capabilities import ServiceOffer
    from app.scim.finding import Finding
    from app.session.connection import Connection
    from app.session.open_setup import OpenSetup


def _read_causes() -> None:
    """Read the causes of failures, away from the event loop."""
    from app.diagnosis.causes import reasons

    reasons()


class ConnectionTestState(StrEnum):
    """The state of the connection test in this session."""

    NOT_YET = "not-yet"
    """There was none, or its credentials have changed since."""
    RUNNING = "running"
    NOT_RUN = "not-run"
    """It could not be run."""
    FAILED = "failed"
    PASSED = "passed"


class Testing:
    """The test of one open setup. Its findings are valid until the credentials of the endpoint change."""

    def __init__(self, opened: OpenSetup, connection: Connection) -> None:
        self.findings: tuple[Finding, ...] = ()
        self.offer: ServiceOffer | None = None
        """What the service offers; known some time after a test that passed."""
        self.running = False
        self.asks_keyring = False
        """The test waits for the keyring, so that no check runs yet."""
        self.problem = ""
        """Why the last test could not be run."""
        self._opened = opened
        self._connection = connection

    def reset(self) -> None:
        """Forget the findings, which other credentials produced."""
        self.findings, self.offer, self.problem = (), None, ""

    @property
    def checks(self) -> tuple[Check, ...]:
        """The checks of a test of this setup."""
        return tuple(check for check in Check if check is not Check.ISSUED or self._opened.fetches_tokens)

    @property
    def current(self) -> Check | None:
        """The check that is running."""
        found = {finding.check for finding in self.findings}
        checking = self.running and not self.asks_keyring
        return next((check for check in self.checks if check not in found), None) if checking else None

    @property
    def state(self) -> ConnectionTestState:
        """What to show about the test. It has passed before the service was asked what it offers."""
        if self.running and (self.failed or self.asks_keyring or self.current is not None):
            return ConnectionTestState.RUNNING
        if self.problem:
            return ConnectionTestState.NOT_RUN
        if not self.findings:
            return ConnectionTestState.NOT_YET
        return ConnectionTestState.FAILED if self.failed else ConnectionTestState.PASSED

    @property
    def diagnosis(self) -> Diagnosis | None:
        """Why the last test failed, given what was done in this setup so far; None if it did not fail."""
        from app.diagnosis.causes import explain
        from app.diagnosis.setup_facts import SetupFacts

        return explain(self.findings, SetupFacts.of(self._opened.guide, self._opened.setup)) if self.failed else None

    @property
    def failed(self) -> bool:
        """Whether a check of the last test failed."""
        return any(finding.verdict is Verdict.FAILED for finding in self.findings)

    @property
    def result(self) -> LastTest:
        """What the last test found."""
        if not self.findings:
            return LastTest.NOT_YET
        return LastTest.FAILED if self.failed else LastTest.PASSED

    async def run(self) -> str:
        """Run the test and announce each finding. Returns why it could not be run; empty if it was.

        After a test that passed, ask the service what it offers.
        """
        self.reset()
        self.running = self.asks_keyring = True
        self._opened.announce(SessionEvent.TEST)
        try:
            await self._run()
        except BaseException:
            # The findings of half a test prove nothing.
            self.findings = ()
            raise
        finally:
            self.running = self.asks_keyring = False
            self._opened.trace(TraceEvent.TEST_ENDED, result=self.result)
            self._opened.announce(SessionEvent.TEST)
        return self.problem

    async def _run(self) -> None:
        await asyncio.to_thread(_read_causes)
        findings = await self._connection.test(self._take, on_access=self._begin)
        if isinstance(findings, AccessMissing):
            self.findings, self.problem = (), findings.sentence
            return
        self.findings = findings
        self._note_run()
        await self._opened.save()
        if not self.failed:
            self.offer = await self._connection.offer()
            if self.offer is not None and self.offer.users is not None:
                counts = Counts(self.offer.users, self.offer.groups or 0)
                await self._opened.change(lambda setup: journey.record_counts(setup, counts))

    def _begin(self) -> None:
        self.asks_keyring = False
        self._opened.announce(SessionEvent.TEST)

    def _take(self, finding: Finding) -> None:
        self.findings = (*self.findings, finding)
        self._opened.trace(
            TraceEvent.CHECK,
            check=finding.check,
            verdict=finding.verdict,
            observation=finding.observation,
            taken=finding.seconds,
        )
        self._opened.announce(SessionEvent.TEST)

    def _note_run(self) -> None:
        opened = self._opened
        run = keep(self.findings, opened.now())
        opened.setup = opened.setup.with_(runs=(*opened.setup.runs, run)[-MOST_RUNS:])
        made_up = self.findings[-1]
        if made_up.verdict in (Verdict.PASSED, Verdict.WARNED) and made_up.check is Check.CONTROL:
            record = ControlRecord(opened.setup.captures, made_up.verdict.value, made_up.observation.value)
            opened.setup = opened.setup.with_(control=record)
        step = journey.test_step(opened.guide).id
        if not self.failed and journey.block(opened.guide, opened.setup, step) is None:
            here = opened.here.step.id
            ready = journey.tick(opened.setup, step, on=False)
            opened.setup = journey.open_step(journey.complete(opened.guide, ready, step, opened.now()), here)

    @property
    def may_skip(self) -> bool:
        """Whether the failure does not concern the portal.

        That is so on the path from this computer, and if only the proof is missing that a wrong token is rejected.
        """
        failed = next((f for f in self.findings if f.verdict is Verdict.FAILED), None)
        if failed is None:
            return False
        unproven = failed.check is Check.CONTROL and failed.observation is not Observation.OPEN_DOOR
        return unproven or failed.check in (Check.NAME, Check.ROUTE, Check.CERTIFICATE)

    async def skip(self) -> None:
        """Go on although this computer cannot reach the endpoint."""
        opened = self._opened
        step = opened.here.step
        if step.page is Page.TEST and self.may_skip and journey.block(opened.guide, opened.setup, step.id) is None:
            await opened.change(lambda setup: journey.skip(opened.guide, setup, step.id, opened.now()))
