"""A look at a directory of a million users costs what a look at one of ten costs."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

from app.net import ReadOnlyClient
from app.scim.changes import MOST_REQUESTS, Capabilities, ChangesSeen, look
from app.scim.endpoint import Endpoint
from tests.hostile.server import LIST, TOKEN, Hostile, http

if TYPE_CHECKING:
    import socket
    import threading

SINCE = datetime(2026, 11, 1, 12, tzinfo=UTC)
MILLION = 1_000_000
PAGE = 100
"""Resources of a page at most, whatever is asked for."""

CORE = "urn:ietf:params:scim:schemas:core:2.0:"


@dataclass(frozen=True)
class Service:
    """What an endpoint can do, as it says and as it does."""

    filter: bool
    sort: bool
    says: bool = True
    """Whether ServiceProviderConfig tells; otherwise there is none."""
    ignores: bool = False
    """Whether a filter that it does not know is passed over instead of refused."""


class Directory:
    """Makes up the users and groups that are asked for; five of each kind changed since ``SINCE``, the newest last."""

    def __init__(self, service: Service, size: int) -> None:
        self._service = service
        self._sizes = {"/Users": size, "/Groups": max(10, size // 10)}
        self.requests = 0
        self.bytes = 0

    def __call__(self, connection: socket.socket, request: str, _stop: threading.Event) -> None:
        """Answer a request and count it, both ways."""
        parts = urlsplit(request.split(" ", 2)[1])
        path = parts.path.removeprefix("/scim/v2")
        answer = self._answer(path, {name: values[0] for name, values in parse_qs(parts.query).items()})
        self.requests += 1
        self.bytes += len(request) + len(answer)
        connection.sendall(answer)

    def _answer(self, path: str, query: dict[str, str]) -> bytes:
        if path == "/ServiceProviderConfig":
            can = {"filter": {"supported": self._service.filter}, "sort": {"supported": self._service.sort}}
            said = json.dumps({"schemas": [f"{CORE}ServiceProviderConfig"], **can}).encode()
            return http(200, said) if self._service.says else http(404)
        first, last = 0, self._sizes[path]
        if "filter" in query and not self._service.filter and not self._service.ignores:
            return http(400)
        if "filter" in query and self._service.filter:
            assert query["filter"] == 'meta.lastModified ge "2026-11-01T12:00:00Z"'
            first = last - 5
        chosen = range(first, last)
        start = int(query.get("startIndex", "1")) - 1
        if "sortBy" in query and self._service.sort:
            chosen = chosen[::-1]
        page = chosen[start : start + min(PAGE, int(query.get("count", PAGE)))]
        found = [self._resource(path, number) for number in page]
        return http(200, json.dumps({"schemas": [LIST], "totalResults": len(chosen), "Resources": found}).encode())

    def _resource(self, path: str, number: int) -> dict[str, Any]:
        changed = SINCE + timedelta(minutes=number - self._sizes[path] + 5)
        meta = {"resourceType": path[1:-1], "lastModified": changed.isoformat()}
        return {"id": f"{number:036d}", "userName": f"user{number:07d}@example.com", "meta": meta}


def cost(service: Service, size: int, known: Capabilities | None = None) -> tuple[int, int, ChangesSeen]:
    """Requests and bytes of one look, and what it saw."""
    directory = Directory(service, size)
    with Hostile(directory) as server:

        async def once() -> object:
            endpoint = Endpoint(server.base_url, practice=True)
            async with ReadOnlyClient(endpoint.host, None, practice=True) as client:
                return await look(client, endpoint, TOKEN, SINCE, known)

        seen = asyncio.run(once())
    assert isinstance(seen, ChangesSeen)
    assert seen.requests == directory.requests
    return directory.requests, directory.bytes, seen


@pytest.mark.parametrize(
    "service",
    [
        Service(filter=True, sort=True),
        Service(filter=True, sort=False),
        Service(filter=False, sort=True),
        Service(filter=False, sort=False),
        Service(filter=False, sort=False, says=False),
        Service(filter=False, sort=False, says=False, ignores=True),
    ],
    ids=["all", "filter", "sort", "neither", "silent", "ignores"],
)
def test_a_look_costs_the_same_at_any_size(service: Service) -> None:
    few, many = cost(service, 10), cost(service, MILLION)
    again = cost(service, 10, few[2].capabilities), cost(service, MILLION, many[2].capabilities)
    for (requests, size, small), (of_many, size_of_many, large) in ((few, many), again):
        assert requests == of_many <= MOST_REQUESTS
        # The numbers themselves have up to five digits more, once in the question and once in the answer.
        assert abs(size_of_many - size) <= 10 * requests
        assert (small.users, small.groups, large.users, large.groups) == (10, 10, MILLION, MILLION // 10)
        newest = SINCE + timedelta(minutes=4)
        if service.filter and not service.sort:
            # One of the changes, and nobody can say in few requests whether it is the newest.
            assert small.newest is not None
            assert SINCE <= small.newest <= newest
            assert small.newest == large.newest
        else:
            assert small.newest == large.newest == newest
    assert again[1][0] <= many[0]
