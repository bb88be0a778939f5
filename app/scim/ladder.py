"""Test Connection: the checks in the order in which a request meets them, read-only."""

from __future__ import annotations

import asyncio
import secrets
import socket
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from app.net import REQUEST_SECONDS, Answer, Failure, NoAnswer, Reached, ReadOnlyClient, system_proxy
from app.scim.authorization import NotIssued
from app.scim.listing import CONFIGURATION, Listing, declares, read_listing, read_object
from app.scim.observation import FAILURES, Observation, of_status, retry_after
from app.scim.probes import Expect

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from app.scim.authorization import TokenSource
    from app.scim.endpoint import Endpoint
    from app.scim.probes import Probe

__all__ = ["Finding", "Limits", "Observation", "Rung", "Verdict", "run"]


class Rung(StrEnum):
    """One check. The order is the order of trying."""

    ADDRESS = "address"
    """The Base URL can be used as it stands."""
    ISSUED = "issued"
    """A token was issued to the service account; only with the OIDC method."""
    NAME = "name"
    """The host name resolves."""
    ROUTE = "route"
    """A TCP connection stands, directly or to the proxy."""
    CERTIFICATE = "certificate"
    """The TLS certificate is trusted by this computer."""
    TOKEN = "token"  # noqa: S105 - the name of a check
    """The first request that the SCIM client sends is answered with 200."""
    USERS = "users"
    """The body of that answer is a ListResponse, empty where nobody was to be found."""
    GROUPS = "groups"
    """The client's second request is answered likewise: groups, or the configuration of the service."""
    CONTROL = "control"
    """A made-up token is refused: what answers really looks at the token."""


class Verdict(StrEnum):
    """What a check comes to."""

    PASSED = "passed"
    """As it should be."""
    FAILED = "failed"
    """The portal's test would fail for the same reason, or this computer cannot tell."""
    WARNED = "warned"
    """Not as expected, and not known to matter."""
    NOT_TRIED = "not-tried"
    """An earlier check decided."""
    NOT_OFFERED = "not-offered"
    """The endpoint does not offer it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check saw. Safe to show and to keep: no path, no token, no body."""

    rung: Rung
    verdict: Verdict
    observation: Observation
    seconds: float | None = None
    facts: Mapping[str, str | int] = field(default_factory=dict)
    """``addresses`` (count), ``proxied`` (1), ``issuer``, ``days`` (of validity left), ``status``,
    ``retry_after`` (seconds), ``expect`` (what the request was to bring, see ``app.scim.probes.Expect``),
    ``asked`` (the request without address and token)."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds after which waiting ends."""

    name: float = 5.0
    request: float = REQUEST_SECONDS
    whole: float = 20.0


async def run(
    endpoint: Endpoint,
    tokens: TokenSource,
    probe: Probe,
    *,
    proxy_for: Callable[[str], str | None] = system_proxy,
    on_finding: Callable[[Finding], None] | None = None,
    resolver: Callable[[str, int], Awaitable[Sequence[object]]] | None = None,
    limits: Limits | None = None,
) -> tuple[Finding, ...]:
    """Try all checks; those after a decisive failure come back as not tried. Cancellable.

    ``proxy_for`` may block: it is called in a thread. ``resolver`` gives the addresses of a host and
    raises OSError where there are none.
    """
    climb = _Climb(endpoint, tokens, probe, on_finding, limits or Limits())
    await climb.all(proxy_for, resolver or _addresses)
    return climb.finish()


