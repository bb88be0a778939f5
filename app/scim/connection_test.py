"""Test Connection: the checks in the order in which a request meets them, read-only."""

from __future__ import annotations

import asyncio
import secrets
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from app.net import REQUEST_SECONDS, Answer, NoAnswer, ReadOnlyClient, sendable, system_proxy
from app.net.names import Lookup, Name, system_resolver
from app.scim import evidence, network_path
from app.scim.address_repair import doubled, trial
from app.scim.finding import Check, Facts, Finding, Verdict
from app.scim.interpretation import facts_of, judge, seen, target
from app.scim.observation import Observation
from app.scim.tokens import NotIssued

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from app.net.names import Resolver
    from app.scim.endpoint import Endpoint
    from app.scim.probes import Probe
    from app.scim.tokens import TokenSource

__all__ = ["Check", "Finding", "Limits", "Observation", "Verdict", "run"]


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
    test = _ConnectionTest(endpoint, tokens, probe, on_finding, limits or Limits())
    await test.all(proxy_for, resolver or system_resolver)
    return test.finish()


class _ConnectionTest:
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
        checks = [check for check in Check if check is not Check.ISSUED or self._tokens.fetches]
        for check in checks[len(self._findings) :]:
            self._add(check, Verdict.NOT_TRIED, Observation.NOT_TRIED)
        return tuple(self._findings)

    def _add(
        self,
        check: Check,
        verdict: Verdict,
        observation: Observation,
        seconds: float | None = None,
        facts: Mapping[str, str | int] | None = None,
        exchanged: Mapping[str, str | int] | None = None,
    ) -> bool:
        """Keep a finding; returns whether to go on."""
        return self._keep(Finding(check, verdict, observation, seconds, facts or {}, exchanged or {}))

    def _keep(self, finding: Finding) -> bool:
        self._findings.append(finding)
        if self._on_finding is not None:
            self._on_finding(finding)
        return finding.verdict is not Verdict.FAILED

    def _pass(
        self,
        check: Check,
        seconds: float | None,
        facts: Mapping[str, str | int] | None = None,
        exchanged: Mapping[str, str | int] | None = None,
    ) -> bool:
        return self._add(check, Verdict.PASSED, Observation.GOOD, seconds, facts, exchanged)

    def _left(self, limit: float) -> float:
        return max(0.05, min(limit, self._end - time.monotonic()))

    async def all(self, proxy_for: Callable[[str], str | None], resolver: Resolver) -> None:
        """Run the checks until one of them decides."""
        if not self._endpoint.well_formed:
            self._add(Check.ADDRESS, Verdict.FAILED, Observation.MALFORMED)
            return
        if doubled(self._endpoint):
            self._add(Check.ADDRESS, Verdict.WARNED, Observation.DOUBLED_PATH)
        else:
            self._pass(Check.ADDRESS, None)
        if not await self._issued(proxy_for):
            return
        if not sendable(self._token):
            self._unsendable()
            return
        proxy = None if self._endpoint.plain else await self._proxy(proxy_for)
        if proxy is not None:
            # The proxy looks the name up; this computer may not even be able to.
            self._proxied = network_path.proxied(proxy)
            self._add(Check.NAME, Verdict.NOT_TRIED, Observation.NOT_TRIED, None, self._proxied)
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
            if issued.broke is not None:
                facts |= {**issued.broke.facts, "at": issued.broke.check.value}
            if issued.status is not None:
                facts["status"] = issued.status
            return self._add(Check.ISSUED, Verdict.FAILED, issued.observation, issued.seconds, facts)
        self._token = issued.token
        if not self._tokens.fetches:
            return True
        facts = {"asked": asked, "status": 200, "minutes": round(issued.lasts / 60)}
        return self._pass(Check.ISSUED, issued.seconds, facts)

    def _unsendable(self) -> None:
        """The token holds signs that no header can carry, so there is nothing to connect for."""
        for check in (Check.NAME, Check.ROUTE, Check.CERTIFICATE):
            self._add(check, Verdict.NOT_TRIED, Observation.NOT_TRIED)
        self._add(Check.TOKEN, Verdict.FAILED, Observation.MALFORMED)

    async def _proxy(self, proxy_for: Callable[[str], str | None]) -> str | None:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._left(self._limits.name)):
                return await loop.run_in_executor(None, proxy_for, self._endpoint.origin)
        except TimeoutError:
            return None

    async def _name(self, resolver: Resolver) -> bool:
        host, port = self._endpoint.host, self._endpoint.port or 0
        finding, self._found = await network_path.name(host, port, resolver, self._left(self._limits.name))
        return self._keep(finding)

    async def _reach(self) -> bool:
        port = self._endpoint.port or 0
        return self._keep(await network_path.connection(self._found, port, self._left(self._limits.connect)))

    async def _get(self, client: ReadOnlyClient, url: str, token: str) -> Answer | NoAnswer:
        return await client.get(url, token, self._left(self._limits.request))

    async def _lookup(self, client: ReadOnlyClient) -> bool:
        asked = self._probe.first.url(self._endpoint)
        answer = await self._get(client, asked, self._token)
        if answer.status == 401:
            self._tokens.forget()
        if not await self._walked(answer):
            return False
        return await self._authorized(client, answer, asked) and self._users(answer)

    async def _walked(self, answer: Answer | NoAnswer) -> bool:
        """The rest of the way, as the first request met it; without a proxy the connection was looked at before."""
        if self._proxied and not self._keep(network_path.tunnel(answer, self._proxied)):
            return False
        plain = self._endpoint.plain
        if plain and not (isinstance(answer, NoAnswer) and network_path.place(answer, plain=True)):
            return self._add(Check.CERTIFICATE, Verdict.PASSED, Observation.PLAIN_PRACTICE)
        outside = bool(self._proxied) or self._found.scope == "public"
        return self._keep(await network_path.certificate(answer, self._endpoint.host, outside=outside))

    async def _authorized(self, client: ReadOnlyClient, answer: Answer | NoAnswer, asked: str) -> bool:
        """A status other than 200, a web page or no status at all: nothing shows that the token counts."""
        shown, facts = seen(answer, asked), {**facts_of(answer), "asked": self._probe.first.words}
        exchanged = evidence.exchange(answer)
        if shown is Observation.GOOD or (answer.status == 200 and shown not in _PAGES):
            return self._pass(Check.TOKEN, answer.timings.get("http"), facts, exchanged)
        if isinstance(answer, Answer) and (place := target(answer, asked)) and 300 <= answer.status < 400:
            facts["leads"] = "same-host" if self._endpoint.is_own(place) else "other-host"
        if (repair := trial(answer, self._endpoint, self._probe.first, asked)) is not None:
            name, url = repair
            works = seen(await self._get(client, url, self._token)) is Observation.GOOD
            if works:
                facts["works"] = "slash" if name is Observation.SLASH else "without-end"
            shown = name if works or name is Observation.DOUBLED_PATH else shown
        return self._add(Check.TOKEN, Verdict.FAILED, shown, answer.seconds, facts, exchanged)

    def _users(self, answer: Answer | NoAnswer) -> bool:
        expect = self._probe.first.expect
        verdict, shown = judge(answer, expect)
        return self._add(Check.USERS, verdict, shown, None, {**facts_of(answer), "expect": expect.value})

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
        self._add(Check.GROUPS, verdict, shown, answer.seconds, facts, evidence.exchange(answer))

    async def _control(self, client: ReadOnlyClient) -> None:
        made_up, asked = secrets.token_urlsafe(32), self._probe.first.url(self._endpoint)
        answer = await self._get(client, asked, made_up)
        facts = {**facts_of(answer), "asked": f"{self._probe.first.words} with a made-up token"}
        exchanged = evidence.exchange(answer)
        if answer.status in (401, 403):
            self._pass(Check.CONTROL, answer.seconds, facts, exchanged)
            return
        shown = seen(answer, asked)
        if answer.status == 200 and shown not in _PAGES:
            self._add(Check.CONTROL, Verdict.FAILED, Observation.OPEN_DOOR, answer.seconds, facts, exchanged)
        else:
            # Turned away in a way of its own; or not known, and then nothing shows that the token counts.
            verdict = Verdict.WARNED if shown in _TURNED_AWAY and answer.status != 200 else Verdict.FAILED
            self._add(Check.CONTROL, verdict, shown, answer.seconds, facts, exchanged)


_PAGES: Final = frozenset({Observation.HTML, Observation.SIGN_IN_PAGE})
_TURNED_AWAY: Final = frozenset(
    {Observation.NOT_FOUND, Observation.REDIRECT, Observation.SIGN_IN_PAGE, Observation.OTHER_STATUS}
)
