"""The main window: one page at a time, and closing it never loses anything."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QWidget

from ui.desktop.windows import bring_forward

if TYPE_CHECKING:
    from PySide6.QtGui import QCloseEvent


class ShownPage(StrEnum):
    """The kinds of pages, for the event trace."""

    HOME = "home"
    PICKER = "picker"
    STEP = "step"
    FINISH = "finish"
    TOOL = "tool"
    COMPANION = "companion"


class MainWindow(QMainWindow):
    """Holds the open page."""

    closing = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.resize(1240, 800)
        # Without its own minimum, a window grows for good when a page shows something before it hides another thing.
        self.setMinimumSize(1000, 680)
        self._stack = QStackedWidget(self)
        self.setCentralWidget(self._stack)

    def show_page(self, page: QWidget, *, keep: QWidget | None = None) -> None:
        """Show a page, and delete every other page except ``keep``."""
        if self._stack.indexOf(page) < 0:
            self._stack.addWidget(page)
        self._stack.setCurrentWidget(page)
        for index in reversed(range(self._stack.count())):
            other = self._stack.widget(index)
            if other is not None and other is not page and other is not keep:
                self._stack.removeWidget(other)
                other.deleteLater()

    def shows(self, page: QWidget) -> bool:
        """Return whether that page is open, even while the window itself is hidden."""
        return self._stack.currentWidget() is page

    def come_forward(self, activation: str = "") -> None:
        """Bring the window in front of all others; ``activation`` is a Wayland desktop's permission for that."""
        bring_forward(self, activation)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """Let the application decide whether the program ends or keeps running in the tray."""
        event.ignore()
        self.closing.emit()
