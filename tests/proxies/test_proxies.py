"""Test Connection through real proxies: it passes where they let it, and names the first cause where they don't."""

from __future__ import annotations

import asyncio
import re
import socket
from base64 import b64encode
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import pytest
import trustme

from app import net
from app.diagnosis.causes import explain
from app.diagnosis.setup_facts import SetupFacts
from app.guide import catalog
from app.net.inspection import Authority
from app.scim.connection_test import Check, Finding, Observation, TimeLimits, Verdict, run
from app.scim.details import CertificateDetails, RouteDetails
from app.scim.endpoint import Endpoint
from app.scim.tokens import StaticToken, TokenSource
from tests.hostile.server import TOKEN, Hostile, listing, says, serving
from tests.proxies import servers
from tests.proxies.servers import DENIED, HOST, UNKNOWN, Running
from tests.support.probes import LOOKUP
from tests.support.setups import a_setup
from tests.support.until import until_blocking

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from app.diagnosis.ranking import Cause

pytestmark = [pytest.mark.lane("proxies"), pytest.mark.usefixtures("trusted")]
LIMITS = TimeLimits(request=4.0)


@pytest.fixture(scope="module")
def endpoint(authority: trustme.CA) -> Iterator[Hostile]:
    """A SCIM endpoint that only the proxies' name server knows."""
    net.prepare()
    with servers.name_server(), Hostile(says(listing()), serving(authority, HOST)) as server:
        yield server


@dataclass(frozen=True)
class Outcome:
    """What one test found, and the causes that it names."""

    findings: dict[Check, Finding]
    causes: tuple[Cause, ...]

    @property
    def failed(self) -> tuple[Check, Observation]:
        """The check that failed."""
        return next((each.check, each.observation) for each in self.findings.values() if each.verdict is Verdict.FAILED)

    @property
    def first(self) -> str:
        """The ID of the first cause."""
        return self.causes[0].id

    @property
    def route(self) -> RouteDetails:
        """The details of the route."""
        details = self.findings[Check.ROUTE].details
        assert isinstance(details, RouteDetails)
        return details

    @property
    def certificate(self) -> CertificateDetails:
        """The details of the certificate."""
        details = self.findings[Check.CERTIFICATE].details
        assert isinstance(details, CertificateDetails)
        return details


def run_checks(host: str, port: int, proxy: str, path: str = "/scim/v2") -> Outcome:
    """Test the connection to a host through that proxy."""
    guide = catalog.guide("entra")
    tokens = TokenSource(StaticToken(TOKEN), practice=False)
    address = Endpoint(f"https://{host}:{port}{path}", practice=False)
    found = asyncio.run(run(address, tokens, LOOKUP, proxy_for=lambda _: proxy, limits=LIMITS))
    diagnosis = explain(found, SetupFacts.of(guide, a_setup(guide)))
    return Outcome({each.check: each for each in found}, diagnosis.causes if diagnosis else ())


def passed(tested: Outcome) -> None:
    """The test passed; the endpoint's authority is not public, which it remarks."""
    assert tested.causes == ()
    assert tested.findings[Check.NAME].verdict is Verdict.NOT_TRIED  # the proxy resolved it
    remarks = [each.observation for each in tested.findings.values() if each.verdict is Verdict.WARNED]
    assert remarks == [Observation.INSPECTED]


def status_of_connect(proxy: Running, host: str, port: int, account: str = "") -> int:
    """The status with which a proxy answers CONNECT, without any code of ours."""
    sign_in = f"Proxy-Authorization: Basic {b64encode(account.encode()).decode()}\r\n" if account else ""
    with closing(socket.create_connection(("127.0.0.1", proxy.port), 10)) as one:
        one.sendall(f"CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n{sign_in}\r\n".encode())
        found = re.match(rb"HTTP/1\.[01] (\d{3})", one.recv(65536))
    assert found is not None
    return int(found[1])


# -- denied, unknown, closed -----------------------------------------------------------------

STATUSES = {
    "squid": {"denied": 403, "unknown": 500, "closed": 503},
    "tinyproxy": {"denied": 403, "unknown": 500, "closed": 500},
    "privoxy": {"denied": 403, "unknown": 404, "closed": 503},
    "mitmproxy": {"unknown": 502, "closed": 502},
}
"""How each proxy answers. mitmproxy opens the tunnel first, whatever its rules say."""


