"""Whatever an endpoint does, Test Connection names the right check and ends in time."""

from __future__ import annotations

import asyncio
import gzip
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import trustme

from app.scim.connection_test import Check, Finding, Observation, TimeLimits, Verdict, run
from app.scim.details import AnswerDetails, BodyKind, CertificateDetails
from app.scim.endpoint import Endpoint
from app.scim.tokens import StaticToken, TokenSource
from tests.hostile.server import TOKEN, Hostile, http, listing, says, serving
from tests.support.probes import LOOKUP

if TYPE_CHECKING:
    import socket
    import threading

    from tests.hostile.server import Answering

ENTRA = LOOKUP
QUICK = TimeLimits(name=1.0, request=0.6, whole=1.5)


def run_checks(base_url: str, *, practice: bool = False, token: str = TOKEN) -> tuple[Finding, ...]:
    told: list[Finding] = []
    began = time.monotonic()
    endpoint = Endpoint(base_url, practice)
    tokens = TokenSource(StaticToken(token), practice=practice)
    found = asyncio.run(run(endpoint, tokens, ENTRA, proxy_for=lambda _: None, on_finding=told.append, limits=QUICK))
    assert time.monotonic() - began < QUICK.whole + 1
    assert tuple(told) == found
    assert [each.check for each in found] == [check for check in Check if check is not Check.ISSUED]
    assert TOKEN not in repr(found) + repr(endpoint)
    assert "/scim/v2" not in repr(found) + repr(endpoint)
    return found


def first_failed(found: tuple[Finding, ...]) -> Finding:
    failed = next(each for each in found if each.verdict is Verdict.FAILED)
    after = found[found.index(failed) + 1 :]
    assert all(each.verdict is Verdict.NOT_TRIED for each in after)
    assert all(each.verdict is Verdict.PASSED for each in found[: found.index(failed)])
    return failed


def endless(connection: socket.socket, _request: str, stop: threading.Event) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 104857600\r\n\r\n")
    for _ in range(1600):
        if stop.is_set():
            return
        connection.sendall(b" " * 65536)


def endless_chunks(connection: socket.socket, _request: str, stop: threading.Event) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
    for _ in range(1600):
        if stop.is_set():
            return
        connection.sendall(b"10000\r\n" + b" " * 65536 + b"\r\n")


def drip(connection: socket.socket, _request: str, stop: threading.Event) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9000\r\n\r\n")
    while not stop.wait(0.02):
        connection.sendall(b" ")


def silent(_connection: socket.socket, _request: str, stop: threading.Event) -> None:
    stop.wait(3)


def closes(_connection: socket.socket, _request: str, _stop: threading.Event) -> None:
    return


def halves(connection: socket.socket, _request: str, _stop: threading.Event) -> None:
    connection.sendall(listing()[:-10])


BOMB = gzip.compress(gzip.compress(b"\0" * 200_000_000, 9), 0)
HTML = b"<!doctype html><title>Welcome</title>"
SIGN_IN = b"<!doctype html><title>Sign in</title>"
PASSWORD = b'<html><form><input name="p" type="password"></form>'
SCIM_1 = b'{"schemas": ["urn:scim:schemas:core:1.0"], "totalResults": 0, "Resources": []}'
SOMEONE: dict[str, object] = {"id": "1", "userName": "someone"}


