"""Notices that the screen is locked or the computer goes to sleep, so that nothing revealed stays on it."""

from __future__ import annotations

import os
import sys
from typing import Any, Final, cast

from PySide6.QtCore import SLOT, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication

from ui.desktop.session_programs import session_programs

_SAVERS: Final = (
    ("org.freedesktop.ScreenSaver", "/org/freedesktop/ScreenSaver"),
    ("org.freedesktop.ScreenSaver", "/ScreenSaver"),  # KDE's older path
    ("org.gnome.ScreenSaver", "/org/gnome/ScreenSaver"),
    ("org.cinnamon.ScreenSaver", "/org/cinnamon/ScreenSaver"),
    ("org.mate.ScreenSaver", "/"),
    ("org.xfce.ScreenSaver", "/"),
)
"""Interface, which is the bus name too, and path, on the session bus: each sends ``ActiveChanged``."""

_LOGIN: Final = "org.freedesktop.login1"
_PROPERTIES: Final = "org.freedesktop.DBus.Properties"

SILENT_LOCKERS: Final = ("swaylock",)
"""What locks the screen without a word on any bus (measured with swaylock 1.7.2 in sway 1.7)."""

ASKING_MS: Final = 300
"""Milliseconds after the focus was lost until it is asked whether a lock took it: lockers say so a little later."""


def _slot(signature: str) -> bytes:
    # The stubs of QtDBus ask for bytes, the library itself for text.
    return cast("bytes", SLOT(signature))


class ScreenLock(QObject):
    """Listens where the desktop says it, and asks once the program is no longer in front.

    Windows and macOS take the focus away when they lock, which hides what is revealed there.

    Signals:
        locked: The screen was locked, the computer is about to sleep, or nobody is there any more.
    """

    locked = Signal()

    def __init__(self, parent: QObject | None = None, platform: str = sys.platform) -> None:
        super().__init__(parent)
        self._away = False
        """The program is not in front."""
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
                # No service name: the signal counts from whichever process speaks for the desktop.
                session.connect("", path, interface, "ActiveChanged", self, _slot("_on_active(bool)"))
        system = QDBusConnection.systemBus()
        if system.isConnected():
            # No path: the lock of another session of this computer counts as well, which does no harm.
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
        """Look whether a locker runs that says nothing; returns whether it does. Costs some ms."""
        locked = self._away and not session_programs().isdisjoint(SILENT_LOCKERS)
        if locked:
            self.locked.emit()
        return locked

    def _ask(self) -> None:
        """The focus went, maybe to a lock: ask everything that may know, without waiting for an answer."""
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
            # "auto" is the session of who asks.
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
        """It doesn't know."""


def _escaped(session: str) -> str:
    """A session's id in a path, as logind writes it: a leading digit and what is no letter or digit as ``_XX``."""
    return "".join(
        each if each.isascii() and each.isalnum() and (place or not each.isdigit()) else f"_{ord(each):02x}"
        for place, each in enumerate(session)
    )
