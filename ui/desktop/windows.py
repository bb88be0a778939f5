"""Brings windows forward, and explains how to keep one on top where only the user can do that."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

ON_TOP: Final = {
    "GNOME": "To keep this window on top, press **Alt+Space** and choose **Always on Top**.",
    "KDE": "To keep this window on top, press **Alt+F3** and choose **More Actions**, **Keep Above Others**.",
    "sway": "To keep this window above tiled ones, let it float (**Super+Shift+Space** by default).",
}
"""By desktop, in this program's markup. Measured: none of these desktops follows the program's own request."""

ON_TOP_ELSEWHERE: Final = "This desktop may not keep this window on top. Its window menu may offer that."


def on_wayland() -> bool:
    """Return whether a Wayland compositor shows the windows."""
    return QGuiApplication.platformName().startswith("wayland")


def how_to_stay_on_top() -> str:
    """Return how the user keeps a window on top; empty if the program can do it."""
    if not on_wayland():
        return ""
    names = os.environ.get("XDG_CURRENT_DESKTOP", "").split(":")
    return next((ON_TOP[name] for name in names if name in ON_TOP), ON_TOP_ELSEWHERE)


ACTIVATION: Final = "XDG_ACTIVATION_TOKEN"
"""Where a desktop leaves a token for the program it starts, and where Qt takes it from."""
ACTIVATION_MS: Final = 1000
"""Milliseconds until a token that Qt had no use for is removed."""


def bring_forward(window: QWidget, activation: str = "") -> None:
    """Show a window in front of all others, even if it is minimized or hidden.

    ``activation`` is a Wayland desktop's permission for that.
    """
    window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
    if activation and on_wayland():
        os.putenv(ACTIVATION, activation)
        QTimer.singleShot(ACTIVATION_MS, partial(os.unsetenv, ACTIVATION))
    # On Wayland, GNOME and KDE let a window without an activation token only demand attention, and GNOME keeps it
    # minimized. Both give a new window the front and the keyboard.
    elif on_wayland() and window.isVisible() and not _has_the_keyboard(window):
        window.hide()
    window.show()
    window.raise_()
    window.activateWindow()


def _has_the_keyboard(window: QWidget) -> bool:
    return window.isActiveWindow() or QApplication.activeModalWidget() is not None
