"""Looks for the newest change of users and groups, with a few requests whatever the size of the directory."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from app.net import Answer
from app.scim.listing import ListResponse, read_listing, read_object, supported
from app.scim.observation import FAILURES, Observation, of_status, retry_after

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.net import ReadOnlyClient
    from app.scim.endpoint import Endpoint

MOST_REQUESTS: Final = 7
"""Requests of one look: one for the configuration, three for users and three for groups."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What the endpoint can do; None if unknown."""

    filter: bool | None = None
    """Whether it filters by ``meta.lastModified``."""
    sort: bool | None = None
    """Whether it sorts by ``meta.lastModified``."""


class NotOfferedReason(StrEnum):
    """Why the endpoint does not report changes."""

    NO_LAST_MODIFIED = "no-last-modified"
    """There are resources, but none has ``meta.lastModified`` (optional by RFC 7643 section 3.1)."""


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


@dataclass(frozen=True, slots=True)
class ChangesNotOffered:
    """The endpoint does not report changes."""

    reason: NotOfferedReason


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
) -> ChangesSeen | ChangesNotOffered | LookFailed:
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
        self._dated = False

    async def all(self) -> ChangesSeen | ChangesNotOffered:
        can = self._known or await self._configuration()
        users, can = await self._kind("/Users", can)
        if users is None:
            raise _StopError(LookFailed(Observation.NOT_FOUND, None))
        groups, can = await self._kind("/Groups", can)
        if users + (groups or 0) > 0 and not self._dated:
            return ChangesNotOffered(NotOfferedReason.NO_LAST_MODIFIED)
        return ChangesSeen(self._newest, users, groups, self._requests, can)

    async def _get(self, path: str, query: Mapping[str, str] | None = None) -> Answer:
        self._requests += 1
        answer = await self._client.get(self._endpoint.url(path, query), self._token)
        if not isinstance(answer, Answer):
            raise _StopError(LookFailed(FAILURES[answer.failure], None))
        if answer.status in (401, 403, 429, 503):
            pause = retry_after(answer.headers.get("retry-after"), datetime.now(UTC))
            raise _StopError(LookFailed(of_status(answer.status), pause))
        return answer

    async def _configuration(self) -> Capabilities:
        """What ServiceProviderConfig says (RFC 7643 section 5); if it is missing, nothing is known."""
        answer = await self._get("/ServiceProviderConfig")
        data = read_object(answer) if answer.status == 200 else None
        if not isinstance(data, dict):
            return Capabilities()
        return Capabilities(supported(data.get("filter")), supported(data.get("sort")))

    async def _kind(self, path: str, can: Capabilities) -> tuple[int | None, Capabilities]:
        """Count one kind of resource and record its changes."""
        honored = False
        if can.filter is not False:
            honored, can = await self._filtered(path, can)
        first = await self._get(path, _page(1, "meta"))
        if first.status in (404, 501):
            return None, can
        listing = _listing(first)
        self._note(listing)
        if listing.total and not listing.changes:
            # Some endpoints omit meta if only meta is requested.
            self._note(_listing(await self._get(path, _page(1))))
        elif listing.total > 1 and not honored:
            # Resources usually come in order of creation, so the last one is the likeliest to be new.
            self._note(_listing(await self._get(path, _page(listing.total, "meta"))))
        return listing.total, can

    async def _filtered(self, path: str, can: Capabilities) -> tuple[bool, Capabilities]:
        """Ask for the newest changes only, and check that the answer honors the filter."""
        stamp = self._since.isoformat().replace("+00:00", "Z")
        query = {"filter": f'meta.lastModified ge "{stamp}"'}
        if can.sort is not False:
            query |= {"sortBy": "meta.lastModified", "sortOrder": "descending"}
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
        return True, can

    def _note(self, listing: ListResponse) -> None:
        self._dated = self._dated or bool(listing.changes)
        fresh = [at for at in listing.changes if at >= self._since]
        if self._newest is not None:
            fresh.append(self._newest)
        self._newest = max(fresh, default=None)


def _page(start: int, attributes: str | None = None) -> dict[str, str]:
    query = {"startIndex": str(start), "count": "1"}
    return query | ({"attributes": attributes} if attributes else {"excludedAttributes": "members"})


def _listing(answer: Answer) -> ListResponse:
    seen = of_status(answer.status)
    page = read_listing(answer) if seen is Observation.GOOD else seen
    if isinstance(page, Observation):
        pause = retry_after(answer.headers.get("retry-after"), datetime.now(UTC))
        raise _StopError(LookFailed(page, pause))
    return page
