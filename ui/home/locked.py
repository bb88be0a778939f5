"""The line that says how many setups wait for a locked keyring, with the button that unlocks it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from ui.widgets.buttons import button
from ui.widgets.cards import Note
from ui.widgets.layouts import middle, row


class LockedLine(QWidget):
    """Hidden while nothing waits."""

    wanted = Signal()
    """The keyring should be unlocked."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._note = Note("", "caution", self)
        unlock = button("Unlock the keyring", name="unlock-keyring", press=self.wanted)
        row(middle(self._note, 1), unlock, inside=self, spacing=16)
        self.hide()

    def show_waiting(self, setups: int, keyring: str) -> None:
        """Say how many setups wait for it."""
        waiting = "A setup waits" if setups == 1 else f"{setups} setups wait"
        self._note.set_text(f"{keyring} is locked. {waiting} until it is unlocked.", "caution")
        self.setVisible(setups > 0)
