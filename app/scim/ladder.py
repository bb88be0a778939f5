"""Test Connection: the checks in the order in which a request meets them, read-only."""

from __future__ import annotations

import asyncio
import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from app.net import REQUEST_SECONDS, Answer, Failure, NoAnswer, Reached, ReadOnlyClient, sendable, system_proxy
from app.net.answers import TLS_FAILURES
from app.net.inspection import Authority, authority
from app.net.names import Lookup, Name, look_up, public_looking, system_resolver
from app.net.proxy import from_environment
from app.net.reach import reach
from app.scim import evidence
from app.scim.authorization import NotIssued
from app.scim.finding import Facts, Finding, Rung, Verdict
from app.scim.judging import facts_of, judge, seen, target
from app.scim.observation import FAILURES, Observation
from app.scim.repair import doubled, trial

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from app.net import Peer
    from app.net.names import Resolver
    from app.scim.authorization import TokenSource
    from app.scim.endpoint import Endpoint
    from app.scim.probes import Probe

__all__ = ["Finding", "Limits", "Observation", "Rung", "Verdict", "run"]

CLOCK_SECONDS: Final = 300
"""How far clocks may be apart before it is told; Kerberos and many tokens allow five minutes."""

_NAMES: Final = {
    Name.UNKNOWN: Observation.NOT_FOUND_NAME,
    Name.NO_ADDRESS: Observation.NO_ADDRESS,
    Name.SERVER_FAILED: Observation.NAME_SERVER_FAILED,
    Name.SILENT: Observation.NAME_SLOW,
}


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds after which waiting ends."""

    name: float = 5.0
    request: float = REQUEST_SECONDS
    whole: float = 20.0

    @property
    def connect(self) -> float:
        """For a TCP connection."""
        return self.request * 0.8


async def run(
    endpoint: Endpoint,
    tokens: TokenSource,
    probe: Probe,
    *,
    proxy_for: Callable[[str], str | None] = system_proxy,
    on_finding: Callable[[Finding], None] | None = None,
    resolver: Resolver | None = None,
    limits: Limits | None = None,
) -> tuple[Finding, ...]:
    """Try all checks; those after a decisive failure come back as not tried. Cancellable.

    ``proxy_for`` may block: it is called in a thread. ``resolver`` gives the addresses of a host and
    raises OSError where there are none.
    """
    climb = _Climb(endpoint, tokens, probe, on_finding, limits or Limits())
    await climb.all(proxy_for, resolver or system_resolver)
    return climb.finish()


class _Climb:
    """One run: the findings so far and the time left."""

    def __init__(
        self,
        endpoint: Endpoint,
        tokens: TokenSource,
        probe: Probe,
        on_finding: Callable[[Finding], None] | None,
        limits: Limits,
    ) -> None:
        self._endpoint = endpoint
        self._tokens = tokens
        self._probe = probe
        self._token = ""
        self._on_finding = on_finding
        self._limits = limits
        self._end = time.monotonic() + limits.whole
        self._findings: list[Finding] = []
        self._found = Lookup(Name.UNKNOWN)
        self._proxied: Facts = {}

    def finish(self) -> tuple[Finding, ...]:
        """All findings; the missing ones as not tried."""
        rungs = [rung for rung in Rung if rung is not Rung.ISSUED or self._tokens.fetches]
        for rung in rungs[len(self._findings) :]:
            self._add(rung, Verdict.NOT_TRIED, Observation.NOT_TRIED)
        return tuple(self._findings)

    def _add(
        self,
        rung: Rung,
        verdict: Verdict,
        observation: Observation,
        seconds: float | None = None,
        facts: Mapping[str, str | int] | None = None,
        exchanged: Mapping[str, str | int] | None = None,
    ) -> bool:
        """Keep a finding; returns whether to go on."""
        finding = Finding(rung, verdict, observation, seconds, facts or {}, exchanged or {})
        self._findings.append(finding)
        if self._on_finding is not None:
            self._on_finding(finding)
        return verdict is not Verdict.FAILED

    def _pass(
        self,
        rung: Rung,
        seconds: float | None,
        facts: Mapping[str, str | int] | None = None,
        exchanged: Mapping[str, str | int] | None = None,
    ) -> bool:
        return self._add(rung, Verdict.PASSED, Observation.GOOD, seconds, facts, exchanged)

    def _left(self, limit: float) -> float:
        return max(0.05, min(limit, self._end - time.monotonic()))

    async def all(self, proxy_for: Callable[[str], str | None], resolver: Resolver) -> None:
        """Climb until something decides."""
        if not self._endpoint.well_formed:
            self._add(Rung.ADDRESS, Verdict.FAILED, Observation.MALFORMED)
            return
        if doubled(self._endpoint):
            self._add(Rung.ADDRESS, Verdict.WARNED, Observation.DOUBLED_PATH)
        else:
            self._pass(Rung.ADDRESS, None)
        if not await self._issued(proxy_for):
            return
        if not sendable(self._token):
            self._unsendable()
            return
        proxy = None if self._endpoint.plain else await self._proxy(proxy_for)
        if proxy is not None:
            # The proxy looks the name up; this computer may not even be able to.
            self._proxied = {"proxied": 1, "proxy_from": "environment" if from_environment(proxy) else "system"}
            self._add(Rung.NAME, Verdict.NOT_TRIED, Observation.NOT_TRIED, None, self._proxied)
        elif not (await self._name(resolver) and await self._reach()):
            return
        host, plain = self._endpoint.host, self._endpoint.plain
        async with ReadOnlyClient(host, proxy, allow_http_loopback=plain) as client:
            if await self._lookup(client):
                await self._groups(client)
                await self._control(client)

    async def _issued(self, proxy_for: Callable[[str], str | None]) -> bool:
        self._tokens.forget()  # a test shows what happens now, not that a token from before still lives
        issued = await self._tokens.bearer(proxy_for, self._left(self._limits.request))
        asked = "POST token address, grant_type=client_credentials"
        if isinstance(issued, NotIssued):
            facts: dict[str, str | int] = {"asked": asked}
            if issued.status is not None:
                facts["status"] = issued.status
            return self._add(Rung.ISSUED, Verdict.FAILED, issued.observation, issued.seconds, facts)
        self._token = issued.token
        if not self._tokens.fetches:
            return True
        facts = {"asked": asked, "status": 200, "minutes": round(issued.lasts / 60)}
        return self._pass(Rung.ISSUED, issued.seconds, facts)

    def _unsendable(self) -> None:
        """The token holds signs that no header can carry, so there is nothing to connect for."""
        for rung in (Rung.NAME, Rung.ROUTE, Rung.CERTIFICATE):
            self._add(rung, Verdict.NOT_TRIED, Observation.NOT_TRIED)
        self._add(Rung.TOKEN, Verdict.FAILED, Observation.MALFORMED)

    async def _proxy(self, proxy_for: Callable[[str], str | None]) -> str | None:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._left(self._limits.name)):
                return await loop.run_in_executor(None, proxy_for, self._endpoint.origin)
        except TimeoutError:
            return None

    async def _name(self, resolver: Resolver) -> bool:
        began = time.monotonic()
        host = self._endpoint.host
        self._found = await look_up(host, self._endpoint.port or 0, resolver, self._left(self._limits.name))
        took = time.monotonic() - began
        if self._found.name is not Name.FOUND:
            return self._add(Rung.NAME, Verdict.FAILED, _NAMES[self._found.name], took)
        facts: Facts = {"addresses": len(self._found.addresses), **self._found.families}
        inside = self._found.scope != "public" and public_looking(host)
        if inside:
            facts["scope"] = self._found.scope
        if self._found.local:
            return self._add(Rung.NAME, Verdict.WARNED, Observation.NAME_LOCAL, took, facts)
        if inside:
            return self._add(Rung.NAME, Verdict.WARNED, Observation.SPLIT_DNS, took, facts)
        return self._pass(Rung.NAME, took, facts)

    async def _reach(self) -> bool:
        limit = self._left(self._limits.connect)
        way = await reach(self._found.addresses, self._endpoint.port or 0, limit)
        facts: Facts = {family: failure or "connected" for family, failure in way.families.items()}
        if way.failure is not None:
            return self._add(Rung.ROUTE, Verdict.FAILED, FAILURES[way.failure], way.seconds, facts)
        return self._pass(Rung.ROUTE, way.seconds, facts)

    async def _get(self, client: ReadOnlyClient, url: str, token: str) -> Answer | NoAnswer:
        return await client.get(url, token, self._left(self._limits.request))

    async def _lookup(self, client: ReadOnlyClient) -> bool:
        asked = self._probe.first.url(self._endpoint)
        answer = await self._get(client, asked, self._token)
        if answer.status == 401:
            self._tokens.forget()
        if not self._route(answer) or not await self._certificate(answer):
            return False
        return await self._token_rung(client, answer, asked) and self._users(answer)

    def _route(self, answer: Answer | NoAnswer) -> bool:
        """The way through a proxy, as the first request met it; without one it was looked at before."""
        if not self._proxied:
            return True
        if not isinstance(answer, NoAnswer) or _place(answer, plain=self._endpoint.plain) is not Rung.ROUTE:
            return self._pass(Rung.ROUTE, answer.timings.get("connect"), self._proxied)
        facts = self._proxied | ({"sign_in": ", ".join(answer.sign_in)} if answer.sign_in else {})
        return self._add(Rung.ROUTE, Verdict.FAILED, FAILURES[answer.failure], answer.seconds, facts)

    async def _certificate(self, answer: Answer | NoAnswer) -> bool:
        facts, who = await self._peer(answer.peer)
        shown = evidence.certificate(answer.peer)
        if isinstance(answer, NoAnswer) and _place(answer, plain=self._endpoint.plain) is not None:
            failed = FAILURES[answer.failure]
            if failed is Observation.UNTRUSTED and who is Authority.INSPECTION:
                failed = Observation.INSPECTION_UNTRUSTED
            return self._add(Rung.CERTIFICATE, Verdict.FAILED, failed, answer.seconds, facts, shown)
        if self._endpoint.plain:
            return self._add(Rung.CERTIFICATE, Verdict.PASSED, Observation.PLAIN_PRACTICE)
        if isinstance(answer, Answer) and (date := evidence.moment(answer)) is not None:
            ahead = round((datetime.now(UTC) - date).total_seconds())
            facts |= {"clock": ahead} if abs(ahead) > CLOCK_SECONDS else {}
        took = answer.timings.get("tls")
        outside = bool(self._proxied) or self._found.scope == "public"
        if who is Authority.INSPECTION or (who is Authority.OWN and outside and public_looking(self._endpoint.host)):
            return self._add(Rung.CERTIFICATE, Verdict.WARNED, Observation.INSPECTED, took, facts, shown)
        if "clock" in facts:
            return self._add(Rung.CERTIFICATE, Verdict.WARNED, Observation.CLOCK_OFF, took, facts, shown)
        return self._pass(Rung.CERTIFICATE, took, facts, shown)

    async def _peer(self, peer: Peer | None) -> tuple[Facts, Authority | None]:
        if peer is None:
            return {}, None
        who = await asyncio.get_running_loop().run_in_executor(None, authority, peer)
        days = (peer.not_after - datetime.now(UTC)).days
        return {"issuer": peer.issuer, "days": days, "authority": who.value}, who

    async def _token_rung(self, client: ReadOnlyClient, answer: Answer | NoAnswer, asked: str) -> bool:
        """A status other than 200, a web page or no status at all: nothing shows that the token counts."""
        shown, facts = seen(answer, asked), {**facts_of(answer), "asked": self._probe.first.words}
        exchanged = evidence.exchange(answer)
        if shown is Observation.GOOD or (answer.status == 200 and shown not in _PAGES):
            return self._pass(Rung.TOKEN, answer.timings.get("http"), facts, exchanged)
        if isinstance(answer, Answer) and (place := target(answer, asked)) and 300 <= answer.status < 400:
            facts["leads"] = "same-host" if self._endpoint.is_own(place) else "other-host"
        if (repair := trial(answer, self._endpoint, self._probe.first, asked)) is not None:
            name, url = repair
            works = seen(await self._get(client, url, self._token)) is Observation.GOOD
            if works:
                facts["works"] = "slash" if name is Observation.SLASH else "without-end"
            shown = name if works or name is Observation.DOUBLED_PATH else shown
        return self._add(Rung.TOKEN, Verdict.FAILED, shown, answer.seconds, facts, exchanged)

    def _users(self, answer: Answer | NoAnswer) -> bool:
        expect = self._probe.first.expect
        verdict, shown = judge(answer, expect)
        return self._add(Rung.USERS, verdict, shown, None, {**facts_of(answer), "expect": expect.value})

    async def _groups(self, client: ReadOnlyClient) -> None:
        expect = self._probe.second.expect
        answer = await self._get(client, self._probe.second.url(self._endpoint), self._token)
        verdict, shown = judge(answer, expect)
        if answer.status in (404, 501):
            verdict = Verdict.NOT_OFFERED
        elif verdict is Verdict.FAILED:
            # It is not known which group requests the endpoint offers to this computer.
            verdict = Verdict.WARNED
        facts = {**facts_of(answer), "expect": expect.value, "asked": self._probe.second.words}
        self._add(Rung.GROUPS, verdict, shown, answer.seconds, facts, evidence.exchange(answer))

    async def _control(self, client: ReadOnlyClient) -> None:
        made_up, asked = secrets.token_urlsafe(32), self._probe.first.url(self._endpoint)
        answer = await self._get(client, asked, made_up)
        facts = {**facts_of(answer), "asked": f"{self._probe.first.words} with a made-up token"}
        exchanged = evidence.exchange(answer)
        if answer.status in (401, 403):
            self._pass(Rung.CONTROL, answer.seconds, facts, exchanged)
            return
        shown = seen(answer, asked)
        if answer.status == 200 and shown not in _PAGES:
            self._add(Rung.CONTROL, Verdict.FAILED, Observation.OPEN_DOOR, answer.seconds, facts, exchanged)
        else:
            # Turned away in a way of its own; or not known, and then nothing shows that the token counts.
            verdict = Verdict.WARNED if shown in _TURNED_AWAY and answer.status != 200 else Verdict.FAILED
            self._add(Rung.CONTROL, verdict, shown, answer.seconds, facts, exchanged)


_PROXY: Final = frozenset({Failure.PROXY, Failure.PROXY_SIGN_IN})
_PAGES: Final = frozenset({Observation.HTML, Observation.SIGN_IN_PAGE})
_TURNED_AWAY: Final = frozenset(
    {Observation.NOT_FOUND, Observation.REDIRECT, Observation.SIGN_IN_PAGE, Observation.OTHER_STATUS}
)


def _place(answer: NoAnswer, *, plain: bool) -> Rung | None:
    """The rung of the way that a failed request broke at; None where the way was fine."""
    if answer.status is not None:
        return None
    if answer.failure in _PROXY or answer.reached is Reached.NOTHING:
        return Rung.ROUTE
    if answer.failure in TLS_FAILURES:
        return Rung.CERTIFICATE
    return None if plain or answer.reached is Reached.ENCRYPTED else Rung.CERTIFICATE
