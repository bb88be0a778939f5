"""The Qt application, which macOS tells by an event which file was double-clicked. Not yet run there."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication


class DesktopApplication(QApplication):
    """The one of this process.

    Signals:
        file_opened: Path of a file that was double-clicked while the program runs.
    """

    file_opened = Signal(str)

    def __init__(self, arguments: list[str]) -> None:
        super().__init__(arguments)
        self.asked_for: str | None = None
        """The file last asked for; the one that the program was started with comes before anybody listens."""

    def event(self, event: QEvent) -> bool:
        """Take what is meant for the application itself; an event filter would see every event of every widget."""
        if isinstance(event, QFileOpenEvent) and event.file():
            self.asked_for = event.file()
            self.file_opened.emit(self.asked_for)
            return True
        return super().event(event)
