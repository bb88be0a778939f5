"""The main window: one page at a time, and closing it never loses anything."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QWidget

from ui.desktop.screen_fit import ScreenFit
from ui.desktop.windows import bring_forward
from ui.widgets.layouts import column, insert, release_focus, wide
from ui.widgets.tab_order import InTabOrder

if TYPE_CHECKING:
    from PySide6.QtGui import QCloseEvent

    from ui.widgets.practice_strip import PracticeStrip


class ShownPage(StrEnum):
    """The kinds of pages, for the event trace."""

    HOME = "home"
    PICKER = "picker"
    STEP = "step"
    FINISH = "finish"
    TOOL = "tool"
    COMPANION = "companion"


class MainWindow(InTabOrder, QMainWindow):
    """Holds the open page."""

    closing = Signal()
    practice_left = Signal()
    """The admin wants to go back to the real setups."""

    def __init__(self) -> None:
        super().__init__()
        # Without its own minimum, a window grows for good when a page shows something before it hides another thing.
        ScreenFit(self, first=(1240, 800), least=(720, 480))
        self._stack = QStackedWidget(self)
        self._strip: PracticeStrip | None = None
        inside = QWidget(self)
        self._column = column(wide(self._stack), inside=inside, spacing=0)
        self.setCentralWidget(inside)

    def show_practice(self, *, on: bool) -> None:
        """Show on every page whether this is practice."""
        if on and self._strip is None:  # not needed for the first window
            from ui.widgets.practice_strip import PracticeStrip

            self._strip = PracticeStrip(self, self.practice_left)
            insert(self._column, 0, self._strip)
        if self._strip is not None:
            self._strip.setVisible(on)

    def show_page(self, page: QWidget, *, keep: QWidget | None = None) -> None:
        """Show a page, and delete every other page except ``keep``."""
        first = page.focusWidget()  # the stack's layout takes it away
        if self._stack.indexOf(page) < 0:
            self._stack.addWidget(page)
        leaving = self._stack.currentWidget()
        if leaving is not None and leaving is not page:
            release_focus([leaving], page)
        self._stack.setCurrentWidget(page)
        if self.focusWidget() is None and first is not None:
            first.setFocus()
        for index in reversed(range(self._stack.count())):
            other = self._stack.widget(index)
            if other is not None and other is not page and other is not keep:
                self._stack.removeWidget(other)
                other.deleteLater()

    def shows(self, page: QWidget) -> bool:
        """Return whether that page is open, even while the window itself is hidden."""
        return self._stack.currentWidget() is page

    def come_forward(self, activation: str = "") -> None:
        """Bring the window to the front of all others; ``activation`` is a Wayland desktop's permission for that."""
        bring_forward(self, activation)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """Let the application decide whether the program ends or keeps running in the tray."""
        event.ignore()
        self.closing.emit()
