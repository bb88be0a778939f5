"""Tells when the screen is locked or the computer goes to sleep, so that nothing revealed stays on it."""

from __future__ import annotations

import sys
from typing import cast

from PySide6.QtCore import SLOT, QObject, Signal, Slot

_SAVERS = (
    ("org.freedesktop.ScreenSaver", "/org/freedesktop/ScreenSaver"),
    ("org.freedesktop.ScreenSaver", "/ScreenSaver"),  # KDE's older path
    ("org.gnome.ScreenSaver", "/org/gnome/ScreenSaver"),
    ("org.cinnamon.ScreenSaver", "/org/cinnamon/ScreenSaver"),
    ("org.mate.ScreenSaver", "/"),
    ("org.xfce.ScreenSaver", "/"),
)
"""Interface, which is the bus name too, and path, on the session bus: each sends ``ActiveChanged``."""


# The stubs of QtDBus ask for bytes, the library itself for text.
_ON_ACTIVE = cast("bytes", SLOT("_on_active(bool)"))
_ON_LOCK = cast("bytes", SLOT("_on_lock()"))


class ScreenLock(QObject):
    """Listens where the desktop says it. Windows and macOS take the focus away when they lock, which is enough there.

    Signals:
        locked: The screen was locked, or the computer is about to sleep.
    """

    locked = Signal()

    def __init__(self, parent: QObject | None = None, platform: str = sys.platform) -> None:
        super().__init__(parent)
        if platform == "linux":
            self._listen()

    def _listen(self) -> None:
        from PySide6.QtDBus import QDBusConnection

        session = QDBusConnection.sessionBus()
        if session.isConnected():
            for interface, path in _SAVERS:
                # No service name: the signal counts from whichever process speaks for the desktop.
                session.connect("", path, interface, "ActiveChanged", self, _ON_ACTIVE)
        system = QDBusConnection.systemBus()
        if system.isConnected():
            login = "org.freedesktop.login1"
            system.connect(login, "", f"{login}.Session", "Lock", self, _ON_LOCK)
            system.connect(
                login,
                "/org/freedesktop/login1",
                f"{login}.Manager",
                "PrepareForSleep",
                self,
                _ON_ACTIVE,
            )

    @Slot(bool)
    def _on_active(self, active: bool) -> None:
        if active:
            self.locked.emit()

    @Slot()
    def _on_lock(self) -> None:
        self.locked.emit()
