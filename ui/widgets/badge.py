"""Badges: the number or icon of a step, the number of an action, and short words in a pill."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from ui.theme import icons
from ui.theme.style import current
from ui.widgets.accessibility import give_name

SIDE = 24
"""Device-independent pixels; the circle inside is two smaller on every side."""

_FILLED = {
    "done": ("good", "check"),
    "failed": ("bad", "cross"),
    "stale": ("caution", "refresh"),
    "warned": ("caution", "warning"),
}
_WORDS = {
    "done": "Done",
    "current": "Current",
    "later": "Not done yet",
    "stale": "Redo needed",
    "failed": "Failed",
    "warned": "Passed with a remark",
}


class StepBadge(QWidget):
    """A circle that shows the state of a step: done, current, later, stale or failed."""

    IS_PICTURE = True

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = "later"
        self._number: int | None = None
        self.setFixedSize(QSize(SIDE, SIDE))

    def set_state(self, state: str, number: int | None) -> None:
        """Show a state, with the step's number if one is shown."""
        self._state, self._number = state, number
        # It has no text: without a name a screen reader would skip the only indication of the state.
        words = _WORDS.get(state, state)
        give_name(self, words if number is None else f"{words}, {number}")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, ARG002 - Qt's name
        """Draw the circle and its content."""
        tokens = current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        circle = QRectF(self.rect()).adjusted(2, 2, -2, -2)
        if self._state in _FILLED:
            color, sign = _FILLED[self._state]
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(getattr(tokens, color)))
            painter.drawEllipse(circle)
            size = 14
            offset = (SIDE - size) // 2
            painter.drawPixmap(offset, offset, icons.pixmap(sign, size, "surface"))
            return
        _paint_number(self, painter, self._number, filled=self._state == "current")


class NumberBadge(QWidget):
    """The number of an action, in a circle: beside its words, and filled beside what it works on."""

    IS_PICTURE = True

    def __init__(self, number: int, parent: QWidget | None = None, *, filled: bool = False) -> None:
        super().__init__(parent)
        self._number, self._filled = number, filled
        self.setFixedSize(QSize(SIDE, SIDE))
        give_name(self, str(number))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, ARG002 - Qt's name
        """Draw the circle and the number."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        _paint_number(self, painter, self._number, filled=self._filled)


def _paint_number(badge: QWidget, painter: QPainter, number: int | None, *, filled: bool) -> None:
    tokens = current()
    circle = QRectF(badge.rect()).adjusted(2, 2, -2, -2)
    painter.setPen(Qt.PenStyle.NoPen if filled else QPen(QColor(tokens.line), 1.5))
    painter.setBrush(QColor(tokens.accent) if filled else Qt.BrushStyle.NoBrush)
    painter.drawEllipse(circle if filled else circle.adjusted(0.75, 0.75, -0.75, -0.75))
    if number is not None:
        font = QFont(badge.font())
        font.setPixelSize(12)
        font.setWeight(QFont.Weight.DemiBold if filled else QFont.Weight.Normal)
        painter.setFont(font)
        painter.setPen(QColor(tokens.on_accent if filled else tokens.muted))
        painter.drawText(badge.rect(), Qt.AlignmentFlag.AlignCenter, str(number))


class Pill(QLabel):
    """A short word on a background in its tone: accent, good, caution, bad or muted."""

    def __init__(self, text: str, tone: str) -> None:
        super().__init__(text)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setProperty("role", f"pill-{tone}")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
