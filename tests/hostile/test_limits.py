"""Every limit on size, time and decompression at its edge: exactly the limit is accepted, one more is not."""

from __future__ import annotations

import asyncio
import gzip
import re
import tracemalloc
import zlib
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from app.diagnosis import portal_errors
from app.directory_sync.directories import LONGEST_LINE, MOST_DIRECTORIES, MOST_LINES
from app.exports.problems import LONGEST_FIELD, MOST_BYTES, MOST_ROWS
from app.net import (
    BODY_LIMIT,
    HEAD_LIMIT,
    LONGEST_TOKEN,
    REQUEST_SECONDS,
    Answer,
    NoAnswer,
    ReadOnlyClient,
    RequestFailure,
)
from app.net.body import BodyLimitError, Inflater
from app.net.certificate import LONGEST_NAME
from app.net.proxy import LONGEST_PROXY
from app.polling.turns import APART, MOST_AT_ONCE
from app.practice.console_keys import KEY_SECONDS
from app.reports import explain
from app.reports.check import LIMIT_OF_ALL, LIMIT_SECONDS, LONGEST_SECONDS
from app.scim.capabilities import ServicePart
from app.scim.changes import MOST_REQUESTS
from app.scim.connection_test import TimeLimits
from app.scim.listing import LONGEST_TIME, MOST_RESOURCES
from app.scim.observation import LONGEST_PAUSE
from app.scim.tokens import LONGEST
from app.session.workspace import MOST_RESTARTS
from app.setup import document, hand_over
from app.setup.state import MOST_RUNS
from app.setup.store import LIMIT_BYTES
from app.system import policy, start_request
from app.system.administrators_file import MOST_LINKS
from app.system.environment import LEAST_DPI, LEAST_SCALE, MOST_DPI, MOST_SCALE
from app.values import rules
from app.vault.vault import DISMISSED_SECONDS
from tests.hostile.server import TOKEN, Hostile, http
from ui.dialogs.message import MORE_LINES, TEXT_LINES

if TYPE_CHECKING:
    import socket
    import threading
    from collections.abc import Callable

TABLE = {
    "`check` as a whole, of one setup and of all, unless `--timeout` says otherwise, and the longest `--timeout`": (
        f"{LIMIT_SECONDS:.0f} s, {LIMIT_OF_ALL:.0f} s, {LONGEST_SECONDS:,.0f} s"
    ),
    "Error given to `explain`": (
        f"{explain.LIMIT_BYTES // 1024**2} MB, the last {portal_errors.LONGEST:,} characters are read"
    ),
    "Body of an answer, both as sent and decompressed": f"{BODY_LIMIT:,} bytes each",
    "Heads of an answer: informational ones, its own, chunk extensions and trailers": f"{HEAD_LIMIT:,} bytes",
    "One request, from the name lookup to the last byte": f"{REQUEST_SECONDS:.0f} s",
    "Test Connection as a whole": f"{TimeLimits().whole:.0f} s",
    "Requests for the capabilities of a service, within the same 20 s": str(len(ServicePart)),
    "Runs of Test Connection that are kept": str(MOST_RUNS),
    "Requests of one look for the change timestamp": str(MOST_REQUESTS),
    "Pause that an endpoint may request": f"{LONGEST_PAUSE:,.0f} s",
    "`totalResults` of a list": f"{MOST_RESOURCES:,}",
    "`meta.lastModified`": f"{LONGEST_TIME} characters",
    "Token that is sent": f"{LONGEST_TOKEN:,} characters",
    "Lifetime of a fetched token": f"at most {LONGEST:,} s",
    "Directories of a tenant": f"{MOST_DIRECTORIES:,}",
    "Log lines of a directory, and their length": f"{MOST_LINES} of {LONGEST_LINE} characters",
    "Name in a certificate": f"{LONGEST_NAME} characters",
    "Pasted text": f"{rules.LONGEST:,} characters",
    "Export: bytes, rows, characters of a field": f"{MOST_BYTES:,}, {MOST_ROWS:,}, {LONGEST_FIELD:,}",
    "Address of a proxy": f"{LONGEST_PROXY:,} characters",
    "Scale and resolution from the environment": (f"{LEAST_SCALE:g} to {MOST_SCALE:g}, {LEAST_DPI:,} to {MOST_DPI:,}"),
    "Policy": f"{policy.LIMIT_BYTES:,} bytes, {MOST_LINKS} links",
    "Time without another prompt after one was dismissed": f"{DISMISSED_SECONDS:.0f} s",
    "Looks of waits": f"{MOST_AT_ONCE} at a time, {APART} s apart",
    "Key of a practice console": f"{KEY_SECONDS:.0f} s, one use",
    "Starts of practice consoles that ended by themselves": f"{MOST_RESTARTS} in a run",
    "File of a setup, and hand-over file": f"{LIMIT_BYTES:,} bytes",
    "Hand-over file: name, client, an id": (
        f"{hand_over.LONGEST_NAME}, {hand_over.LONGEST_CLIENT}, {hand_over.LONGEST_ID} characters"
    ),
    "Setup: entries of a list, characters of an id and of a text, counts": (
        f"{document.MOST_ENTRIES:,}, {document.LONGEST_KEY}, {rules.LONGEST:,}, 0 to {document.MOST:,}"
    ),
    "Request of a second start, its activation token, and the wait for either side": (
        f"{start_request.LIMIT_BYTES:,} bytes, {start_request.LONGEST_TOKEN} characters, "
        f"{start_request.LIMIT_SECONDS:.0f} s"
    ),
    "Text of a message box": f"{TEXT_LINES} lines, and {MORE_LINES} of explanation",
}


