"""A look finds the newest change in few requests, and believes only what the answer proves."""

from __future__ import annotations

import asyncio
import json
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest

from app.net import ReadOnlyClient
from app.scim.changes import (
    MOST_REQUESTS,
    Capabilities,
    ChangesSeen,
    Coverage,
    ListCapabilities,
    LookFailed,
    look,
)
from app.scim.connection_test import Observation
from app.scim.endpoint import Endpoint
from tests.hostile.server import TOKEN, Hostile, http, listing

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator

SINCE = datetime(2026, 11, 1, 12, tzinfo=UTC)


def ask(base_url: str, since: datetime = SINCE, known: Capabilities | None = None) -> ChangesSeen | LookFailed:
    async def once() -> ChangesSeen | LookFailed:
        endpoint = Endpoint(base_url, practice=True)
        async with ReadOnlyClient(endpoint.host, None, practice=True) as client:
            return await look(client, endpoint, TOKEN, since, known)

    return asyncio.run(once())


def kinds(seen: ChangesSeen) -> tuple[ListCapabilities, ListCapabilities]:
    return seen.capabilities.users, seen.capabilities.groups


class Quiet(WSGIRequestHandler):
    """Keeps the test output clean."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def scim2_server(*, capable: bool, users: int, groups: int) -> Iterator[str]:
    """A real SCIM server with that many resources."""
    from scim2_models import Filter, Sort
    from scim2_server.memory import InMemoryStorage
    from scim2_server.testserver.application import BearerTokenApplication
    from scim2_server.utils import load_default_provider

    provider = load_default_provider()
    assert provider.config is not None
    provider.config.filter = Filter(supported=capable, max_results=200)
    provider.config.sort = Sort(supported=capable)
    application = BearerTokenApplication(InMemoryStorage(), provider, bearer_tokens=[TOKEN])
    with make_server("127.0.0.1", 0, application, handler_class=Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        base_url = f"http://127.0.0.1:{server.server_port}/v2"
        try:
            asyncio.run(_fill(base_url, users, groups))
            yield base_url
        finally:
            server.shutdown()
            thread.join()


async def _fill(base_url: str, users: int, groups: int) -> None:
    from app.net import Answer, LoopbackClient

    schema = "urn:ietf:params:scim:schemas:core:2.0:"
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/scim+json"}
    bodies: list[tuple[str, dict[str, Any]]] = [
        *(("Users", {"schemas": [schema + "User"], "userName": f"u{n}"}) for n in range(users)),
        *(("Groups", {"schemas": [schema + "Group"], "displayName": f"g{n}"}) for n in range(groups)),
    ]
    async with LoopbackClient() as client:
        for kind, body in bodies:
            answer = await client.request("POST", f"{base_url}/{kind}", headers, json.dumps(body))
            assert isinstance(answer, Answer)
            assert answer.status == 201


@pytest.mark.parametrize("capable", [True, False])
def test_a_real_server_tells_its_newest_change(capable: bool) -> None:
    started = datetime.now(UTC)
    with scim2_server(capable=capable, users=3, groups=2) as base_url:
        seen = ask(base_url, started)
        assert isinstance(seen, ChangesSeen)
        assert seen.newest is not None
        assert started - timedelta(seconds=1) <= seen.newest <= datetime.now(UTC)
        assert (seen.users, seen.groups) == (3, 2)
        assert [can.filter for can in kinds(seen)] == [None if capable else False] * 2  # claimed, not proved yet
        assert seen.requests <= MOST_REQUESTS
        later = ask(base_url, started + timedelta(hours=1), seen.capabilities)
        assert isinstance(later, ChangesSeen)
        assert later.newest is None
        assert later.requests <= MOST_REQUESTS
        later = ask(base_url, started + timedelta(hours=1), later.capabilities)
        assert isinstance(later, ChangesSeen)
        assert [can.filter for can in kinds(later)] == [capable] * 2
        assert later.coverage is (Coverage.ALL if capable else Coverage.ENDS)


def test_an_empty_real_server_has_no_change() -> None:
    with scim2_server(capable=True, users=0, groups=0) as base_url:
        seen = ask(base_url)
    assert isinstance(seen, ChangesSeen)
    assert (seen.newest, seen.users, seen.groups) == (None, 0, 0)


def fake(
    reply: Callable[[str, dict[str, str]], bytes],
) -> Hostile:
    """A server that answers by path and query."""

    def answering(connection: socket.socket, request: str, _stop: threading.Event) -> None:
        parts = urlsplit(request.split(" ")[1])
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        connection.sendall(reply(parts.path.rpartition("/")[2], query))

    return Hostile(answering)


def at(hours: int) -> dict[str, object]:
    return {"id": str(hours), "meta": {"lastModified": (SINCE + timedelta(hours=hours)).isoformat()}}


def test_a_server_that_ignores_filter_and_sort_is_not_believed() -> None:
    ages = [-30, -20, -10, 5]

    def reply(path: str, query: dict[str, str]) -> bytes:
        if path == "ServiceProviderConfig":
            return http(404)
        if path == "Groups":
            return listing(total=0)
        start, count = int(query["startIndex"]) - 1, int(query["count"])
        return listing(*(at(h) for h in ages[start : start + count]), total=4)

    with fake(reply) as server:
        seen = ask(server.base_url)
    assert isinstance(seen, ChangesSeen)
    assert seen.newest == SINCE + timedelta(hours=5)
    assert [can.filter for can in kinds(seen)] == [False, None]
    assert len(server.requests) == seen.requests <= MOST_REQUESTS


def test_old_resources_alone_are_no_change() -> None:
    def reply(path: str, _query: dict[str, str]) -> bytes:
        return http(404) if path == "ServiceProviderConfig" else listing(at(-1), total=1)

    with fake(reply) as server:
        seen = ask(server.base_url)
    assert isinstance(seen, ChangesSeen)
    assert (seen.newest, seen.users, seen.groups) == (None, 1, 1)


@pytest.mark.parametrize("meta", [{}, {"meta": {}}, {"meta": {"lastModified": "soon"}}, {"meta": 3}])
def test_of_resources_without_a_time_only_the_total_is_seen(meta: dict[str, object]) -> None:
    with fake(lambda *_: listing({"id": "1", **meta}, total=1)) as server:
        seen = ask(server.base_url)
    assert isinstance(seen, ChangesSeen)
    assert (seen.newest, seen.users, seen.groups, seen.coverage) == (None, 1, 1, Coverage.TOTALS)
    assert len(server.requests) <= MOST_REQUESTS


def test_a_huge_directory_costs_no_more() -> None:
    with fake(lambda *_: listing(at(-1), total=5_000_000)) as server:
        ask(server.base_url)
    assert len(server.requests) <= MOST_REQUESTS


def test_groups_may_be_missing() -> None:
    with fake(lambda path, _: listing(at(1)) if path == "Users" else http(404)) as server:
        seen = ask(server.base_url)
    assert isinstance(seen, ChangesSeen)
    assert (seen.users, seen.groups, seen.newest) == (1, None, SINCE + timedelta(hours=1))


@pytest.mark.parametrize(
    ("answer", "observation", "pause"),
    [
        (http(401), Observation.UNAUTHORIZED, None),
        (http(429, Retry_After="90"), Observation.TOO_MANY, 90.0),
        (http(503, Retry_After="Fri, 01 Jan 2021 00:00:00 GMT"), Observation.SERVER_ERROR, 0.0),
        (http(429, Retry_After="tomorrow"), Observation.TOO_MANY, None),
        (http(500), Observation.SERVER_ERROR, None),
        (http(200, b"<html>", "text/html"), Observation.HTML, None),
        (http(404), Observation.NOT_FOUND, None),
        (b"", Observation.CLOSED, None),
    ],
)
def test_an_unsuccessful_look_says_why(answer: bytes, observation: Observation, pause: float | None) -> None:
    with fake(lambda *_: answer) as server:
        assert ask(server.base_url) == LookFailed(observation, pause)
    assert len(server.requests) <= 3


# -- services that filter or sort in ways of their own ---------------------------------------------


class Service:
    """A directory whose filter and order behave as those of real services do; see each mode."""

    def __init__(self, filters: str, sorts: str, timed: str) -> None:
        self._filters, self._sorts, self._timed = filters, sorts, timed
        self.users = [self._resource("u", number, -30 - number) for number in range(6)]
        self.groups = [self._resource("g", number, -60 - number) for number in range(4)]

    def _resource(self, kind: str, number: int, hours: int) -> dict[str, object]:
        timed = self._timed == "all" or (self._timed == "users" and kind == "u")
        return {**(at(hours) if timed else {}), "id": f"{kind}{number}"}

    def change(self, what: str) -> None:
        """Let one change happen."""
        match what:
            case "user added":
                self.users.append(self._resource("u", 9, 1))
            case "group added":
                self.groups.append(self._resource("g", 9, 1))
            case "user in the middle":
                self.users[3] = self._resource("u", 3, 1)
            case "group in the middle":
                self.groups[2] = self._resource("g", 2, 1)

    def __call__(self, path: str, query: dict[str, str]) -> bytes:
        if path == "ServiceProviderConfig":
            return http(404)
        found = self.users if path == "Users" else self.groups
        if "filter" in query:
            if self._filters in ("400", "500", "501"):
                return http(int(self._filters))
            if self._filters == "empty":
                return listing(total=0)
            if self._filters == "honored":
                since = datetime.fromisoformat(query["filter"].split('"')[1])
                found = [each for each in found if moment(each) is not None and moment(each) >= since]
        start, count, total = int(query["startIndex"]) - 1, int(query["count"]), len(found)
        if "sortBy" in query and self._sorts in ("400", "500"):
            return http(int(self._sorts))
        down = query.get("sortOrder") == "descending"
        if "sortBy" in query and self._sorts == "honored":
            found = sorted(found, key=lambda each: moment(each) or SINCE, reverse=down)
        found = found[start : start + count]
        if "sortBy" in query and self._sorts == "page":
            found = sorted(found, key=lambda each: moment(each) or SINCE, reverse=down)
        return listing(*found, total=total)


def moment(resource: dict[str, object]) -> Any:
    meta = resource.get("meta")
    return datetime.fromisoformat(str(meta["lastModified"])) if isinstance(meta, dict) else None


CHANGES = ("user added", "group added", "user in the middle", "group in the middle")


@pytest.mark.slow(20, "1,800 looks at a server, 90 kinds of servers")
@pytest.mark.parametrize("timed", ["all", "users", "none"])
@pytest.mark.parametrize("sorts", ["honored", "ignored", "page", "400", "500"])
@pytest.mark.parametrize("filters", ["honored", "empty", "ignored", "400", "500", "501"])
def test_every_change_is_seen_or_the_look_says_that_it_may_not_be(filters: str, sorts: str, timed: str) -> None:
    coverage = Coverage.ALL

    async def before_and_after(server: Hostile, service: Service, what: str) -> ChangesSeen | LookFailed:
        nonlocal coverage
        endpoint, known = Endpoint(server.base_url, practice=True), None
        async with ReadOnlyClient(endpoint.host, None, practice=True) as client:
            for _ in range(4):
                before = len(server.requests)
                seen = await look(client, endpoint, TOKEN, SINCE, known)
                assert isinstance(seen, ChangesSeen)
                assert (seen.newest, seen.users, seen.groups) == (None, 6, 4)
                assert len(server.requests) - before == seen.requests <= MOST_REQUESTS
                known, coverage = seen.capabilities, seen.coverage
            service.change(what)
            return await look(client, endpoint, TOKEN, SINCE, known)

    for what in CHANGES:
        service = Service(filters, sorts, timed)
        with fake(service) as server:
            after = asyncio.run(before_and_after(server, service, what))
        assert isinstance(after, ChangesSeen)
        grew = (after.users, after.groups) != (6, 4)
        assert grew is what.endswith("added")
        if after.newest is not None:
            assert after.newest == SINCE + timedelta(hours=1)
        elif not grew:
            assert coverage is not Coverage.ALL, what
    if timed == "all" and (filters == "honored" or sorts == "honored"):
        assert coverage is Coverage.ALL
    if timed != "all":
        assert coverage is Coverage.TOTALS


@pytest.mark.parametrize("known", [None, Capabilities(ListCapabilities(sort=False), ListCapabilities(sort=False))])
def test_an_empty_filtered_answer_does_not_hide_the_last_user(known: Capabilities | None) -> None:
    service = Service("empty", "ignored", "all")
    service.change("user added")
    with fake(service) as server:
        seen = ask(server.base_url, known=known)
    assert isinstance(seen, ChangesSeen)
    assert seen.newest == SINCE + timedelta(hours=1)
