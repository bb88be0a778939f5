"""What is sent where, as recorded by servers and a proxy: GET with the token to the Base URL's host, nothing else."""

from __future__ import annotations

import asyncio
import json
import os
import socket
from base64 import b64encode
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self

import pytest

from app.net import NoAnswer, ReadOnlyClient, system_proxy
from app.scim.changes import look
from app.scim.connection_test import Check, Finding, TimeLimits, Verdict, run
from app.scim.endpoint import Endpoint
from app.scim.observation import Observation
from app.scim.tokens import Bearer, NotIssued, ServiceAccount, StaticToken, TokenSource
from app.values.address import TOKEN_HOST
from tests.hostile.proxy import Proxy
from tests.hostile.server import TOKEN, Hostile, http, listing, serving
from tests.support.probes import LOOKUP, PROBES

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator

    import trustme

HOST = "cie.example"
ELSEWHERE = "elsewhere.example"
PATH = "/private-tenant/scim/v2"
CLIENT_ID, CLIENT_SECRET = "private-id", "private-secret"
BASIC = b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
SINCE = datetime(2026, 11, 1, tzinfo=UTC)
QUICK = TimeLimits(name=2.0, request=2.0, whole=6.0)
PRIVATE = (TOKEN, CLIENT_ID, CLIENT_SECRET, BASIC, PATH, "private")
NAMES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


class World:
    """The endpoint, the token host, and a host that must never be contacted, each with TLS and its own name."""

    def __init__(self, authority: trustme.CA) -> None:
        self.endpoint = Hostile(self._scim, serving(authority, HOST))
        self.issuer = Hostile(self._issue, serving(authority, TOKEN_HOST))
        self.elsewhere = Hostile(self._anything, serving(authority, ELSEWHERE))
        self.plain = Hostile(self._anything)
        self.scim_says: bytes | None = None
        self.issuer_says: bytes | None = None
        self.ports = {HOST: self.endpoint.port, TOKEN_HOST: self.issuer.port, ELSEWHERE: self.elsewhere.port}
        self.resolved: list[str] = []
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        for server in (self.endpoint, self.issuer, self.elsewhere, self.plain):
            self._stack.enter_context(server)
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _scim(self, connection: socket.socket, request: str, _stop: threading.Event) -> None:
        if f"authorization: bearer {TOKEN}" not in request.lower():
            connection.sendall(http(401))
        elif self.scim_says is not None:
            connection.sendall(self.scim_says)
        elif "/ServiceProviderConfig" in request:
            connection.sendall(http(404))
        else:
            connection.sendall(listing())

    def _issue(self, connection: socket.socket, _request: str, _stop: threading.Event) -> None:
        issued = {"access_token": TOKEN, "token_type": "Bearer", "expires_in": 899}
        connection.sendall(self.issuer_says or http(200, json.dumps(issued).encode(), "application/json"))

    def _anything(self, connection: socket.socket, _request: str, _stop: threading.Event) -> None:
        connection.sendall(listing())

    @property
    def base_url(self) -> str:
        return f"https://{HOST}:{self.endpoint.port}{PATH}"

    @property
    def account(self) -> ServiceAccount:
        url = f"https://{TOKEN_HOST}:{self.issuer.port}/oauth2/access_token"
        return ServiceAccount(url, CLIENT_ID, CLIENT_SECRET, "tsg_id:1234")

    def places(self) -> list[str]:
        """Everything that a redirect might point to."""
        return [
            f"https://{ELSEWHERE}:{self.elsewhere.port}{PATH}/Users",
            f"http://localhost:{self.plain.port}{PATH}/Users",
            f"//{ELSEWHERE}:{self.elsewhere.port}/",
            f"https://{HOST}:{self.elsewhere.port}{PATH}/Users",
            f"{PATH}/Groups",
        ]

    def only_reads(self) -> None:
        """The endpoint got only GET, with a bearer token and no body; the token host never got that token."""
        for request in self.endpoint.requests:
            head, end, body = request.partition("\r\n\r\n")
            line, *headers = head.lower().split("\r\n")
            names = [header.partition(":")[0] for header in headers]
            assert line.startswith(f"get {PATH}/")
            assert (end, body) == ("\r\n\r\n", "")
            assert not {"content-length", "transfer-encoding", "cookie", "proxy-authorization"} & set(names)
            assert [header for header in headers if header.startswith("authorization: bearer ")]
            assert names.count("authorization") == 1
            assert f"host: {HOST}:{self.endpoint.port}" in headers
            assert not any(each.lower() in request.lower() for each in (CLIENT_ID, CLIENT_SECRET, BASIC))
        for request in self.issuer.requests:
            lower = request.lower()
            assert lower.startswith("post /oauth2/access_token http/1.1\r\n")
            assert f"authorization: basic {BASIC.lower()}\r\n" in lower
            assert TOKEN not in request
            assert PATH not in request
        assert self.elsewhere.requests == self.plain.requests == []


