"""Limits of time: of a request, of a whole test, of a look and of a pause."""

from __future__ import annotations

import asyncio
import random
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from app.net import (
    Answer,
    NoAnswer,
    ReadOnlyClient,
    RequestFailure,
)
from app.scim.changes import MOST_REQUESTS, look
from app.scim.connection_test import Check, TimeLimits, Verdict, run
from app.scim.endpoint import Endpoint
from app.scim.observation import LONGEST_PAUSE, retry_after
from app.scim.tokens import StaticToken, TokenSource
from tests.hostile.server import TOKEN, Hostile, http, listing, says
from tests.support.probes import LOOKUP_AND_LIST

if TYPE_CHECKING:
    import socket
    import threading
    from collections.abc import Callable


def pausing(*parts: bytes, seconds: float) -> Callable[[socket.socket, str, threading.Event], None]:
    def answering(connection: socket.socket, _request: str, stop: threading.Event) -> None:
        for part in parts:
            connection.sendall(part)
            if stop.wait(seconds):
                return

    return answering


WHOLE = listing()


@pytest.mark.parametrize(
    ("parts", "failure"),
    [
        ((b"", WHOLE), RequestFailure.TIMEOUT),
        ((WHOLE[:5], WHOLE[5:]), RequestFailure.TIMEOUT),
        ((b"HTTP/1.1 103 Early\r\n\r\n", WHOLE), RequestFailure.TIMEOUT),
        ((WHOLE[:-5], WHOLE[-5:]), RequestFailure.TOO_SLOW),
    ],
)
def test_a_request_ends_within_its_limit(parts: tuple[bytes, ...], failure: RequestFailure) -> None:
    async def once(url: str, limit_seconds: float) -> Answer | NoAnswer:
        async with ReadOnlyClient("localhost", None, practice=True) as client:
            return await client.get(url, TOKEN, limit_seconds)

    with Hostile(pausing(*parts, seconds=0.4)) as server:
        assert isinstance(asyncio.run(once(server.base_url, 3.0)), Answer)
        began = time.monotonic()
        answer = asyncio.run(once(server.base_url, 0.2))
    assert isinstance(answer, NoAnswer)
    assert answer.failure is failure
    assert 0.2 <= time.monotonic() - began < 1.2


def test_early_answers_without_end_do_not_prolong_it() -> None:
    def answering(connection: socket.socket, _request: str, stop: threading.Event) -> None:
        while not stop.wait(0.01):
            connection.sendall(b"HTTP/1.1 103 Early\r\nX: " + b"a" * 1000 + b"\r\n\r\n")

    async def once(url: str) -> Answer | NoAnswer:
        async with ReadOnlyClient("localhost", None, practice=True) as client:
            return await client.get(url, TOKEN, 0.3)

    began = time.monotonic()
    with Hostile(answering) as server:
        answer = asyncio.run(once(server.base_url))
    assert isinstance(answer, NoAnswer)
    assert answer.failure is RequestFailure.TIMEOUT
    assert time.monotonic() - began < 1.5


@pytest.mark.parametrize(("whole", "last"), [(5.0, Check.CONTROL), (0.75, Check.GROUPS), (0.45, Check.USERS)])
def test_the_whole_test_ends_within_its_limit(whole: float, last: Check) -> None:
    """Three requests of 0.3 seconds each; requests that do not fit are cut short."""

    def answering(connection: socket.socket, request: str, stop: threading.Event) -> None:
        stop.wait(0.3)
        says(listing())(connection, request, stop)

    began = time.monotonic()
    with Hostile(answering) as server:
        tokens = TokenSource(StaticToken(TOKEN), practice=True)
        limits = TimeLimits(name=1.0, request=2.0, whole=whole)
        endpoint = Endpoint(server.base_url, practice=True)
        found = asyncio.run(run(endpoint, tokens, LOOKUP_AND_LIST, limits=limits))
    assert time.monotonic() - began < whole + 1
    passed = [finding.check for finding in found if finding.verdict is Verdict.PASSED]
    assert passed[-1] is last or whole < 1
    assert (Check.CONTROL in passed) == (last is Check.CONTROL)


def test_a_look_asks_no_more_than_its_limit() -> None:
    old = {"id": "1", "meta": {"lastModified": "2001-01-01T00:00:00Z"}}
    answers = [listing({"id": "1"}, total=9), listing(old, total=9), listing(total=9), http(400), http(500)]
    pick = random.Random(4)

    def answering(connection: socket.socket, _request: str, _stop: threading.Event) -> None:
        connection.sendall(pick.choice(answers))

    async def once(url: str) -> object:
        async with ReadOnlyClient("localhost", None, practice=True) as client:
            return await look(client, Endpoint(url, practice=True), TOKEN, datetime(2026, 11, 1, tzinfo=UTC))

    most = 0
    with Hostile(answering) as server:
        for _ in range(60):
            server.requests.clear()
            asyncio.run(once(server.base_url))
            most = max(most, len(server.requests))
    assert most == MOST_REQUESTS


NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("86399", 86_399.0),
        ("86400", LONGEST_PAUSE),
        ("86401", LONGEST_PAUSE),
        ("9" * 100_000, LONGEST_PAUSE),
        ("Wed, 25 Nov 2026 12:00:00 GMT", LONGEST_PAUSE),
        ("Wed, 25 Nov 2026 12:00:01 GMT", LONGEST_PAUSE),
        ("Wed, 25 Nov 2026 11:59:59 GMT", 86_399.0),
        ("Fri, 31 Dec 9999 23:59:59 -2359", LONGEST_PAUSE),
        ("Fri, 31 Dec 99999999999 23:59:59 GMT", None),
        ("Mon, 1 Jan 2027 00:00:00 +99999999999999", None),
        ("-1", None),
        ("\u0663", None),
        ("", None),
    ],
)
def test_a_pause(value: str, seconds: float | None) -> None:
    assert retry_after(value, NOW) == seconds
