"""The path to the endpoint: names, address families, proxies, certificates, clocks, and almost correct Base URLs."""

from __future__ import annotations

import asyncio
import socket
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, TypeVar

import pytest
import trustme

from app.diagnosis.findings import MEANINGS, meaning, sentence
from app.net.inspection import Authority
from app.net.names import AddressScope, Lookup, LookupStatus, looks_public
from app.net.proxy import ProxyOrigin
from app.net.reach import ConnectResult
from app.scim.connection_test import Check, Finding, Observation, TimeLimits, Verdict, run
from app.scim.details import AnswerDetails, BearerError, BodyKind, CertificateDetails, NameDetails, Repair, RouteDetails
from app.scim.endpoint import Endpoint
from app.scim.tokens import StaticToken, TokenSource
from tests.hostile import names
from tests.hostile.proxy import Proxy
from tests.hostile.server import TOKEN, Hostile, http, listing, says, serving
from tests.support.probes import LOOKUP

if TYPE_CHECKING:
    import threading
    from collections.abc import Sequence
    from pathlib import Path

HOST = "cie.example"
QUICK = TimeLimits(name=1.0, request=1.0, whole=2.0)


def run_checks(
    url: str, addresses: Sequence[str] | None = None, proxy: str | None = None, limits: TimeLimits = QUICK
) -> dict[Check, Finding]:
    async def resolver(_host: str, _port: int) -> Sequence[object]:
        return addresses or ()

    found = asyncio.run(
        run(
            Endpoint(url, practice=False),
            TokenSource(StaticToken(TOKEN), practice=False),
            LOOKUP,
            proxy_for=lambda _: proxy,
            resolver=resolver if addresses is not None else None,
            limits=limits,
        )
    )
    assert TOKEN not in repr(found)
    assert all(sentence(each) for each in found)
    return {each.check: each for each in found}


# -- names -----------------------------------------------------------------------------------


ONE = NameDetails(addresses=1, ipv4=1)


def test_the_answers_of_a_name_server_are_distinguished() -> None:
    hosts = {
        "two.example": (Verdict.PASSED, Observation.GOOD, NameDetails(addresses=3, ipv4=2, ipv6=1)),
        "nowhere.example": (Verdict.FAILED, Observation.NOT_FOUND_NAME, None),
        "empty.example": (Verdict.FAILED, Observation.NO_ADDRESS, None),
        "broken.example": (Verdict.FAILED, Observation.NAME_SERVER_FAILED, None),
        "silent.example": (Verdict.FAILED, Observation.NAME_SLOW, None),
        "inside.example": (Verdict.WARNED, Observation.SPLIT_DNS, replace(ONE, scope=AddressScope.PRIVATE)),
        "filtered.example": (Verdict.WARNED, Observation.SPLIT_DNS, replace(ONE, scope=AddressScope.LOOPBACK)),
        # Only with the search domain corp.example.
        "cie.api": (Verdict.WARNED, Observation.NAME_LOCAL, replace(ONE, scope=AddressScope.PRIVATE)),
        "short": (Verdict.WARNED, Observation.NAME_LOCAL, ONE),
    }
    for how, found in names.found_at_each_host().items():
        seen = {host: next(each for each in findings if each.check is Check.NAME) for host, findings in found.items()}
        assert {host: result(seen[host]) for host in hosts} == hosts, how


def result(finding: Finding) -> tuple[object, ...]:
    return finding.verdict, finding.observation, finding.details


T = TypeVar("T")


def details(finding: Finding, kind: type[T]) -> T:
    """Return the details of a finding as that class."""
    assert isinstance(finding.details, kind)
    return finding.details


@pytest.mark.parametrize(
    ("addresses", "scope"),
    [
        (("8.8.8.8",), AddressScope.PUBLIC),
        (("8.8.8.8", "10.0.0.1"), AddressScope.PUBLIC),
        (("2a00:1450:4001::1",), AddressScope.PUBLIC),
        (("10.0.0.1", "fe80::1%eth0"), AddressScope.PRIVATE),
        (("100.64.1.1",), AddressScope.PRIVATE),
        (("10.0.0.1", "127.0.0.1"), AddressScope.PRIVATE),
        (("127.0.0.1", "::1", "0.0.0.0"), AddressScope.LOOPBACK),
    ],
)
def test_where_addresses_lead(addresses: tuple[str, ...], scope: AddressScope) -> None:
    assert Lookup(LookupStatus.FOUND, addresses).scope is scope


