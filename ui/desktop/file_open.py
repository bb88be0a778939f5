"""The Qt application: macOS reports a double-clicked file to it as an event. Not yet tested there."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication


class DesktopApplication(QApplication):
    """The application object of this process.

    Signals:
        file_opened: The path of a file that was double-clicked while the program was running.
    """

    file_opened = Signal(str)

    def __init__(self, arguments: list[str]) -> None:
        super().__init__(arguments)
        self.asked_for: str | None = None
        """The last requested file. The one that the program was started with arrives before anything is connected."""

    def event(self, event: QEvent) -> bool:
        """Handle events for the application itself; an event filter would see every event of every widget."""
        if isinstance(event, QFileOpenEvent) and event.file():
            self.asked_for = event.file()
            self.file_opened.emit(self.asked_for)
            return True
        return super().event(event)