@pytest.mark.parametrize(
    ("answering", "check", "observation"),
    [
        (says(http(401)), Check.TOKEN, Observation.UNAUTHORIZED),
        (says(http(403)), Check.TOKEN, Observation.FORBIDDEN),
        (says(http(404)), Check.TOKEN, Observation.NOT_FOUND),
        (says(http(429, Retry_After="37")), Check.TOKEN, Observation.TOO_MANY),
        (says(http(500)), Check.TOKEN, Observation.SERVER_ERROR),
        (says(http(418)), Check.TOKEN, Observation.OTHER_STATUS),
        (says(http(200, HTML, "text/html; charset=utf-8")), Check.TOKEN, Observation.HTML),
        (says(http(200, HTML)), Check.TOKEN, Observation.HTML),
        (says(http(200, SIGN_IN)), Check.TOKEN, Observation.SIGN_IN_PAGE),
        (says(http(200, PASSWORD)), Check.TOKEN, Observation.SIGN_IN_PAGE),
        (says(http(302, Location="/sso/start")), Check.TOKEN, Observation.SIGN_IN_PAGE),
        (says(http(302, Location="https://guest.net.example/hotspot")), Check.TOKEN, Observation.CAPTIVE),
        (says(http(511, HTML, "text/html")), Check.TOKEN, Observation.CAPTIVE),
        (says(http(200, SCIM_1)), Check.USERS, Observation.SCIM_1),
        (says(http(200, b'{"schemas": ["urn')), Check.USERS, Observation.BROKEN_OFF),
        (says(http(200, b"[" * 100_000)), Check.USERS, Observation.NOT_JSON),
        (says(http(200, b"[]")), Check.USERS, Observation.WRONG_SHAPE),
        (says(http(200, b'{"totalResults": true}')), Check.USERS, Observation.WRONG_SHAPE),
        (says(http(200, b'{"totalResults": "0"}')), Check.USERS, Observation.WRONG_SHAPE),
        (says(listing(SOMEONE)), Check.USERS, Observation.FILTER_IGNORED),
        (endless, Check.USERS, Observation.TOO_LARGE),
        (endless_chunks, Check.USERS, Observation.TOO_LARGE),
        (says(http(200, gzip.decompress(BOMB), Content_Encoding="gzip")), Check.USERS, Observation.TOO_LARGE),
        (says(http(200, b"no gzip", Content_Encoding="gzip")), Check.USERS, Observation.BAD_ENCODING),
        (says(http(200, b"?", Content_Encoding="br")), Check.USERS, Observation.BAD_ENCODING),
        (drip, Check.USERS, Observation.TOO_SLOW),
        (silent, Check.TOKEN, Observation.TIMEOUT),
        (closes, Check.TOKEN, Observation.CLOSED),
        (halves, Check.USERS, Observation.CLOSED),
        (says(b"SSH-2.0-OpenSSH_9.6\r\n\r\n"), Check.TOKEN, Observation.NOT_HTTP),
    ],
)
@pytest.mark.usefixtures("trusted")
def test_misbehavior_is_reported_by_the_right_check(
    authority: trustme.CA, answering: Answering, check: Check, observation: Observation
) -> None:
    with Hostile(answering, serving(authority)) as server:
        failed = first_failed(run_checks(server.base_url))
    assert (failed.check, failed.observation) == (check, observation)
    # Not found: one more request, with a slash.
    assert len(server.requests) == (2 if observation is Observation.NOT_FOUND else 1)
    if observation is Observation.TOO_MANY:
        asked = 'GET \u2026/Users?filter=userName eq "<random GUID>"'
        assert isinstance(failed.details, AnswerDetails)
        assert failed.details == AnswerDetails(
            *(asked, 429, 37), body=BodyKind.NOTHING, exchange=failed.details.exchange
        )


@pytest.mark.usefixtures("trusted")
def test_a_redirect_is_not_followed(authority: trustme.CA) -> None:
    tls = serving(authority)
    with Hostile(says(listing()), tls) as target:
        with Hostile(says(http(302, Location=f"{target.base_url}/Users")), tls) as server:
            failed = first_failed(run_checks(server.base_url))
        assert (failed.check, failed.observation) == (Check.TOKEN, Observation.REDIRECT)
        assert target.requests == []


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("wrong", ["unknown", "host", "expired"])
def test_a_wrong_certificate_gets_no_token(authority: trustme.CA, wrong: str) -> None:
    expired = datetime.now(UTC) - timedelta(days=2)
    tls, observation = {
        "unknown": (serving(trustme.CA()), Observation.UNTRUSTED),
        "host": (serving(authority, "elsewhere.example"), Observation.WRONG_HOST),
        "expired": (serving(authority, not_after=expired), Observation.EXPIRED),
    }[wrong]
    with Hostile(says(listing()), tls) as server:
        failed = first_failed(run_checks(server.base_url))
    assert (failed.check, failed.observation) == (Check.CERTIFICATE, observation)
    assert server.requests == []


