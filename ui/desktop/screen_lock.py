"""Detects that the screen is locked or the computer goes to sleep, so that no revealed secret stays visible."""

from __future__ import annotations

import os
import sys
from typing import Any, Final, cast

from PySide6.QtCore import SLOT, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication

from ui.desktop.session_programs import session_programs

_SAVERS: Final = (
    ("org.freedesktop.ScreenSaver", "/org/freedesktop/ScreenSaver"),
    ("org.freedesktop.ScreenSaver", "/ScreenSaver"),  # the older path of KDE
    ("org.gnome.ScreenSaver", "/org/gnome/ScreenSaver"),
    ("org.cinnamon.ScreenSaver", "/org/cinnamon/ScreenSaver"),
    ("org.mate.ScreenSaver", "/"),
    ("org.xfce.ScreenSaver", "/"),
)
"""Interface, which is also the bus name, and path on the session bus. Each sends ``ActiveChanged``."""

_LOGIN: Final = "org.freedesktop.login1"
_PROPERTIES: Final = "org.freedesktop.DBus.Properties"

SILENT_LOCKERS: Final = ("swaylock",)
"""Programs that lock the screen without a signal on any bus (measured with swaylock 1.7.2 in sway 1.7)."""

ASKING_MS: Final = 300
"""Milliseconds from losing the focus until asking whether the screen is locked: lockers report it a little later."""


def _slot(signature: str) -> bytes:
    # The stubs of QtDBus require bytes, the library itself text.
    return cast("bytes", SLOT(signature))


class ScreenLock(QObject):
    """Listens to the desktop's signals, and asks the desktop once the program is no longer in front.

    When Windows or macOS lock, the window loses the focus, which hides revealed secrets.

    Signals:
        locked: The screen was locked, the computer is about to sleep, or the session is idle.
    """

    locked = Signal()

    def __init__(self, parent: QObject | None = None, platform: str = sys.platform) -> None:
        super().__init__(parent)
        self._away = False
        """Whether the program isn't in front."""
        if platform == "linux":
            self._asking = QTimer(self, singleShot=True, interval=ASKING_MS)
            self._asking.timeout.connect(self._ask)
            self._listen()
            program = cast("QGuiApplication", QGuiApplication.instance())
            program.applicationStateChanged.connect(self._on_state)

    def _listen(self) -> None:
        from PySide6.QtDBus import QDBusConnection

        session = QDBusConnection.sessionBus()
        if session.isConnected():
            for interface, path in _SAVERS:
                # No service name: the signal counts from any process of the desktop.
                session.connect("", path, interface, "ActiveChanged", self, _slot("_on_active(bool)"))
        system = QDBusConnection.systemBus()
        if system.isConnected():
            # No path: the lock of another session on this computer also counts, which is harmless.
            system.connect(_LOGIN, "", f"{_LOGIN}.Session", "Lock", self, _slot("_on_lock()"))
            changed = "_on_hints(QString,QVariantMap,QStringList)"
            system.connect(_LOGIN, "", _PROPERTIES, "PropertiesChanged", self, _slot(changed))
            manager = ("/org/freedesktop/login1", f"{_LOGIN}.Manager")
            system.connect(_LOGIN, *manager, "PrepareForSleep", self, _slot("_on_active(bool)"))

    @Slot(bool)
    def _on_active(self, active: bool) -> None:
        if active:
            self.locked.emit()

    @Slot()
    def _on_lock(self) -> None:
        self.locked.emit()

    @Slot(str, "QVariantMap", "QStringList")
    def _on_hints(self, interface: str, changed: dict[str, Any], _invalidated: list[str]) -> None:
        if interface == f"{_LOGIN}.Session" and (
            changed.get("LockedHint") is True or (self._away and changed.get("IdleHint") is True)
        ):
            self.locked.emit()

    def _on_state(self, state: Qt.ApplicationState) -> None:
        self._away = state is not Qt.ApplicationState.ApplicationActive
        if self._away:
            self._asking.start()
        else:
            self._asking.stop()

    def look(self) -> bool:
        """Return whether a locker that sends no signal is running. Takes a few milliseconds."""
        locked = self._away and not session_programs().isdisjoint(SILENT_LOCKERS)
        if locked:
            self.locked.emit()
        return locked

    def _ask(self) -> None:
        """Ask everything that may know whether a lock took the focus, without waiting for the answers."""
        if self.look():
            return
        from PySide6.QtDBus import QDBusConnection, QDBusMessage

        session, system = QDBusConnection.sessionBus(), QDBusConnection.systemBus()
        running = session.interface() if session.isConnected() else None
        for interface, path in _SAVERS if running is not None else ():
            if running is not None and running.isServiceRegistered(interface).value():  # asking starts no service
                asked = QDBusMessage.createMethodCall(interface, path, interface, "GetActive")
                session.callWithCallback(asked, self, _slot("_on_active(bool)"), _slot("_on_error()"))
        if system.isConnected():
            # "auto" is the session of the process that asks.
            path = f"/org/freedesktop/login1/session/{_escaped(os.environ.get('XDG_SESSION_ID') or 'auto')}"
            for hint in ("LockedHint", "IdleHint"):
                asked = QDBusMessage.createMethodCall(_LOGIN, path, _PROPERTIES, "Get")
                asked.setArguments([f"{_LOGIN}.Session", hint])
                system.callWithCallback(asked, self, _slot("_on_hint(QDBusVariant)"), _slot("_on_error()"))

    @Slot("QDBusVariant")
    def _on_hint(self, value: Any) -> None:
        if value.variant() is True and self._away:
            self.locked.emit()

    @Slot()
    def _on_error(self) -> None:
        """Ignore that it doesn't know."""


def _escaped(session: str) -> str:
    """Return a session's id as logind writes it in a path: a leading digit and all other characters as ``_XX``."""
    return "".join(
        each if each.isascii() and each.isalnum() and (place or not each.isdigit()) else f"_{ord(each):02x}"
        for place, each in enumerate(session)
    )
