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

DOCKING: Final = {
    "GNOME": "To dock it, press **Super+Left** or **Super+Right**.",
    "KDE": "To dock it, press **Meta+Left** or **Meta+Right**.",
    "sway": "To move it while it is tiled, press **Super+Shift+Left** or **Super+Shift+Right** (by default).",
}
"""By desktop: its own keys that place a window at an edge of the screen."""

DOCKING_ELSEWHERE: Final = "This desktop may have its own keys to dock a window."

NOT_MINIMIZED: Final = frozenset({"sway", "i3", "Hyprland"})
"""Desktops without minimized windows."""

ON_TOP_ELSEWHERE: Final = "This desktop may not keep this window on top. Its window menu may offer that."


def on_wayland() -> bool:
    """Return whether a Wayland compositor shows the windows."""
    return QGuiApplication.platformName().startswith("wayland")


def on_x11() -> bool:
    """Return whether an X server shows the windows."""
    return QGuiApplication.platformName() == "xcb"


def how_to_stay_on_top() -> str:
    """Return how the user keeps a window on top; empty if the program can do it."""
    if not on_wayland():
        return ""
    return next((ON_TOP[name] for name in _desktop() if name in ON_TOP), ON_TOP_ELSEWHERE)


def how_to_dock() -> str:
    """Return which keys of the desktop dock a window; empty if the program can do it."""
    if not on_wayland():
        return ""
    return next((DOCKING[name] for name in _desktop() if name in DOCKING), DOCKING_ELSEWHERE)


def can_minimize() -> bool:
    """Return whether the desktop minimizes windows."""
    return NOT_MINIMIZED.isdisjoint(_desktop())


def _desktop() -> list[str]:
    """Return what the desktop calls itself, its own name first."""
    return os.environ.get("XDG_CURRENT_DESKTOP", "").split(":")


ACTIVATION: Final = "XDG_ACTIVATION_TOKEN"
"""Where a desktop leaves a token for the program it starts, and where Qt takes it from."""
ACTIVATION_MS: Final = 1000
"""Milliseconds until a token that Qt had no use for is removed."""


def bring_forward(window: QWidget, activation: str = "") -> None:
    """Show a window in front of all others, even if it is minimized or hidden.

    ``activation`` is a Wayland desktop's permission for that.
    """
    window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
    if (handle := window.windowHandle()) is not None:
        handle.setFlag(Qt.WindowType.WindowDoesNotAcceptFocus, False)  # noqa: FBT003 - Qt's parameter
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
