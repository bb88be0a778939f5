"""Tokens fetched with a service account: over real HTTP, kept until shortly before their end, sent nowhere else."""

from __future__ import annotations

import asyncio
import json
from base64 import b64encode
from typing import TYPE_CHECKING

import pytest

from app.net import NoAnswer, RequestFailure, TokenClient
from app.scim.observation import Observation
from app.scim.tokens import Bearer, NotIssued, ServiceAccount, StaticToken, TokenSource
from tests.hostile.server import Hostile, http

if TYPE_CHECKING:
    import socket
    import threading

SECRET = "canary-of-the-client"


def issuing(token: str = "issued", lasts: object = 900) -> bytes:
    return http(200, json.dumps({"access_token": token, "token_type": "Bearer", "expires_in": lasts}).encode())


def answers(*bodies: bytes) -> Hostile:
    left = list(bodies)

    def answering(connection: socket.socket, _request: str, _stop: threading.Event) -> None:
        connection.sendall(left.pop(0) if len(left) > 1 else left[0])

    return Hostile(answering)


def source(server: Hostile, clock: list[float]) -> TokenSource:
    account = ServiceAccount(f"http://127.0.0.1:{server.port}/token", "id@1", SECRET, "tsg_id:1234")
    return TokenSource(account, practice=True, clock=lambda: clock[0])


def test_the_request_is_the_client_credentials_grant() -> None:
    with answers(issuing()) as server:
        bearer = asyncio.run(source(server, [0.0]).bearer())
        assert isinstance(bearer, Bearer)
        assert (bearer.token, bearer.lasts) == ("issued", 900.0)
        assert 0 < bearer.seconds < 5
        (request,) = server.requests
    head, _, body = request.partition("\r\n\r\n")
    assert head.startswith("POST /token HTTP/1.1")
    pair = b64encode(f"id@1:{SECRET}".encode()).decode()
    assert f"authorization: basic {pair}".lower() in head.lower()
    assert "content-type: application/x-www-form-urlencoded" in head.lower()
    assert body == "grant_type=client_credentials&scope=tsg_id%3A1234"


def test_a_token_is_kept_until_a_minute_before_its_end() -> None:
    clock = [0.0]
    with answers(issuing("first"), issuing("second")) as server:
        tokens = source(server, clock)

        def token() -> str:
            issued = asyncio.run(tokens.bearer())
            assert isinstance(issued, Bearer)
            return issued.token

        assert token() == "first"
        clock[0] = 839.0
        assert token() == "first"
        clock[0] = 841.0
        assert token() == "second"
        tokens.forget()
        assert token() == "second"
        assert len(server.requests) == 3
    assert SECRET not in repr(tokens) + repr(vars(tokens))


@pytest.mark.parametrize(
    ("answer", "observation"),
    [
        (http(401, b'{"error":"invalid_client"}'), Observation.CLIENT_REFUSED),
        (http(400, b'{"error":"invalid_scope"}'), Observation.CLIENT_REFUSED),
        (http(500), Observation.NO_TOKEN),
        (http(302, Location="https://elsewhere.example/"), Observation.NO_TOKEN),
        (http(200, b"<html>", "text/html"), Observation.NO_TOKEN),
        (http(200, b'{"access_token": ""}'), Observation.NO_TOKEN),
        (http(200, b'{"access_token": 7}'), Observation.NO_TOKEN),
        (http(200, b"[]"), Observation.NO_TOKEN),
        (http(200, b"[" * 200_000), Observation.NO_TOKEN),
        (http(200, b'{"access_token": "x", "token_type": "mac"}'), Observation.NO_TOKEN),
        (b"nonsense\r\n\r\n", Observation.NOT_HTTP),
        (b"", Observation.CLOSED),
    ],
)
def test_no_token_is_told_and_nothing_is_kept(answer: bytes, observation: Observation) -> None:
    with answers(answer) as server:
        tokens = source(server, [0.0])
        for _ in range(2):
            issued = asyncio.run(tokens.bearer())
            assert isinstance(issued, NotIssued)
            assert issued.observation is observation
        assert len(server.requests) == 2


@pytest.mark.parametrize(
    "url",
    [
        "https://auth.apps.paloaltonetworks.com.evil.example/oauth2/access_token",
        "https://evil.example/oauth2/access_token",
        "http://auth.apps.paloaltonetworks.com/oauth2/access_token",
        "http://127.0.0.1:9/oauth2/access_token",
        "https://user@auth.apps.paloaltonetworks.com/oauth2/access_token",
    ],
)
def test_client_id_and_secret_go_to_the_documented_host_only(url: str) -> None:
    async def fetch() -> object:
        async with TokenClient() as client:
            return await client.fetch(url, "id", SECRET, "tsg_id:1234", 1.0)

    answer = asyncio.run(fetch())
    assert isinstance(answer, NoAnswer)
    assert answer.failure is RequestFailure.REFUSED_BY_US


def test_a_captured_token_needs_no_request() -> None:
    tokens = TokenSource(StaticToken("captured"), practice=False)
    assert asyncio.run(tokens.bearer()) == Bearer("captured")
    assert not tokens.fetches
