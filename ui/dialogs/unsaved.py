"""Asks before the program ends while a change could not be saved yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.setup.sentences import setup_name
from ui.dialogs.message import MessageBox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from PySide6.QtWidgets import QWidget

    from app.session.session import SetupSession


class UnsavedQuestion:
    """One question at a time, over one window."""

    def __init__(self, window: QWidget) -> None:
        self._window = window
        self._box: MessageBox | None = None

    def ask(self, sessions: Iterable[SetupSession], close: Callable[[], None]) -> bool:
        """Ask whether to close anyway if something would be lost; ``close`` is called on yes."""
        unsaved = [f"{setup_name(session.setup)}: {session.unsaved}" for session in sessions if session.unsaved]
        if not unsaved:
            return False
        if self._box is None:
            more = "\n".join(unsaved) + "\nThe assistant keeps trying while it is open."
            self._box = MessageBox(self._window, "The last changes aren't saved yet", more)
            self._box.offer("Close without saving", "Keep open", close)
            self._box.finished.connect(self._answered)
            self._box.open()
        return True

    def _answered(self) -> None:
        self._box = None
