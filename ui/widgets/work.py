"""The progress of a longer task, and a way to stop it."""

from __future__ import annotations

from PySide6.QtCore import Signal

from ui.widgets.accessibility import give_name
from ui.widgets.busy import ThinBar
from ui.widgets.buttons import button
from ui.widgets.cards import Card
from ui.widgets.layouts import row, wide
from ui.widgets.text import label


class WorkCard(Card):
    """A bar, a few words, and Stop, which accepts the keyboard focus."""

    stopped = Signal()

    def __init__(self, name: str) -> None:
        """``name`` says what the bar measures."""
        super().__init__("card")
        self.bar = ThinBar(self)
        give_name(self.bar, name)
        self._words = label("", "small", self, wrap=False)
        stop = button("Stop", name="stop", press=self.stopped)
        self.add(row(wide(self.bar), self._words, stop, spacing=12))
        self.setFocusProxy(stop)

    def show_share(self, share: float, words: str | None = None) -> None:
        """Show a share from 0 to 1, with words or otherwise as a percentage."""
        self.bar.set_value(share)
        self._words.setText(f"{share:.0%}" if words is None else words)
