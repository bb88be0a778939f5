"""Lets the mouse press buttons of a window while another program keeps the keyboard, as an on-screen keyboard does.

Only on X11, where a window can ask its window manager not to give it the keyboard, but to say when it would: the model
"globally active" of the Inter-Client Communication Conventions Manual 2.0, section 4.1.7. The window then takes the
keyboard itself for everything but such a press: Alt+Tab, the taskbar, its title, its fields and its background.
On Wayland, each press of a window gives it the keyboard.
"""

from __future__ import annotations

import ctypes
import struct
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer
from PySide6.QtGui import QCursor, QMouseEvent
from PySide6.QtWidgets import QApplication
from shiboken6 import isValid

from ui.desktop.windows import on_x11
from ui.desktop.x_connection import XConnection

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QWindow
    from PySide6.QtWidgets import QWidget

UNFOCUSED: Final = Qt.WindowType.WindowDoesNotAcceptFocus

MEASURED: Final = frozenset({"Openbox", "Mutter", "GNOME Shell", "Xfwm4", "Metacity"})
"""Window managers with which that works (openbox 3.6.1, mutter 43.8, xfwm4 4.18, metacity 3.46).

KWin 5.27 on X11 isn't one: once the window has taken the keyboard, it still calls the former one active, and a press of
that doesn't bring the keyboard back.
"""

_CLIENT_MESSAGE: Final = struct.Struct("<BBHII5I")
"""Kind, format, sequence, window, type, data: ``xcb_client_message_event_t``."""
_IS_CLIENT_MESSAGE: Final = 33

PRESS_FOLLOWS_MS: Final = 100
"""Milliseconds in which a press follows the message that it caused. Some window managers send it before, some after."""


class UnfocusedPress(QObject):
    """Decides whether a window takes the keyboard when its window manager offers it.

    The window passes its native events to ``read``.
    """

    def __init__(self, window: QWidget, leaves: Callable[[QWidget], bool]) -> None:
        """``leaves`` returns whether a press on that widget leaves the keyboard where it is."""
        super().__init__(window)
        self._window = window
        self._leaves = leaves
        self._take_focus = 0
        """The number of WM_TAKE_FOCUS; 0 where this isn't possible."""
        self._pressed_at = 0
        """When a press left the keyboard where it is, in the server's milliseconds."""
        self._taking = QTimer(self)
        self._taking.setSingleShot(True)
        self._taking.setInterval(PRESS_FOLLOWS_MS)
        self._taking.timeout.connect(self.take)
        if on_x11():
            try:
                with XConnection() as server:
                    if server.window_manager() in MEASURED:
                        self._take_focus = server.atom(b"WM_TAKE_FOCUS")
            except OSError:  # a display of another computer
                return
            window.installEventFilter(self)

    def take(self) -> None:
        """Take the keyboard."""
        self._taking.stop()
        handle = self._window.windowHandle()
        if handle is not None and self._window.isVisible() and QApplication.activeModalWidget() is None:
            handle.setFlag(UNFOCUSED, False)  # noqa: FBT003 - Qt's parameter
            handle.requestActivate()

    def read(self, message: int) -> None:
        """Read a native event of the window: the offer of the keyboard carries the time of the press that caused it."""
        if not self._take_focus:
            return
        event = _CLIENT_MESSAGE.unpack(ctypes.string_at(int(message), _CLIENT_MESSAGE.size))
        if event[0] & 0x7F != _IS_CLIENT_MESSAGE or event[5] != self._take_focus or not self._is_unfocused():
            return
        if not self._window.geometry().contains(QCursor.pos()):
            QTimer.singleShot(0, self, self.take)  # not while Qt handles this event
        elif event[6] != self._pressed_at:
            self._taking.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Don't accept the keyboard while the window is inactive, and see each press before its widget does."""
        if not isValid(self._window):  # it is hidden once more while it is deleted
            return False
        handle: QWindow | None = self._window.windowHandle()
        kind = event.type()
        if handle is None:
            return False
        if watched is handle and isinstance(event, QMouseEvent) and kind is QEvent.Type.MouseButtonPress:
            self._press(event.position().toPoint(), event.timestamp())
        elif watched is self._window and kind is QEvent.Type.Show:
            handle.installEventFilter(self)
        elif watched is self._window and kind is QEvent.Type.Hide:
            handle.setFlag(UNFOCUSED, False)  # noqa: FBT003 - Qt's parameter
        elif watched is self._window and kind is QEvent.Type.WindowDeactivate and self._window.isVisible():
            handle.setFlag(UNFOCUSED, True)  # noqa: FBT003 - Qt's parameter
        return False

    def _press(self, at: QPoint, time: int) -> None:
        if not self._is_unfocused():
            return
        widget = self._window.childAt(at)
        if widget is not None and self._leaves(widget):
            self._pressed_at = time
            self._taking.stop()
        else:
            self.take()

    def _is_unfocused(self) -> bool:
        handle = self._window.windowHandle()
        return handle is not None and bool(handle.flags() & UNFOCUSED)
