"""Waits for what CIE does: first for the SCIM Change Timestamp, later for the end of the Full Sync."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from app.guide.vocabulary import CIE_COUNTS, Milestone, Page
from app.polling.loop import PollingLoop
from app.polling.schedule import TimestampSchedule
from app.scim.changes import ChangesSeen, LookFailed
from app.session.events import SessionEvent
from app.setup import journey
from app.setup.gate import TimestampProblem, read_timestamp
from app.setup.state import Counts, Sighting, Wait
from app.setup.status import awaited
from app.system.event_trace import TraceEvent

if TYPE_CHECKING:
    from app.polling.loop import LookReport
    from app.polling.turns import LookTurns
    from app.session.captures import Captures
    from app.session.connection import Connection
    from app.session.directory_sync import DirectorySyncSession
    from app.session.open_setup import OpenSetup

    TimestampLook = ChangesSeen | LookFailed


class Waiting:
    """Both waits of one open setup. Run each as a task, and cancel it to stop."""

    def __init__(
        self,
        opened: OpenSetup,
        connection: Connection,
        api: DirectorySyncSession,
        captures: Captures,
        turns: LookTurns | None = None,
    ) -> None:
        """``turns`` are shared with the waits of other setups."""
        self._turns = turns
        self.report: LookReport[TimestampLook] | None = None
        """The last look for the SCIM Change Timestamp."""
        self._opened = opened
        self._connection = connection
        self._api = api
        self._captures = captures
        self._watch: PollingLoop[TimestampLook] | None = None

    async def for_timestamp(self) -> None:
        """Wait for the SCIM Change Timestamp until it is seen."""
        opened = self._opened
        since = journey.waiting_since(opened.setup)
        if not self._waits() or since is None or self._watch is not None:
            return
        begun = opened.setup.reached[Milestone.SUBMITTED]
        self._watch = PollingLoop(self._look, TimestampSchedule(opened.guide.cadence, since), opened.now, self._turns)
        try:
            report = await self._watch.run(self._take_report, lambda: not self._waits())
        finally:
            self._watch = None
            opened.announce(SessionEvent.WAIT)
        if not self._waits() or opened.setup.reached[Milestone.SUBMITTED] != begun:
            return  # the admin entered it meanwhile, or submitted another directory
        result = report.result
        if isinstance(result, ChangesSeen) and result.found:
            counts = None
            if result.users is not None and result.groups is not None:
                counts = Counts(result.users, result.groups)
            at = result.newest or report.looked
            await self._sight(Sighting(at, opened.now(), entered=False, counts=counts, grew=result.newest is None))

    def _waits(self) -> bool:
        return awaited(self._opened.guide, self._opened.setup) is Wait.TIMESTAMP

    @property
    def looking(self) -> bool:
        """Whether the SCIM Change Timestamp is being looked for."""
        return self._watch is not None

    def look_again(self) -> None:
        """Look as soon as it is this setup's turn."""
        if self._watch is not None:
            self._watch.look_again()

    def look_now(self) -> None:
        """Look at once."""
        if self._watch is not None:
            self._watch.look_now()
        else:
            self._opened.announce(SessionEvent.WAIT)

    def _take_report(self, report: LookReport[TimestampLook]) -> None:
        self.report = report
        self._opened.trace(
            TraceEvent.LOOK,
            wait=Wait.TIMESTAMP,
            failures=report.failures,
            observation=report.result.observation if isinstance(report.result, LookFailed) else None,
            pause=report.pause,
        )
        self._opened.announce(SessionEvent.WAIT)

    async def _look(self) -> TimestampLook:
        opened = self._opened
        submitted = opened.setup.reached[Milestone.SUBMITTED]
        _, seen = await asyncio.gather(self._api.look_calmly(), self._connection.look(submitted))
        if isinstance(seen, LookFailed) or opened.setup.reached[Milestone.SUBMITTED] != submitted:
            return seen
        counts = Counts(seen.users or 0, seen.groups or 0)
        seen = replace(seen, grown=journey.has_grown(opened.setup, counts))
        known = opened.setup.baseline
        opened.setup = journey.record_counts(opened.setup, counts)
        if opened.setup.baseline != known:
            await opened.save()
        return seen

    def would_take(self, text: str) -> bool:
        """Return whether the text is a timestamp that ``enter_timestamp`` accepts now."""
        return not isinstance(read_timestamp(text, self._opened.setup, self._opened.now()), TimestampProblem)

    async def enter_timestamp(self, text: str) -> TimestampProblem | None:
        """Take the timestamp that the admin sees on the Directories page. Returns why not, or None."""
        now = self._opened.now()
        found = read_timestamp(text, self._opened.setup, now)
        if isinstance(found, TimestampProblem):
            return found
        await self._sight(Sighting(found, now, entered=True))
        if self._watch is not None:
            self._watch.look_now()  # it then finds that there is nothing left to wait for
        return None

    async def _sight(self, sighting: Sighting) -> None:
        opened = self._opened
        opened.setup = journey.record_sighting(opened.setup, sighting)
        step = next(s.id for s in opened.guide.steps if s.page is Page.WATCH)
        if journey.block(opened.guide, opened.setup, step) is None:
            here = opened.here.step.id
            after = journey.complete(opened.guide, opened.setup, step, opened.now())
            opened.setup = after if here == step else journey.open_step(after, here)
        await opened.save()

    async def for_full_sync(self) -> bool:
        """Wait until CIE reports the end of the Full Sync, and fill in its counts. Returns whether it was seen."""
        listed = await self._api.follow()
        if listed is None:
            return False
        (directory,) = listed.named(self._api.directory_name)
        opened = self._opened
        await opened.change(lambda setup: setup.with_(sync_ended=opened.now()))
        for name, count in zip(CIE_COUNTS, (directory.users, directory.groups), strict=True):
            # Counts that the admin entered are never overwritten.
            if count is not None and name in opened.guide.values and name not in opened.setup.values:
                await self._captures.give(name, str(count))
        return True
