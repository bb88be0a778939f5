"""The path to a host: its name, the connection or the proxy, the certificate. One finding for each.

The connection test checks the path before it sends a request. Other requests check it only after they failed, to find
out where.
"""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from app.net import Answer, NoAnswer, Reached, RequestFailure
from app.net.answers import PROXY_FAILURES, TLS_FAILURES
from app.net.inspection import Authority, authority
from app.net.names import AddressScope, IpFamily, Lookup, LookupStatus, look_up, looks_public, system_resolver
from app.net.proxy import origin_of
from app.net.reach import ConnectResult, reach
from app.scim.details import CertificateDetails, NameDetails, RouteDetails
from app.scim.exchange import sent_at
from app.scim.finding import Check, Finding, Verdict
from app.scim.observation import FAILURES, Observation

if TYPE_CHECKING:
    from app.net import PeerCertificate
    from app.net.names import Resolver

CLOCK_SECONDS: Final = 300
"""Clocks may differ by this much; Kerberos and many tokens allow five minutes."""
AFTERWARDS: Final = 3.0
"""Seconds for the name and for the connection, once a request has failed."""

_NAMES: Final = {
    LookupStatus.UNKNOWN: Observation.NOT_FOUND_NAME,
    LookupStatus.NO_ADDRESS: Observation.NO_ADDRESS,
    LookupStatus.SERVER_FAILED: Observation.NAME_SERVER_FAILED,
    LookupStatus.SILENT: Observation.NAME_SLOW,
    LookupStatus.IPV6_SILENT: Observation.IPV6_SILENT,
}
_CONNECTIONS: Final = {
    ConnectResult.REFUSED: Observation.REFUSED,
    ConnectResult.TIMEOUT: Observation.TIMEOUT,
    ConnectResult.UNREACHABLE: Observation.UNREACHABLE,
}


_NO_PROXY: Final = frozenset({400, 405, 501})
"""What web servers answer to CONNECT."""


async def name(host: str, port: int, resolver: Resolver, limit: float) -> tuple[Finding, Lookup]:
    """Whether the host name resolves, within ``limit`` seconds."""
    began = time.monotonic()
    found = await look_up(host, port, resolver, limit)
    took = time.monotonic() - began
    if found.name is not LookupStatus.FOUND:
        return Finding(Check.NAME, Verdict.FAILED, _NAMES[found.name], took, NameDetails()), found
    hidden = found.scope is not AddressScope.PUBLIC and looks_public(host)
    details = NameDetails(
        addresses=len(found.addresses),
        ipv4=found.count(IpFamily.IPV4),
        ipv6=found.count(IpFamily.IPV6),
        scope=found.scope if hidden else None,
    )
    if found.local:
        return Finding(Check.NAME, Verdict.WARNED, Observation.NAME_LOCAL, took, details), found
    if hidden:
        return Finding(Check.NAME, Verdict.WARNED, Observation.SPLIT_DNS, took, details), found
    return Finding(Check.NAME, Verdict.PASSED, Observation.GOOD, took, details), found


async def connection(found: Lookup, port: int, limit: float) -> Finding:
    """Whether a TCP connection succeeds within ``limit`` seconds."""
    made = await reach(found.addresses, port, limit)
    details = RouteDetails(ipv4=made.families.get(IpFamily.IPV4), ipv6=made.families.get(IpFamily.IPV6))
    if made.result in _CONNECTIONS:
        return Finding(Check.ROUTE, Verdict.FAILED, _CONNECTIONS[made.result], made.seconds, details)
    return Finding(Check.ROUTE, Verdict.PASSED, Observation.GOOD, made.seconds, details)


def connected(found: Lookup, answer: Answer | NoAnswer) -> Finding | None:
    """What an answer over the only address family of a host shows of the connection; None if it opened none."""
    seconds = answer.timings.get("connect")
    if seconds is None:
        return None
    made = dict.fromkeys(found.families, ConnectResult.CONNECTED)
    details = RouteDetails(ipv4=made.get(IpFamily.IPV4), ipv6=made.get(IpFamily.IPV6))
    return Finding(Check.ROUTE, Verdict.PASSED, Observation.GOOD, seconds, details)


