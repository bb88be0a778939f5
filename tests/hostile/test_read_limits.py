"""Limits of what is read: of numbers, times, tokens and files."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from app.guide.vocabulary import Kind
from app.net import (
    LONGEST_TOKEN,
    Answer,
    NoAnswer,
    ReadOnlyClient,
    RequestFailure,
)
from app.scim import tokens
from app.scim.listing import LONGEST_TIME, MOST_RESOURCES, ListResponse, read_listing
from app.scim.observation import Observation
from app.scim.tokens import LONGEST, Bearer, ServiceAccount, TokenSource
from app.setup.state import Setup
from app.setup.store import LIMIT_BYTES, Store
from app.values import rules
from tests.hostile.server import LIST, Hostile, http, listing, says

if TYPE_CHECKING:
    import socket
    import threading
    from pathlib import Path


def answer_with(**members: object) -> Answer:
    body = json.dumps({"schemas": [LIST], **members}).encode()
    return Answer(200, "application/scim+json", {}, body, 0.0, {}, None, proxied=False)


def test_a_total() -> None:
    listed = read_listing(answer_with(totalResults=MOST_RESOURCES))
    assert isinstance(listed, ListResponse)
    assert f"{listed.total:,}"
    for total in (MOST_RESOURCES + 1, -1, 10**4000):
        assert read_listing(answer_with(totalResults=total)) is Observation.BAD_COUNT


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
    now = datetime(2026, 11, 24, 12, tzinfo=UTC)
    setup = Setup(id="0" * 32, guide="entra", client="Entra", name="Example", created=now, changed=now)
    store = Store(tmp_path)
    store.save(setup)
    path = tmp_path / "setups" / f"{setup.id}.json"
    path.write_bytes(path.read_bytes().ljust(LIMIT_BYTES + more))
    found = store.list()
    assert (len(found.setups), len(found.troubles)) == ((1, 0) if more == 0 else (0, 1))
