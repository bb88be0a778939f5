"""Asks the Linux desktop's portal to hold up a logout while something would be lost with it.

Source: XDG Desktop Portal, interface ``org.freedesktop.portal.Inhibit``. The desktop shows the reason and lets the user
decide. The request lasts as long as the connection it was made on.
"""

from __future__ import annotations

import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from jeepney.io.blocking import DBusConnection

LOGOUT: Final = 1
"""The portal's flag."""
SECONDS: Final = 2.0
"""Seconds to wait for the portal."""


class LogoutInhibition:
    """At most one request at a time. Thread-safe; every call blocks for a moment."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._connection: DBusConnection | None = None

    def hold(self, reason: str) -> bool:
        """Ask to hold up a logout, if not asked yet. Return whether the portal took the request."""
        with self._guard:
            if self._connection is None:
                self._connection = _inhibit(reason)
            return self._connection is not None

    def release(self) -> None:
        """Withdraw the request."""
        with self._guard, suppress(OSError):
            connection, self._connection = self._connection, None
            if connection is not None:
                connection.close()


def _inhibit(reason: str) -> DBusConnection | None:
    if sys.platform != "linux":
        return None
    from app.system import session_bus

    if (connection := session_bus.connect()) is None:
        return None
    request = ("", LOGOUT, {"reason": ("s", reason)})
    if session_bus.ask(connection, session_bus.portal("Inhibit"), "Inhibit", "sua{sv}", request, SECONDS) is not None:
        return connection
    connection.close()
    return None
