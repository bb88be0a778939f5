"""Asks the Linux desktop's portal to hold up a logout while something would be lost with it.

Source: XDG Desktop Portal, interface ``org.freedesktop.portal.Inhibit``. The desktop shows the reason and lets the user
decide. The request lasts as long as the connection it was made on.
"""

from __future__ import annotations

import os
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
    bus = os.environ.get("DBUS_SESSION_BUS_ADDRESS")
    if not bus:
        return None
    from jeepney import DBusAddress, MessageType, new_method_call
    from jeepney.io.blocking import open_dbus_connection

    portal = DBusAddress(
        "/org/freedesktop/portal/desktop", "org.freedesktop.portal.Desktop", "org.freedesktop.portal.Inhibit"
    )
    request = new_method_call(portal, "Inhibit", "sua{sv}", ("", LOGOUT, {"reason": ("s", reason)}))
    try:
        connection = open_dbus_connection(bus)
    except (OSError, ValueError, EOFError, RuntimeError):
        return None
    with suppress(OSError, ValueError, EOFError, RuntimeError):
        answer = connection.send_and_get_reply(request, timeout=SECONDS)
        if answer.header.message_type is not MessageType.error:
            return connection
    connection.close()
    return None