@pytest.mark.parametrize(
    ("host", "public"),
    [("cie.example.com", True), ("cie", False), ("cie.corp", False), ("10.0.0.1", False), ("cie.home.arpa", False)],
)
def test_names_that_public_servers_should_know(host: str, public: bool) -> None:
    assert looks_public(host) is public


# -- connections -----------------------------------------------------------------------------


@pytest.mark.usefixtures("trusted")
@pytest.mark.usefixtures("trusted")
def test_one_connection_serves_the_whole_test(authority: trustme.CA) -> None:
    def answering(connection: socket.socket, request: str, _stop: threading.Event) -> None:
        while request:
            right = f"Bearer {TOKEN}\r\n" in request
            connection.sendall((listing() if right else http(401)).replace(b"Connection: close\r\n", b""))
            request = connection.recv(65536).decode()

    with Hostile(answering, serving(authority)) as endpoint:
        found = run_checks(endpoint.base_url)

    assert {each.verdict for each in found.values()} == {Verdict.PASSED}
    assert found[Check.ROUTE].details == RouteDetails(ipv4=ConnectResult.CONNECTED)
    assert endpoint.connections == 1


@pytest.mark.usefixtures("trusted")
def test_a_slow_answer_does_not_hide_the_connection(authority: trustme.CA) -> None:
    def answering(_connection: socket.socket, _request: str, stop: threading.Event) -> None:
        stop.wait(1.5)

    seen: dict[Check, float] = {}
    began = time.monotonic()

    with Hostile(answering, serving(authority)) as endpoint:
        asyncio.run(
            run(
                Endpoint(endpoint.base_url, practice=False),
                TokenSource(StaticToken(TOKEN), practice=False),
                LOOKUP,
                on_finding=lambda finding: seen.update({finding.check: time.monotonic() - began}),
                limits=QUICK,
            )
        )

    assert seen[Check.ROUTE] < 0.8 < seen[Check.TOKEN]
    assert endpoint.connections == 2


def test_a_broken_address_family_is_reported_beside_the_working_one(authority: trustme.CA) -> None:
    with Hostile(says(listing()), serving(authority)) as server:
        found = run_checks(server.base_url, ("127.0.0.1", "::1"))
    assert found[Check.ROUTE].verdict is Verdict.PASSED
    route = details(found[Check.ROUTE], RouteDetails)
    assert route.ipv4 is ConnectResult.CONNECTED
    assert route.ipv6 in (ConnectResult.REFUSED, ConnectResult.UNREACHABLE)


@pytest.mark.usefixtures("trusted")
def test_one_dead_address_does_not_hide_a_working_one(authority: trustme.CA) -> None:
    with Hostile(says(listing()), serving(authority)) as server:
        found = run_checks(server.base_url, ("127.0.0.2", "127.0.0.1"))
    assert found[Check.ROUTE].verdict is Verdict.PASSED
    assert found[Check.ROUTE].details == RouteDetails(ipv4=ConnectResult.CONNECTED)


def full(backlog: socket.socket) -> list[socket.socket]:
    """Return connections that fill a queue that is never emptied, so that the next one gets no response."""
    waiting = []
    for _ in range(3):
        one = socket.socket()
        one.setblocking(False)
        one.connect_ex(backlog.getsockname())
        waiting.append(one)
    time.sleep(0.05)
    return waiting


def test_nothing_that_answers_ends_in_time() -> None:
    limits = TimeLimits(name=0.25, request=0.5, whole=1.0)  # a twentieth of the real ones
    with socket.create_server(("127.0.0.1", 0), backlog=0) as deaf:
        waiting = full(deaf)
        began = time.monotonic()
        found = run_checks(f"https://localhost:{deaf.getsockname()[1]}/scim", ("127.0.0.1",), limits=limits)
        assert time.monotonic() - began < limits.whole
        for one in waiting:
            one.close()
    assert (found[Check.ROUTE].verdict, found[Check.ROUTE].observation) == (Verdict.FAILED, Observation.TIMEOUT)
    assert (TimeLimits().whole, TimeLimits().name) == (20.0, 5.0)


