"""What places its widgets itself, at a height that follows from the width."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QRect
from PySide6.QtWidgets import QSizePolicy, QWidget

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QResizeEvent


class Placed(QWidget):
    """Gives its height by what ``places`` says, and puts everything there."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def places(self, width: int) -> Sequence[tuple[QWidget, QRect]]:
        """Where everything that is shown stands, in pixels, at that width."""
        raise NotImplementedError

    def heightForWidth(self, width: int) -> int:  # noqa: N802 - Qt's name
        """Pixels of height at that width."""
        return max((place.bottom() + 1 for _, place in self.places(width)), default=0)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Put everything in its place."""
        super().resizeEvent(event)
        self._arrange()

    def event(self, event: QEvent) -> bool:
        """Something inside changed its size."""
        if event.type() is QEvent.Type.LayoutRequest:
            self.updateGeometry()
            self._arrange()
        return super().event(event)

    def _arrange(self) -> None:
        for widget, place in self.places(self.width()):
            widget.setGeometry(place)
