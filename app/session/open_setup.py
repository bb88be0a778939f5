"""Holds the state of an open setup in memory, reports each change, and writes it to its file."""

from __future__ import annotations

import asyncio
import itertools
import secrets
from typing import TYPE_CHECKING

from app.guide.placeholders import fill_guide, placeholders_of
from app.guide.vocabulary import Milestone
from app.session import access
from app.session.events import SessionEvent
from app.setup import journey
from app.setup.state import Setup
from app.setup.status import summary
from app.setup.store import NotSaved
from app.system import clock, event_trace
from app.system.event_trace import TraceEvent

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from app.guide.model import Guide
    from app.setup.store import Saved, Store
    from app.system.event_trace import Fact


_numbers = itertools.count(1)


def utc_now() -> datetime:
    """The current time, UTC."""
    return clock.now()


def new_setup(guide: Guide, now: datetime, *, practice: bool) -> Setup:
    """A fresh setup for that guide."""
    fresh = Setup(
        id=secrets.token_hex(16),
        guide=guide.id,
        client=guide.name,
        name="",
        created=now,
        changed=now,
        practice=practice,
    )
    return journey.begin(guide, fresh)


class OpenSetup:
    """One setup together with its guide. Not thread-safe: use it from one event loop."""

    def __init__(self, guide: Guide, setup: Setup, store: Store, now: Callable[[], datetime] = utc_now) -> None:
        """``now`` returns the current time, UTC."""
        self.setup = setup
        self.now = now
        self.unsaved: str | None = None
        """Why the last change is in memory only."""
        self._number = next(_numbers)
        """Stands for the setup in an event trace."""
        self._traced = setup
        self._guide = guide
        self._places = placeholders_of(guide)
        self._spoken: tuple[Guide, dict[str, str] | None] = (guide, None)
        self._store = store
        self._listeners: list[Callable[[SessionEvent], None]] = []
        self._saving = asyncio.Lock()
        self._untouched: Setup | None = None
        """The setup as it was created, while it has no file because nothing was entered."""
        self._gone = False
        """The setup was deleted: nothing is written anymore."""

    @property
    def guide(self) -> Guide:
        """The guide, with its placeholders filled from the captured values."""
        spoken, before = self._spoken
        given = {name: self.setup.values.get(name, "") for name in self._places}
        if given != before:
            spoken = fill_guide(self._guide, self.setup.values)
            self._spoken = (spoken, given)
        return spoken

    @property
    def here(self) -> journey.Place:
        """The open step."""
        return journey.place(self.guide, self.setup)

    @property
    def secrets(self) -> tuple[str, ...]:
        """The secret values that the steps under the answers given capture."""
        return journey.secrets(self.guide, self.setup)

    @property
    def fetches_tokens(self) -> bool:
        """Whether tokens are fetched with a service account rather than captured."""
        return access.fetches_tokens(self.guide, self.setup)

    @property
    def is_saving(self) -> bool:
        """Whether a change is being written to disk."""
        return self._saving.locked()

    def subscribe(self, listener: Callable[[SessionEvent], None]) -> Callable[[], None]:
        """Call ``listener`` with every event from now on; returns what ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def announce(self, event: SessionEvent) -> None:
        """Report an event to all who subscribed."""
        for listener in tuple(self._listeners):
            listener(event)

    def trace(self, event: TraceEvent, **facts: Fact) -> None:
        """Note an event of this setup in the event trace."""
        event_trace.record(event, setup=self._number, **facts)

    def trace_opening(self) -> None:
        """Record the setup's state at opening in the event trace."""
        seen = self.setup.summary
        self.trace(TraceEvent.SETUP_OPENED, status=seen.status, wait=seen.wait, number=seen.number, total=seen.total)

    def _trace_progress(self) -> None:
        before, self._traced = self._traced, self.setup
        for place in journey.places(self.guide, self.setup):
            if self.setup.done.get(place.step.id) != before.done.get(place.step.id):
                self.trace(TraceEvent.STEP_COMPLETED, number=place.number)
        for milestone in Milestone:
            if self.setup.reached.get(milestone) != before.reached.get(milestone):
                self.trace(TraceEvent.MILESTONE, milestone=milestone)

    async def change(self, change: Callable[[Setup], Setup]) -> None:
        """Apply a change to the state, then report and save it."""
        self.setup = change(self.setup)
        await self.save()

    async def save(self) -> None:
        """Report the current state and write it to disk; if that fails, ``unsaved`` says why."""
        self.setup = self.setup.with_(
            position=journey.position(self.guide, self.setup),
            summary=summary(self.guide, self.setup),
        )
        self._trace_progress()
        self.announce(SessionEvent.SETUP)
        if self._untouched is None or _differs(self.setup, self._untouched):
            await self.make_file()

    async def make_file(self) -> None:
        """Write the setup even if nothing was entered: a secret in the keyring must belong to a setup with a file."""
        self._untouched = None
        await self._write()

    async def save_again(self) -> None:
        """Try again to write a change that could not be saved."""
        if self.unsaved is not None:
            await self._write()

    async def _write(self) -> None:
        async with self._saving:
            if self._gone:
                return
            result = await asyncio.to_thread(self._store.save, self.setup)
        self.trace(TraceEvent.SAVED, saved=not isinstance(result, NotSaved))
        unsaved = result.sentence if isinstance(result, NotSaved) else None
        if unsaved != self.unsaved:
            self.unsaved = unsaved
            self.announce(SessionEvent.SAVING)

    async def _remove_file(self) -> Saved | NotSaved:
        async with self._saving:
            return await asyncio.to_thread(self._store.delete, self.setup.id)


def _differs(setup: Setup, begun: Setup) -> bool:
    """Return whether anything but the open step has changed."""
    return setup.with_(position=begun.position, summary=begun.summary, changed=begun.changed) != begun
