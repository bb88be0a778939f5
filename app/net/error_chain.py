"""Walks the chain of exceptions behind a connection error and finds the reason."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

from app.net.answers import RequestFailure

if TYPE_CHECKING:
    from collections.abc import Iterator


def connect_failure(chain: list[BaseException]) -> RequestFailure:
    """Return why there is no connection, given the error and the errors that caused it."""
    if any(isinstance(error, socket.gaierror) for error in chain):
        return RequestFailure.NAME
    if any(isinstance(error, ConnectionRefusedError) for error in chain):
        return RequestFailure.REFUSED
    if any(isinstance(error, TimeoutError) for error in chain):
        return RequestFailure.TIMEOUT
    if any(isinstance(error, UnicodeError) for error in chain):
        return RequestFailure.NAME
    return RequestFailure.UNREACHABLE


def error_chain(error: BaseException) -> Iterator[BaseException]:
    """Yield the error and every cause and context of it, also inside groups (one error for each address tried)."""
    pending, seen = [error], set[int]()
    while pending:
        error = pending.pop()
        if id(error) in seen:
            continue
        seen.add(id(error))
        yield error
        if isinstance(error, BaseExceptionGroup):
            pending.extend(error.exceptions)
        pending.extend(other for other in (error.__cause__, error.__context__) if other is not None)
