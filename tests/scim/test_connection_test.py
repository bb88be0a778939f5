"""The checks before the first request: address, name, proxy."""

from __future__ import annotations

import asyncio
import socket
import time
from typing import TYPE_CHECKING

import pytest

from app.net.reach import ConnectResult
from app.scim.connection_test import Check, Finding, Observation, TimeLimits, Verdict, run
from app.scim.details import NameDetails, RouteDetails
from app.scim.endpoint import Endpoint
from app.scim.tokens import StaticToken, TokenSource
from tests.hostile.server import Hostile
from tests.support.probes import LOOKUP

if TYPE_CHECKING:
    import threading
    from collections.abc import Sequence

ENTRA = LOOKUP
TOKEN = TokenSource(StaticToken("token"), practice=False)
LIMITS = TimeLimits(name=0.2, request=0.4, whole=1.0)


def run_checks(url: str, resolver: object = None, proxy: str | None = None) -> tuple[Finding, ...]:
    given = resolver if callable(resolver) else None
    return asyncio.run(
        run(Endpoint(url, practice=False), TOKEN, ENTRA, proxy_for=lambda _: proxy, resolver=given, limits=LIMITS)
    )


@pytest.mark.parametrize(
    "url",
    [
        "",
        "not an address",
        "https://",
        "https://host:notaport/scim",
        "https://host:99999/scim",
        "https://[::1/scim",
        "http://cie.example/scim",
        "http://127.0.0.1/scim",
        "https://cie.example/scim?aadOptscim062020",
        "https://cie.example/scim#part",
        "https://user:word@cie.example/scim",
        "https://cie.example/s\ncim",
        "file:///etc/passwd",
    ],
)
def test_an_unusable_address_is_told_before_anything_is_sent(url: str) -> None:
    found = run_checks(url)
    seen = Observation.NOT_ENCRYPTED if url.startswith("http:") else Observation.MALFORMED
    assert (found[0].verdict, found[0].observation) == (Verdict.FAILED, seen)
    assert {each.verdict for each in found[1:]} == {Verdict.NOT_TRIED}


def test_a_name_that_does_not_exist() -> None:
    async def nobody(_host: str, _port: int) -> Sequence[object]:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    found = run_checks("https://cie.example/scim", nobody)
    assert (found[1].verdict, found[1].observation) == (Verdict.FAILED, Observation.NOT_FOUND_NAME)
    assert {each.verdict for each in found[2:]} == {Verdict.NOT_TRIED}


def test_a_name_server_that_hangs() -> None:
    async def hangs(_host: str, _port: int) -> Sequence[object]:
        await asyncio.sleep(30)
        return ()

    began = time.monotonic()
    found = run_checks("https://cie.example/scim", hangs)
    assert time.monotonic() - began < 1
    assert (found[1].verdict, found[1].observation) == (Verdict.FAILED, Observation.NAME_SLOW)


def test_a_refused_connection() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    found = run_checks(f"https://127.0.0.1:{port}/scim")
    assert found[1].details == NameDetails(addresses=1, ipv4=1)
    assert found[2].details == RouteDetails(ipv4=ConnectResult.REFUSED)
    assert (found[2].verdict, found[2].observation) == (Verdict.FAILED, Observation.REFUSED)


@pytest.mark.parametrize(
    ("status", "observation"), [(407, Observation.PROXY_SIGN_IN), (502, Observation.PROXY_NO_HOST)]
)
def test_a_proxy_that_refuses(status: int, observation: Observation) -> None:
    def refuses(connection: socket.socket, _request: str, _stop: threading.Event) -> None:
        connection.sendall(f"HTTP/1.1 {status} No\r\nContent-Length: 0\r\n\r\n".encode())

    with Hostile(refuses) as proxy:
        found = run_checks("https://cie.example/scim", proxy=f"http://127.0.0.1:{proxy.port}")
    assert found[1].details == NameDetails(proxied=True)
    assert (found[2].check, found[2].verdict, found[2].observation) == (Check.ROUTE, Verdict.FAILED, observation)
    assert proxy.requests[0].startswith("CONNECT cie.example:443 ")
    assert "token" not in proxy.requests[0]


def test_a_proxy_that_never_answers() -> None:
    def silent(_connection: socket.socket, _request: str, stop: threading.Event) -> None:
        stop.wait(2)

    with Hostile(silent) as proxy:
        found = run_checks("https://cie.example/scim", proxy=f"http://127.0.0.1:{proxy.port}")
    assert (found[2].verdict, found[2].observation) == (Verdict.FAILED, Observation.PROXY_FAILED)


@pytest.mark.parametrize(
    ("proxy", "seen"),
    [
        ("http://127.0.0.1:9", Observation.PROXY_UNREACHABLE),
        ("socks5://127.0.0.1:9", Observation.PROXY_KIND),
        ("nonsense", Observation.PROXY_ADDRESS),
        ("http://[bad", Observation.PROXY_ADDRESS),
    ],
)
def test_a_proxy_that_is_not_there(proxy: str, seen: Observation) -> None:
    found = run_checks("https://cie.example/scim", proxy=proxy)
    assert (found[2].verdict, found[2].observation) == (Verdict.FAILED, seen)


def test_a_run_can_be_cancelled() -> None:
    async def cancelled() -> None:
        never = asyncio.Event()

        async def hangs(_host: str, _port: int) -> Sequence[object]:
            await never.wait()
            return ()

        endpoint = Endpoint("https://cie.example/scim", practice=False)
        task = asyncio.create_task(run(endpoint, TOKEN, ENTRA, proxy_for=lambda _: None, resolver=hangs))
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancelled())


def test_the_path_stays_as_copied() -> None:
    endpoint = Endpoint("https://CIE.example:8443/a%2Fb//scim/", practice=False)
    assert (endpoint.host, endpoint.port) == ("cie.example", 8443)
    assert endpoint.url("/Users", {"filter": 'userName eq "x-1"'}) == (
        "https://CIE.example:8443/a%2Fb//scim/Users?filter=userName%20eq%20%22x-1%22"
    )
    assert "scim" not in repr(endpoint)
