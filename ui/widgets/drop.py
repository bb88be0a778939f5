"""A card on which to drop a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from ui.theme.style import restyle
from ui.widgets.cards import Card

if TYPE_CHECKING:
    from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
    from PySide6.QtWidgets import QWidget


SEVERAL = "Drop one file at a time."
ELSEWHERE = "This isn't a file on this computer. Save it here first."


class DropCard(Card):
    """A card that accepts one file, and has a dashed border if nothing else says so."""

    given = Signal(Path)
    refused = Signal(str)
    """Why the dropped item was not accepted."""

    def __init__(self, parent: QWidget | None = None, role: str = "drop", heading: str = "") -> None:
        super().__init__(role, parent, heading)
        self._role = role
        self.setAcceptDrops(True)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 - Qt's name
        """Show that a file can be dropped here."""
        if event.mimeData().hasUrls():
            event.acceptProposedAction()
            restyle(self, "role", "card-current")

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:  # noqa: N802 - Qt's name
        """Stop showing it."""
        restyle(self, "role", self._role)
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 - Qt's name
        """Accept the file."""
        restyle(self, "role", self._role)
        urls = event.mimeData().urls()
        event.acceptProposedAction()
        if len(urls) != 1:
            self.refused.emit(SEVERAL)
        elif not urls[0].isLocalFile():
            self.refused.emit(ELSEWHERE)
        else:
            self.given.emit(Path(urls[0].toLocalFile()))