def tunnel(answer: Answer | NoAnswer, proxy: str) -> Finding:
    """Whether that proxy let the request through."""
    details = RouteDetails(proxy_from=origin_of(proxy))
    if not isinstance(answer, NoAnswer) or failed_check(answer) is not Check.ROUTE:
        return Finding(Check.ROUTE, Verdict.PASSED, Observation.GOOD, answer.timings.get("connect"), details)
    status, seen = answer.proxy_status, FAILURES[answer.failure]
    if seen is Observation.PROXY_FAILED and status is not None and status >= 400 and status not in _NO_PROXY:
        # A refusal is 403 everywhere; for a name that they do not know, proxies answer 404, 500, 502 or 503.
        seen = Observation.PROXY_NO_HOST if status == 404 or status >= 500 else Observation.PROXY_REFUSED
    if seen is Observation.PROXY_REFUSED and status == 401:
        seen = Observation.PROXY_SIGN_IN  # tinyproxy, to a wrong name or password
    signed = "@" in proxy.partition("://")[2].partition("/")[0]
    details = replace(details, status=status, credentials=signed, sign_in=", ".join(answer.sign_in))
    return Finding(Check.ROUTE, Verdict.FAILED, seen, answer.seconds, details)


async def certificate(answer: Answer | NoAnswer, host: str, *, outside: bool) -> Finding:
    """The certificate that a request met. ``outside`` is whether a public authority should have issued it."""
    details = await _certificate_details(answer)
    if isinstance(answer, NoAnswer) and failed_check(answer) is not None:
        seen = FAILURES[answer.failure]
        if seen is Observation.UNTRUSTED and details.authority is Authority.INSPECTION:
            seen = Observation.INSPECTION_UNTRUSTED
        return Finding(Check.CERTIFICATE, Verdict.FAILED, seen, answer.seconds, details)
    took = answer.timings.get("tls")
    own = details.authority is Authority.OWN and outside and looks_public(host)
    if details.authority is Authority.INSPECTION or own:
        return Finding(Check.CERTIFICATE, Verdict.WARNED, Observation.INSPECTED, took, details)
    if details.clock is not None:
        return Finding(Check.CERTIFICATE, Verdict.WARNED, Observation.CLOCK_OFF, took, details)
    return Finding(Check.CERTIFICATE, Verdict.PASSED, Observation.GOOD, took, details)


async def _certificate_details(answer: Answer | NoAnswer) -> CertificateDetails:
    clock = _clock(answer)
    peer: PeerCertificate | None = answer.peer
    if peer is None:
        return CertificateDetails(clock=clock)
    return CertificateDetails(
        issuer=peer.issuer,
        days=(peer.not_after - datetime.now(UTC)).days,
        authority=await authority(peer),
        clock=clock,
        not_before=peer.not_before,
        not_after=peer.not_after,
        protocol=peer.version,
        sent=peer.sent,
    )


def _clock(answer: Answer | NoAnswer) -> int | None:
    """Seconds that this computer's clock is ahead of the answer, if that is more than ``CLOCK_SECONDS``."""
    date = sent_at(answer)
    ahead = round((datetime.now(UTC) - date).total_seconds()) if date is not None else 0
    return ahead if abs(ahead) > CLOCK_SECONDS else None


def failed_check(answer: NoAnswer, *, plain: bool = False) -> Check | None:
    """The check on the path at which a request failed; None if the path was fine."""
    if answer.status is not None:
        return None
    if answer.failure is RequestFailure.TLS_SETTINGS:
        return Check.CERTIFICATE
    if answer.failure in PROXY_FAILURES or answer.reached is Reached.NOTHING:
        return Check.ROUTE
    if answer.failure in TLS_FAILURES:
        return Check.CERTIFICATE
    return None if plain or answer.reached is Reached.ENCRYPTED else Check.CERTIFICATE


async def locate_failure(answer: NoAnswer, url: str, proxy: str | None) -> Finding | None:
    """Where on the path a request to that URL failed; None if the path was fine."""
    if answer.failure is RequestFailure.REFUSED_BY_US:  # the URL may be no address at all
        return None
    parts = urlsplit(url)
    plain = parts.scheme == "http"
    host, port = parts.hostname or "", parts.port or (80 if plain else 443)
    check = failed_check(answer, plain=plain)
    if check is Check.CERTIFICATE:
        return await certificate(answer, host, outside=True)
    if check is None:
        return None
    if proxy is not None:
        return tunnel(answer, proxy)
    named, found = await name(host, port, system_resolver, AFTERWARDS)
    if named.verdict is Verdict.FAILED:
        return named
    reached = await connection(found, port, AFTERWARDS)
    if reached.verdict is Verdict.FAILED:
        return reached
    # The host can be reached again, so the failure of the request itself counts.
    return Finding(Check.ROUTE, Verdict.FAILED, FAILURES[answer.failure], answer.seconds, RouteDetails())
