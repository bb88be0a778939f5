"""Shows the first window before anything that takes time to load, then starts the rest of the program."""

from __future__ import annotations

import gc
import os
import sys
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEventLoop, QMessageLogContext, QTimer, QtMsgType, qInstallMessageHandler

from app.cli import CANNOT_START
from app.system import log
from app.system.hardening import harden
from app.system.paths import APP_ID
from ui.desktop.file_open import DesktopApplication
from ui.desktop.session_end import SessionEnd
from ui.home.page import HomePage
from ui.main_window import MainWindow
from ui.theme import icons, style
from ui.widgets import accessibility

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from app.cli import Options
    from ui.application import Walk


COLLECT_MS = 2000
"""Milliseconds between two garbage collections."""


def collect_here(qt: QApplication) -> None:
    """Collect garbage only in this thread.

    Python would collect in whichever thread allocates, and a widget destroyed by a worker thread can crash the program.
    """
    gc.freeze()
    timer = QTimer(qt)
    timer.setInterval(COLLECT_MS)
    timer.timeout.connect(lambda: gc.collect(1))
    timer.start()


def _log_qt_message(kind: QtMsgType, context: QMessageLogContext, _text: str) -> None:
    """Write only severity and category of what Qt reports: the text may contain what a widget shows."""
    if kind is not QtMsgType.QtDebugMsg and kind is not QtMsgType.QtInfoMsg:
        log.qt_message(kind.name, context.category or "")


_SCREENS: Final = ("WAYLAND_DISPLAY", "DISPLAY")
_PLUGINS: Final = ("QT_QPA_PLATFORM", "QT_QPA_PLATFORM_PLUGIN_PATH", "QT_PLUGIN_PATH")


def _end_without_screen(kind: QtMsgType, _context: QMessageLogContext, _text: str) -> None:
    """End the program instead of letting Qt abort, which it does only if it finds no screen to open a window on."""
    if kind is QtMsgType.QtFatalMsg:
        named = [name for name in (*_PLUGINS, *_SCREENS) if os.environ.get(name)]
        where = f"Check what is set in {' and '.join(named)}." if named else f"{' and '.join(_SCREENS)} aren't set."
        sys.stderr.write(f"No window can be opened here. {where}\n")
        sys.stderr.flush()
        os._exit(CANNOT_START)


def _tour(options: Options) -> Walk | None:
    """Return the unattended tour, if the command line asked for one."""
    folder = options.tour
    if folder is None:
        return None
    from ui.tour.driver import TourDriver
    from ui.tour.tour import Tour

    return lambda application: Tour(TourDriver(application, folder)).run()


def main(options: Options, walk: Walk | None = None) -> int:
    """Show the first window at once, then start everything that takes longer. Return the exit code.

    ``walk`` replaces the tour that the options ask for.
    """
    if options.scale is not None:
        os.environ["QT_SCALE_FACTOR"] = str(options.scale)
    qInstallMessageHandler(_end_without_screen)
    qt = DesktopApplication(sys.argv[:1])
    session_end = SessionEnd(qt)
    qt.setApplicationName(APP_ID)
    qt.setApplicationDisplayName("SCIM Setup Assistant")
    qt.setDesktopFileName(os.environ.get("FLATPAK_ID", APP_ID))  # a Flatpak's entry is named after its id
    qt.setQuitOnLastWindowClosed(False)
    if options.theme is None:
        style.follow_system(qt)
    else:
        style.apply(qt, options.theme == "dark")
    accessibility.install()
    window = MainWindow()
    if options.size is not None:
        window.resize(*options.size)
    home = HomePage()
    window.show_page(home)
    if options.practice:
        window.setWindowTitle("Practice")  # before it is shown: a screen reader says each new title
    window.show()
    # Painted with plain Qt first: the event loop library and its dependencies are not needed for that.
    first_idle = QEventLoop()
    QTimer.singleShot(0, first_idle.quit)
    first_idle.exec()
    harden()  # the desktop has reported its colors, and no secret has been read yet
    qInstallMessageHandler(_log_qt_message)
    collect_here(qt)
    qt.setWindowIcon(icons.icon("app"))
    if options.smoke:
        return 0
    log.limit_library_logs()
    from ui import tasks
    from ui.application import Application

    async def live() -> int:
        application = Application(options, window, home, walk=walk or _tour(options), session_end=session_end)
        log.install_hooks(application.bugs.report)
        try:
            return await application.run()
        finally:
            log.install_hooks()  # failures from here on can no longer be shown in a window

    try:
        return tasks.run(qt, live)
    finally:
        session_end.end()