def test_the_table_of_limits_is_the_one_in_force() -> None:
    text = (Path(__file__).resolve().parents[2] / "SECURITY.md").read_text("utf-8")
    table = text.partition("## Limits\n")[2].partition("\n## ")[0]
    assert dict(re.findall(r"^\| ([^|]+?) \| ([^|]+?) \|", table, re.MULTILINE)[1:]) == TABLE


def get(answer: bytes, limit_seconds: float = 5.0) -> Answer | NoAnswer:
    def answering(connection: socket.socket, _request: str, _stop: threading.Event) -> None:
        connection.sendall(answer)

    async def once(url: str) -> Answer | NoAnswer:
        async with ReadOnlyClient("localhost", None, practice=True) as client:
            return await client.get(url, TOKEN, limit_seconds)

    with Hostile(answering) as server:
        return asyncio.run(once(server.base_url))


def by_length(body: bytes, coding: str) -> bytes:
    return http(200, body, Content_Encoding=coding)


def in_chunks(body: bytes, coding: str) -> bytes:
    head = f"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Encoding: {coding}\r\n\r\n".encode()
    parts = [body[start : start + 50_000] for start in range(0, len(body), 50_000)]
    return head + b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def to_the_end(body: bytes, coding: str) -> bytes:
    return f"HTTP/1.1 200 OK\r\nContent-Encoding: {coding}\r\nConnection: close\r\n\r\n".encode() + body


def padded_gzip(length: int) -> bytes:
    """Return a gzip file of exactly that many bytes, padded through its file name (RFC 1952 section 2.3)."""
    deflated = gzip.compress(b"{}", mtime=0)[10:]
    head = b"\x1f\x8b\x08\x08" + bytes(6)
    return head + b"n" * (length - len(head) - 1 - len(deflated)) + b"\0" + deflated


def raw_deflate(body: bytes) -> bytes:
    return zlib.compress(body)[2:-4]


@pytest.mark.parametrize("framed", [by_length, in_chunks, to_the_end])
@pytest.mark.parametrize(
    ("coding", "packed"),
    [
        ("identity", lambda size: b"x" * size),
        ("gzip", lambda size: gzip.compress(b"x" * size)),
        ("gzip", padded_gzip),
        ("deflate", lambda size: zlib.compress(b"x" * size)),
        ("deflate", lambda size: raw_deflate(b"x" * size)),
    ],
)
def test_a_body(framed: Callable[[bytes, str], bytes], coding: str, packed: Callable[[int], bytes]) -> None:
    assert isinstance(get(framed(packed(BODY_LIMIT), coding)), Answer)
    over = get(framed(packed(BODY_LIMIT + 1), coding))
    assert isinstance(over, NoAnswer)
    assert over.failure is RequestFailure.TOO_LARGE


def test_a_body_that_is_only_announced() -> None:
    head = "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n"
    for announced, failure in (
        (BODY_LIMIT, RequestFailure.CLOSED),
        (BODY_LIMIT + 1, RequestFailure.TOO_LARGE),
        ("9" * 19, RequestFailure.TOO_LARGE),
        ("9" * 5000, RequestFailure.PROTOCOL),
    ):
        answer = get(head.format(announced).encode())
        assert isinstance(answer, NoAnswer)
        assert answer.failure is failure


@pytest.mark.parametrize("size", [1, 1000, 4096])
def test_unpacking_never_holds_more_than_the_limit(size: int) -> None:
    bomb = gzip.compress(bytes(200_000_000), 9)
    tracemalloc.start()
    try:
        inflater = Inflater("gzip", BODY_LIMIT)
        pieces = (bomb[start : start + size] for start in range(0, len(bomb), size))
        with pytest.raises(BodyLimitError) as refused:
            deque(map(inflater.feed, pieces), maxlen=0)
        assert tracemalloc.get_traced_memory()[1] < 4 * BODY_LIMIT
    finally:
        tracemalloc.stop()
    assert refused.value.failure is RequestFailure.TOO_LARGE


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
@pytest.mark.parametrize("after", [b"\0", b"{}", gzip.compress(b"more", mtime=0)])
def test_nothing_may_follow_a_packed_body(coding: str, after: bytes) -> None:
    packed = gzip.compress(b"{}") if coding == "gzip" else zlib.compress(b"{}")
    assert isinstance(get(by_length(packed, coding)), Answer)
    answer = get(by_length(packed + after, coding))
    assert isinstance(answer, NoAnswer)
    assert answer.failure is RequestFailure.ENCODING
