"""Asks the Linux desktop's portal, over the session bus, which proxy its settings or their PAC script choose.

Source: XDG Desktop Portal, interface ``org.freedesktop.portal.ProxyResolver``, version 1. It also serves programs
outside a sandbox; its back end, GIO with libproxy, reads the settings of GNOME and KDE.
"""

from __future__ import annotations

import os
from typing import Final

PORTAL_SECONDS: Final = 5.0
"""Seconds for the portal to start, fetch a PAC script and answer."""
PORTAL: Final = "org.freedesktop.portal.Desktop"
_SCHEMES: Final = {"socks": "socks5"}
"""GIO's name for any SOCKS proxy, mapped to the name that HTTP clients use."""


def desktop_proxy(host: str) -> str | None:
    """Return the proxy for HTTPS to that host as a URL; None for a direct connection or if no portal answers.

    Blocks for up to ``PORTAL_SECONDS`` seconds. The portal, and so a script, learns only the scheme and the host.
    """
    bus = os.environ.get("DBUS_SESSION_BUS_ADDRESS")
    if not bus:
        return None
    from jeepney import DBusAddress, MessageType, new_method_call
    from jeepney.io.blocking import open_dbus_connection

    portal = DBusAddress("/org/freedesktop/portal/desktop", PORTAL, "org.freedesktop.portal.ProxyResolver")
    literal = f"[{host}]" if ":" in host else host
    question = new_method_call(portal, "Lookup", "s", (f"https://{literal}/",))
    try:
        with open_dbus_connection(bus) as connection:
            answer = connection.send_and_get_reply(question, timeout=PORTAL_SECONDS)
    except (OSError, ValueError, EOFError, RuntimeError):
        return None  # no bus, a bus that rejects us, or no answer in time
    if answer.header.message_type is MessageType.error:
        return None  # no portal, or none with this interface
    return first_proxy(answer.body[0] if answer.body else None)


def first_proxy(proxies: object) -> str | None:
    """Return the proxy to try first, in the portal's order; None for none, such as ``direct://``."""
    first = proxies[0] if isinstance(proxies, list) and proxies else None
    scheme, _, address = first.partition("://") if isinstance(first, str) else ("direct", "", "")
    return f"{_SCHEMES.get(scheme, scheme)}://{address}" if scheme != "direct" and address else None
