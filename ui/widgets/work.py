"""The progress of a longer task, and a way to stop it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from ui.widgets.busy import ThinBar
from ui.widgets.buttons import button
from ui.widgets.cards import Card
from ui.widgets.text import label


class WorkCard(Card):
    """A bar, a few words, and Stop, which accepts the keyboard focus."""

    stopped = Signal()

    def __init__(self, name: str, parent: QWidget) -> None:
        """``name`` says what the bar measures."""
        super().__init__("card", parent)
        self.bar = ThinBar(self)
        self.bar.setAccessibleName(name)
        self._words = label("", "small", self, wrap=False)
        stop = button("Stop")
        stop.setObjectName("stop")
        stop.clicked.connect(self.stopped)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self.bar, 1)
        row.addWidget(self._words)
        row.addWidget(stop)
        self.body.addLayout(row)
        self.setFocusProxy(stop)

    def show_share(self, share: float, words: str | None = None) -> None:
        """Show a share from 0 to 1, with words or otherwise as a percentage."""
        self.bar.set_value(share)
        self._words.setText(f"{share:.0%}" if words is None else words)
