"""The errors behind an error, and what they say about a connection that never stood."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

from app.net.answers import RequestFailure

if TYPE_CHECKING:
    from collections.abc import Iterator


def connect_failure(chain: list[BaseException]) -> RequestFailure:
    """Why there is no connection, from the error and those behind it."""
    if any(isinstance(link, socket.gaierror) for link in chain):
        return RequestFailure.NAME
    if any(isinstance(link, ConnectionRefusedError) for link in chain):
        return RequestFailure.REFUSED
    if any(isinstance(link, TimeoutError) for link in chain):
        return RequestFailure.TIMEOUT
    if any(isinstance(link, UnicodeError) for link in chain):
        return RequestFailure.NAME
    return RequestFailure.UNREACHABLE


def behind(error: BaseException) -> Iterator[BaseException]:
    """The error and everything behind it, also inside groups (one error for each address tried)."""
    waiting, seen = [error], set[int]()
    while waiting:
        link = waiting.pop()
        if id(link) in seen:
            continue
        seen.add(id(link))
        yield link
        if isinstance(link, BaseExceptionGroup):
            waiting.extend(link.exceptions)
        waiting.extend(other for other in (link.__cause__, link.__context__) if other is not None)
