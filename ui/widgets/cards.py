"""Cards, click paths and notes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from ui.theme import icons
from ui.widgets.text import label

if TYPE_CHECKING:
    from collections.abc import Sequence

_ICONS = {"good": "check", "caution": "warning", "bad": "warning"}


class Card(QFrame):
    """A framed surface; ``body`` takes its content."""

    def __init__(self, role: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", role)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(16, 14, 16, 14)
        self.body.setSpacing(8)


class Breadcrumb(QLabel):
    """A click path; it wraps where it is long and reads as one sentence."""

    def __init__(self, path: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__("  \u203a  ".join(part.replace(" ", "\u00a0") for part in path), parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("role", "muted")
        self.setWordWrap(True)


class Note(QWidget):
    """A remark with the icon of its tone. The text is HTML made by ``rich()`` or plain."""

    def __init__(self, text: str, tone: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon = QLabel(self)
        self._text = label("", "muted", self, rich=True)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._text, 1)
        self.set_text(text, tone)

    def set_text(self, text: str, tone: str) -> None:
        """Replace the remark."""
        self._icon.setPixmap(icons.pixmap(_ICONS.get(tone, "info"), 15, tone))
        self._text.setText(text)
