"""The connection test: read-only checks in the order in which a request meets what they check."""

from __future__ import annotations

import asyncio
import secrets
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from app.net import REQUEST_SECONDS, Answer, NoAnswer, ReadOnlyClient, sendable, system_proxy
from app.net.names import AddressScope, Lookup, LookupStatus, system_resolver
from app.scim import network_path
from app.scim.address_repair import doubled, trial
from app.scim.details import NameDetails, RedirectTarget, TokenIssueDetails
from app.scim.finding import Check, Finding, Verdict
from app.scim.interpretation import details_of, judge, observe, redirect_target
from app.scim.observation import PUT_OFF, Observation
from app.scim.tokens import NotIssued
from app.values.address import LOOPBACK

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.net.names import Resolver
    from app.scim.details import Details
    from app.scim.endpoint import Endpoint
    from app.scim.probes import Probe
    from app.scim.tokens import TokenSource

__all__ = ["Check", "Finding", "Observation", "TimeLimits", "Verdict", "run"]

SOON: Final = 0.2
"""Seconds within which the first answer may show the connection, before another one is opened to check it."""
TOKEN_REQUEST: Final = "POST token address, grant_type=client_credentials"  # noqa: S105 - how a request is shown


@dataclass(frozen=True, slots=True)
class TimeLimits:
    """How many seconds a test waits."""

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
    limits: TimeLimits | None = None,
    control: Finding | None = None,
) -> tuple[Finding, ...]:
    """Run all checks; those after a decisive failure come back as not tried. Cancellable.

    ``proxy_for`` may block: it is called in a thread. ``resolver`` returns the addresses of a host and raises OSError
    if there are none. ``control`` is the finding about the made-up token; None sends one. Some services slow down or
    lock out after a few refused tokens.
    """
    test = _ConnectionTest(endpoint, tokens, probe, on_finding, limits or TimeLimits(), control)
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
        limits: TimeLimits,
        control: Finding | None,
    ) -> None:
        self._control_finding = control
        self._endpoint = endpoint
        self._tokens = tokens
        self._probe = probe
        self._token = ""
        self._on_finding = on_finding
        self._limits = limits
        self._end = time.monotonic() + limits.whole
        self._findings: list[Finding] = []
        self._found = Lookup(LookupStatus.UNKNOWN)
        self._proxy_used: str | None = None

    def finish(self) -> tuple[Finding, ...]:
        """All findings, the missing ones as not tried."""
        checks = [check for check in Check if check is not Check.ISSUED or self._tokens.fetches]
        for check in checks[len(self._findings) :]:
            self._not_tried(check)
        return tuple(self._findings)

    def _keep(self, finding: Finding) -> bool:
        """Keep a finding; returns whether to go on."""
        self._findings.append(finding)
        if self._on_finding is not None:
            self._on_finding(finding)
        return finding.verdict is not Verdict.FAILED

    def _pass(self, check: Check, seconds: float | None = None, details: Details | None = None) -> bool:
        return self._keep(Finding(check, Verdict.PASSED, Observation.GOOD, seconds, details))

    def _not_tried(self, check: Check, details: Details | None = None) -> None:
        self._keep(Finding(check, Verdict.NOT_TRIED, Observation.NOT_TRIED, None, details))

    def _left(self, limit: float) -> float:
        return max(0.05, min(limit, self._end - time.monotonic()))

    async def all(self, proxy_for: Callable[[str], str | None], resolver: Resolver) -> None:
        """Run the checks until one of them decides."""
        if not self._endpoint.well_formed:
            encrypted = replace(self._endpoint, base_url=f"https:{self._endpoint.base_url[5:]}")
            plain = self._endpoint.plain and encrypted.well_formed
            shown = Observation.NOT_ENCRYPTED if plain else Observation.MALFORMED
            self._keep(Finding(Check.ADDRESS, Verdict.FAILED, shown))
            return
        if doubled(self._endpoint):
            self._keep(Finding(Check.ADDRESS, Verdict.WARNED, Observation.DOUBLED_PATH))
        else:
            self._pass(Check.ADDRESS)
        if not await self._issued(proxy_for):
            return
        if not sendable(self._token):
            # No header can carry this token, so there is nothing to connect for.
            for check in (Check.NAME, Check.ROUTE, Check.CERTIFICATE):
                self._not_tried(check)
            self._keep(Finding(Check.TOKEN, Verdict.FAILED, Observation.MALFORMED))
            return
        direct = self._endpoint.practice or self._endpoint.host in LOOPBACK
        proxy = None if direct else await self._proxy(proxy_for)
        if proxy is not None:
            # The proxy resolves the name; this computer may not even be able to.
            self._proxy_used = proxy
            self._not_tried(Check.NAME, NameDetails(proxied=True))
        elif not await self._name(resolver):
            return
        async with ReadOnlyClient(self._endpoint.host, proxy, practice=self._endpoint.practice) as client:
            asked = self._probe.first.url(self._endpoint)
            first = asyncio.create_task(self._get(client, asked, self._token))
            try:
                if proxy is None and not await self._reach(first):
                    return
                if await self._lookup(client, asked, await first):
                    await self._groups(client)
                    await self._control(client)
            finally:
                if not first.done():
                    first.cancel()
                    await asyncio.wait([first])

    async def _issued(self, proxy_for: Callable[[str], str | None]) -> bool:
        self._tokens.forget()  # a test shows what happens now, not that an earlier token is still valid
        issued = await self._tokens.bearer(proxy_for, self._left(self._limits.request))
        if isinstance(issued, NotIssued):
            failure = issued.path_failure
            details = TokenIssueDetails(TOKEN_REQUEST, issued.status) if failure is None else failure.details
            return self._keep(Finding(Check.ISSUED, Verdict.FAILED, issued.observation, issued.seconds, details))
        self._token = issued.token
        if not self._tokens.fetches:
            return True
        details = TokenIssueDetails(TOKEN_REQUEST, 200, minutes=round(issued.lasts / 60))
        return self._pass(Check.ISSUED, issued.seconds, details)

    async def _proxy(self, proxy_for: Callable[[str], str | None]) -> str | None:
        try:
            async with asyncio.timeout(self._left(self._limits.name)):
                return await asyncio.to_thread(proxy_for, self._endpoint.origin)
        except TimeoutError:
            return None

    async def _name(self, resolver: Resolver) -> bool:
        host, port = self._endpoint.host, self._endpoint.port or 0
        finding, self._found = await network_path.name(host, port, resolver, self._left(self._limits.name))
        return self._keep(finding)

    async def _reach(self, first: asyncio.Task[Answer | NoAnswer]) -> bool:
        """The check of the connection. It runs beside the first request, so that it takes no time of its own."""
        port = self._endpoint.port or 0
        if len(self._found.families) == 1:
            # The request's own connection shows as much, unless it takes long: a host that is slow to answer may have
            # accepted the connection at once.
            await asyncio.wait([first], timeout=SOON)
            if first.done() and (found := network_path.connected(self._found, first.result())) is not None:
                return self._keep(found)
        return self._keep(await network_path.connection(self._found, port, self._left(self._limits.connect)))

    async def _get(self, client: ReadOnlyClient, url: str, token: str) -> Answer | NoAnswer:
        return await client.get(url, token, self._left(self._limits.request))

    async def _lookup(self, client: ReadOnlyClient, asked: str, answer: Answer | NoAnswer) -> bool:
        if answer.status == 401:
            self._tokens.forget()
        if not await self._rest_of_path(answer):
            return False
        return await self._authorized(client, answer, asked) and self._users(answer)

    async def _rest_of_path(self, answer: Answer | NoAnswer) -> bool:
        """The checks on the path that need a request; without a proxy the connection was checked before."""
        if self._proxy_used is not None and not self._keep(network_path.tunnel(answer, self._proxy_used)):
            return False
        plain = self._endpoint.plain
        if plain and not (isinstance(answer, NoAnswer) and network_path.failed_check(answer, plain=True)):
            return self._keep(Finding(Check.CERTIFICATE, Verdict.NOT_CHECKED, Observation.PLAIN_PRACTICE))
        outside = self._proxy_used is not None or self._found.scope is AddressScope.PUBLIC
        return self._keep(await network_path.certificate(answer, self._endpoint.host, outside=outside))

    async def _authorized(self, client: ReadOnlyClient, answer: Answer | NoAnswer, asked: str) -> bool:
        """Whether the token was accepted; a web page or no answer at all does not show that."""
        shown, details = observe(answer, asked), details_of(answer, self._probe.first.words)
        if shown is Observation.GOOD or (answer.status == 200 and shown not in _PAGES):
            return self._pass(Check.TOKEN, answer.timings.get("http"), details)
        if isinstance(answer, Answer) and (to := redirect_target(answer, asked)) and 300 <= answer.status < 400:
            own = self._endpoint.is_own(to)
            details = replace(details, leads=RedirectTarget.SAME_HOST if own else RedirectTarget.OTHER_HOST)
        if (change := trial(answer, self._endpoint, self._probe.first, asked)) is not None:
            works = observe(await self._get(client, change.url, self._token)) is Observation.GOOD
            if works:
                details = replace(details, works=change.repair)
            if works or change.observation is Observation.DOUBLED_PATH:
                shown = change.observation
        return self._keep(Finding(Check.TOKEN, Verdict.FAILED, shown, answer.seconds, details))

    def _users(self, answer: Answer | NoAnswer) -> bool:
        expect = self._probe.first.expect
        verdict, shown = judge(answer, expect)
        details = replace(details_of(answer), expect=expect, exchange=None)  # the exchange is with the token's check
        return self._keep(Finding(Check.USERS, verdict, shown, None, details))

    async def _groups(self, client: ReadOnlyClient) -> None:
        expect = self._probe.second.expect
        answer = await self._get(client, self._probe.second.url(self._endpoint), self._token)
        verdict, shown = judge(answer, expect)
        if answer.status in (404, 501):
            verdict = Verdict.NOT_OFFERED
        elif verdict is Verdict.FAILED:
            # It is not known which group requests the endpoint offers to this computer.
            verdict = Verdict.WARNED
        details = replace(details_of(answer, self._probe.second.words), expect=expect)
        self._keep(Finding(Check.GROUPS, verdict, shown, answer.seconds, details))

    async def _control(self, client: ReadOnlyClient) -> None:
        if self._control_finding is not None:
            self._keep(self._control_finding)
            return
        made_up, asked = secrets.token_urlsafe(32), self._probe.first.url(self._endpoint)
        answer = await self._get(client, asked, made_up)
        details = details_of(answer, f"{self._probe.first.words} with a made-up token")
        if answer.status in (401, 403):
            self._pass(Check.CONTROL, answer.seconds, details)
            return
        shown = observe(answer, asked)
        if answer.status == 200 and shown not in _PAGES:
            verdict, shown = Verdict.FAILED, Observation.OPEN_DOOR
        elif shown in PUT_OFF:
            # The right token was let in a moment ago: some services delay or limit their answers to wrong ones.
            verdict = Verdict.WARNED
        else:
            # Rejected in another way; or nothing is known, and then nothing shows that tokens are checked.
            verdict = Verdict.WARNED if shown in _REJECTED and answer.status != 200 else Verdict.FAILED
        self._keep(Finding(Check.CONTROL, verdict, shown, answer.seconds, details))


_PAGES: Final = frozenset({Observation.HTML, Observation.SIGN_IN_PAGE})
_REJECTED: Final = frozenset(
    {Observation.NOT_FOUND, Observation.REDIRECT, Observation.SIGN_IN_PAGE, Observation.OTHER_STATUS}
)
