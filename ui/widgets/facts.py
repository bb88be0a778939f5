"""Names and values in two columns; in a narrow window the names wrap, so that both have room.

Tab stops at the table, where a screen reader reads it row by row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QSize, Qt

from ui.widgets.focus_ring import Ringed
from ui.widgets.height_for_width import HeightForWidthWidget
from ui.widgets.text import label, spoken_elsewhere
from ui.widgets.wrapping import text_width, widest_word

if TYPE_CHECKING:
    from collections.abc import Iterable

    from PySide6.QtWidgets import QLabel, QWidget

ACROSS, DOWN = 16, 6
"""Pixels between the columns and between the rows."""

SHARE = 0.42
"""The share of the width that names may use before they wrap."""


class FactTable(Ringed, HeightForWidthWidget):
    """Not a grid, which would use a label's estimated height as the minimum and leave gaps; this asks per width."""

    def __init__(
        self, rows: Iterable[tuple[str, str]] = (), *, name_role: str = "muted", value_role: str = "body"
    ) -> None:
        """``name_role`` and ``value_role`` are roles of the theme."""
        super().__init__()
        spoken_elsewhere(self)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._roles = name_role, value_role
        self._rows: list[tuple[QLabel, QLabel]] = []
        for name, value in rows:
            self.add(name, value)

    def add(self, name: str, value: str = "") -> QLabel:
        """Add a row and return the label of its value."""
        row = (label(name, self._roles[0], self), label(value, self._roles[1], self))
        self._rows.append(row)
        for each in row:
            each.ensurePolished()
        self.updateGeometry()
        return row[1]

    def read_out(self) -> str:
        """Return the rows as a screen reader reads them."""
        return " ".join(f"{name.text()}: {value.text().rstrip('.')}." for name, value in self._rows)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the size with every row on one line."""
        width = self._names() + ACROSS + max((_width(value) for _, value in self._rows), default=0)
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return a narrow width; the height follows from it."""
        return QSize(120, 0)

    def _names(self) -> int:
        return max((_width(name) for name, _ in self._rows), default=0)

    def places(self, width: int) -> list[tuple[QWidget, QRect]]:
        """Return the names in a column as wide as they need, with the values beside them."""
        longest = max((widest_word(name.fontMetrics(), name.text()) + 2 for name, _ in self._rows), default=0)
        left = min(self._names(), max(longest, int(width * SHARE)))
        beside = max(1, width - left - ACROSS)
        places: list[tuple[QWidget, QRect]] = []
        top = 0
        for name, value in self._rows:
            name_height, value_height = name.heightForWidth(left), value.heightForWidth(beside)
            places.append((name, QRect(0, top, left, name_height)))
            places.append((value, QRect(left + ACROSS, top, beside, value_height)))
            top += max(name_height, value_height) + DOWN
        return places


def _width(text: QLabel) -> int:
    return text_width(text.fontMetrics(), text.text()) + 2