@pytest.mark.usefixtures("trusted")
def test_tls_to_a_plain_port_fails_at_the_certificate() -> None:
    def plain(connection: socket.socket, _request: str, _stop: threading.Event) -> None:
        connection.sendall(http(400))

    with Hostile(plain) as server:
        # The TLS greeting has no blank line, so the server waits for more: a handshake that never ends.
        failed = first_failed(run_checks(server.base_url.replace("http:", "https:")))
    assert (failed.check, failed.observation) == (Check.CERTIFICATE, Observation.TIMEOUT)


@pytest.mark.usefixtures("trusted")
def test_a_working_endpoint_passes_every_check(authority: trustme.CA) -> None:
    with Hostile(says(listing()), serving(authority)) as server:
        found = run_checks(server.base_url)
    assert {each.verdict for each in found} == {Verdict.PASSED}
    by_check = {each.check: each for each in found}
    certificate = by_check[Check.CERTIFICATE].details
    assert isinstance(certificate, CertificateDetails)
    assert certificate.days
    assert "trustme" in certificate.issuer
    lines = [request.partition("\r\n")[0] for request in server.requests]
    assert [line.split("?")[0] for line in lines] == [f"GET /scim/v2/{p}" for p in ("Users", "Groups", "Users")]
    assert "?filter=userName%20eq%20%22" in lines[0]
    assert TOKEN not in server.requests[2]


@pytest.mark.usefixtures("trusted")
def test_an_endpoint_that_ignores_the_token_is_reported(authority: trustme.CA) -> None:
    def open_door(connection: socket.socket, _request: str, _stop: threading.Event) -> None:
        connection.sendall(listing())

    with Hostile(open_door, serving(authority)) as server:
        failed = first_failed(run_checks(server.base_url))
    assert (failed.check, failed.observation) == (Check.CONTROL, Observation.OPEN_DOOR)


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize(("status", "verdict"), [(404, "not-offered"), (501, "not-offered"), (500, "warned")])
def test_groups_never_fail_the_test(authority: trustme.CA, status: int, verdict: str) -> None:
    def answering(connection: socket.socket, request: str, stop: threading.Event) -> None:
        answer = http(status) if "/Groups" in request else listing()
        says(answer)(connection, request, stop)

    with Hostile(answering, serving(authority)) as server:
        found = run_checks(server.base_url)
    verdicts = {each.check: each.verdict for each in found}
    assert verdicts.pop(Check.GROUPS) == verdict
    assert set(verdicts.values()) == {Verdict.PASSED}


def test_plain_http_is_for_practice_only() -> None:
    with Hostile(says(listing())) as server:
        failed = first_failed(run_checks(server.base_url))
        assert (failed.check, failed.observation) == (Check.ADDRESS, Observation.NOT_ENCRYPTED)
        assert server.requests == []
        found = run_checks(server.base_url, practice=True)
    plain = [each for each in found if each.verdict is not Verdict.PASSED]
    assert [(each.check, each.verdict) for each in plain] == [(Check.CERTIFICATE, Verdict.NOT_CHECKED)]
    assert plain[0].observation is Observation.PLAIN_PRACTICE


def test_a_token_that_cannot_be_sent_is_not_sent() -> None:
    with Hostile(says(listing())) as server:
        found = run_checks(server.base_url, practice=True, token="a\r\nX-Evil: 1")
    failed = next(each for each in found if each.verdict is Verdict.FAILED)
    assert (failed.check, failed.observation) == (Check.TOKEN, Observation.MALFORMED)
    assert server.requests == []
