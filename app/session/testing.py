"""Test Connection of the open setup: what its last run found, and what follows from that for the step."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from app.guide.vocabulary import Page
from app.session.events import SessionEvent
from app.setup import journey
from app.setup.action import LastTest
from app.setup.state import MOST_RUNS

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.scim.capabilities import ServiceOffer
    from app.scim.connection_test import Finding
    from app.session.connection import Connection
    from app.session.open_setup import OpenSetup


def _read_causes() -> None:
    """Read what findings mean, away from the event loop."""
    from app.diagnosis.causes import reasons

    reasons()


class Testing:
    """The test of one open setup and its findings, which count until what opens the endpoint changes."""

    def __init__(self, opened: OpenSetup, connection: Connection) -> None:
        self.findings: tuple[Finding, ...] = ()
        self.offer: ServiceOffer | None = None
        """What the service offers; known for a moment after a test that passed."""
        self._opened = opened
        self._connection = connection

    def reset(self) -> None:
        """Forget what was found: it was found with other secrets."""
        self.findings, self.offer = (), None

    @property
    def failed(self) -> bool:
        """Whether the last test had a failed check."""
        from app.scim.connection_test import Verdict

        return any(finding.verdict is Verdict.FAILED for finding in self.findings)

    @property
    def result(self) -> LastTest:
        """What the last test found."""
        if not self.findings:
            return LastTest.NOT_YET
        return LastTest.FAILED if self.failed else LastTest.PASSED

    async def run(self, on_finding: Callable[[Finding], None] | None = None) -> str | None:
        """Run Test Connection; findings go to ``self.findings``. Returns why it could not run.

        After a test that passed, what the service offers goes to ``self.offer``.
        """
        opened = self._opened
        self.reset()

        def take(finding: Finding) -> None:
            self.findings = (*self.findings, finding)
            if on_finding is not None:
                on_finding(finding)

        try:
            await asyncio.get_running_loop().run_in_executor(None, _read_causes)
            findings = await self._connection.test(take)
        except BaseException:
            # Half a test says nothing, least of all that all is well.
            self.findings = ()
            opened.announce(SessionEvent.TEST)
            raise
        if isinstance(findings, str):
            self.findings = ()
            return findings
        self.findings = findings
        self._note_run()
        await opened.save()
        if not self.failed:
            self.offer = await self._connection.offer()
            opened.announce(SessionEvent.TEST)
        return None

    def _note_run(self) -> None:
        from app.diagnosis.runs import keep

        opened = self._opened
        opened.setup = opened.setup.with_(runs=(*opened.setup.runs, keep(self.findings, opened.now()))[-MOST_RUNS:])
        step = journey.test_step(opened.guide).id
        if not self.failed and journey.block(opened.guide, opened.setup, step) is None:
            here = opened.here.step.id
            ready = journey.tick(opened.setup, step, on=False)
            opened.setup = journey.go(journey.complete(opened.guide, ready, step, opened.now()), here)

    @property
    def may_skip(self) -> bool:
        """Whether what failed says nothing about the portal.

        Only the way from this computer, or only the proof that a wrong token is refused.
        """
        from app.scim.connection_test import Check, Observation, Verdict

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
