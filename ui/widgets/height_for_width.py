"""A widget that places its children itself, at a height that follows from the width."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QRect
from PySide6.QtWidgets import QSizePolicy, QWidget

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QResizeEvent


def take_height_from_width(widget: QWidget) -> None:
    """Let layouts ask for the widget's height at a width. Otherwise they take its height in a narrow column."""
    policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
    policy.setHeightForWidth(True)
    widget.setSizePolicy(policy)


class HeightForWidthWidget(QWidget):
    """Takes its height from ``places`` and puts its children there."""

    def __init__(self) -> None:
        super().__init__()
        take_height_from_width(self)

    def places(self, width: int) -> Sequence[tuple[QWidget, QRect]]:
        """Return each visible child with its rectangle in pixels at that width."""
        raise NotImplementedError

    def heightForWidth(self, width: int) -> int:  # noqa: N802 - Qt's name
        """Return the height at that width, in pixels."""
        return max((place.bottom() + 1 for _, place in self.places(width)), default=0)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Move the children to their places."""
        super().resizeEvent(event)
        self._arrange()

    def event(self, event: QEvent) -> bool:
        """Update the layout when a child changes its size."""
        if event.type() is QEvent.Type.LayoutRequest:
            self.updateGeometry()
            self._arrange()
        return super().event(event)

    def _arrange(self) -> None:
        for widget, place in self.places(self.width()):
            widget.setGeometry(place)
