"""Every limit on size, time and decompression at its edge: exactly the limit is accepted, one more is not."""

from __future__ import annotations

import asyncio
import gzip
import json
import random
import re
import time
import tracemalloc
import zlib
from collections import deque
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from app.diagnosis import portal_errors
from app.directory_sync.directories import LONGEST_LINE, MOST_DIRECTORIES, MOST_LINES
from app.exports.problems import LONGEST_FIELD, MOST_BYTES, MOST_ROWS
from app.guide.vocabulary import Kind
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
from app.practice.console_keys import KEY_SECONDS
from app.reports import explain
from app.reports.check import LIMIT_SECONDS, LONGEST_SECONDS
from app.scim import tokens
from app.scim.capabilities import ServicePart
from app.scim.changes import MOST_REQUESTS, look
from app.scim.connection_test import Check, TimeLimits, Verdict, run
from app.scim.endpoint import Endpoint
from app.scim.listing import LONGEST_TIME, MOST_RESOURCES, ListResponse, read_listing
from app.scim.observation import LONGEST_PAUSE, Observation, retry_after
from app.scim.tokens import LONGEST, Bearer, ServiceAccount, StaticToken, TokenSource
from app.session.workspace import MOST_RESTARTS
from app.setup.state import MOST_RUNS, Setup
from app.setup.store import _LIMIT_BYTES, Store
from app.system import policy
from app.system.administrators_file import MOST_LINKS
from app.values import rules
from tests.hostile.server import LIST, TOKEN, Hostile, http, listing, says
from tests.support.probes import LOOKUP_AND_LIST

if TYPE_CHECKING:
    import socket
    import threading
    from collections.abc import Callable

TABLE = {
    "`check` as a whole, unless `--timeout` says otherwise, and the longest `--timeout`": (
        f"{LIMIT_SECONDS:.0f} s, {LONGEST_SECONDS:,.0f} s"
    ),
    "Error given to `explain`": (
        f"{explain.LIMIT_BYTES // 1024**2} MB, the last {portal_errors.LONGEST:,} characters are read"
    ),
    "Body of an answer, both as sent and decompressed": f"{BODY_LIMIT:,} bytes each",
    "Headers of an answer": f"{HEAD_LIMIT:,} bytes",
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
    "Policy": f"{policy.LIMIT_BYTES:,} bytes, {MOST_LINKS} links",
    "Key of a practice console": f"{KEY_SECONDS:.0f} s, one use",
    "Starts of practice consoles that ended by themselves": f"{MOST_RESTARTS} in a run",
    "File of a setup": f"{_LIMIT_BYTES:,} bytes",
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


# -- size --------------------------------------------------------------------------------


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


@pytest.mark.parametrize("single", [True, False])
def test_headers(single: bool) -> None:
    def answer(size: int) -> bytes:
        names = len(b"X-1" if single else b"X-0001" * 64)
        rest = size - names
        lines = [b"X-1: " + b"a" * rest]
        if not single:
            parts = [rest // 64 + (number < rest % 64) for number in range(64)]
            lines = [b"X-%04d: " % number + b"a" * part for number, part in enumerate(parts)]
        return b"\r\n".join([b"HTTP/1.1 200 OK", *lines, b"", b""])

    assert isinstance(get(answer(HEAD_LIMIT)), Answer)
    over = get(answer(HEAD_LIMIT + 1))
    assert isinstance(over, NoAnswer)
    assert over.failure is RequestFailure.TOO_LARGE
    far_over = get(answer(HEAD_LIMIT * 8))
    assert isinstance(far_over, NoAnswer)
    assert far_over.failure in (RequestFailure.PROTOCOL, RequestFailure.TOO_LARGE)


# -- time --------------------------------------------------------------------------------


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


# -- what is read ------------------------------------------------------------------------


def answer_with(**members: object) -> Answer:
    body = json.dumps({"schemas": [LIST], **members}).encode()
    return Answer(200, "application/scim+json", {}, body, 0.0, {}, None, proxied=False)


def test_a_total() -> None:
    listed = read_listing(answer_with(totalResults=MOST_RESOURCES))
    assert isinstance(listed, ListResponse)
    assert f"{listed.total:,}"
    for total in (MOST_RESOURCES + 1, -1, 10**4000):
        assert read_listing(answer_with(totalResults=total)) is Observation.WRONG_SHAPE


def test_a_time() -> None:
    start = "2026-11-02T09:00:00."
    for length, dated in ((LONGEST_TIME, True), (LONGEST_TIME + 1, False)):
        text = start + "1" * (length - len(start) - 1) + "Z"
        assert len(text) == length
        found = read_listing(answer_with(totalResults=1, Resources=[{"meta": {"lastModified": text}}]))
        assert isinstance(found, ListResponse)
        assert bool(found.changes) == dated


def test_a_token_that_is_sent() -> None:
    def ask(token: str) -> tuple[Answer | NoAnswer, int]:
        async def once(url: str) -> Answer | NoAnswer:
            async with ReadOnlyClient("localhost", None, practice=True) as client:
                return await client.get(url, token)

        with Hostile(says(listing())) as server:
            return asyncio.run(once(server.base_url)), len(server.requests)

    answer, requests = ask("a" * LONGEST_TOKEN)
    assert (answer.status, requests) == (401, 1)
    refused, requests = ask("a" * (LONGEST_TOKEN + 1))
    assert isinstance(refused, NoAnswer)
    assert (refused.failure, requests) == (RequestFailure.REFUSED_BY_US, 0)


@pytest.mark.parametrize(
    ("lasts", "used"),
    [
        (LONGEST, LONGEST - tokens.EARLY),
        (LONGEST + 1, 0.0),
        (900, 840.0),
        (120, 60.0),
        (60, 30.0),
        (5, 2.5),
        (0, 0.0),
        (-5, 0.0),
        (10**400, 0.0),
        ("899", 0.0),
        (None, 0.0),
    ],
)
def test_the_life_of_a_fetched_token(lasts: object, used: float) -> None:
    body = json.dumps({"access_token": "issued", "expires_in": lasts}).encode()

    def answering(connection: socket.socket, _request: str, _stop: threading.Event) -> None:
        connection.sendall(http(200, body))

    clock = [0.0]
    with Hostile(answering) as server:
        account = ServiceAccount(f"http://127.0.0.1:{server.port}/token", "id", "secret", "tsg_id:1234")
        tokens = TokenSource(account, practice=True, clock=lambda: clock[0])
        for clock[0], requests in ((0.0, 1), (used - 0.001, 1), (used, 2)):
            assert isinstance(asyncio.run(tokens.bearer()), Bearer)
            assert len(server.requests) == requests


def test_a_pasted_text() -> None:
    assert rules.read(Kind.TOKEN, "a" * rules.LONGEST).value
    assert rules.read(Kind.TOKEN, "a" * (rules.LONGEST + 1)).value is None
    assert rules.LONGEST <= LONGEST_TOKEN


@pytest.mark.parametrize("more", [0, 1])
def test_the_file_of_a_setup(tmp_path: Path, more: int) -> None:
    setup = Setup(id="0" * 32, guide="entra", client="Entra", name="Example", created=NOW, changed=NOW)
    store = Store(tmp_path)
    store.save(setup)
    path = tmp_path / "setups" / f"{setup.id}.json"
    path.write_bytes(path.read_bytes().ljust(_LIMIT_BYTES + more))
    found = store.list()
    assert (len(found.setups), len(found.troubles)) == ((1, 0) if more == 0 else (0, 1))
