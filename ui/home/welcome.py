"""What a setup is, where there is none yet: the way in three cards, and practice for who comes the first time."""

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
        "Create the directory, copy its Base URL, generate the bearer token, submit. "
        "Both values go into the keyring of this computer, not into a notes file.",
    ),
    (
        "In your identity provider's portal",
        "Enter both, test the connection, choose who is sent, start provisioning. "
        "Each value stands ready under the label of the field it goes into.",
    ),
    (
        "Back in the Cloud Identity Engine",
        "Wait for the SCIM Change Timestamp, also with this window closed. "
        "Full Sync is unlocked once the first change has arrived.",
    ),
)


class Welcome(QWidget):
    """Shown instead of the list while it is empty.

    Signals:
        practice: The admin wants to practise.
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
        column.addWidget(
            label("A setup can be left at any step and taken up again, also after a crash or on another day.", "muted")
        )
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
        words.addWidget(label("The first time?", "strong", card))
        text = (
            "Practice walks the whole way with consoles on this computer. It needs no account and touches nothing "
            "real, and failures can be rehearsed there."
        )
        words.addWidget(label(text, "muted", card))
        row.addLayout(words, 1)
        go = button("Practise the whole way")
        go.setObjectName("practise")
        go.clicked.connect(self.practice)
        row.addWidget(go, 0, Qt.AlignmentFlag.AlignVCenter)
        card.body.addLayout(row)
        return card
