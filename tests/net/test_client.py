"""What the clients refuse to send, what they never show, and which proxy they use."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

import pytest

from app import net
from app.net import Answer, LoopbackClient, NoAnswer, ReadOnlyClient, RequestFailure, system_proxy
from tests.hostile.server import TOKEN, Hostile, http, says

if TYPE_CHECKING:
    import socket
    import threading


def get(url: str, host: str = "localhost", token: str | None = TOKEN, *, plain: bool = True) -> Answer | NoAnswer:
    async def once() -> Answer | NoAnswer:
        async with ReadOnlyClient(host, None, practice=plain) as client:
            return await client.get(url, token, 1.0)

    return asyncio.run(once())


@pytest.mark.parametrize(
    ("url", "host", "plain"),
    [
        ("http://localhost:{}/x", "localhost", False),
        ("http://127.0.0.1:{}/x", "localhost", True),
        ("http://user@localhost:{}/x", "localhost", True),
        ("http://localhost.example:{}/x", "localhost", True),
        ("http://cie.example:{}/x", "cie.example", True),
        ("ftp://localhost:{}/x", "localhost", True),
        ("//localhost:{}/x", "localhost", True),
        ("http://localhost:{}9999/x", "localhost", True),
        ("", "localhost", True),
        ("", "", True),
    ],
)
def test_the_reader_sends_to_no_other_host(url: str, host: str, plain: bool) -> None:
    with Hostile(says(http(200))) as server:
        answer = get(url.format(server.port), host, plain=plain)
    assert isinstance(answer, NoAnswer)
    assert answer.failure is RequestFailure.REFUSED_BY_US
    assert server.requests == []


@pytest.mark.parametrize("token", ["", " ", "a\nb", "a\r\nX: y", "caf\u00e9", "\u200b"])
def test_a_token_not_allowed_in_a_header_is_not_sent(token: str) -> None:
    with Hostile(says(http(200))) as server:
        answer = get(server.base_url, token=token)
    assert isinstance(answer, NoAnswer)
    assert server.requests == []


def test_nothing_secret_is_shown_or_logged(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    secret = http(200, b"private body", Set_Cookie="private-cookie=1")
    with caplog.at_level(logging.DEBUG), Hostile(says(secret)) as server:
        answer = get(f"{server.base_url}/private-path")
    assert isinstance(answer, Answer)
    assert answer.body == b"private body"
    assert "http" in answer.timings
    for shown in (repr(answer), caplog.text):
        assert "private" not in shown
        assert TOKEN not in shown


def test_cookies_are_not_kept() -> None:
    async def twice(url: str) -> None:
        async with ReadOnlyClient("localhost", None, practice=True) as client:
            await client.get(url, TOKEN)
            await client.get(url, TOKEN)

    with Hostile(says(http(200, Set_Cookie="a=1"))) as server:
        asyncio.run(twice(server.base_url))
    assert len(server.requests) == 2
    assert "cookie" not in server.requests[1].lower()


@pytest.mark.parametrize("verb", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_the_loopback_client_sends_every_method(verb: str) -> None:
    async def once(url: str) -> Answer | NoAnswer:
        async with LoopbackClient() as client:
            return await client.request(verb, url, headers={"Authorization": f"Bearer {TOKEN}"})

    with Hostile(says(http(302, Location="http://localhost:9/"))) as server:
        answer = asyncio.run(once(server.base_url))
    assert isinstance(answer, Answer)
    assert answer.status == 302
    assert server.requests[0].startswith(f"{verb} /scim/v2 ")


def test_the_loopback_client_sends_forms() -> None:
    bodies: list[bytes] = []

    def form(connection: socket.socket, request: str, _stop: threading.Event) -> None:
        body = request.partition("\r\n\r\n")[2].encode()
        bodies.append(body or connection.recv(100))
        connection.sendall(http(204))

    async def once(url: str) -> Answer | NoAnswer:
        async with LoopbackClient() as client:
            return await client.request("POST", url, form={"name": "a b&c"})

    with Hostile(form) as server:
        assert isinstance(asyncio.run(once(server.base_url)), Answer)
    assert bodies == [b"name=a+b%26c"]


@pytest.mark.parametrize("url", ["http://example.com/", "http://127.0.0.1.example/", "file:///etc/passwd", "http://["])
def test_the_loopback_client_sends_only_to_this_computer(url: str) -> None:
    async def once() -> Answer | NoAnswer:
        async with LoopbackClient() as client:
            return await client.request("GET", url)

    answer = asyncio.run(once())
    assert isinstance(answer, NoAnswer)
    assert answer.failure is RequestFailure.REFUSED_BY_US


def test_the_system_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    assert system_proxy("https://cie.example/") is None
    monkeypatch.setenv("https_proxy", "proxy.example:3128")
    monkeypatch.setenv("no_proxy", "inside.example")
    assert system_proxy("https://cie.example/") == "http://proxy.example:3128"
    assert system_proxy("https://inside.example/") is None
    assert system_proxy("https://a.inside.example:8443/") is None
    assert system_proxy("https://127.0.0.1/") is None
    assert system_proxy("not a url") is None


def test_prepare_imports_what_a_request_needs() -> None:
    import sys

    net.prepare()
    assert {"httpx", "truststore"} <= set(sys.modules)
