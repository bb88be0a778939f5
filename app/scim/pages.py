"""Reads a list of resources page by page, at the pace that the endpoint allows.

Sources: RFC 7644 sections 3.4.2.4 (paging) and 3.9 (``attributes``); RFC 6585 section 4 (429). Page size, limits
and whether members are returned are not documented for CIE, so nothing here assumes them.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from app.net import Answer, RequestFailure
from app.scim.exchange import pause_asked
from app.scim.listing import ListResponse, read_listing
from app.scim.observation import FAILURES, Observation, of_status
from app.scim.tokens import Bearer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

    from app.net import ReadOnlyClient
    from app.scim.endpoint import Endpoint
    from app.scim.tokens import NotIssued

PAGE: Final = 100
"""Resources to request at once."""
PATIENCE: Final = 300.0
"""Seconds that an endpoint may ask to wait; a longer pause ends reading."""
TRIES: Final = 5
"""Requests for one page that may fail before reading ends."""
FIRST_PAUSE: Final = 1.0
"""Seconds until the second attempt, doubled for each further one."""

_NOT_OFFERED: Final = frozenset({400, 403, 404, 405, 501})
_AGAIN: Final = frozenset({429, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class ResourcePage:
    """Some resources of a list."""

    total: int
    """How many there are, according to this page."""
    resources: tuple[dict[str, Any], ...]
    trimmed: bool = False
    """Whether the last attribute was left out, because with it a single resource was too large."""


@dataclass(frozen=True, slots=True)
class ReadingStopped:
    """Reading ended before the end of the list."""

    observation: Observation
    offered: bool = True
    """False if the endpoint does not list these resources at all."""


class PageReader:
    """Reads the pages of one list."""

    def __init__(
        self,
        client: ReadOnlyClient,
        endpoint: Endpoint,
        bearer: Callable[[bool], Awaitable[Bearer | NotIssued]],
        path: str,
        attributes: tuple[str, ...],
        on_pause: Callable[[float], None],
    ) -> None:
        """``bearer`` returns the token, a new one if its argument is true; ``on_pause`` gets the seconds of each pause.

        The last of ``attributes`` is left out where its values, such as members, make a page too large.
        """
        self._client = client
        self._endpoint = endpoint
        self._bearer = bearer
        self._path = path
        self._attributes = attributes
        self._on_pause = on_pause
        self._selects = True
        """Whether the endpoint accepts ``attributes``."""
        self._count = PAGE
        self._first = self._last = ""
        """The IDs of the very first resource, and of the last one read."""
        self._total: int | None = None
        """How many there are, by the last page."""
        self.more = False
        """Whether there are more than that, and not all were read."""
        self.stopped: ReadingStopped | None = None

    async def sorted_by_change(self, count: int) -> ResourcePage | None:
        """The newest resources first; None if the endpoint does not sort."""
        order = {"sortBy": "meta.lastModified", "sortOrder": "descending"}
        answer = await self._answer(self._query(1, count, self._attributes[:-1]) | order)
        page = read_listing(answer) if isinstance(answer, Answer) and answer.status == 200 else None
        if not isinstance(page, ListResponse) or len(page.changes) < len(page.resources):
            return None
        return (
            ResourcePage(page.total, page.resources)
            if list(page.changes) == sorted(page.changes, reverse=True)
            else None
        )

    async def read(self, start: int, most: int | None = None) -> AsyncIterator[ResourcePage]:
        """Page after page from the resource at ``start`` (1 is the first); ``stopped`` is set on an early end."""
        at, read, before, largest = start, 0, "", 0
        while most is None or read < most or self._total == at - 1:
            page = await self._page(at, PAGE if most is None or read >= most else min(PAGE, most - read))
            past, self.more = self._total is not None and at > self._total, False
            if isinstance(page, ReadingStopped):
                self.stopped = None if past else page
                return
            first, last = (str(page.resources[each].get("id", "")) if page.resources else "" for each in (0, -1))
            if past and first in ("", self._first, self._last):
                return  # some hand out the first or the last ones again there
            if first and first == before:
                self.stopped = ReadingStopped(Observation.WRONG_SHAPE)  # every page is the first one again
                return
            before, self._last = first, last
            if at == 1:
                self._first = first
            size, self._total = len(page.resources), page.total
            at, read = at + size, read + size
            if page.resources:
                yield replace(page, total=max(page.total, at - 1))
            # A total may be capped at the size of a page, so only a last page that is shorter than others is the last.
            if at > page.total and size < max(largest, 1):
                return
            largest, self.more = max(largest, size), past
            if not page.resources:
                self.stopped = ReadingStopped(Observation.WRONG_SHAPE)
                return

    async def _page(self, start: int, count: int) -> ResourcePage | ReadingStopped:
        tries, attributes = 0, self._attributes
        while True:
            asked = min(count, self._count)
            answer = await self._answer(self._query(start, asked, attributes))
            if isinstance(answer, Answer) and answer.status == 200:
                page = read_listing(answer)
                if isinstance(page, Observation):
                    return ReadingStopped(page)
                self._count = min(PAGE, self._count * 2)
                return ResourcePage(page.total, page.resources[:asked], len(attributes) < len(self._attributes))
            if not isinstance(answer, Answer) and answer is Observation.TOO_LARGE:
                if asked > 1:
                    self._count = asked // 2
                elif len(attributes) == len(self._attributes):
                    attributes = attributes[:-1]
                else:
                    return ReadingStopped(answer)
                continue
            if isinstance(answer, Answer) and answer.status == 400 and self._selects:
                self._selects = False
                continue
            tries += 1
            pause = self._pause(answer, tries)
            if pause is None:
                return self._stop(answer, start)
            self._on_pause(pause)
            await asyncio.sleep(pause)

    def _pause(self, answer: Answer | Observation, tries: int) -> float | None:
        """Seconds until the next attempt; None if there is none."""
        pause = FIRST_PAUSE * 2 ** (tries - 1)
        if isinstance(answer, Answer):
            if answer.status not in _AGAIN:
                return None
            pause = pause_asked(answer) or pause
        elif answer not in (Observation.TIMEOUT, Observation.TOO_SLOW, Observation.CLOSED):
            return None
        return pause if tries < TRIES and pause <= PATIENCE else None

    @staticmethod
    def _stop(answer: Answer | Observation, start: int) -> ReadingStopped:
        if isinstance(answer, Observation):
            return ReadingStopped(answer)
        return ReadingStopped(of_status(answer.status), offered=start > 1 or answer.status not in _NOT_OFFERED)

    async def _answer(self, query: Mapping[str, str]) -> Answer | Observation:
        renewed = False
        while True:
            issued = await self._bearer(renewed)
            if not isinstance(issued, Bearer):
                return issued.observation
            answer = await self._client.get(self._endpoint.url(self._path, query), issued.token)
            if not isinstance(answer, Answer):
                return Observation.TOO_LARGE if answer.failure is RequestFailure.TOO_LARGE else FAILURES[answer.failure]
            if answer.status != 401 or renewed:
                return answer
            renewed = True  # a fetched token may have expired; a captured one stays the same

    def _query(self, start: int, count: int, attributes: tuple[str, ...]) -> dict[str, str]:
        query = {"startIndex": str(start), "count": str(count)}
        if self._selects:
            query["attributes"] = ",".join(attributes)
        elif len(attributes) < len(self._attributes):
            query["excludedAttributes"] = self._attributes[-1]
        return query
