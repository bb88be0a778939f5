"""Check boxes and radio buttons whose sentence wraps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QCheckBox,
    QRadioButton,
    QStyle,
    QStyleOptionButton,
    QWidget,
)

from ui.widgets.height_for_width import take_height_from_width
from ui.widgets.wrapping import WRAP, text_height, text_width, widest_word

GAP = 9
"""Pixels between the box and its sentence."""
EDGE = 4
"""Pixels around both: room for the focus ring."""

if TYPE_CHECKING:
    _Button = QAbstractButton
else:
    _Button = object  # a class may inherit from only one class of Qt


class _WrappingChoice(_Button):
    """Wraps the sentence of a check box or radio button; pressing anywhere on it selects it."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText(text)
        take_height_from_width(self)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the size of the sentence on one line."""
        return self._size(text_width(self.fontMetrics(), self.text()))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the size of the longest word."""
        return self._size(widest_word(self.fontMetrics(), self.text()))

    def heightForWidth(self, width: int) -> int:  # noqa: N802 - Qt's name
        """Return the height at that width, in pixels."""
        side = self._side()
        return 2 * EDGE + max(side, text_height(self.fontMetrics(), self.text(), width - 2 * EDGE - side - GAP))

    def hitButton(self, pos: object) -> bool:  # noqa: N802, ARG002 - Qt's name
        """Accept a press anywhere on the sentence."""
        return True

    def _side(self) -> int:
        return self.style().pixelMetric(QStyle.PixelMetric.PM_IndicatorWidth, None, self)

    def _size(self, words: int) -> QSize:
        width = 2 * EDGE + self._side() + GAP + words + 2
        return QSize(width, self.heightForWidth(width))

    def _paint(self, option: QStyleOptionButton, indicator: QStyle.PrimitiveElement) -> None:
        painter = QPainter(self)
        style = self.style()
        style.drawPrimitive(QStyle.PrimitiveElement.PE_Widget, option, painter, self)
        side, line = self._side(), self.fontMetrics().height()
        whole = QRect(option.rect)
        option.rect = QRect(EDGE, EDGE + max(0, (line - side) // 2), side, side)
        style.drawPrimitive(indicator, option, painter, self)
        words = whole.adjusted(EDGE + side + GAP, EDGE, -EDGE, -EDGE)
        painter.setPen(option.palette.windowText().color())
        painter.drawText(words, WRAP | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, self.text())


class CheckLine(_WrappingChoice, QCheckBox):
    """A check box."""

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, ARG002 - Qt's name
        """Draw the box and the sentence beside it."""
        option = QStyleOptionButton()
        self.initStyleOption(option)
        self._paint(option, QStyle.PrimitiveElement.PE_IndicatorCheckBox)


class RadioLine(_WrappingChoice, QRadioButton):
    """A radio button."""

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, ARG002 - Qt's name
        """Draw the circle and the sentence beside it."""
        option = QStyleOptionButton()
        self.initStyleOption(option)
        self._paint(option, QStyle.PrimitiveElement.PE_IndicatorRadioButton)