async def _addresses(host: str, port: int) -> Sequence[object]:
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return sorted({str(entry[4][0]) for entry in found})


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
        self._proxied: dict[str, str | int] = {}

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
    ) -> bool:
        """Keep a finding; returns whether to go on."""
        finding = Finding(rung, verdict, observation, seconds, facts or {})
        self._findings.append(finding)
        if self._on_finding is not None:
            self._on_finding(finding)
        return verdict is not Verdict.FAILED

    def _pass(self, rung: Rung, seconds: float | None, facts: Mapping[str, str | int] | None = None) -> bool:
        return self._add(rung, Verdict.PASSED, Observation.GOOD, seconds, facts)

    def _left(self, limit: float) -> float:
        return max(0.05, min(limit, self._end - time.monotonic()))

    async def all(
        self,
        proxy_for: Callable[[str], str | None],
        resolver: Callable[[str, int], Awaitable[Sequence[object]]],
    ) -> None:
        """Climb until something decides."""
        if not self._endpoint.well_formed:
            self._add(Rung.ADDRESS, Verdict.FAILED, Observation.MALFORMED)
            return
        self._pass(Rung.ADDRESS, None)
        if not await self._issued(proxy_for):
            return
        proxy = None if self._endpoint.plain else await self._proxy(proxy_for)
        self._proxied = {"proxied": 1} if proxy is not None else {}
        if proxy is not None:
            # The proxy looks the name up; this computer may not even be able to.
            self._pass(Rung.NAME, None, self._proxied)
        elif not await self._name(resolver):
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

    async def _proxy(self, proxy_for: Callable[[str], str | None]) -> str | None:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._left(self._limits.name)):
                return await loop.run_in_executor(None, proxy_for, self._endpoint.origin)
        except TimeoutError:
            return None

    async def _name(self, resolver: Callable[[str, int], Awaitable[Sequence[object]]]) -> bool:
        began = time.monotonic()
        try:
            async with asyncio.timeout(self._left(self._limits.name)) as limit:
                found = await resolver(self._endpoint.host, self._endpoint.port or 0)
        except (OSError, UnicodeError):
            seen = Observation.NAME_SLOW if limit.expired() else Observation.NOT_FOUND_NAME
            return self._add(Rung.NAME, Verdict.FAILED, seen, time.monotonic() - began)
        if not found:
            return self._add(Rung.NAME, Verdict.FAILED, Observation.NOT_FOUND_NAME, time.monotonic() - began)
        return self._pass(Rung.NAME, time.monotonic() - began, {"addresses": len(found)})

    async def _get(self, client: ReadOnlyClient, url: str, token: str) -> Answer | NoAnswer:
        return await client.get(url, token, self._left(self._limits.request))

    async def _lookup(self, client: ReadOnlyClient) -> bool:
        answer = await self._get(client, self._probe.first.url(self._endpoint), self._token)
        if answer.status == 401:
            self._tokens.forget()
        return self._way(answer) and self._token_rung(answer) and self._users(answer)

    def _way(self, answer: Answer | NoAnswer) -> bool:
        """Route and certificate, as the first request met them."""
        if isinstance(answer, NoAnswer) and answer.failure is Failure.REFUSED_BY_US:
            # A token with signs that no header can carry: nothing was sent.
            self._add(Rung.ROUTE, Verdict.NOT_TRIED, Observation.NOT_TRIED)
            return self._add(Rung.CERTIFICATE, Verdict.NOT_TRIED, Observation.NOT_TRIED)
        failed = _place(answer, plain=self._endpoint.plain) if isinstance(answer, NoAnswer) else None
        if isinstance(answer, NoAnswer) and failed is Rung.ROUTE:
            seen = FAILURES[answer.failure]
            return self._add(Rung.ROUTE, Verdict.FAILED, seen, answer.seconds, self._proxied)
        self._pass(Rung.ROUTE, answer.timings.get("connect"), self._proxied)
        if isinstance(answer, NoAnswer) and failed is Rung.CERTIFICATE:
            return self._add(Rung.CERTIFICATE, Verdict.FAILED, FAILURES[answer.failure], answer.seconds)
        if self._endpoint.plain:
            return self._add(Rung.CERTIFICATE, Verdict.PASSED, Observation.PLAIN_PRACTICE)
        return self._pass(Rung.CERTIFICATE, answer.timings.get("tls"), _certificate(answer))

    def _token_rung(self, answer: Answer | NoAnswer) -> bool:
        """A status other than 200, a web page or no status at all: nothing shows that the token counts."""
        seen, facts = _seen(answer), {**_facts(answer), "asked": self._probe.first.words}
        if seen is Observation.GOOD or (answer.status == 200 and seen is not Observation.HTML):
            return self._pass(Rung.TOKEN, answer.timings.get("http"), facts)
        return self._add(Rung.TOKEN, Verdict.FAILED, seen, answer.seconds, facts)

    def _users(self, answer: Answer | NoAnswer) -> bool:
        expect = self._probe.first.expect
        verdict, seen = _judge(answer, expect)
        return self._add(Rung.USERS, verdict, seen, None, {**_facts(answer), "expect": expect.value})

    async def _groups(self, client: ReadOnlyClient) -> None:
        expect = self._probe.second.expect
        answer = await self._get(client, self._probe.second.url(self._endpoint), self._token)
        verdict, seen = _judge(answer, expect)
        if answer.status in (404, 501):
            verdict = Verdict.NOT_OFFERED
        elif verdict is Verdict.FAILED:
            # It is not known which group requests the endpoint offers to this computer.
            verdict = Verdict.WARNED
        facts = {**_facts(answer), "expect": expect.value, "asked": self._probe.second.words}
        self._add(Rung.GROUPS, verdict, seen, answer.seconds, facts)

    async def _control(self, client: ReadOnlyClient) -> None:
        made_up = secrets.token_urlsafe(32)
        answer = await self._get(client, self._probe.first.url(self._endpoint), made_up)
        facts = {**_facts(answer), "asked": f"{self._probe.first.words} with a made-up token"}
        if answer.status in (401, 403):
            self._pass(Rung.CONTROL, answer.seconds, facts)
        elif answer.status == 200:
            self._add(Rung.CONTROL, Verdict.FAILED, Observation.OPEN_DOOR, answer.seconds, facts)
        else:
            self._add(Rung.CONTROL, Verdict.WARNED, _seen(answer), answer.seconds, facts)