# -- proxies ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "schemes"),
    [
        ('Basic realm="corp"', "Basic"),
        ("NTLM", "NTLM"),
        ("Negotiate, NTLM, Basic realm=x", "Negotiate, NTLM, Basic"),
        ("Secret the-right-token", ""),
    ],
)
def test_a_proxys_sign_in_schemes_are_reported(monkeypatch: pytest.MonkeyPatch, header: str, schemes: str) -> None:
    with Proxy({}, http(407, Proxy_Authenticate=header)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        route = run_checks(f"https://{HOST}/scim", proxy=proxy.url)[Check.ROUTE]
    assert (route.verdict, route.observation) == (Verdict.FAILED, Observation.PROXY_SIGN_IN)
    assert sentence(route).startswith("The proxy from the environment ")
    assert route.details == RouteDetails(proxy_from=ProxyOrigin.ENVIRONMENT, status=407, sign_in=schemes)


# -- certificates and clocks -----------------------------------------------------------------


@pytest.mark.usefixtures("trusted")
def test_an_inspecting_product_is_recognized_by_its_issuer() -> None:
    with Hostile(says(listing()), serving(trustme.CA(organization_name="Zscaler Inc."))) as server:
        found = run_checks(server.base_url)
    certificate = found[Check.CERTIFICATE]
    assert (certificate.verdict, certificate.observation) == (Verdict.FAILED, Observation.INSPECTION_UNTRUSTED)
    assert details(certificate, CertificateDetails).issuer == "Zscaler Inc."
    assert server.requests == []


@pytest.mark.parametrize("cut", [0, 10])
def test_issuer_and_clock_are_both_said_also_of_half_an_answer(trusted: Path, cut: int) -> None:
    product = trustme.CA(organization_name="Zscaler Inc.")
    product.cert_pem.write_to_path(str(trusted), append=True)
    date = format_datetime(datetime.now(UTC) + timedelta(hours=2), usegmt=True)
    answer = listing().replace(b"\r\n", f"\r\nDate: {date}\r\n".encode(), 1)
    server = Hostile(says(answer[: len(answer) - cut]), serving(product, HOST))
    with server, Proxy({HOST: server.port}) as proxy:
        found = run_checks(f"https://{HOST}:{server.port}/scim/v2", proxy=proxy.url)
    assert (found[Check.USERS].verdict is Verdict.FAILED) == bool(cut)
    certificate = found[Check.CERTIFICATE]
    assert (certificate.verdict, certificate.observation) == (Verdict.WARNED, Observation.INSPECTED)
    seen = details(certificate, CertificateDetails)
    assert (seen.issuer, seen.authority) == ("Zscaler Inc.", Authority.INSPECTION)
    assert seen.clock is not None
    assert -7_300 < seen.clock < -7_000
    assert "clock is" in sentence(certificate)
    assert MEANINGS[Observation.INSPECTED] in meaning(certificate)
    assert MEANINGS[Observation.CLOCK_OFF] in meaning(certificate)


@pytest.mark.usefixtures("trusted")
def test_an_unknown_issuer_is_named_and_not_called_inspection() -> None:
    with Hostile(says(listing()), serving(trustme.CA(organization_name="Contoso"))) as server:
        certificate = run_checks(server.base_url)[Check.CERTIFICATE]
    assert (certificate.verdict, certificate.observation) == (Verdict.FAILED, Observation.UNTRUSTED)
    seen = details(certificate, CertificateDetails)
    assert (seen.issuer, seen.authority, seen.sent) == ("Contoso", Authority.OWN, 1)


@pytest.mark.parametrize("product", ["Netskope", "ca.acme.goskope.com", None])
def test_inspection_that_this_computer_trusts_is_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, product: str | None
) -> None:
    own = trustme.CA(organization_name=product)
    own.cert_pem.write_to_path(str(tmp_path / "own.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "own.pem"))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    with Hostile(says(listing()), serving(own, HOST)) as server, Proxy({HOST: server.port}) as proxy:
        found = run_checks(f"https://{HOST}/scim/v2", proxy=proxy.url)
    certificate = found[Check.CERTIFICATE]
    assert (certificate.verdict, certificate.observation) == (Verdict.WARNED, Observation.INSPECTED)
    by = Authority.INSPECTION if product else Authority.OWN
    assert details(certificate, CertificateDetails).authority is by
    assert found[Check.CONTROL].verdict is Verdict.PASSED


@pytest.mark.usefixtures("trusted")
def test_a_private_authority_is_no_surprise_inside(authority: trustme.CA) -> None:
    with Hostile(says(listing()), serving(authority)) as server:
        certificate = run_checks(server.base_url)[Check.CERTIFICATE]
    assert certificate.verdict is Verdict.PASSED
    seen = details(certificate, CertificateDetails)
    assert seen.authority is Authority.OWN
    assert seen.protocol.startswith("TLSv1.")


@pytest.mark.usefixtures("trusted")
def test_a_certificate_of_the_future_points_to_the_clock(authority: trustme.CA) -> None:
    tls = serving(authority, not_before=datetime.now(UTC) + timedelta(days=3))
    with Hostile(says(listing()), tls) as server:
        certificate = run_checks(server.base_url)[Check.CERTIFICATE]
    assert (certificate.verdict, certificate.observation) == (Verdict.FAILED, Observation.NOT_YET_VALID)


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize(
    ("off", "ahead"),
    [(timedelta(hours=-3), 10_800), (timedelta(minutes=20, seconds=30), -1_230), (timedelta(0), None)],
)
def test_the_clock_is_compared_with_the_date_of_the_answer(
    authority: trustme.CA, off: timedelta, ahead: int | None
) -> None:
    date = format_datetime(datetime.now(UTC) + off, usegmt=True)
    with Hostile(says(listing().replace(b"\r\n", f"\r\nDate: {date}\r\n".encode(), 1)), serving(authority)) as server:
        found = run_checks(server.base_url)
    certificate = found[Check.CERTIFICATE]
    assert certificate.observation is (Observation.CLOCK_OFF if ahead else Observation.GOOD)
    assert details(certificate, CertificateDetails).clock == (pytest.approx(ahead, abs=5) if ahead else None)
    assert found[Check.CONTROL].verdict is Verdict.PASSED


# -- almost correct Base URLs ------------------------------------------------------------


def only_at(path: str) -> object:
    """An endpoint that knows one path and returns 404 for others."""

    def answering(connection: socket.socket, request: str, stop: threading.Event) -> None:
        target = request.split(" ")[1].partition("?")[0]
        says(listing() if target == path else http(404))(connection, request, stop)

    return answering


@pytest.mark.usefixtures("trusted")
def test_the_end_of_a_request_in_the_base_url(authority: trustme.CA) -> None:
    with Hostile(only_at("/scim/v2/Users"), serving(authority)) as server:  # type: ignore[arg-type]
        found = run_checks(f"{server.base_url}/Users/")
    assert (found[Check.ADDRESS].verdict, found[Check.ADDRESS].observation) == (
        Verdict.WARNED,
        Observation.DOUBLED_PATH,
    )
    token = found[Check.TOKEN]
    assert (token.verdict, token.observation) == (Verdict.FAILED, Observation.DOUBLED_PATH)
    assert details(token, AnswerDetails).works is Repair.WITHOUT_END
    assert [request.split(" ")[1].partition("?")[0] for request in server.requests] == [
        "/scim/v2/Users/Users",
        "/scim/v2/Users",
    ]


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("moved", [True, False])
def test_a_slash_is_tried_only_as_a_repair(authority: trustme.CA, moved: bool) -> None:
    def answering(connection: socket.socket, request: str, stop: threading.Event) -> None:
        target, _, query = request.split(" ")[1].partition("?")
        slashed = http(301, Location=f"{target}/?{query}") if moved else http(404)
        says(listing() if target.endswith("/") else slashed)(connection, request, stop)

    with Hostile(answering, serving(authority)) as server:
        token = run_checks(server.base_url)[Check.TOKEN]
    assert (token.verdict, token.observation) == (Verdict.FAILED, Observation.SLASH)
    assert len(server.requests) == 2


@pytest.mark.usefixtures("trusted")
def test_a_repair_that_does_not_help_is_not_claimed(authority: trustme.CA) -> None:
    with Hostile(says(http(404)), serving(authority)) as server:
        token = run_checks(server.base_url)[Check.TOKEN]
    assert token.observation is Observation.NOT_FOUND
    assert details(token, AnswerDetails).works is None


@pytest.mark.usefixtures("trusted")
def test_the_codes_of_a_refusal_are_recorded(authority: trustme.CA) -> None:
    refusal = http(401, WWW_Authenticate='Bearer realm="x", error="invalid_token", error_description="the-right-token"')
    with Hostile(says(refusal), serving(authority)) as server:
        token = run_checks(server.base_url)[Check.TOKEN]
    seen = details(token, AnswerDetails)
    assert seen.error is BearerError.INVALID_TOKEN
    assert seen.exchange is not None
    assert seen.exchange.challenge == "Bearer"
    page = http(403, b"<html>Blocked by policy", "text/html")
    with Hostile(says(page), serving(authority)) as server:
        token = run_checks(server.base_url)[Check.TOKEN]
    assert details(token, AnswerDetails).body is BodyKind.PAGE
