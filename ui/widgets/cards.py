"""Cards, click paths and notes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFrame, QWidget

from ui.widgets.accessibility import give_name
from ui.widgets.icon_label import IconLabel
from ui.widgets.layouts import column, fill, row, top, wide
from ui.widgets.text import label

if TYPE_CHECKING:
    from ui.widgets.layouts import Item


class Card(QFrame):
    """A framed surface with a heading, if it has one; ``body`` is the layout of its content."""

    def __init__(self, role: str, parent: QWidget | None = None, heading: str = "") -> None:
        super().__init__(parent)
        self.setProperty("role", role)
        self.body = column(inside=self, spacing=8, margins=(16, 16, 16, 16))
        if heading:
            give_name(self, heading)
            self.add(label(heading, "bad-heading" if role == "card-bad" else "heading"))

    def add(self, *items: Item) -> None:
        """Add items at the end."""
        fill(self.body, *items)


class Note(QWidget):
    """A remark with an icon. The text is plain, or HTML made by ``rich()``."""

    def __init__(
        self, text: str, tone: str, parent: QWidget | None = None, *, stop: bool = True, icon: str = ""
    ) -> None:
        """``stop`` lets Tab reach it. Without an ``icon``, it has that of its tone."""
        super().__init__(parent)
        self._icon = icon
        self._sign = IconLabel(15, self)
        self._sign.setContentsMargins(0, 1, 0, 0)
        self._text = label("", "muted", self, rich=True, stop=stop)
        row(top(self._sign), wide(self._text), inside=self, spacing=8)
        self.set_text(text, tone)

    def set_text(self, text: str, tone: str) -> None:
        """Replace the remark."""
        if self._icon:
            self._sign.show_icon(self._icon, tone)
        else:
            self._sign.show_tone(tone)
        self._text.setText(text)
