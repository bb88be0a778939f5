"""Notices that the system wants the program to end: by a signal, or because the desktop's session ends."""

from __future__ import annotations

import signal
import socket
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QSocketNotifier, Signal

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from PySide6.QtGui import QGuiApplication, QSessionManager

SIGNALS: Final = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP", "SIGINT") if hasattr(signal, name))
"""Windows has no SIGHUP."""


class SessionEnd(QObject):
    """Turns signals and the session manager's requests into Qt signals.

    Signals:
        asked: The program has to end now; nobody may be there to answer a question.
        stopped: Something would be lost, and the session manager has been asked to stop the logout.
    """

    asked = Signal()
    stopped = Signal()

    def __init__(self, program: QGuiApplication) -> None:
        super().__init__(program)
        self.requested = False
        """Whether the program has to end; it may have been asked before anything was connected."""
        self.would_lose: Callable[[], bool] = lambda: False
        """Whether something would be lost that a user who is asked could still save."""
        # Python runs a signal's handler between two of its own instructions, which Qt's loop may not reach for long.
        self._here, self._there = socket.socketpair()
        for end in (self._here, self._there):
            end.settimeout(0)
        signal.set_wakeup_fd(self._there.fileno(), warn_on_full_buffer=False)
        for each in SIGNALS:
            signal.signal(each, self._on_signal)
        self._notifier = QSocketNotifier(self._here.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._on_wakeup)
        program.commitDataRequest.connect(self._on_commit)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self.requested = True

    def _on_wakeup(self) -> None:
        with suppress(OSError):
            self._here.recv(4096)
        if self.requested:
            self.asked.emit()

    def _on_commit(self, manager: QSessionManager) -> None:
        """Handle a request to end the session. On Windows the process may be gone once this returns."""
        if self.would_lose() and manager.allowsInteraction():
            manager.cancel()
            manager.release()
            self.stopped.emit()
        else:
            self.requested = True
            self.asked.emit()

    def end(self) -> None:
        """Let signals end the process immediately again."""
        signal.set_wakeup_fd(-1)
        for each in SIGNALS:
            signal.signal(each, signal.SIG_DFL)
        self._notifier.setEnabled(False)
        self._here.close()
        self._there.close()
