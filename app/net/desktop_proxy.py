"""Asks the Linux desktop's portal, over the session bus, which proxy its settings or their PAC script choose.

Source: XDG Desktop Portal, interface ``org.freedesktop.portal.ProxyResolver``, version 1. Its back end, GIO with
libproxy, reads the settings of GNOME and KDE.
"""

from __future__ import annotations

from typing import Final

PORTAL_SECONDS: Final = 5.0
"""Seconds for the portal to start, fetch a PAC script and answer."""
_SCHEMES: Final = {"socks": "socks5"}
"""GIO's name for any SOCKS proxy, mapped to the name that HTTP clients use."""


def desktop_proxy(host: str) -> str | None:
    """Return the proxy for HTTPS to that host as a URL; None for a direct connection or if no portal answers.

    Blocks for up to ``PORTAL_SECONDS`` seconds. The portal, and so a script, learns only the scheme and the host.
    """
    from app.system import session_bus

    if (connection := session_bus.connect()) is None:
        return None
    literal = f"[{host}]" if ":" in host else host
    with connection:
        resolver, question = session_bus.portal("ProxyResolver"), (f"https://{literal}/",)
        answer = session_bus.ask(connection, resolver, "Lookup", "s", question, PORTAL_SECONDS)
    return first_proxy(answer[0] if answer else None)


def first_proxy(proxies: object) -> str | None:
    """Return the proxy to try first, in the portal's order; None for none, such as ``direct://``."""
    first = proxies[0] if isinstance(proxies, list) and proxies else None
    scheme, _, address = first.partition("://") if isinstance(first, str) else ("direct", "", "")
    return f"{_SCHEMES.get(scheme, scheme)}://{address}" if scheme != "direct" and address else None
