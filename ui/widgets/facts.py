"""Names and what stands beside them, in two columns; where it is narrow the names wrap, so that both have room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QRect, QSize
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from ui.widgets.text import label
from ui.widgets.wrapping import text_width, widest_word

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

ACROSS, DOWN = 16, 6
"""Pixels between the columns and between the rows."""

SHARE = 0.42
"""Of the width, what the names may take before they wrap."""


class Facts(QWidget):
    """A grid would take a label's guess at its height for the least, and leave gaps; this one asks for each width."""

    def __init__(self, parent: QWidget | None = None, *, name_role: str = "muted", value_role: str = "body") -> None:
        """The roles of the theme in which names and values are shown."""
        super().__init__(parent)
        self._roles = name_role, value_role
        self._rows: list[tuple[QLabel, QLabel]] = []
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def add(self, name: str, value: str = "") -> QLabel:
        """Add a row; the label of its value is handed back, to be changed later."""
        row = (label(name, self._roles[0], self), label(value, self._roles[1], self))
        self._rows.append(row)
        for each in row:
            each.ensurePolished()
        self.updateGeometry()
        return row[1]

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Every row on one line."""
        width = self._names() + ACROSS + max((_width(value) for _, value in self._rows), default=0)
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Narrow; the height follows from the width."""
        return QSize(120, 0)

    def heightForWidth(self, width: int) -> int:  # noqa: N802 - Qt's name
        """Pixels of height at that width."""
        places = self._places(width)
        return max((place.bottom() + 1 for pair in places for place in pair), default=0)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Put every label in its place."""
        super().resizeEvent(event)
        self._arrange()

    def event(self, event: QEvent) -> bool:
        """A text has changed."""
        if event.type() is QEvent.Type.LayoutRequest:
            self.updateGeometry()
            self._arrange()
        return super().event(event)

    def _arrange(self) -> None:
        for row, places in zip(self._rows, self._places(self.width()), strict=True):
            for each, place in zip(row, places, strict=True):
                each.setGeometry(place)

    def _names(self) -> int:
        return max((_width(name) for name, _ in self._rows), default=0)

    def _places(self, width: int) -> list[tuple[QRect, QRect]]:
        longest = max((widest_word(name.fontMetrics(), name.text()) + 2 for name, _ in self._rows), default=0)
        left = min(self._names(), max(longest, int(width * SHARE)))
        beside = max(1, width - left - ACROSS)
        places, top = [], 0
        for name, value in self._rows:
            name_height, value_height = name.heightForWidth(left), value.heightForWidth(beside)
            places.append((QRect(0, top, left, name_height), QRect(left + ACROSS, top, beside, value_height)))
            top += max(name_height, value_height) + DOWN
        return places


def _width(text: QLabel) -> int:
    return text_width(text.fontMetrics(), text.text()) + 2
