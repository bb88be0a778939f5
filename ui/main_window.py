"""The main window: one page at a time, and a close that never loses anything."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QWidget

from ui.desktop.windows import bring_forward

if TYPE_CHECKING:
    from PySide6.QtGui import QCloseEvent


class ShownPage(StrEnum):
    """What the program shows, for the event trace."""

    HOME = "home"
    PICKER = "picker"
    STEP = "step"
    FINISH = "finish"
    TOOL = "tool"
    COMPANION = "companion"


class MainWindow(QMainWindow):
    """Holds the page that is open."""

    closing = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.resize(1240, 800)
        self.setMinimumSize(1000, 680)
        self._stack = QStackedWidget(self)
        self.setCentralWidget(self._stack)

    def show_page(self, page: QWidget, *, keep: QWidget | None = None) -> None:
        """Show a page; every other page but ``keep`` is let go."""
        if self._stack.indexOf(page) < 0:
            self._stack.addWidget(page)
        self._stack.setCurrentWidget(page)
        for index in reversed(range(self._stack.count())):
            other = self._stack.widget(index)
            if other is not None and other is not page and other is not keep:
                self._stack.removeWidget(other)
                other.deleteLater()

    def shows(self, page: QWidget) -> bool:
        """Whether that page is the one that is open, also while the window itself is hidden."""
        return self._stack.currentWidget() is page

    def come_forward(self) -> None:
        """Show the window in front of all others."""
        bring_forward(self)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """The application decides whether the program ends or waits in the tray."""
        event.ignore()
        self.closing.emit()
