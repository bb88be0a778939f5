"""The way to a host: its name, the connection or the proxy, the certificate. One finding for each.

Test Connection walks it before it asks; what asks something else walks it afterwards, to learn where it broke.
"""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from app.net import Answer, Failure, NoAnswer, Reached
from app.net.answers import TLS_FAILURES
from app.net.inspection import Authority, authority
from app.net.names import Lookup, Name, look_up, public_looking, system_resolver
from app.net.proxy import from_environment
from app.net.reach import reach
from app.scim import evidence
from app.scim.finding import Check, Facts, Finding, Verdict
from app.scim.observation import FAILURES, Observation

if TYPE_CHECKING:
    from app.net import Peer
    from app.net.names import Resolver

CLOCK_SECONDS: Final = 300
"""How far clocks may be apart before it is told; Kerberos and many tokens allow five minutes."""
AFTERWARDS: Final = 3.0
"""Seconds for a name and for a connection when a request has failed already."""

_NAMES: Final = {
    Name.UNKNOWN: Observation.NOT_FOUND_NAME,
    Name.NO_ADDRESS: Observation.NO_ADDRESS,
    Name.SERVER_FAILED: Observation.NAME_SERVER_FAILED,
    Name.SILENT: Observation.NAME_SLOW,
}
_PROXY: Final = frozenset({Failure.PROXY, Failure.PROXY_SIGN_IN})


def proxied(proxy: str) -> Facts:
    """What is told of a proxy: that there is one, and who set it."""
    return {"proxied": 1, "proxy_from": "environment" if from_environment(proxy) else "system"}


async def name(host: str, port: int, resolver: Resolver, limit: float) -> tuple[Finding, Lookup]:
    """Whether the host name resolves, within ``limit`` seconds."""
    began = time.monotonic()
    found = await look_up(host, port, resolver, limit)
    took = time.monotonic() - began
    if found.name is not Name.FOUND:
        return Finding(Check.NAME, Verdict.FAILED, _NAMES[found.name], took), found
    facts: Facts = {"addresses": len(found.addresses), **found.families}
    inside = found.scope != "public" and public_looking(host)
    if inside:
        facts["scope"] = found.scope
    if found.local:
        return Finding(Check.NAME, Verdict.WARNED, Observation.NAME_LOCAL, took, facts), found
    if inside:
        return Finding(Check.NAME, Verdict.WARNED, Observation.SPLIT_DNS, took, facts), found
    return Finding(Check.NAME, Verdict.PASSED, Observation.GOOD, took, facts), found


async def connection(found: Lookup, port: int, limit: float) -> Finding:
    """Whether a TCP connection stands, within ``limit`` seconds."""
    way = await reach(found.addresses, port, limit)
    facts: Facts = {family: failure or "connected" for family, failure in way.families.items()}
    if way.failure is not None:
        return Finding(Check.ROUTE, Verdict.FAILED, FAILURES[way.failure], way.seconds, facts)
    return Finding(Check.ROUTE, Verdict.PASSED, Observation.GOOD, way.seconds, facts)


def tunnel(answer: Answer | NoAnswer, facts: Facts) -> Finding:
    """The way through a proxy, as a request met it; ``facts`` are those of ``proxied``."""
    if not isinstance(answer, NoAnswer) or place(answer) is not Check.ROUTE:
        return Finding(Check.ROUTE, Verdict.PASSED, Observation.GOOD, answer.timings.get("connect"), facts)
    signs = {"sign_in": ", ".join(answer.sign_in)} if answer.sign_in else {}
    return Finding(Check.ROUTE, Verdict.FAILED, FAILURES[answer.failure], answer.seconds, {**facts, **signs})


async def certificate(answer: Answer | NoAnswer, host: str, *, outside: bool) -> Finding:
    """The certificate that a request met. ``outside`` is whether it should be that of a public authority."""
    facts, who = await _peer(answer.peer)
    shown = evidence.certificate(answer.peer)
    if isinstance(answer, NoAnswer) and place(answer) is not None:
        failed = FAILURES[answer.failure]
        if failed is Observation.UNTRUSTED and who is Authority.INSPECTION:
            failed = Observation.INSPECTION_UNTRUSTED
        return Finding(Check.CERTIFICATE, Verdict.FAILED, failed, answer.seconds, facts, shown)
    if isinstance(answer, Answer) and (date := evidence.moment(answer)) is not None:
        ahead = round((datetime.now(UTC) - date).total_seconds())
        facts |= {"clock": ahead} if abs(ahead) > CLOCK_SECONDS else {}
    took = answer.timings.get("tls")
    if who is Authority.INSPECTION or (who is Authority.OWN and outside and public_looking(host)):
        return Finding(Check.CERTIFICATE, Verdict.WARNED, Observation.INSPECTED, took, facts, shown)
    if "clock" in facts:
        return Finding(Check.CERTIFICATE, Verdict.WARNED, Observation.CLOCK_OFF, took, facts, shown)
    return Finding(Check.CERTIFICATE, Verdict.PASSED, Observation.GOOD, took, facts, shown)


async def _peer(peer: Peer | None) -> tuple[Facts, Authority | None]:
    if peer is None:
        return {}, None
    who = await asyncio.get_running_loop().run_in_executor(None, authority, peer)
    days = (peer.not_after - datetime.now(UTC)).days
    return {"issuer": peer.issuer, "days": days, "authority": who.value}, who


def place(answer: NoAnswer, *, plain: bool = False) -> Check | None:
    """The check of the way that a failed request broke at; None where the way was fine."""
    if answer.status is not None:
        return None
    if answer.failure in _PROXY or answer.reached is Reached.NOTHING:
        return Check.ROUTE
    if answer.failure in TLS_FAILURES:
        return Check.CERTIFICATE
    return None if plain or answer.reached is Reached.ENCRYPTED else Check.CERTIFICATE


async def broke(answer: NoAnswer, url: str, proxy: str | None) -> Finding | None:
    """Where the way broke that a request to that URL did not come to the end of; None where it was fine."""
    parts = urlsplit(url)
    plain = parts.scheme == "http"
    host, port = parts.hostname or "", parts.port or (80 if plain else 443)
    where = place(answer, plain=plain)
    if where is Check.CERTIFICATE:
        return await certificate(answer, host, outside=True)
    if where is None or answer.failure is Failure.REFUSED_BY_US:
        return None
    if proxy is not None:
        return tunnel(answer, proxied(proxy))
    named, found = await name(host, port, system_resolver, AFTERWARDS)
    if named.verdict is Verdict.FAILED:
        return named
    reached = await connection(found, port, AFTERWARDS)
    if reached.verdict is Verdict.FAILED:
        return reached
    # It came back meanwhile: what the request met counts.
    return Finding(Check.ROUTE, Verdict.FAILED, FAILURES[answer.failure], answer.seconds)
