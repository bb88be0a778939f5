"""Cards side by side, in as many columns as the width has room for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QSize

from ui.widgets.height_for_width import HeightForWidthWidget

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

GAP = 12
"""Pixels between two cards."""


class Tiles(HeightForWidthWidget):
    """Each widget goes to the column that is the shortest so far, so that none stays half empty."""

    def __init__(self, *widgets: QWidget, least: int) -> None:
        """``least`` is the least width of a column in pixels; a narrower window has one column."""
        super().__init__()
        self._widgets: list[QWidget] = []
        self._least = least
        for widget in widgets:
            self.add(widget)

    def add(self, widget: QWidget) -> None:
        """Add a widget at the end, before this is shown."""
        widget.setParent(self)
        self._widgets.append(widget)
        self.updateGeometry()

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the width of the widest minimum."""
        return QSize(max((widget.minimumSizeHint().width() for widget in self._widgets), default=0), 0)

    def places(self, width: int) -> list[tuple[QWidget, QRect]]:
        """Return the places of the widgets, in their order."""
        shown = [widget for widget in self._widgets if not widget.isHidden()]
        columns = max(1, min(len(shown), (width + GAP) // (self._least + GAP)))
        across = (width - GAP * (columns - 1)) // columns
        tops = [0] * columns
        places: list[tuple[QWidget, QRect]] = []
        for widget in shown:
            column = tops.index(min(tops))
            height = widget.heightForWidth(across) if widget.hasHeightForWidth() else widget.sizeHint().height()
            height = max(height, widget.minimumHeight())
            places.append((widget, QRect(column * (across + GAP), tops[column], across, height)))
            tops[column] += height + GAP
        return places
