"""The ring around a focused text, which has no room of its own for one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QFocusFrame

from ui.theme.style import current

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent
    from PySide6.QtWidgets import QWidget

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
