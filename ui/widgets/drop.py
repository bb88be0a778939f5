"""A card on which to drop a file, or to choose one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from ui.widgets.cards import Card

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent

FILTER = "CSV (*.csv *.tsv *.txt);;All files (*)"


class DropCard(Card):
    """A card that accepts one file."""

    given = Signal(Path)
    refused = Signal(str)
    """Why the dropped item was not accepted."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("drop", parent)
        self.setAcceptDrops(True)

    def choose(self, title: str, take: Callable[[Path], None] | None = None) -> None:
        """Open the system's file dialog; ``take`` receives the file instead of the signal ``given``."""
        dialog = QFileDialog(self.window(), title, "", FILTER)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda name: (take or self.given.emit)(Path(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 - Qt's name
        """Show that a file can be dropped here."""
        if event.mimeData().hasUrls():
            event.acceptProposedAction()
            self._mark("card-current")

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:  # noqa: N802 - Qt's name
        """Stop showing it."""
        self._mark("drop")
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 - Qt's name
        """Accept the file."""
        self._mark("drop")
        urls = event.mimeData().urls()
        event.acceptProposedAction()
        if len(urls) != 1:
            self.refused.emit("Drop one file at a time.")
        elif not urls[0].isLocalFile():
            self.refused.emit("This isn't a file on this computer. Save it here first.")
        else:
            self.given.emit(Path(urls[0].toLocalFile()))

    def _mark(self, role: str) -> None:
        self.setProperty("role", role)
        self.style().polish(self)
