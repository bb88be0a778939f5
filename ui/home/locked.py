"""The line that says how many setups wait for a locked keyring, with the button that unlocks it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from ui.widgets.buttons import button
from ui.widgets.cards import Note


class LockedLine(QWidget):
    """Hidden while nothing waits."""

    wanted = Signal()
    """The keyring should be unlocked."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(14)
        self._note = Note("", "caution", self)
        row.addWidget(self._note, 1, Qt.AlignmentFlag.AlignVCenter)
        unlock = button("Unlock the keyring")
        unlock.setObjectName("unlock-keyring")
        unlock.clicked.connect(self.wanted)
        row.addWidget(unlock)
        self.hide()

    def show_waiting(self, setups: int, keyring: str) -> None:
        """Say how many setups wait for it."""
        waiting = "A setup waits" if setups == 1 else f"{setups} setups wait"
        self._note.set_text(f"{keyring} is locked. {waiting} until it is unlocked.", "caution")
        self.setVisible(setups > 0)