_TLS: Final = frozenset({Failure.TLS, Failure.TLS_EXPIRED, Failure.TLS_HOST, Failure.TLS_UNTRUSTED})
_PROXY: Final = frozenset({Failure.PROXY, Failure.PROXY_SIGN_IN})


def _place(answer: NoAnswer, *, plain: bool) -> Rung | None:
    """The rung of the way that a failed request broke at; None where the way was fine."""
    if answer.status is not None:
        return None
    if answer.failure in _PROXY or answer.reached is Reached.NOTHING:
        return Rung.ROUTE
    if answer.failure in _TLS:
        return Rung.CERTIFICATE
    return None if plain or answer.reached is Reached.ENCRYPTED else Rung.CERTIFICATE


def _certificate(answer: Answer | NoAnswer) -> dict[str, str | int]:
    if not isinstance(answer, Answer) or answer.peer is None:
        return {}
    days = (answer.peer.not_after - datetime.now(UTC)).days
    return {"issuer": answer.peer.issuer, "days": days}


def _facts(answer: Answer | NoAnswer) -> dict[str, str | int]:
    facts: dict[str, str | int] = {}
    if answer.status is not None:
        facts["status"] = answer.status
    if isinstance(answer, Answer):
        pause = retry_after(answer.headers.get("retry-after"), datetime.now(UTC))
        if pause is not None:
            facts["retry_after"] = round(pause)
    return facts


def _seen(answer: Answer | NoAnswer) -> Observation:
    if isinstance(answer, Answer):
        seen = of_status(answer.status)
        page = read_listing(answer) if seen is Observation.GOOD else None
        return page if isinstance(page, Observation) else seen
    if answer.status is not None and answer.status != 200:
        return of_status(answer.status)
    return FAILURES[answer.failure]


def _judge(answer: Answer | NoAnswer, expect: Expect) -> tuple[Verdict, Observation]:
    """Whether the answer is what was expected; anything found by a random GUID is not."""
    if expect is Expect.OBJECT:
        return _judge_object(answer)
    seen = _seen(answer)
    if seen is not Observation.GOOD or not isinstance(answer, Answer):
        return Verdict.FAILED, seen
    page = read_listing(answer)
    if expect is Expect.EMPTY and isinstance(page, Listing) and (page.total or page.resources):
        return Verdict.FAILED, Observation.FILTER_IGNORED
    if isinstance(page, Listing) and (not page.declared or (page.total and not page.resources)):
        # Without its schema, or counted and not handed out, though the request asked from the first one on.
        return Verdict.WARNED, Observation.WRONG_SHAPE
    return Verdict.PASSED, Observation.GOOD


def _judge_object(answer: Answer | NoAnswer) -> tuple[Verdict, Observation]:
    if not isinstance(answer, Answer) or answer.status != 200:
        return Verdict.FAILED, _seen(answer)
    found = read_object(answer)
    if isinstance(found, Observation):
        return Verdict.FAILED, found
    if not declares(found, CONFIGURATION):
        return Verdict.WARNED, Observation.WRONG_SHAPE
    return Verdict.PASSED, Observation.GOOD
