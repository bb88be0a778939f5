"""Asks before a wait ends with the window, on a desktop without a tray."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QMessageBox

from ui.desktop.tray import NO_TRAY
from ui.dialogs.message import MessageBox

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget


class WaitingQuestion:
    """One question at a time, over one window."""

    def __init__(self, window: QWidget) -> None:
        self._window = window
        self._box: MessageBox | None = None

    def ask(self, waiting: str, end: Callable[[], object]) -> None:
        """Offer to minimize the window or to ``end`` the program. ``waiting`` says what is waited for."""
        if self._box is not None:
            return
        self._box = MessageBox(self._window, waiting, NO_TRAY, tone="muted")
        self._box.offer("End the assistant", "Cancel", end)
        minimize = self._box.addButton("Minimize", QMessageBox.ButtonRole.AcceptRole)
        minimize.clicked.connect(self._window.showMinimized)
        self._box.setDefaultButton(minimize)
        self._box.finished.connect(self._answered)
        self._box.open()

    def _answered(self) -> None:
        self._box = None
