"""Check boxes and radio buttons whose sentence wraps."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QCheckBox,
    QRadioButton,
    QSizePolicy,
    QStyle,
    QStyleOptionButton,
    QWidget,
)

from ui.widgets.wrapping import WRAP, text_height, text_width, widest_word

GAP = 9
"""Pixels between the box and its sentence."""
EDGE = 4
"""Pixels around both: room for the focus ring."""


class CheckLine(QCheckBox):
    """A check box; pressing anywhere on the sentence checks it."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        _let_wrap(self)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the size of the sentence on one line."""
        return _hint(self, text_width(self.fontMetrics(), self.text()))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the size of the longest word."""
        return _hint(self, widest_word(self.fontMetrics(), self.text()))

    def heightForWidth(self, width: int) -> int:  # noqa: N802 - Qt's name
        """Return the height at that width, in pixels."""
        return _height(self, width)

    def hitButton(self, pos: object) -> bool:  # noqa: N802, ARG002 - Qt's name
        """Accept a press anywhere on the sentence."""
        return True

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, ARG002 - Qt's name
        """Draw the box and the sentence beside it."""
        option = QStyleOptionButton()
        self.initStyleOption(option)
        _paint(self, option, QStyle.PrimitiveElement.PE_IndicatorCheckBox)


class RadioLine(QRadioButton):
    """A radio button; pressing anywhere on the sentence selects it."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        _let_wrap(self)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the size of the sentence on one line."""
        return _hint(self, text_width(self.fontMetrics(), self.text()))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the size of the longest word."""
        return _hint(self, widest_word(self.fontMetrics(), self.text()))

    def heightForWidth(self, width: int) -> int:  # noqa: N802 - Qt's name
        """Return the height at that width, in pixels."""
        return _height(self, width)

    def hitButton(self, pos: object) -> bool:  # noqa: N802, ARG002 - Qt's name
        """Accept a press anywhere on the sentence."""
        return True

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, ARG002 - Qt's name
        """Draw the circle and the sentence beside it."""
        option = QStyleOptionButton()
        self.initStyleOption(option)
        _paint(self, option, QStyle.PrimitiveElement.PE_IndicatorRadioButton)


def _let_wrap(box: QAbstractButton) -> None:
    policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
    policy.setHeightForWidth(True)
    box.setSizePolicy(policy)


def _indicator(box: QAbstractButton) -> int:
    return box.style().pixelMetric(QStyle.PixelMetric.PM_IndicatorWidth, None, box)


def _hint(box: QAbstractButton, words: int) -> QSize:
    width = 2 * EDGE + _indicator(box) + GAP + words + 2
    return QSize(width, _height(box, width))


def _height(box: QAbstractButton, width: int) -> int:
    room = width - 2 * EDGE - _indicator(box) - GAP
    return 2 * EDGE + max(_indicator(box), text_height(box.fontMetrics(), box.text(), room))


def _paint(box: QAbstractButton, option: QStyleOptionButton, indicator: QStyle.PrimitiveElement) -> None:
    painter = QPainter(box)
    style = box.style()
    style.drawPrimitive(QStyle.PrimitiveElement.PE_Widget, option, painter, box)
    side, line = _indicator(box), box.fontMetrics().height()
    whole = QRect(option.rect)
    option.rect = QRect(EDGE, EDGE + max(0, (line - side) // 2), side, side)
    style.drawPrimitive(indicator, option, painter, box)
    left = EDGE + side + GAP
    words = whole.adjusted(left, EDGE, -EDGE, -EDGE)
    painter.setPen(option.palette.windowText().color())
    painter.drawText(words, WRAP | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, box.text())
