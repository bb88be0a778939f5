"""Looks for the newest change of users and groups, with a few requests whatever the size of the directory."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from app.net import Answer
from app.scim.exchange import pause_asked
from app.scim.listing import ListResponse, read_listing, read_object, supported
from app.scim.observation import FAILURES, Observation, of_status

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.net import ReadOnlyClient
    from app.scim.endpoint import Endpoint

MOST_REQUESTS: Final = 7
"""Requests of one look. What does not fit into it is asked by the next look."""


@dataclass(frozen=True, slots=True)
class ListCapabilities:
    """What the endpoint can do with users or groups; None if it claims so, or nothing is known."""

    filter: bool | None = None
    """Whether it filters by ``meta.lastModified``; true only once an answer has proved it."""
    sort: bool | None = None
    """Whether it sorts by ``meta.lastModified``; true only once two answers have proved it."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What the endpoint can do, for each kind apart: some filter users but not groups."""

    users: ListCapabilities = ListCapabilities()
    groups: ListCapabilities = ListCapabilities()


class Coverage(StrEnum):
    """Which changes a look can see, the most first."""

    ALL = "all"
    """Every change of a user or group."""
    ENDS = "ends"
    """Changes of the first and the last user and group, and growing totals. It neither filters nor sorts, or has not
    proved yet that it does."""
    TOTALS = "totals"
    """Only growing totals: users, groups or both have no ``meta.lastModified`` (optional by RFC 7643 section 3.1)."""


@dataclass(frozen=True, slots=True)
class ChangesSeen:
    """The result of a look."""

    newest: datetime | None
    """A change since the given time, UTC: the newest if the endpoint sorts, else one of them."""
    users: int | None
    groups: int | None
    """None if the endpoint does not offer groups."""
    requests: int
    capabilities: Capabilities
    coverage: Coverage = Coverage.ALL
    grown: bool = False
    """Whether there are more users or groups than at an earlier look after Submit."""

    @property
    def found(self) -> bool:
        """Whether a change was seen."""
        return self.newest is not None or self.grown


@dataclass(frozen=True, slots=True)
class LookFailed:
    """This look failed; a later one may succeed."""

    observation: Observation
    retry_after: float | None
    """Seconds that the endpoint asked for."""


async def look(
    client: ReadOnlyClient,
    endpoint: Endpoint,
    token: str,
    since: datetime,
    capabilities: Capabilities | None = None,
) -> ChangesSeen | LookFailed:
    """Look once. ``capabilities`` of the last look save the first request and those that would fail.

    ``since`` is aware. Earlier changes belong to something else and are ignored.
    """
    search = _Search(client, endpoint, token, since, capabilities)
    try:
        return await search.all()
    except _StopError as stop:
        return stop.outcome


class _StopError(Exception):
    """Ends a look early; raised and caught in this module only."""

    def __init__(self, outcome: LookFailed) -> None:
        super().__init__(outcome.observation.value)
        self.outcome = outcome


