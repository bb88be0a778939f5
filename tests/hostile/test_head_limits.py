"""What a peer sends before, between and after the parts of an answer counts into the limit on heads, exactly."""

from __future__ import annotations

import asyncio
import random
import socket
import time
from typing import TYPE_CHECKING

import pytest

from app.net import HEAD_LIMIT, Answer, NoAnswer, ReadOnlyClient, RequestFailure
from app.net.body import BodyLimitError
from app.net.metering import HeadMeter
from tests.hostile.server import TOKEN, Hostile
from tests.hostile.test_limits import by_length, in_chunks

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable


def get(*parts: bytes) -> Answer | NoAnswer:
    """The result of one request that is answered in these packets."""

    def answering(connection: socket.socket, _request: str, _stop: threading.Event) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for part in parts:
            connection.sendall(part)

    async def once(url: str) -> Answer | NoAnswer:
        async with ReadOnlyClient("localhost", None, practice=True) as client:
            return await client.get(url, TOKEN, 5.0)

    with Hostile(answering) as server:
        return asyncio.run(once(server.base_url))


def padded(start: bytes, size: int, lines: int = 1) -> bytes:
    """A head of exactly that many bytes, in so many header lines."""
    overhead = len(start) + lines * len(b"X-0000: \r\n") + len(b"\r\n")
    parts = [(size - overhead) // lines + (number < (size - overhead) % lines) for number in range(lines)]
    head = start + b"".join(b"X-%04d: %b\r\n" % (number, b"a" * part) for number, part in enumerate(parts)) + b"\r\n"
    assert len(head) == size
    return head


EARLY = b"HTTP/1.1 103 Early Hints\r\n"
FINAL = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


def heads_alone(size: int, lines: int) -> bytes:
    return padded(FINAL, size, lines) + b"{}"


def informational_heads(size: int, lines: int) -> bytes:
    early = size // 2 // lines
    return padded(EARLY, early) * lines + padded(FINAL, size - early * lines) + b"{}"


def trailers(size: int, lines: int) -> bytes:
    return CHUNKED + b"2\r\n{}\r\n0\r\n" + padded(b"", size - len(CHUNKED), lines)


def chunk_extensions(size: int, lines: int) -> bytes:
    share, more = divmod(size - len(CHUNKED) - 2, lines)
    chunks = (b"1;%b\r\n \r\n" % (b"x" * (share - 1 + (more if number == 0 else 0))) for number in range(lines))
    return CHUNKED + b"".join(chunks) + b"0\r\n\r\n"


@pytest.mark.parametrize("lines", [1, 7, 64])
@pytest.mark.parametrize("made", [heads_alone, informational_heads, trailers, chunk_extensions])
@pytest.mark.parametrize("piece", [0, 1000])
def test_heads(made: Callable[[int, int], bytes], lines: int, piece: int) -> None:
    def sent(size: int) -> Answer | NoAnswer:
        whole = made(size, lines)
        return get(*([whole] if not piece else (whole[at : at + piece] for at in range(0, len(whole), piece))))

    assert isinstance(sent(HEAD_LIMIT), Answer)
    for size in (HEAD_LIMIT + 1, HEAD_LIMIT * 8):
        over = sent(size)
        assert isinstance(over, NoAnswer)
        assert over.failure is RequestFailure.TOO_LARGE


@pytest.mark.parametrize(
    "flood", [EARLY + b"\r\n", b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 103 x\r\nX: 1\r\n\r\n"]
)
@pytest.mark.parametrize("through", [b"", FINAL + b"\r\n{}", CHUNKED + b"0\r\n"])
def test_heads_without_end_are_cut_off_at_once(flood: bytes, through: bytes) -> None:
    sent = 0

    def answering(connection: socket.socket, _request: str, _stop: threading.Event) -> None:
        nonlocal sent
        connection.sendall(through)
        for _ in range(20_000):
            connection.sendall(flood)
            sent += len(flood)

    async def twice(url: str) -> list[Answer | NoAnswer]:
        async with ReadOnlyClient("localhost", None, practice=True) as client:
            return [await client.get(url, TOKEN, 5.0) for _ in range(2)]

    began = time.monotonic()
    with Hostile(answering) as server:
        answers = asyncio.run(twice(server.base_url))
        connections = len(server.requests)
    assert time.monotonic() - began < 5
    if through.startswith(FINAL):
        # What follows a whole answer belongs to no request: each one opens a connection of its own.
        assert [answer.status for answer in answers] == [200, 200]
        assert connections == 2
    else:
        failures = [answer.failure for answer in answers if isinstance(answer, NoAnswer)]
        expected = RequestFailure.PROTOCOL if through else RequestFailure.TOO_LARGE
        assert failures == [expected, expected]


def test_an_answer_sent_ahead_answers_no_later_request() -> None:
    def answering(connection: socket.socket, _request: str, stop: threading.Event) -> None:
        connection.sendall(FINAL + b"\r\n{}" + b"HTTP/1.1 201 Ahead\r\nContent-Length: 0\r\n\r\n")
        stop.wait(0.5)

    async def twice(url: str) -> list[int | None]:
        async with ReadOnlyClient("localhost", None, practice=True) as client:
            return [(await client.get(url, TOKEN, 5.0)).status for _ in range(2)]

    with Hostile(answering) as server:
        assert asyncio.run(twice(server.base_url)) == [200, 200]


@pytest.mark.parametrize("seed", range(20))
def test_counting_follows_every_division_of_what_is_sent(seed: int) -> None:
    """The same bytes, cut anywhere, are counted the same; the body is not counted."""
    pick = random.Random(seed)
    made = pick.choice([heads_alone, informational_heads, trailers, chunk_extensions])
    answers = [made(pick.randrange(4000, HEAD_LIMIT + 1), pick.randrange(1, 9)) for _ in range(3)]
    whole = b"".join(answers) + in_chunks(b"x" * 200_000, "identity") + by_length(b"x" * 200_000, "identity")
    meter = HeadMeter()
    at = 0
    while at < len(whole):
        size = pick.choice([1, 2, 3, 50, 70_000])
        meter.take(whole[at : at + size])
        at += size
    with pytest.raises(BodyLimitError):
        meter.take(made(HEAD_LIMIT + 1, 3))
