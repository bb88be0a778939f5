"""Background jobs follow the state of a setup, without any page or redraw."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

from app.guide.vocabulary import Milestone
from app.scim.changes import Capabilities, ChangesSeen, Coverage
from app.session import background
from app.session.background import Job
from app.session.events import SessionEvent
from app.setup import journey
from app.setup.document import decode, encode
from app.setup.state import Counts, Setup
from app.setup.store import NotSaved, Saved
from tests.support.clock import NOW
from tests.support.sessions import opened
from tests.support.until import until

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime
    from pathlib import Path

    import pytest

    from app.scim.changes import LookFailed
    from app.session.session import SetupSession

    Look = Callable[[datetime], Awaitable[ChangesSeen | LookFailed]]


def submitted(session: SetupSession, minutes: int = 60) -> None:
    at = NOW - timedelta(minutes=minutes)
    session.setup = session.setup.with_(reached={Milestone.SUBMITTED.value: at, Milestone.STARTED.value: at})


def run(folder: Path, story: Callable[[SetupSession, list[SessionEvent]], Awaitable[None]]) -> None:
    async def whole() -> None:
        async with opened(folder) as session:
            events: list[SessionEvent] = []
            session.subscribe(events.append)
            try:
                await story(session, events)
            finally:
                session.background.end()

    asyncio.run(whole())


def test_a_wait_follows_the_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(session: SetupSession, events: list[SessionEvent]) -> None:
        session.background.begin()
        assert session.background.running == set()
        answers = asyncio.Queue[ChangesSeen]()

        async def look(_since: datetime) -> ChangesSeen:
            return await answers.get()

        monkeypatch.setattr(session.connection, "look", look)
        submitted(session)
        await session.save()
        assert session.background.running == {Job.TIMESTAMP}
        await until(lambda: session.waiting.looking)
        answers.put_nowait(ChangesSeen(NOW, 3, 1, 1, Capabilities()))
        await until(lambda: SessionEvent.TIMESTAMP_SEEN in events)
        await until(lambda: session.background.running == set())
        assert session.setup.sighting is not None

    run(tmp_path, story)


def test_a_directory_submitted_again_is_waited_for_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(session: SetupSession, events: list[SessionEvent]) -> None:
        submitted(session)
        asked = list[None]()
        go_on = asyncio.Event()

        async def look(_since: datetime) -> ChangesSeen:
            asked.append(None)
            if len(asked) == 1:
                submitted(session, minutes=1)  # meanwhile, the admin has submitted another one
                return ChangesSeen(NOW, 3, 1, 1, Capabilities())
            await go_on.wait()
            return ChangesSeen(NOW, 3, 1, 1, Capabilities())

        monkeypatch.setattr(session.connection, "look", look)
        session.background.begin()
        await until(lambda: len(asked) == 2)
        assert session.setup.sighting is None
        assert SessionEvent.TIMESTAMP_SEEN not in events
        go_on.set()
        await until(lambda: session.setup.sighting is not None)

    run(tmp_path, story)


def test_a_total_that_grows_after_submit_is_a_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(session: SetupSession, _events: list[SessionEvent]) -> None:
        totals = iter([(5, None), (4, 0), (4, 1)])
        now = session.waiting.look_now

        async def look(_since: datetime) -> ChangesSeen:
            users, groups = next(totals)
            asyncio.get_running_loop().call_soon(now)
            return ChangesSeen(None, users, groups, 1, Capabilities(), Coverage.TOTALS)

        monkeypatch.setattr(session.connection, "look", look)
        submitted(session)
        session.background.begin()
        await until(lambda: session.setup.sighting is not None)
        sighting = session.setup.sighting
        assert sighting is not None
        assert (sighting.grew, sighting.entered, sighting.counts) == (True, False, Counts(4, 1))
        assert session.setup.baseline == Counts(4, 0)
        assert decode(encode(session.setup)) == session.setup
        submitted(session, minutes=1)
        assert journey.forget_sighting(session.guide, session.setup).baseline is None

    run(tmp_path, story)


def test_what_could_not_be_saved_is_saved_without_a_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "RETRY_SECONDS", 0.01)

    async def story(session: SetupSession, _events: list[SessionEvent]) -> None:
        tries = list[Setup]()

        def save(setup: Setup) -> Saved | NotSaved:
            tries.append(setup)
            return NotSaved("The disk is full.") if len(tries) < 4 else Saved()

        monkeypatch.setattr(session._store, "save", save)
        session.background.begin()
        await session.make_file()
        assert session.background.running == {Job.SAVE}
        await until(lambda: session.unsaved is None)
        await until(lambda: session.background.running == set())
        assert len(tries) == 4

    run(tmp_path, story)


def test_nothing_runs_before_the_begin_and_after_the_end(tmp_path: Path) -> None:
    async def story(session: SetupSession, _events: list[SessionEvent]) -> None:
        submitted(session)
        await session.save()
        assert session.background.running == set()
        session.background.begin()
        assert session.background.running == {Job.TIMESTAMP}
        session.background.end()
        session.setup = session.setup.with_(sighting=None)
        await session.save()
        assert session.background.running == set()

    run(tmp_path, story)
