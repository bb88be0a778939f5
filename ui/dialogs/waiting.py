"""Asks before a wait ends with the window, on a desktop without a tray, or is paused by practice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtWidgets import QMessageBox

from ui.desktop.tray import NO_TRAY
from ui.dialogs.message import MessageBox

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget


PAUSED: Final = "Practice pauses this wait. It continues once you leave practice."


class WaitingQuestion:
    """One question at a time, over one window."""

    def __init__(self, window: QWidget) -> None:
        self._window = window
        self._box: MessageBox | None = None

    def ask(self, waiting: str, end: Callable[[], object]) -> None:
        """Offer to minimize the window or to ``end`` the program. ``waiting`` says what is waited for."""
        if (box := self._new(waiting, NO_TRAY)) is not None:
            box.offer("End the assistant", "Cancel", end)
            minimize = box.addButton("Minimize", QMessageBox.ButtonRole.AcceptRole)
            minimize.clicked.connect(self._window.showMinimized)
            box.setDefaultButton(minimize)
            box.open()

    def ask_before_practice(self, waiting: str, start: Callable[[], object]) -> None:
        """Ask whether to ``start`` practice, which pauses the wait."""
        if (box := self._new(waiting, PAUSED)) is not None:
            box.offer("Start practice", "Cancel", start, harmful=False)
            box.open()

    def _new(self, waiting: str, more: str) -> MessageBox | None:
        """Return a box for a question; None if there is one already."""
        if self._box is not None:
            return None
        self._box = MessageBox(self._window, waiting, more, tone="muted")
        self._box.finished.connect(self._answered)
        return self._box

    def _answered(self) -> None:
        self._box = None