@pytest.fixture(scope="module", params=STATUSES)
def proxy(request: pytest.FixtureRequest, endpoint: Hostile) -> Iterator[tuple[str, Running]]:
    """A proxy that runs, and its name."""
    with servers.running(getattr(servers, request.param)) as running:
        yield request.param, running


@pytest.mark.parametrize(
    ("proxy", "fault"), [(name, fault) for name in STATUSES for fault in STATUSES[name]], indirect=["proxy"]
)
def test_what_a_proxy_refuses_or_cannot_reach_is_its_own(proxy: tuple[str, Running], fault: str) -> None:
    name, running = proxy
    port = servers.free_port()
    host = {"denied": DENIED, "unknown": UNKNOWN, "closed": HOST}[fault]
    assert status_of_connect(running, host, port) == STATUSES[name][fault]
    tested = run_checks(host, port, running.url())
    seen = Observation.PROXY_REFUSED if fault == "denied" else Observation.PROXY_NO_HOST
    assert tested.failed == (Check.ROUTE, seen)
    assert tested.route.status == STATUSES[name][fault]
    first = "proxy" if fault == "denied" else "base-url"
    assert tested.causes[0].id == f"{seen.value}.{first}"
    assert tested.causes[0].step == (None if fault == "denied" else "copy-base-url")


@pytest.mark.parametrize("proxy", [name for name in STATUSES if name != "mitmproxy"], indirect=True)
def test_a_proxy_that_only_passes_on_does_not_get_in_the_way(proxy: tuple[str, Running], endpoint: Hostile) -> None:
    passed(run_checks(HOST, endpoint.port, proxy[1].url()))


# -- sign-in ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "wrong"), [("squid", 407), ("tinyproxy", 401), ("mitmproxy", 407)])
def test_a_proxy_that_wants_a_sign_in_is_named(name: str, wrong: int, endpoint: Hostile) -> None:
    with servers.running(partial(getattr(servers, name), sign_in=True)) as running:
        assert status_of_connect(running, HOST, endpoint.port) == 407
        without = run_checks(HOST, endpoint.port, running.url())
        assert without.failed == (Check.ROUTE, Observation.PROXY_SIGN_IN)
        assert (without.route.status, without.route.sign_in) == (407, "Basic")
        assert without.first == "proxy-sign-in.basic"
        assert status_of_connect(running, HOST, endpoint.port, "someone:else") == wrong
        refused = run_checks(HOST, endpoint.port, running.url(account="someone:else"))
        assert refused.failed == (Check.ROUTE, Observation.PROXY_SIGN_IN)
        assert (refused.route.status, refused.route.credentials) == (wrong, True)
        assert refused.first == "proxy-sign-in.credentials"
        if name == "tinyproxy":  # it passes everything on once signed in
            passed(run_checks(HOST, endpoint.port, running.url(account="someone:secret")))


# -- inspection ------------------------------------------------------------------------------


def test_a_proxy_that_opens_encrypted_traffic_is_named(endpoint: Hostile, trusted: Path, tmp_path: Path) -> None:
    with servers.running(partial(servers.mitmproxy, trusts=trusted, keeps=tmp_path)) as running:
        tested = run_checks(HOST, endpoint.port, running.url())
        assert tested.failed == (Check.CERTIFICATE, Observation.INSPECTION_UNTRUSTED)
        assert tested.certificate.authority is Authority.INSPECTION
        assert (tested.first, tested.causes[0].step) == ("inspection-untrusted.inspection", None)
        # Once this computer trusts its authority, the test passes and still remarks it.
        trusted.write_text(trusted.read_text() + (tmp_path / "mitmproxy-ca-cert.pem").read_text())
        tested = run_checks(HOST, endpoint.port, running.url())
        passed(tested)
        assert tested.certificate.authority is Authority.INSPECTION
        blocked = run_checks(HOST, endpoint.port, running.url(), "/blocked")
        assert blocked.failed == (Check.TOKEN, Observation.FORBIDDEN)
        assert "forbidden.inspection" in [cause.id for cause in blocked.causes]  # an empty answer, so it may be either
    # It does not trust the endpoint itself, and says so inside the tunnel.
    with servers.running(partial(servers.mitmproxy, keeps=tmp_path)) as running:
        unreached = run_checks(HOST, endpoint.port, running.url())
        assert unreached.failed == (Check.TOKEN, Observation.SERVER_ERROR)
        assert (unreached.first, unreached.causes[0].step) == ("502.inspection", None)


