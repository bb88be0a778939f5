"""The line that says how many setups wait for a locked keyring, with the button that unlocks it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.vault import CLOSED
from ui.widgets.buttons import button
from ui.widgets.cards import Note
from ui.widgets.layouts import middle, row

if TYPE_CHECKING:
    from app.vault import VaultStatus


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

    def show_waiting(self, waiting: tuple[VaultStatus, ...], keyring: str) -> None:
        """Say how many setups wait for it, and why it gave the last one nothing."""
        self.setVisible(bool(waiting))
        if waiting:
            setups = "A setup waits" if len(waiting) == 1 else f"{len(waiting)} setups wait"
            self._note.set_text(f"{keyring} {CLOSED[waiting[-1]]}. {setups} for it.", "caution")