@pytest.fixture
def world(authority: trustme.CA, trusted: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """The world, in which every name resolves to this computer and no proxy is set."""
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    real = socket.getaddrinfo
    with World(authority) as made:

        def resolve(host: str | bytes, *more: Any, **named: Any) -> Any:
            name = host.decode() if isinstance(host, bytes) else host
            made.resolved.append(name.removesuffix("."))  # the absolute name is the same host
            return real("127.0.0.1" if name.removesuffix(".") in made.ports else name, *more, **named)

        monkeypatch.setattr(socket, "getaddrinfo", resolve)
        yield made


def run_checks(world: World, credentials: StaticToken | ServiceAccount, client: str) -> dict[Check, Finding]:
    """Run Test Connection with the proxy that the system's settings choose."""
    tokens = TokenSource(credentials, practice=False)
    found = asyncio.run(run(Endpoint(world.base_url, practice=False), tokens, PROBES[client], limits=QUICK))
    assert not any(each in repr(found) for each in PRIVATE)
    return {finding.check: finding for finding in found}


def watch(world: World, credentials: StaticToken | ServiceAccount) -> object:
    """Check for changes once, with the same proxy."""

    async def once() -> object:
        endpoint = Endpoint(world.base_url, practice=False)
        issued = await TokenSource(credentials, practice=False).bearer(system_proxy)
        assert isinstance(issued, Bearer)
        async with ReadOnlyClient(endpoint.host, system_proxy(f"https://{endpoint.host}/")) as client:
            return await look(client, endpoint, issued.token, SINCE)

    return asyncio.run(once())


@pytest.mark.parametrize("by", ["captured", "fetched"])
@pytest.mark.parametrize("way", ["direct", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "HTTP_PROXY", "NO_PROXY"])
def test_only_reads_go_to_the_endpoint(world: World, monkeypatch: pytest.MonkeyPatch, by: str, way: str) -> None:
    credentials = StaticToken(TOKEN) if by == "captured" else world.account
    with Proxy(world.ports) as proxy:
        if way == "NO_PROXY":
            monkeypatch.setenv("HTTPS_PROXY", proxy.url)
            monkeypatch.setenv("NO_PROXY", f"other.example,{HOST}")
        elif way != "direct":
            monkeypatch.setenv(way, proxy.url)
        for client in PROBES if way == "direct" else ["entra"]:
            found = run_checks(world, credentials, client)
            odd = {each.observation for each in found.values() if each.verdict is Verdict.WARNED}
            # A public name that resolves to this computer, or a private authority behind a proxy.
            assert odd <= {Observation.SPLIT_DNS, Observation.INSPECTED}
            assert Verdict.FAILED not in {each.verdict for each in found.values()}
        watch(world, credentials)
        heads, asked = list(proxy.heads), list(proxy.asked)
    world.only_reads()
    assert world.endpoint.requests
    assert bool(world.issuer.requests) == (by == "fetched")
    to_endpoint = f"CONNECT {HOST}:{world.endpoint.port} HTTP/1.1"
    to_issuer = f"CONNECT {TOKEN_HOST}:{world.issuer.port} HTTP/1.1"
    proxied = {"direct": set(), "HTTP_PROXY": set(), "NO_PROXY": {to_issuer}}.get(way, {to_endpoint, to_issuer})
    assert set(asked) == (proxied if by == "fetched" else proxied - {to_issuer})
    assert not any(each.lower() in head.lower() for head in heads for each in (*PRIVATE, "authorization"))
    # Names that the proxy resolves are not resolved here, and no others are.
    names = {HOST, TOKEN_HOST} - {line.split(" ")[1].rpartition(":")[0] for line in asked}
    assert set(world.resolved) - {"127.0.0.1"} == (names if by == "fetched" else names - {TOKEN_HOST})


@pytest.mark.parametrize("through_proxy", [False, True])
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_of_the_endpoint_is_not_followed(
    world: World, monkeypatch: pytest.MonkeyPatch, status: int, through_proxy: bool
) -> None:
    with Proxy(world.ports) as proxy:
        if through_proxy:
            monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        for place in world.places():
            world.endpoint.requests.clear()
            world.scim_says = http(status, Location=place, Refresh=f"0; url={place}", Content_Location=place)
            found = run_checks(world, StaticToken(TOKEN), "entra")
            assert found[Check.TOKEN].observation is Observation.REDIRECT
            assert len(world.endpoint.requests) == 1
            watch(world, StaticToken(TOKEN))
            world.only_reads()
        assert {line.split(" ")[1] for line in proxy.asked} <= {f"{HOST}:{world.endpoint.port}"}
    assert ELSEWHERE not in world.resolved


@pytest.mark.parametrize("through_proxy", [False, True])
@pytest.mark.parametrize("status", [302, 307, 308])
def test_a_redirect_of_the_token_host_is_not_followed(
    world: World, monkeypatch: pytest.MonkeyPatch, status: int, through_proxy: bool
) -> None:
    with Proxy(world.ports) as proxy:
        if through_proxy:
            monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        for place in world.places():
            world.issuer_says = http(status, Location=place)
            found = run_checks(world, world.account, "entra")
            assert found[Check.ISSUED].observation is Observation.NO_TOKEN
        world.only_reads()
        assert world.endpoint.requests == []
        assert {line.split(" ")[1] for line in proxy.asked} <= {f"{TOKEN_HOST}:{world.issuer.port}"}
    assert ELSEWHERE not in world.resolved


SIGN_IN = [
    http(407, Proxy_Authenticate='Basic realm="x"'),
    http(407, Proxy_Authenticate="NTLM"),
    http(407, b"<html>", "text/html", Proxy_Authenticate="Negotiate"),
    b"HTTP/1.1 407\r\n\r\n",
]


@pytest.mark.parametrize("by", ["captured", "fetched"])
@pytest.mark.parametrize("answer", SIGN_IN)
def test_a_proxy_that_requires_a_sign_in_gets_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch, answer: bytes, by: str
) -> None:
    with Proxy(world.ports, answer) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        found = run_checks(world, StaticToken(TOKEN) if by == "captured" else world.account, "entra")
        heads = list(proxy.heads)
    failed = found[Check.ROUTE if by == "captured" else Check.ISSUED]
    assert (failed.verdict, failed.observation) == (Verdict.FAILED, Observation.PROXY_SIGN_IN)
    assert len(heads) == 1
    assert not any(each.lower() in heads[0].lower() for each in (*PRIVATE, "authorization"))
    assert world.endpoint.requests == world.issuer.requests == []


