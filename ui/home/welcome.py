"""Explains what a setup is if there is none yet: the stages in three cards, and practice for first-time users."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui.widgets.badge import StepBadge
from ui.widgets.buttons import button
from ui.widgets.cards import Card
from ui.widgets.text import label

_WAY: Final = (
    (
        "In the Cloud Identity Engine",
        "Create the directory, copy its Base URL, generate the bearer token and submit. "
        "Both values go into this computer's keyring, not into a notes file.",
    ),
    (
        "In your identity provider's portal",
        "Enter both, test the connection, choose which users sync, and start provisioning. "
        "Each value is ready under the label of its field.",
    ),
    (
        "Back in the Cloud Identity Engine",
        "Wait for the SCIM Change Timestamp, even with this window closed. "
        "Full Sync is unlocked once the first change has arrived.",
    ),
)


class Welcome(QWidget):
    """Shown instead of the list while it is empty.

    Signals:
        practice: The admin wants to practice.
    """

    practice = Signal()

    def __init__(self, parent: QWidget | None = None, *, offer_practice: bool = True) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(14)
        column.addWidget(label("One identity provider, one directory, three places", "heading", self))
        row = QHBoxLayout()
        row.setSpacing(14)
        for number, (title, text) in enumerate(_WAY, start=1):
            row.addWidget(self._card(number, title, text), 1)
        column.addLayout(row)
        column.addWidget(label("You can leave a setup at any step and continue later, even after a crash.", "muted"))
        if offer_practice:
            column.addWidget(self._practice())

    def _card(self, number: int, title: str, text: str) -> Card:
        card = Card("card", self)
        head = QHBoxLayout()
        head.setSpacing(10)
        badge = StepBadge(card)
        badge.set_state("current", number)
        head.addWidget(badge, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(label(title, "strong", card), 1)
        card.body.addLayout(head)
        card.body.addWidget(label(text, "muted", card))
        card.body.addStretch(1)
        return card

    def _practice(self) -> Card:
        card = Card("card", self)
        row = QHBoxLayout()
        row.setSpacing(16)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(label("First time?", "strong", card))
        text = (
            "Practice covers the whole setup with consoles on this computer. It needs no account, changes nothing "
            "real, and lets you rehearse failures."
        )
        words.addWidget(label(text, "muted", card))
        row.addLayout(words, 1)
        go = button("Start practice")
        go.setObjectName("start-practice")
        go.clicked.connect(self.practice)
        row.addWidget(go, 0, Qt.AlignmentFlag.AlignVCenter)
        card.body.addLayout(row)
        return card
