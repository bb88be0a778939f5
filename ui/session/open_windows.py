"""The setup that is open: its page in the large window, and the companion beside the admin's browser."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from ui.session.controller import Desk
from ui.tools.catalog import load_all
from ui.wizard.page import WizardPage

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from app.session.session import Assistant
    from app.session.workspace import Workspace
    from ui.companion.window import Companion
    from ui.desktop.clipboard import ClipboardGuard
    from ui.main_window import MainWindow
    from ui.tasks import Tasks


class Opened:
    """At most one setup, in one window or the other."""

    def __init__(
        self, window: MainWindow, tasks: Tasks, clipboard: ClipboardGuard, open_url: Callable[[str], None]
    ) -> None:
        self.desk: Desk | None = None
        self.page: WizardPage | None = None
        self.companion: Companion | None = None
        self._window = window
        self._tasks = tasks
        self._clipboard = clipboard
        self._open_url = open_url

    def show(self, assistant: Assistant, workspace: Workspace, *, keep: QWidget) -> Desk:
        """Show that setup in the large window; the page ``keep`` stays behind it."""
        self.let_go()
        console = partial(workspace.console, assistant)
        self.desk = Desk(assistant, self._tasks, self._clipboard, console, self._open_url, self._window)
        self.page = WizardPage(self.desk)
        self.desk.companion_wanted.connect(self.show_companion)
        practice = ", practice" if assistant.setup.practice else ""
        self._window.setWindowTitle(f"{assistant.guide.short_name} setup{practice}")
        self._window.show_page(self.page, keep=keep)
        self._tasks.start(load_all())
        return self.desk

    def let_go(self) -> None:
        """Leave the setup; its page goes when the window shows another one."""
        if self.companion is not None:
            self.companion.hide()
            self.companion.deleteLater()
            self.companion = None
        if self.desk is not None:
            self.desk.close()
            self.desk.setParent(None)  # it lives as long as what is still kept for it, such as a secret under way
            self.desk = None
        self.page = None

    def conceal(self) -> None:
        """Nothing revealed stays on the screen."""
        if self.desk is not None:
            self.desk.concealed.emit()

    def show_companion(self) -> None:
        """Swap the large window for the narrow one."""
        from ui.companion.window import Companion

        if self.desk is None:
            return
        if self.companion is None:
            self.companion = Companion(self.desk)
            self.companion.returned.connect(self._back_to_large)
        self.companion.show()
        self._window.hide()

    def _back_to_large(self) -> None:
        if self.companion is not None:
            self.companion.hide()
        self._window.come_forward()
