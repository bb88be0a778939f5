"""The setup that is open: its page in the large window, and the companion beside the admin's browser."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from app.system import event_trace
from app.system.event_trace import TraceEvent
from ui.main_window import ShownPage
from ui.session.controller import SetupController
from ui.tools.catalog import load_all
from ui.wizard.page import WizardPage

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from app.session.session import SetupSession
    from app.session.workspace import Workspace
    from ui.companion.window import Companion
    from ui.desktop.clipboard import ClipboardGuard
    from ui.main_window import MainWindow
    from ui.tasks import Tasks


class SetupWindows:
    """At most one setup, in one window or the other."""

    def __init__(
        self, window: MainWindow, tasks: Tasks, clipboard: ClipboardGuard, open_url: Callable[[str], None]
    ) -> None:
        self.controller: SetupController | None = None
        self.page: WizardPage | None = None
        self.companion: Companion | None = None
        self._window = window
        self._tasks = tasks
        self._clipboard = clipboard
        self._open_url = open_url

    def show(self, session: SetupSession, workspace: Workspace, *, keep: QWidget) -> SetupController:
        """Show that setup in the large window; the page ``keep`` stays behind it."""
        self.let_go()
        console = partial(workspace.console, session)
        self.controller = SetupController(session, self._tasks, self._clipboard, console, self._open_url, self._window)
        self.page = WizardPage(self.controller)
        self.controller.companion_wanted.connect(self.show_companion)
        practice = ", practice" if session.setup.practice else ""
        self._window.setWindowTitle(f"{session.guide.short_name} setup{practice}")
        self._window.show_page(self.page, keep=keep)
        self._tasks.start(load_all())
        return self.controller

    def let_go(self) -> None:
        """Leave the setup; its page goes when the window shows another one."""
        if self.companion is not None:
            self.companion.hide()
            self.companion.deleteLater()
            self.companion = None
        if self.controller is not None:
            self.controller.close()
            self.controller.setParent(None)  # it lives as long as what is still kept for it, such as a secret under way
            self.controller = None
        self.page = None

    def conceal(self) -> None:
        """Nothing revealed stays on the screen."""
        if self.controller is not None:
            self.controller.concealed.emit()

    def show_companion(self) -> None:
        """Swap the large window for the narrow one."""
        from ui.companion.window import Companion

        if self.controller is None:
            return
        if self.companion is None:
            self.companion = Companion(self.controller)
            self.companion.returned.connect(self._back_to_large)
        event_trace.record(TraceEvent.PAGE, page=ShownPage.COMPANION)
        self.companion.show()
        self._window.hide()

    def _back_to_large(self) -> None:
        if self.companion is not None:
            self.companion.hide()
        self._window.come_forward()
