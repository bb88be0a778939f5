"""Widgets like words in a line: what does not fit goes to the next one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, QRect, QSize
from PySide6.QtWidgets import QSizePolicy, QWidget

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent


class Flow(QWidget):
    """Widgets keep their size; one that is wider than a line gets the whole line and may wrap inside.

    A hidden one takes no room.
    """

    def __init__(self, parent: QWidget | None = None, *, across: int = 6, down: int = 4) -> None:
        super().__init__(parent)
        self._widgets: list[QWidget] = []
        self._across = across
        self._down = down
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def add(self, widget: QWidget) -> None:
        """Take a widget as the last one."""
        widget.setParent(self)
        self._widgets.append(widget)
        self.updateGeometry()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """All on one line."""
        sizes = [widget.sizeHint() for widget in self._shown]
        gaps = self._across * max(0, len(sizes) - 1)
        return QSize(sum(s.width() for s in sizes) + gaps, max((s.height() for s in sizes), default=0))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """The largest widget."""
        least = QSize(0, 0)
        for widget in self._shown:
            least = least.expandedTo(widget.minimumSizeHint())
        return least

    def heightForWidth(self, width: int) -> int:  # noqa: N802 - Qt's name
        """Pixels of height at that width."""
        return max((place.bottom() + 1 for place in self._places(width)), default=0)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Put every widget in its place."""
        super().resizeEvent(event)
        self._arrange()

    def event(self, event: QEvent) -> bool:
        """A widget inside changed its size."""
        if event.type() is QEvent.Type.LayoutRequest:
            self.updateGeometry()
            self._arrange()
        return super().event(event)

    @property
    def _shown(self) -> list[QWidget]:
        return [widget for widget in self._widgets if not widget.isHidden()]

    def _arrange(self) -> None:
        for widget, place in zip(self._shown, self._places(self.width()), strict=True):
            widget.setGeometry(place)

    def _places(self, width: int) -> list[QRect]:
        places: list[QRect] = []
        left = top = tallest = 0
        for widget in self._shown:
            size = _size(widget, width)
            if left and left + size.width() > width:
                left, top, tallest = 0, top + tallest + self._down, 0
            places.append(QRect(QPoint(left, top), size))
            left += size.width() + self._across
            tallest = max(tallest, size.height())
        return places


def _size(widget: QWidget, room: int) -> QSize:
    size = widget.sizeHint()
    if size.width() <= room:
        return size
    height = widget.heightForWidth(room) if widget.hasHeightForWidth() else size.height()
    return QSize(room, height)
