"""The geometry of a control whose words wrap, which Qt's own buttons and check boxes do not support."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, Qt

if TYPE_CHECKING:
    from PySide6.QtGui import QFontMetrics

WRAP = Qt.TextFlag.TextWordWrap | Qt.TextFlag.TextShowMnemonic
WIDEST = 16_777_215  # QWIDGETSIZE_MAX


def text_height(metrics: QFontMetrics, text: str, width: int) -> int:
    """Return the height in pixels of ``text`` at that width."""
    return metrics.boundingRect(QRect(0, 0, max(1, width), WIDEST), WRAP, text).height()


def text_width(metrics: QFontMetrics, text: str) -> int:
    """Return the width in pixels of the text on one line."""
    return metrics.size(Qt.TextFlag.TextShowMnemonic, text).width()


def widest_word(metrics: QFontMetrics, text: str) -> int:
    """Return the width in pixels of the longest word, the minimum width of the text."""
    return max((metrics.horizontalAdvance(word) for word in text.split()), default=0)