# -- TLS to the proxy itself, and SOCKS ------------------------------------------------------


def test_a_proxy_reached_over_tls_does_not_get_in_the_way(endpoint: Hostile, authority: trustme.CA) -> None:
    own = authority.issue_cert("localhost")
    with (
        servers.running(servers.tinyproxy) as inner,
        servers.running(partial(servers.stunnel, before=inner.port, certificate=own)) as running,
    ):
        passed(run_checks(HOST, endpoint.port, running.url("https")))
        denied = run_checks(DENIED, 443, running.url("https"))
        assert denied.failed == (Check.ROUTE, Observation.PROXY_REFUSED)
        assert denied.first == "proxy-refused.proxy"
        # Spoken to plainly, it closes the connection.
        plain = run_checks(HOST, endpoint.port, running.url())
        assert plain.failed == (Check.ROUTE, Observation.PROXY_FAILED)
        assert plain.first == "proxy-failed.proxy"


@pytest.mark.parametrize("fault", ["untrusted", "of another name"])
def test_the_certificate_of_a_proxy_is_the_proxys(endpoint: Hostile, authority: trustme.CA, fault: str) -> None:
    issuer, name = (trustme.CA(), "localhost") if fault == "untrusted" else (authority, "elsewhere.example")
    own = issuer.issue_cert(name)
    with (
        servers.running(servers.tinyproxy) as inner,
        servers.running(partial(servers.stunnel, before=inner.port, certificate=own)) as running,
    ):
        tested = run_checks(HOST, endpoint.port, running.url("https"))
    assert tested.failed == (Check.ROUTE, Observation.PROXY_CERTIFICATE)
    assert (tested.first, tested.causes[0].step) == ("proxy-certificate.proxy", None)


def test_a_proxy_that_speaks_plainly_is_not_taken_for_the_host(proxy: tuple[str, Running], endpoint: Hostile) -> None:
    name, running = proxy
    tested = run_checks(HOST, endpoint.port, running.url("https"))
    # mitmproxy speaks both, with a certificate of its own.
    seen = Observation.PROXY_CERTIFICATE if name == "mitmproxy" else Observation.PROXY_TLS
    assert tested.failed == (Check.ROUTE, seen)
    assert (tested.first, tested.causes[0].step) == (f"{seen}.proxy", None)


def test_no_proxy_at_all(endpoint: Hostile) -> None:
    tested = run_checks(HOST, endpoint.port, f"http://localhost:{servers.free_port()}")
    assert tested.failed == (Check.ROUTE, Observation.PROXY_UNREACHABLE)
    assert (tested.first, tested.causes[0].step) == ("proxy-unreachable.proxy", None)


@pytest.mark.parametrize("scheme", ["socks5", "socks5h"])
def test_nothing_is_sent_to_a_socks_proxy(endpoint: Hostile, scheme: str) -> None:
    with servers.running(servers.dante) as running:
        refused = run_checks(HOST, endpoint.port, running.url(scheme))
        assert refused.failed == (Check.ROUTE, Observation.PROXY_KIND)
        with closing(socket.create_connection(("127.0.0.1", running.port))) as ours:
            here = f"127.0.0.1.{ours.getsockname()[1]} "
            until_blocking(lambda: here in running.output.read_text())
        assert running.output.read_text().count("tcp/accept") == 2, (
            "the connection with which we waited for it, and the last one"
        )
        # Spoken to as if it were an HTTP proxy, it does get the request.
        wrong = run_checks(HOST, endpoint.port, running.url())
        assert (wrong.failed, wrong.first) == ((Check.ROUTE, Observation.PROXY_FAILED), "proxy-failed.proxy")