class _Search:
    """The state of one look."""

    def __init__(
        self,
        client: ReadOnlyClient,
        endpoint: Endpoint,
        token: str,
        since: datetime,
        capabilities: Capabilities | None,
    ) -> None:
        self._client = client
        self._endpoint = endpoint
        self._token = token
        # An endpoint that stores whole seconds must not lose a change of the same second.
        self._since = since.astimezone(UTC).replace(microsecond=0)
        self._known = capabilities
        self._requests = 0
        self._newest: datetime | None = None
        self._meta_alone = True
        """Whether resources have their times if only ``meta`` is requested. Some endpoints omit it then."""

    async def all(self) -> ChangesSeen:
        can = self._known or await self._configuration()
        # Three requests stay reserved for groups: what they need to be counted at all.
        users = await self._kind("/Users", can.users, MOST_REQUESTS - 3)
        if users is None:
            raise _StopError(LookFailed(Observation.NOT_FOUND, None))
        of_groups = can.groups
        if users.can.sort is False and of_groups.sort is None:
            of_groups = replace(of_groups, sort=False)
        groups = await self._kind("/Groups", of_groups, MOST_REQUESTS)
        found = [each for each in (users, groups) if each is not None]
        return ChangesSeen(
            self._newest,
            users.total,
            groups.total if groups is not None else None,
            self._requests,
            Capabilities(users.can, groups.can if groups is not None else can.groups),
            max((each.coverage for each in found), key=list(Coverage).index),
        )

    async def _get(self, path: str, query: Mapping[str, str] | None = None) -> Answer:
        self._requests += 1
        answer = await self._client.get(self._endpoint.url(path, query), self._token)
        if not isinstance(answer, Answer):
            raise _StopError(LookFailed(FAILURES[answer.failure], None))
        if answer.status in (401, 403, 429, 503):
            pause = pause_asked(answer)
            raise _StopError(LookFailed(of_status(answer.status), pause))
        return answer

    async def _configuration(self) -> Capabilities:
        """What ServiceProviderConfig says (RFC 7643 section 5); if it is missing, nothing is known."""
        answer = await self._get("/ServiceProviderConfig")
        data = read_object(answer) if answer.status == 200 else None
        if not isinstance(data, dict):
            return Capabilities()
        # What it claims is still to be proved; what it denies is not asked for.
        denied = (False if supported(data.get(part)) is False else None for part in ("filter", "sort"))
        can = ListCapabilities(*denied)
        return Capabilities(can, can)

    async def _kind(self, path: str, can: ListCapabilities, most: int) -> _KindSeen | None:
        """Count one kind of resource and record its changes; None if it is not offered.

        ``most`` bounds the requests of the whole look: those that only prove or search more are left out beyond it.
        """
        top, can = await self._top(path, can)
        if top is None:
            return None
        if not top.total:
            return _KindSeen(0, can, Coverage.ALL)
        if not top.changes:
            return _KindSeen(top.total, can, Coverage.TOTALS)
        empty = False
        if can.filter is not False and can.sort is not True and self._newest is None:
            empty, can = await self._filtered(path, can)
            if empty and can.filter:
                return _KindSeen(top.total, can, Coverage.ALL)
        if can.sort is not True and top.total > 1 and self._newest is None and self._requests < most:
            # Resources usually come in order of creation, so the last one is the likeliest to be new.
            self._note(_listing(await self._get(path, _page(top.total, "meta"))))
        if empty and self._newest is None and self._requests < most:
            can = await self._proved_filter(path, can, top)
            if can.filter:
                return _KindSeen(top.total, can, Coverage.ALL)
        if can.sort is None and top.total > 1 and self._newest is None and self._requests < most:
            can = await self._proved_sort(path, can, top)
        return _KindSeen(top.total, can, Coverage.ALL if can.sort or top.total == 1 else Coverage.ENDS)

    async def _filtered(self, path: str, can: ListCapabilities) -> tuple[bool, ListCapabilities]:
        """Ask for changes only, and check that the answer does not contradict the filter.

        Returns whether there are none, unless the answer contradicts the filter.
        """
        query = {"filter": _since(self._since)}
        if can.sort is not False:
            query |= _DESCENDING
        answer = await self._get(path, query | {"count": "2", "startIndex": "1", "attributes": "meta"})
        if answer.status in (400, 501):
            return False, replace(can, filter=False)
        page = read_listing(answer) if answer.status == 200 else None
        if not isinstance(page, ListResponse):
            return False, can
        self._note(page)
        if len(page.changes) < len(page.resources) or any(at < self._since for at in page.changes):
            return False, replace(can, filter=False)
        if list(page.changes) != sorted(page.changes, reverse=True):
            can = replace(can, sort=False)
        return not page.resources, can

    async def _top(self, path: str, can: ListCapabilities) -> tuple[ListResponse | None, ListCapabilities]:
        """The first resource, the newest if the endpoint sorts; None if this kind is not offered."""
        order = _DESCENDING if can.sort is not False else {}
        answer = await self._get(path, self._first() | order)
        if order and answer.status not in (200, 404):
            can, order = replace(can, sort=False), {}
            answer = await self._get(path, self._first())
        if answer.status in (404, 501):
            return None, can
        listing = _listing(answer)
        if listing.resources and not listing.changes and self._meta_alone:
            self._meta_alone = False
            listing = _listing(await self._get(path, self._first() | order))
        self._note(listing)
        return listing, can

    def _first(self) -> dict[str, str]:
        return _page(1, "meta" if self._meta_alone else None)

    async def _proved_filter(self, path: str, can: ListCapabilities, top: ListResponse) -> ListCapabilities:
        """Ask by filter for what was just seen: some endpoints answer 200 and an empty list, whatever the time."""
        answer = await self._get(path, _page(1, "meta") | {"filter": _since(top.changes[0].replace(microsecond=0))})
        page = read_listing(answer) if answer.status == 200 else None
        return replace(can, filter=bool(page.resources) if isinstance(page, ListResponse) else False)

    async def _proved_sort(self, path: str, can: ListCapabilities, top: ListResponse) -> ListCapabilities:
        """Ask for the oldest resource: an endpoint that does not sort answers with the same one in both orders."""
        answer = await self._get(path, _page(1, "meta") | _ASCENDING)
        page = read_listing(answer) if answer.status == 200 else None
        if not isinstance(page, ListResponse) or not page.changes:
            return replace(can, sort=False)
        self._note(page)
        if page.changes[0] == top.changes[0]:
            # All may have the same time; then their order proves nothing.
            return replace(can, sort=False) if page.resources[0].get("id") == top.resources[0].get("id") else can
        return replace(can, sort=page.changes[0] < top.changes[0])

    def _note(self, listing: ListResponse) -> None:
        fresh = [at for at in listing.changes if at >= self._since]
        if self._newest is not None:
            fresh.append(self._newest)
        self._newest = max(fresh, default=None)


@dataclass(frozen=True, slots=True)
class _KindSeen:
    """What one look saw of users or groups."""

    total: int
    can: ListCapabilities
    coverage: Coverage


_DESCENDING: Final = {"sortBy": "meta.lastModified", "sortOrder": "descending"}
_ASCENDING: Final = {"sortBy": "meta.lastModified", "sortOrder": "ascending"}


def _since(at: datetime) -> str:
    stamp = at.isoformat().replace("+00:00", "Z")
    return f'meta.lastModified ge "{stamp}"'


def _page(start: int, attributes: str | None = None) -> dict[str, str]:
    query = {"startIndex": str(start), "count": "1"}
    return query | ({"attributes": attributes} if attributes else {"excludedAttributes": "members"})


def _listing(answer: Answer) -> ListResponse:
    seen = of_status(answer.status)
    page = read_listing(answer) if seen is Observation.GOOD else seen
    if isinstance(page, Observation):
        pause = pause_asked(answer)
        raise _StopError(LookFailed(page, pause))
    return page
