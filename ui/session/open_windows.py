"""Shows the open setup: its page in the main window, or the companion beside the browser."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer

from app.setup.sentences import window_title
from app.system import event_trace
from app.system.event_trace import TraceEvent
from ui.desktop.global_key import GlobalKey
from ui.desktop.windows import bring_forward
from ui.dialogs import received_address
from ui.dialogs.message import MessageBox
from ui.main_window import ShownPage
from ui.session.controller import SetupController
from ui.tools.catalog import load_all
from ui.wizard.page import WizardPage

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from app.session.session import SetupSession
    from app.session.workspace import Workspace
    from app.system.preferences import Edge, PreferencesFile
    from ui.companion.window import Companion
    from ui.desktop.clipboard import ClipboardGuard
    from ui.main_window import MainWindow
    from ui.tasks import Tasks


class SetupWindows:
    """Shows at most one setup, in the main window or in the companion."""

    def __init__(
        self, window: MainWindow, tasks: Tasks, clipboard: ClipboardGuard, open_url: Callable[[str], None]
    ) -> None:
        self.controller: SetupController | None = None
        self.page: WizardPage | None = None
        self.companion: Companion | None = None
        self._global_key: GlobalKey | None = None
        self.preferences: PreferencesFile | None = None
        """What the admin prefers; None until the program has started."""
        self._unsaved = ""
        """Why a preference couldn't be saved; said once."""
        self._window = window
        self._tasks = tasks
        self._clipboard = clipboard
        self._open_url = open_url

    def show(self, session: SetupSession, workspace: Workspace, *, keep: QWidget) -> SetupController:
        """Show a setup in the main window; the page ``keep`` isn't deleted."""
        self.close()
        console = partial(workspace.console, session)
        self.controller = SetupController(session, self._tasks, self._clipboard, console, self._open_url, self._window)
        self.page = WizardPage(self.controller)
        self.controller.companion_wanted.connect(self.show_companion)
        self.controller.address_received.connect(partial(received_address.ask, self._window, self.controller))
        self.controller.setup_changed.connect(self._show_title)
        self._show_title()
        self._window.show_page(self.page, keep=keep)
        self._tasks.start(load_all())
        return self.controller

    def _show_title(self) -> None:
        if self.controller is not None:
            session = self.controller.session
            self._window.setWindowTitle(window_title(session.guide, session.setup))

    def close(self) -> None:
        """Close the setup. The main window deletes its page when it shows another one."""
        if self.companion is not None:
            self.companion.hide()
            self.companion.deleteLater()
            self.companion = None
        if self.controller is not None:
            self.controller.close()
            self.controller.setParent(None)  # it lives until its work has ended, such as storing a secret
            self.controller = None
        self.page = None

    def conceal(self) -> None:
        """Hide all revealed secrets."""
        if self.controller is not None:
            self.controller.concealed.emit()

    def show_companion(self) -> None:
        """Replace the main window by the companion."""
        from ui.companion.window import Companion

        if self.controller is None:
            return
        if self.companion is None:
            if self._global_key is None:
                self._global_key = GlobalKey(self._window, self._tasks.start)
                self._global_key.pressed.connect(self._come_by_key)
                self._global_key.look()
            self.companion = Companion(self.controller, self._global_key)
            if self.preferences is not None:
                self.companion.docking.choose(self.preferences.current.companion_edge)
            self.companion.docking.chosen.connect(lambda edge: self._tasks.start(self._keep_edge(edge)))
            self.companion.returned.connect(lambda: self.come_forward(large=True))
        event_trace.record(TraceEvent.PAGE, page=ShownPage.COMPANION)
        self.companion.show()
        self._window.hide()

    async def _keep_edge(self, edge: Edge) -> None:
        """Save where the companion was docked, for its next start."""
        if self.preferences is None:
            return
        wanted = replace(self.preferences.current, companion_edge=edge)
        before, self._unsaved = self._unsaved, await asyncio.to_thread(self.preferences.change, wanted)
        if self._unsaved and not before:
            MessageBox(self.companion or self._window, self._unsaved).open()

    def _come_by_key(self, permission: str) -> None:
        """Show the companion, ready to copy, or the main window if no setup is open."""
        self.show_companion()
        self.come_forward(permission)
        if self.companion is not None:
            QTimer.singleShot(0, self.companion, self.companion.offer_copy)

    def come_forward(self, activation: str = "", *, large: bool = False) -> None:
        """Bring the window in use to the front, or the main window if it must be ``large``."""
        if self.companion is not None and self.companion.isVisible():
            if not large:
                bring_forward(self.companion, activation)
                return
            self.companion.hide()
        self._window.come_forward(activation)
