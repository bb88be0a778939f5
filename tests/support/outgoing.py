"""Where this process looks up names and connects to, as Python itself reports it (``sys.addaudithook``)."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_heard: list[set[str]] = []
_hooked = False


@contextmanager
def outgoing() -> Iterator[set[str]]:
    """Yield the set of hosts that are looked up or connected to while it is used, in every thread."""
    global _hooked
    if not _hooked:
        sys.addaudithook(_hear)
        _hooked = True
    heard: set[str] = set()
    _heard.append(heard)
    try:
        yield heard
    finally:
        _heard.remove(heard)


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    if not _heard:
        return
    if event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = arguments[0]
    elif event in ("socket.connect", "socket.sendto") and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    else:
        return
    for heard in _heard:
        heard.add(host.decode() if isinstance(host, bytes) else str(host))
