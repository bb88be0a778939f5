"""The geometry of a control whose words wrap, which Qt's own buttons and check boxes do not offer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, Qt

if TYPE_CHECKING:
    from PySide6.QtGui import QFontMetrics

WRAP = Qt.TextFlag.TextWordWrap | Qt.TextFlag.TextShowMnemonic
WIDEST = 16_777_215  # QWIDGETSIZE_MAX


def text_height(metrics: QFontMetrics, text: str, width: int) -> int:
    """Pixels that ``text`` needs when it has ``width`` pixels."""
    return metrics.boundingRect(QRect(0, 0, max(1, width), WIDEST), WRAP, text).height()


def text_width(metrics: QFontMetrics, text: str) -> int:
    """Pixels of the text on one line."""
    return metrics.size(Qt.TextFlag.TextShowMnemonic, text).width()


def widest_word(metrics: QFontMetrics, text: str) -> int:
    """Pixels of the longest word: the narrowest that the text can be."""
    return max((metrics.horizontalAdvance(word) for word in text.split()), default=0)