@pytest.mark.parametrize("status", [301, 302, 307, 401, 403, 500, 502])
def test_a_proxy_that_answers_anything_else_gets_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    answer = http(status, b"<html>sign in", "text/html", Location=f"https://{ELSEWHERE}:{world.elsewhere.port}/")
    with Proxy(world.ports, answer) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        found = run_checks(world, StaticToken(TOKEN), "entra")
        assert len(proxy.heads) == 1
    assert found[Check.ROUTE].verdict is Verdict.FAILED
    assert found[Check.ROUTE].observation.startswith("proxy-")
    world.only_reads()
    assert world.endpoint.requests == []
    assert ELSEWHERE not in world.resolved


def test_proxy_credentials_go_only_to_the_proxy(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with Proxy(world.ports) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url.replace("//", "//me:proxy-word@"))
        run_checks(world, world.account, "entra")
        pair = b64encode(b"me:proxy-word").decode()
        assert all(f"proxy-authorization: basic {pair}".lower() in head.lower() for head in proxy.heads)
    world.only_reads()
    for request in (*world.endpoint.requests, *world.issuer.requests):
        assert "proxy" not in request.lower()
        assert pair not in request


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://[", "socks5://127.0.0.1:1", "odd://x", "http://a b"])
def test_an_unusable_proxy_is_never_bypassed(world: World, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("HTTPS_PROXY", url)
    found = run_checks(world, StaticToken(TOKEN), "entra")
    assert found[Check.ROUTE].verdict is Verdict.FAILED
    issued = asyncio.run(TokenSource(world.account, practice=False).bearer(system_proxy))
    assert isinstance(issued, NotIssued)
    assert world.endpoint.requests == world.issuer.requests == []


def test_practice_never_goes_through_a_proxy(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with Proxy(world.ports) as proxy:
        for name in NAMES[:3]:
            monkeypatch.setenv(name, proxy.url)
        endpoint = Endpoint(f"http://127.0.0.1:{world.plain.port}/practice", practice=True)
        tokens = TokenSource(StaticToken(TOKEN), practice=True)
        asyncio.run(run(endpoint, tokens, LOOKUP, limits=QUICK))
        assert proxy.heads == []
    assert len(world.plain.requests) == 3
    assert all(request.startswith("GET /practice/") for request in world.plain.requests)


def test_the_environment_itself_is_not_trusted(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Netrc and proxy variables reach a client only through ``system_proxy``."""
    with Proxy(world.ports) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        monkeypatch.setenv("NETRC", os.devnull)

        async def once() -> object:
            async with ReadOnlyClient(HOST, None) as client:
                return await client.get(f"{world.base_url}/Users", TOKEN)

        assert not isinstance(asyncio.run(once()), NoAnswer)
        assert proxy.heads == []
    world.only_reads()
