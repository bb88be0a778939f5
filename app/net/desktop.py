"""The proxy that a Linux desktop names, by its settings or their script (PAC), asked of its portal on the session bus.

Source: XDG Desktop Portal, interface ``org.freedesktop.portal.ProxyResolver``, version 1. It serves programs outside a
sandbox as well; what stands behind it, GIO and libproxy, reads the settings of GNOME and KDE.
"""

from __future__ import annotations

import os
from typing import Final
from urllib.parse import urlsplit

PATIENCE: Final = 5.0
"""Seconds for the portal to start, fetch a script and answer."""
_PORTAL: Final = "org.freedesktop.portal.Desktop"
_SCHEMES: Final = {"socks": "socks5"}
"""GIO's name for any SOCKS, and what clients call it."""


def desktop_proxy(host: str) -> str | None:
    """The proxy for HTTPS to that host, as a URL; None for a direct way or where no portal answers.

    Blocks, up to ``PATIENCE``. Nothing but scheme and host is told to the portal, and so to a script.
    """
    bus = os.environ.get("DBUS_SESSION_BUS_ADDRESS")
    if not bus:
        return None
    from jeepney import DBusAddress, MessageType, new_method_call
    from jeepney.io.blocking import open_dbus_connection

    portal = DBusAddress("/org/freedesktop/portal/desktop", _PORTAL, "org.freedesktop.portal.ProxyResolver")
    literal = f"[{host}]" if ":" in host else host
    question = new_method_call(portal, "Lookup", "s", (f"https://{literal}/",))
    try:
        with open_dbus_connection(bus) as connection:
            answer = connection.send_and_get_reply(question, timeout=PATIENCE)
    except (OSError, ValueError, EOFError, RuntimeError):
        return None  # no bus there, or one that does not let us in, or no answer in time
    if answer.header.message_type is MessageType.error:
        return None  # no portal, or none with this interface
    return _first(*answer.body)


def _first(proxies: list[str]) -> str | None:
    """The one to be tried first, as the portal orders them."""
    scheme, _, place = (proxies or [""])[0].partition("://")
    if scheme == "direct" or not urlsplit(f"//{place}").hostname:
        return None
    return f"{_SCHEMES.get(scheme, scheme)}://{place}"
