"""Finds the proxy that this computer's settings choose for a URL."""

from __future__ import annotations

import ipaddress
import re
import sys
from typing import Final
from urllib.parse import urlsplit

from app.net.desktop_proxy import desktop_proxy
from app.text.worded import WordedEnum
from app.values.address import LOOPBACK


class ProxyOrigin(WordedEnum):
    """Who configured a proxy."""

    ENVIRONMENT = "environment", "the environment"
    SYSTEM = "system", "the system settings"


_ADDRESS: Final = re.compile(
    r"https?://([^\s@/\[\]]*@)?(\[[0-9a-f:.]+\]|[a-z0-9_]([a-z0-9._-]*[a-z0-9_.])?)(:(?P<port>[0-9]{1,5}))?/?",
    re.ASCII | re.IGNORECASE,
)
_LIKE_IPV4: Final = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+")
"""What httpx takes for an IPv4 address, and refuses if it is none (RFC 3986 section 3.2.2)."""
LONGEST_PROXY: Final = 1000
"""Characters of a proxy's address."""


def usable(proxy: str) -> bool:
    """Return whether that is the address of an HTTP proxy, perhaps with a sign-in, and nothing more."""
    found = (
        _ADDRESS.fullmatch(proxy) if len(proxy) <= LONGEST_PROXY and proxy.isascii() and proxy.isprintable() else None
    )
    if found is None or not 0 < int(found["port"] or 1) < 65_536:
        return False
    try:
        host = urlsplit(proxy).hostname or ""
        if _LIKE_IPV4.fullmatch(host):
            ipaddress.IPv4Address(host)
    except ValueError:  # no IP address where the address looks like one
        return False
    return bool(host)


def origin_of(proxy: str) -> ProxyOrigin:
    """Return who configured that proxy."""
    from urllib.request import getproxies_environment

    named = {each.partition("://")[2] or each for each in getproxies_environment().values()}
    return ProxyOrigin.ENVIRONMENT if proxy.partition("://")[2] in named else ProxyOrigin.SYSTEM


def no_proxy(_url: str) -> None:
    """Stand for the settings in practice, which goes through no proxy and asks none of them."""


def system_proxy(url: str) -> str | None:
    """Return the proxy that the environment or the system settings choose for that URL. May block: call it in a thread.

    On Linux the desktop is asked, which also runs a PAC script. On Windows and macOS scripts are not run here.
    """
    from urllib.request import getproxies, proxy_bypass

    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    if not host or host in LOOPBACK or proxy_bypass(parts.netloc.rpartition("@")[2]) or proxy_bypass(host):
        return None
    proxies = getproxies()
    proxy = proxies.get(parts.scheme.lower()) or proxies.get("all")
    if not proxy:
        return desktop_proxy(host) if sys.platform == "linux" else None
    return proxy if "://" in proxy else f"http://{proxy}"
