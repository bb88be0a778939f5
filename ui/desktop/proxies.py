"""Finds the platform's proxy for an address, including automatic configuration (PAC).

Windows and macOS evaluate PAC scripts, and Qt asks them. On Linux, Qt reads only the environment, so Qt's network
library isn't part of the program there, and ``app.net`` asks the desktop.
"""

from __future__ import annotations

import sys
import time
from typing import Final
from urllib.parse import urlsplit

from app.net import system_proxy
from app.net.proxy import ProxyOrigin, origin_of
from app.values.address import LOOPBACK

KEPT_SECONDS: Final = 300.0
"""How long an answer of the platform is reused; it may have to download a script."""

_kept: dict[str, tuple[str | None, float]] = {}


def platform_proxy(url: str) -> str | None:
    """Return the proxy for that URL. Only its host is passed on. May block for seconds: use a thread."""
    named = system_proxy(url)
    host = (urlsplit(url).hostname or "").lower()
    if (
        str(sys.platform) not in ("win32", "darwin")
        or host in LOOPBACK
        or (named and origin_of(named) is ProxyOrigin.ENVIRONMENT)
    ):
        return named
    found = _kept.get(host)
    if found is None or time.monotonic() - found[1] > KEPT_SECONDS:
        found = _kept[host] = (asked_of_qt(host), time.monotonic())
    return found[0] or named


def asked_of_qt(host: str) -> str | None:
    """Return the first proxy for a host that the system's settings or their script give to Qt."""
    from PySide6.QtCore import QUrl
    from PySide6.QtNetwork import QNetworkProxy, QNetworkProxyFactory, QNetworkProxyQuery

    kinds = QNetworkProxy.ProxyType
    schemes = {kinds.HttpProxy: "http", kinds.HttpCachingProxy: "http", kinds.Socks5Proxy: "socks5"}
    literal = f"[{host}]" if ":" in host else host
    for proxy in QNetworkProxyFactory.systemProxyForQuery(QNetworkProxyQuery(QUrl(f"https://{literal}/"))):
        if proxy.type() is kinds.NoProxy:
            return None
        if proxy.type() in schemes:
            return f"{schemes[proxy.type()]}://{proxy.hostName()}:{proxy.port()}"
    return None
