"""Goes on saving what could not be saved, secrets included, and asks before the program ends with a change unsaved."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QMessageBox

from ui.dialogs.message import MessageBox

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable
    from typing import Any

    from PySide6.QtWidgets import QWidget

    from app.session.session import SetupSession

    _Again = Callable[[SetupSession], Coroutine[Any, Any, None]]

PAUSE = 5.0
"""Seconds between two tries."""


class SaveRetry:
    """One per program: a disk that was full or unplugged, a keyring that was locked, is used again once it can be."""

    def __init__(self, window: QWidget, start: Callable[[Coroutine[Any, Any, Any]], asyncio.Task[Any]]) -> None:
        """``start`` runs work in the background."""
        self._window = window
        self._start = start
        self._running: dict[tuple[str, _Again], asyncio.Task[Any]] = {}
        self._box: QMessageBox | None = None

    def look(self, session: SetupSession) -> None:
        """Begin to try again where the last change, or a secret, is in memory only."""
        for left, again in ((session.unsaved is not None, _save), (session.fleeting, _keep)):
            running = self._running.get((session.setup.id, again))
            if left and (running is None or running.done()):
                self._running[session.setup.id, again] = self._start(again(session))

    def stop(self) -> None:
        """Try no more: the setups are let go."""
        for task in self._running.values():
            task.cancel()
        self._running.clear()

    def ask(self, sessions: Iterable[SetupSession], close: Callable[[], None]) -> bool:
        """Ask whether to close all the same, where something would be lost; ``close`` is called on yes."""
        unsaved = [f"{session.setup.name}: {session.unsaved}" for session in sessions if session.unsaved]
        if not unsaved:
            return False
        if self._box is None:
            more = "\n".join(unsaved) + "\nThe assistant goes on trying while it is open."
            self._box = box = MessageBox(self._window, "The last changes are not on the disk yet", more)
            leave = box.addButton("Close and lose them", QMessageBox.ButtonRole.DestructiveRole)
            stay = box.addButton("Keep it open", QMessageBox.ButtonRole.RejectRole)
            box.setDefaultButton(stay)
            box.setEscapeButton(stay)
            box.buttonClicked.connect(lambda pressed: close() if pressed is leave else None)
            box.finished.connect(self._answered)
            box.open()
        return True

    def _answered(self) -> None:
        self._box = None


async def _save(session: SetupSession) -> None:
    while session.unsaved is not None:
        await asyncio.sleep(PAUSE)
        await session.save_again()


async def _keep(session: SetupSession) -> None:
    """Once for each time that the keyring opens: it may refuse, and a prompt would come out of nowhere."""
    was_open = False
    while session.fleeting:
        await asyncio.sleep(PAUSE)
        is_open = await session.vault.reachable()
        if is_open and not was_open:
            await session.keep_again()
        was_open = is_open
