"""What is waited for in the background: the SCIM Change Timestamp of a setup, later the end of its Full Sync."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asyncio import Task
    from collections.abc import Callable

    from app.session.session import SetupSession
    from app.setup.state import Wait
    from ui.desktop.tray import Tray
    from ui.tasks import Tasks


class Watches:
    """Goes on whatever page is open, also while only the tray shows."""

    def __init__(self, tasks: Tasks, tray: Tray, came: Callable[[SetupSession], None]) -> None:
        """``came`` is called once what a setup waited for is there."""
        self._tasks = tasks
        self._tray = tray
        self._came = came
        self._running: dict[str, tuple[Task[None], Wait]] = {}

    def keep(self, session: SetupSession) -> None:
        """See that what this setup waits for is waited for."""
        from app.setup.state import Wait
        from app.setup.status import awaited

        setup = session.setup
        running = self._running.get(setup.id)
        if running is not None and not running[0].done():
            return
        match awaited(session.guide, setup):
            case Wait.TIMESTAMP:
                self._running[setup.id] = (self._tasks.start(self._timestamp(session)), Wait.TIMESTAMP)
            case Wait.FULL_SYNC if not session.api.given_up:
                self._running[setup.id] = (self._tasks.start(self._full_sync(session)), Wait.FULL_SYNC)

    @property
    def wait(self) -> Wait | None:
        """What is waited for; None where nothing is."""
        return next((wait for task, wait in self._running.values() if not task.done()), None)

    def stop(self, setup_id: str | None = None) -> None:
        """Give up the wait of that setup, or all of them."""
        for one in tuple(self._running) if setup_id is None else (setup_id,):
            if one in self._running:
                self._running.pop(one)[0].cancel()

    async def _timestamp(self, session: SetupSession) -> None:
        await session.waiting.for_timestamp()
        if session.setup.sighting is not None:
            self._tray.notify("The SCIM Change Timestamp is there", f"{session.setup.client}: run Full Sync in CIE.")
            self._came(session)

    async def _full_sync(self, session: SetupSession) -> None:
        if await session.waiting.for_full_sync():
            self._tray.notify(
                "CIE reports a completed sync", f"{session.setup.client}: compare the counts and confirm them."
            )
            self._came(session)
