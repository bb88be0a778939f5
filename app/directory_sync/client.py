"""Sends one request to the Directory Sync API, and returns the result as a value."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from app.directory_sync.directories import Directory, read_directories
from app.net import Answer, ApiClient, system_proxy
from app.scim import network_path
from app.scim.exchange import pause_asked
from app.scim.observation import FAILURES, Observation, of_status
from app.scim.tokens import NotIssued
from app.text.worded import WordedEnum

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from app.net import NoAnswer
    from app.scim.finding import Finding
    from app.scim.tokens import TokenSource

CLOCK_RESOLUTION: Final = 2.0
"""Seconds; the Date header has whole seconds, so it cannot show a smaller difference between clocks."""


class ApiStage(WordedEnum):
    """How far a request came. The words name the place."""

    KEYRING = "keyring", "The keyring"
    """It did not return the service account."""
    TOKEN = "token", "The token address"
    """No token was issued."""
    API = "api", "The API"
    """It answered, or could not be reached."""


@dataclass(frozen=True, slots=True)
class DirectoryList:
    """The directories of the tenant."""

    looked: datetime
    """When they were listed, UTC, by this computer's clock."""
    directories: tuple[Directory, ...]
    ahead: float | None = None
    """Seconds that CIE's clock is ahead of this computer's; None if the answer has no usable date."""

    def named(self, name: str) -> tuple[Directory, ...]:
        """The directories with that name. The page accepts lower case only, so case is ignored."""
        return tuple(each for each in self.directories if each.name.lower() == name.lower())


@dataclass(frozen=True, slots=True)
class ApiFailure:
    """Why there is no result."""

    looked: datetime
    """UTC."""
    stage: ApiStage
    observation: Observation
    status: int | None = None
    """The HTTP status, if one came."""
    retry_after: float | None = None
    """Seconds that the API asked for."""
    path_failure: Finding | None = None
    """Where the path to the API or to the token address failed, if it did."""


@dataclass(frozen=True, slots=True)
class DirectorySyncClient:
    """The Directory Sync API of one tenant."""

    base: str
    """The address before the path of an operation."""
    tokens: TokenSource
    practice: bool
    now: Callable[[], datetime]
    """UTC."""
    proxy_for: Callable[[str], str | None] = system_proxy
    """May block: called in a thread."""

    async def directories(self) -> DirectoryList | ApiFailure:
        """``GET domains``."""
        answer = await self._send("/domains", None)
        looked = self.now()
        if isinstance(answer, ApiFailure):
            return answer
        found = read_directories(answer)
        if isinstance(found, Observation):
            return ApiFailure(looked, ApiStage.API, found, answer.status)
        return DirectoryList(looked, found, clock_ahead(answer, looked))

    async def query(self, path: str, question: dict[str, Any]) -> Answer | ApiFailure:
        """The answer of one of the two search operations, with status 200."""
        return await self._send(path, json.dumps(question).encode())

    async def _send(self, path: str, content: bytes | None) -> Answer | ApiFailure:
        answer, fresh = await self._once(path, content)
        if isinstance(answer, ApiFailure) and answer.observation is Observation.UNAUTHORIZED:
            self.tokens.forget()
            if not fresh:  # a kept token may have been revoked meanwhile
                answer, _ = await self._once(path, content)
        return answer

    async def _once(self, path: str, content: bytes | None) -> tuple[Answer | ApiFailure, bool]:
        issued = await self.tokens.bearer(self.proxy_for)
        if isinstance(issued, NotIssued):
            failure = issued.path_failure
            return ApiFailure(self.now(), ApiStage.TOKEN, issued.observation, issued.status, path_failure=failure), True
        proxy = await asyncio.to_thread(self.proxy_for, self.base)
        async with ApiClient(urlsplit(self.base).hostname or "", proxy, practice=self.practice) as client:
            if content is None:
                answer = await client.get(self.base + path, issued.token)
            else:
                answer = await client.query(self.base + path, issued.token, content)
        checked = self._checked(answer) if isinstance(answer, Answer) else await self._unanswered(answer, proxy)
        return checked, issued.seconds > 0

    async def _unanswered(self, answer: NoAnswer, proxy: str | None) -> ApiFailure:
        failure = await network_path.locate_failure(answer, self.base, proxy)
        observation = FAILURES[answer.failure] if failure is None else failure.observation
        return ApiFailure(self.now(), ApiStage.API, observation, answer.status, path_failure=failure)

    def _checked(self, answer: Answer) -> Answer | ApiFailure:
        now = self.now()
        seen = of_status(answer.status)
        if seen is Observation.GOOD:
            return answer
        pause = pause_asked(answer)
        return ApiFailure(now, ApiStage.API, seen, answer.status, pause)


def clock_ahead(answer: Answer, received: datetime) -> float | None:
    """Seconds that an answer's clock (RFC 9110 section 6.6.1) is ahead of this computer's; 0 if too small to tell."""
    try:
        said = parsedate_to_datetime(answer.headers.get("date", ""))
        middle = received.timestamp() - answer.seconds / 2
        ahead = said.replace(tzinfo=said.tzinfo or UTC).timestamp() - middle
    except (ValueError, OverflowError):
        return None
    return 0.0 if abs(ahead) <= CLOCK_RESOLUTION + answer.seconds / 2 else ahead
