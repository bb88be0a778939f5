"""A button that looks like a link."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent

from ui.theme.style import current
from ui.widgets.buttons import PushButton
from ui.widgets.height_for_width import take_height_from_width
from ui.widgets.wrapping import WRAP, text_height, text_width, widest_word

if TYPE_CHECKING:
    from ui.widgets.buttons import Press

EDGE = 4
"""Pixels above and below the words. There are none beside them, so that they are flush with the text above."""
LINE = 2
"""The thickness of the line that shows the focus, in pixels."""


class LinkButton(PushButton):
    """A button that looks like a link; a long text wraps."""

    def __init__(self, text: str, *, name: str = "", press: Press | None = None, before: int = 0) -> None:
        """``before`` is the number of pixels left free before the words."""
        super().__init__(text, name=name, press=press)
        self._before = before
        self.setProperty("role", "link")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        take_height_from_width(self)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the size of the words on one line."""
        return self._room(text_width(self.fontMetrics(), self.text()))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the size of the longest word."""
        return self._room(widest_word(self.fontMetrics(), self.text()))

    def heightForWidth(self, width: int) -> int:  # noqa: N802 - Qt's name
        """Return the height at that width, in pixels."""
        return text_height(self.fontMetrics(), self.text(), width - self._before) + 2 * EDGE

    def _room(self, words: int) -> QSize:
        return QSize(words + self._before + 1, self.fontMetrics().height() + 2 * EDGE)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, ARG002 - Qt's name
        """Draw the words wrapped, and while it has the focus a background and a thick line below."""
        painter = QPainter(self)
        if self.hasFocus():
            painter.fillRect(self.rect(), current().accent_wash)
            painter.fillRect(self.rect().adjusted(0, self.height() - LINE, 0, 0), current().accent)
        font = self.font()
        font.setUnderline(self.underMouse() and self.isEnabled())
        painter.setFont(font)
        tokens = current()
        painter.setPen(tokens.accent if self.isEnabled() else tokens.muted)
        inside = QRect(self.rect()).adjusted(self._before, EDGE, 0, -EDGE)
        painter.drawText(inside, WRAP | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, self.text())
