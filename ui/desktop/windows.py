"""Brings windows forward, and says how one stays on top, on desktops that leave that to the user."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

ON_TOP: Final = {
    "GNOME": "To keep this window on top, press **Alt+Space** and choose **Always on Top**.",
    "KDE": "To keep this window on top, press **Alt+F3** and choose **More Actions**, **Keep Above Others**.",
    "sway": "To keep this window above tiled ones, let it float (**Super+Shift+Space** by default).",
}
"""By the name of the desktop; in this program's markup. Measured: none of them takes the program's own wish."""

ON_TOP_ELSEWHERE: Final = "This desktop may not keep this window on top. Its window menu may offer that."


def on_wayland() -> bool:
    """Whether windows belong to a Wayland compositor."""
    return QGuiApplication.platformName().startswith("wayland")


def how_to_stay_on_top() -> str:
    """What the user does to keep a window on top; empty where the program can do it."""
    if not on_wayland():
        return ""
    names = os.environ.get("XDG_CURRENT_DESKTOP", "").split(":")
    return next((ON_TOP[name] for name in names if name in ON_TOP), ON_TOP_ELSEWHERE)


def bring_forward(window: QWidget) -> None:
    """Show a window in front of all others, also where it is minimized or hidden."""
    window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
    # GNOME and KDE on Wayland let a window without an activation token ask for attention only, and GNOME leaves a
    # minimized one minimized. A window that is new gets the front and the keyboard on both.
    if on_wayland() and window.isVisible() and not window.isActiveWindow() and QApplication.activeModalWidget() is None:
        window.hide()
    window.show()
    window.raise_()
    window.activateWindow()
