"""Each bad answer of an endpoint gives one clear sentence and a next step in time, and leaves the setup unchanged.

For bad text in fields see ``tests/test_bad_input.py``.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from app.diagnosis.causes import explain
from app.diagnosis.setup_facts import SetupFacts
from app.net.body import BODY_LIMIT
from app.scim import connection_test
from app.scim.endpoint import Endpoint
from app.scim.observation import Observation
from app.scim.tokens import StaticToken, TokenSource
from tests.hostile import faults
from tests.hostile.certificates import wrong_host
from tests.hostile.faults import Scene, answers, certified, replies
from tests.hostile.server import TOKEN, listing, says
from tests.support.probes import LOOKUP
from tests.support.sessions import opened

if TYPE_CHECKING:
    import socket
    import threading
    from pathlib import Path

    import trustme

    from tests.hostile.faults import Injection

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
QUICK = connection_test.TimeLimits(name=1.0, request=0.6, whole=1.5)
HUNDRED_MB = 100_000_000

sent = [0]
"""Bytes of the 100 MB body that were sent, as far as the socket reports."""


def hundred_mb(connection: socket.socket, _request: str, stop: threading.Event) -> None:
    """Stream them in chunks, so that their number is not known in advance."""
    sent[0] = 0
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
    while sent[0] < HUNDRED_MB and not stop.is_set():
        connection.sendall(b"10000\r\n" + b" " * 65_536 + b"\r\n")
        sent[0] += 65_536


def announced(connection: socket.socket, _request: str, _stop: threading.Event) -> None:
    """Announce them and start sending."""
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {HUNDRED_MB}\r\n\r\n"
    connection.sendall(head.encode() + b" " * 1000)


ANSWERS: dict[str, tuple[Injection, Observation]] = {
    "401": (replies(401), Observation.UNAUTHORIZED),
    "403": (replies(403), Observation.FORBIDDEN),
    "404": (replies(404), Observation.NOT_FOUND),
    "429": (replies(429), Observation.TOO_MANY),
    "500": (replies(500), Observation.SERVER_ERROR),
    "redirect": (replies(302, Location="https://x.example/"), Observation.REDIRECT),
    "HTML with 200": (replies(200, faults.PAGE, "text/html"), Observation.HTML),
    "truncated JSON": (replies(200, b'{"totalResults": 1, "Reso'), Observation.BROKEN_OFF),
    "JSON of the wrong shape": (replies(200, b'{"totalResults": "0", "Resources": {}}'), Observation.WRONG_SHAPE),
    "someone where nobody can be": (answers(says(listing(faults.SOMEONE))), Observation.FILTER_IGNORED),
    "100 MB body": (answers(hundred_mb), Observation.TOO_LARGE),
    "100 MB body, announced": (answers(announced), Observation.TOO_LARGE),
    "compressed bomb": (answers(says(faults.BOMB)), Observation.TOO_LARGE),
    "never-ending drip": (answers(faults.drip(faults.BODY)), Observation.TOO_SLOW),
    "never-ending drip of a header": (answers(faults.drip(faults.HEAD)), Observation.TIMEOUT),
    "closed connection": (answers(faults.closes), Observation.CLOSED),
    "connection closed in the answer": (answers(faults.halves), Observation.CLOSED),
    "wrong certificate": (certified(wrong_host), Observation.WRONG_HOST),
}


@pytest.mark.usefixtures("secret_service", "trusted")
@pytest.mark.parametrize("name", ANSWERS)
def test_a_bad_answer_is_reported_and_leaves_the_setup_unchanged(
    name: str, authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inject, observation = ANSWERS[name]
    monkeypatch.setattr(connection_test, "TimeLimits", lambda: QUICK)

    async def story(url: str) -> None:
        captured = {"base_url": url, "token": f"{TOKEN}-0123456789"}
        async with opened(tmp_path / "data", captured=captured, practice=True) as session:
            before, began = session.setup, time.monotonic()
            assert await session.testing.run() == ""
            assert time.monotonic() - began < QUICK.whole + 1
            failed = next(each for each in session.testing.findings if each.verdict is connection_test.Verdict.FAILED)
            assert failed.observation is observation
            diagnosis = explain(session.testing.findings, SetupFacts.of(session.guide, session.setup))
            assert diagnosis is not None
            assert any(cause.step for cause in diagnosis.causes), "no cause leads to a step"
            assert all(cause.sentence.endswith(".") for cause in diagnosis.causes)
            (run,) = session.setup.runs
            assert any(check.verdict == "failed" for check in run.checks)
            assert replace(session.setup, runs=(), summary=before.summary) == before

    with Scene(authority) as scene:
        asyncio.run(story(inject(scene).base_url))


def test_no_more_of_a_hundred_megabytes_is_read_than_the_limit(authority: trustme.CA, trusted: Path) -> None:
    assert trusted.exists()
    with Scene(authority) as scene:
        endpoint = Endpoint(scene.serve(hundred_mb).base_url, practice=False)
        tokens = TokenSource(StaticToken(TOKEN), practice=False)
        probe = LOOKUP
        asyncio.run(connection_test.run(endpoint, tokens, probe, proxy_for=lambda _: None, limits=QUICK))
    # Bytes waiting in the buffers of both sockets count as sent.
    assert BODY_LIMIT < sent[0] < 16 * BODY_LIMIT
