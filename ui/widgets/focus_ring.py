"""The ring around a focused text, which has no room of its own for one, and what draws it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QFocusFrame, QWidget

from ui.theme.style import current

if TYPE_CHECKING:
    from PySide6.QtGui import QFocusEvent, QPaintEvent

    _Widget = QWidget
else:
    _Widget = object  # a class may inherit from only one class of Qt

WIDTH, RADIUS = 2, 4
"""Pixels, as of the rings in the style sheet."""


class FocusRing(QFocusFrame):
    """Qt keeps it around its widget, over the edge."""

    def __init__(self, around: QWidget) -> None:
        super().__init__(around)
        self.setWidget(around)

    def remove(self) -> None:
        """Disappear at once."""
        self.hide()
        self.deleteLater()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, ARG002 - Qt's name
        """Draw the ring."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(current().accent), WIDTH))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        inside = QRectF(self.rect()).adjusted(WIDTH / 2, WIDTH / 2, -WIDTH / 2, -WIDTH / 2)
        painter.drawRoundedRect(inside, RADIUS, RADIUS)


class Ringed(_Widget):
    """A widget with the ring while it has the focus."""

    _ring: FocusRing | None = None

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the ring."""
        super().focusInEvent(event)
        self._ring = FocusRing(self)

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """Remove the ring."""
        super().focusOutEvent(event)
        if self._ring is not None:
            self._ring.remove()
            self._ring = None
