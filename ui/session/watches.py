"""What is waited for in the background: the SCIM Change Timestamp of a setup, later the end of its Full Sync."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asyncio import Task
    from collections.abc import Callable

    from app.session.session import Assistant
    from app.setup.state import Wait
    from ui.desktop.tray import Tray
    from ui.tasks import Tasks


class Watches:
    """Goes on whatever page is open, also while only the tray shows."""

    def __init__(self, tasks: Tasks, tray: Tray, came: Callable[[Assistant], None]) -> None:
        """``came`` is called once what a setup waited for is there."""
        self._tasks = tasks
        self._tray = tray
        self._came = came
        self._running: dict[str, tuple[Task[None], Wait]] = {}

    def keep(self, assistant: Assistant) -> None:
        """See that what this setup waits for is waited for."""
        from app.setup.state import Wait
        from app.setup.status import awaited

        setup = assistant.setup
        running = self._running.get(setup.id)
        if running is not None and not running[0].done():
            return
        match awaited(assistant.guide, setup):
            case Wait.TIMESTAMP:
                self._running[setup.id] = (self._tasks.start(self._timestamp(assistant)), Wait.TIMESTAMP)
            case Wait.FULL_SYNC if not assistant.api.given_up:
                self._running[setup.id] = (self._tasks.start(self._full_sync(assistant)), Wait.FULL_SYNC)

    @property
    def wait(self) -> Wait | None:
        """What is waited for; None where nothing is."""
        return next((wait for task, wait in self._running.values() if not task.done()), None)

    def stop(self, setup_id: str | None = None) -> None:
        """Give up the wait of that setup, or all of them."""
        for one in tuple(self._running) if setup_id is None else (setup_id,):
            if one in self._running:
                self._running.pop(one)[0].cancel()

    async def _timestamp(self, assistant: Assistant) -> None:
        await assistant.waiting.for_timestamp()
        if assistant.setup.sighting is not None:
            self._tray.notify("The SCIM Change Timestamp is there", f"{assistant.setup.client}: run Full Sync in CIE.")
            self._came(assistant)

    async def _full_sync(self, assistant: Assistant) -> None:
        if await assistant.waiting.for_full_sync():
            self._tray.notify(
                "CIE reports a completed sync", f"{assistant.setup.client}: compare the counts and confirm them."
            )
            self._came(assistant)
