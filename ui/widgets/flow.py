"""Lays out widgets like words in a line: what does not fit moves to the next line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, QSize

from ui.widgets.height_for_width import HeightForWidthWidget

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget


class Flow(HeightForWidthWidget):
    """Widgets keep their size; one that is wider than a line gets the whole line and may wrap inside.

    A hidden widget takes no room.
    """

    def __init__(self, *widgets: QWidget, across: int = 8, down: int = 8) -> None:
        """``across`` and ``down`` are the pixels between two widgets and between two lines."""
        super().__init__()
        self._widgets: list[QWidget] = []
        self._across = across
        self._down = down
        for widget in widgets:
            self.add(widget)

    def add(self, widget: QWidget) -> None:
        """Add a widget at the end."""
        widget.setParent(self)
        self._widgets.append(widget)
        self.updateGeometry()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the size with all widgets on one line."""
        sizes = [widget.sizeHint() for widget in self._shown]
        gaps = self._across * max(0, len(sizes) - 1)
        return QSize(sum(s.width() for s in sizes) + gaps, max((s.height() for s in sizes), default=0))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the size of the largest widget."""
        least = QSize(0, 0)
        for widget in self._shown:
            least = least.expandedTo(widget.minimumSizeHint())
        return least

    @property
    def _shown(self) -> list[QWidget]:
        return [widget for widget in self._widgets if not widget.isHidden()]

    def places(self, width: int) -> list[tuple[QWidget, QRect]]:
        """Return the places of the widgets, line by line."""
        places: list[tuple[QWidget, QRect]] = []
        left = top = tallest = 0
        for widget in self._shown:
            size = _size(widget, width)
            if left and left + size.width() > width:
                left, top, tallest = 0, top + tallest + self._down, 0
            places.append((widget, QRect(QPoint(left, top), size)))
            left += size.width() + self._across
            tallest = max(tallest, size.height())
        return places


def _size(widget: QWidget, room: int) -> QSize:
    size = widget.sizeHint()
    if size.width() <= room:
        return size
    height = widget.heightForWidth(room) if widget.hasHeightForWidth() else size.height()
    return QSize(room, height)
