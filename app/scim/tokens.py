"""Provides the bearer token of a request: captured once, or fetched with a service account.

OIDC Token of CIE is the client credentials grant (RFC 6749 section 4.4); its tokens last 15 minutes (the vendor's page
on the SCIM Connector; token address and scope: pan.dev, "Get an access token").
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias

from app.net import REQUEST_SECONDS, Answer, TokenClient, sendable
from app.scim import network_path
from app.scim.listing import read_object
from app.scim.observation import FAILURES, Observation
from app.system.clock import elapsed

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.net import NoAnswer
    from app.scim.finding import Finding

EARLY: Final = 60.0
"""Seconds before its expiry at which a fetched token is replaced."""

LONGEST: Final = 86_400
"""Seconds; a longer lifetime is implausible."""


@dataclass(frozen=True, slots=True)
class StaticToken:
    """The token that CIE generated."""

    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ServiceAccount:
    """The credentials to fetch tokens with."""

    token_url: str
    client_id: str = field(repr=False)
    client_secret: str = field(repr=False)
    scope: str


Credentials: TypeAlias = StaticToken | ServiceAccount


@dataclass(frozen=True, slots=True)
class Bearer:
    """A token to send."""

    token: str = field(repr=False)
    seconds: float = 0.0
    """How long fetching it took; 0 if it was not fetched."""
    lasts: float = 0.0
    """Lifetime in seconds, according to the issuer; 0 if unknown."""


@dataclass(frozen=True, slots=True)
class NotIssued:
    """No token was issued."""

    observation: Observation
    seconds: float
    status: int | None = None
    path_failure: Finding | None = None
    """Where the path to the token address failed, if it did."""


class TokenSource:
    """Provides the token for the next request, and keeps a fetched one until shortly before it expires."""

    def __init__(self, credentials: Credentials, *, practice: bool, clock: Callable[[], float] = elapsed) -> None:
        self._credentials = credentials
        self._practice = practice
        self._clock = clock
        self._kept: tuple[str, float] | None = None

    def __repr__(self) -> str:
        return "TokenSource()"

    @property
    def fetches(self) -> bool:
        """Whether tokens are fetched rather than captured."""
        return isinstance(self._credentials, ServiceAccount)

    def serves(self, credentials: Credentials) -> bool:
        """Whether it was created with exactly these credentials."""
        return self._credentials == credentials

    def forget(self) -> None:
        """Fetch a new token next time, for example after the endpoint rejected this one."""
        self._kept = None

    async def bearer(
        self, proxy_for: Callable[[str], str | None] | None = None, limit_seconds: float = REQUEST_SECONDS
    ) -> Bearer | NotIssued:
        """The token to send. ``proxy_for`` may block: it is called in a thread."""
        if isinstance(self._credentials, StaticToken):
            return Bearer(self._credentials.token)
        if self._kept is not None and self._clock() < self._kept[1]:
            return Bearer(self._kept[0])
        account = self._credentials
        proxy = None
        if proxy_for is not None and not self._practice:
            try:
                async with asyncio.timeout(limit_seconds):
                    proxy = await asyncio.to_thread(proxy_for, account.token_url)
            except TimeoutError:
                return NotIssued(Observation.TIMEOUT, limit_seconds)
        async with TokenClient(proxy, practice=self._practice) as client:
            answer = await client.fetch(
                account.token_url, account.client_id, account.client_secret, account.scope, limit_seconds
            )
        if not isinstance(answer, Answer):
            return await _unreached(answer, account.token_url, proxy)
        if answer.status != 200:
            seen = Observation.CLIENT_REFUSED if answer.status in (400, 401, 403) else Observation.NO_TOKEN
            return NotIssued(seen, answer.seconds, answer.status)
        found = _read(answer)
        if found is None:
            return NotIssued(Observation.NO_TOKEN, answer.seconds, answer.status)
        token, lasts = found
        self._kept = (token, self._clock() + max(lasts - EARLY, lasts / 2))
        return Bearer(token, answer.seconds, lasts)


async def _unreached(answer: NoAnswer, token_url: str, proxy: str | None) -> NotIssued:
    failure = await network_path.locate_failure(answer, token_url, proxy)
    observation = FAILURES[answer.failure] if failure is None else failure.observation
    return NotIssued(observation, answer.seconds, answer.status, failure)


def _read(answer: Answer) -> tuple[str, float] | None:
    """Token and lifetime in seconds from a token response (RFC 6749 section 5.1)."""
    data = read_object(answer)
    if isinstance(data, Observation):
        return None
    token, kind = data.get("access_token"), data.get("token_type", "bearer")
    if not isinstance(token, str) or not sendable(token) or not isinstance(kind, str) or kind.lower() != "bearer":
        return None
    lasts = data.get("expires_in")
    return token, float(lasts) if isinstance(lasts, (int, float)) and 0 < lasts <= LONGEST else 0.0
