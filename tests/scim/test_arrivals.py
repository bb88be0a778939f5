"""What arrived, asked of real servers on loopback: paging, pauses, odd endpoints, and every kind of row."""

from __future__ import annotations

import asyncio
import time
import tracemalloc
from array import array

import pytest

from app import net
from app.scim import arrivals, pages
from app.scim.arrivals import SAMPLE, ArrivalKind, ArrivalProgress, ArrivalReader, ArrivalReport
from app.scim.endpoint import Endpoint
from app.scim.observation import Observation
from app.scim.tokens import Bearer
from app.text.similar import Digests, digest
from tests.hostile.server import TOKEN, Hostile, http, listing
from tests.scim.directory import Directory, Resource, group, user


def look(
    directory: Directory,
    *,
    everything: bool = True,
    progress: list[ArrivalProgress] | None = None,
    **exports: Digests,
) -> ArrivalReport:
    async def bearer(_renew: bool) -> Bearer:
        return Bearer(TOKEN)

    async def ask(base_url: str) -> ArrivalReport:
        endpoint = Endpoint(base_url, practice=True)
        async with net.ReadOnlyClient(endpoint.host, None, practice=True) as client:
            note = progress.append if progress is not None else lambda _progress: None
            return await ArrivalReader(
                client, endpoint, bearer, everything=everything, on_progress=note, **exports
            ).run()

    with Hostile(directory) as server:
        result = asyncio.run(ask(server.base_url))
        assert all(request.startswith("GET ") for request in server.requests)
    return result


def rows(result: ArrivalReport, kind: ArrivalKind) -> list[tuple[str, tuple[str, ...]]]:
    return [(row.name, row.values) for row in result.rows if row.kind is kind]


def test_all_of_a_small_directory_are_read_and_nothing_is_wrong() -> None:
    result = look(Directory([user(n) for n in range(3)], [group(n) for n in range(2)]))
    assert (result.users.total, result.users.read, result.users.complete) == (3, 3, True)
    assert (result.groups.total, result.groups.read, result.groups.complete) == (2, 2, True)
    assert result.counts == {ArrivalKind.NEWEST: 3, ArrivalKind.NO_MEMBERS: 0}
    assert [row.name for row in result.rows] == [f"ann{n}@example.com" for n in (2, 1, 0)], "the newest first"


def test_pages_are_asked_for_with_what_is_needed_only_and_at_most_a_hundred() -> None:
    directory = Directory([user(n) for n in range(250)], [group(1)])
    progress: list[ArrivalProgress] = []
    assert look(directory, progress=progress).users.complete
    users = [query for path, query in directory.asked if path == "/Users"]
    assert [(q["startIndex"], q["count"]) for q in users] == [("1", "100"), ("101", "100"), ("201", "100")]
    assert users[0]["attributes"] == "id,userName,active,displayName,meta,name"
    assert next(q for path, q in directory.asked if path == "/Groups")["attributes"] == "id,displayName,meta,members"
    assert [p.read for p in progress if not p.group] == [100, 200, 250]
    assert {p.of for p in progress if not p.group} == {250}


def capping(users: list[Resource], capped: int, past: str = "empty") -> Directory:
    """A directory whose pages and total have at most ``capped`` users, and what it answers past the end."""

    def first(path: str, query: dict[str, str]) -> bytes:
        start, most = int(query["startIndex"]), min(capped, int(query["count"]))
        every = users if path == "/Users" else []
        page = every[start - 1 : start - 1 + most]
        if not page and every:
            if past.isdecimal():
                return http(int(past))
            page = {"empty": [], "first again": every[:most], "last again": every[-1:]}[past]
        return listing(*page, total=min(capped, len(every)))

    return Directory(users, [], first)


@pytest.mark.parametrize("everything", [True, False])
@pytest.mark.parametrize("capped", [50, 100, 200])
@pytest.mark.parametrize("past", ["empty", "first again", "last again", "400", "404"])
def test_a_total_capped_at_a_page_is_not_the_end(capped: int, past: str, everything: bool) -> None:
    users = look(capping([user(n) for n in range(230)], capped, past), everything=everything).users
    assert (users.read, users.total, users.complete, users.more) == (230, 230, True, False)


@pytest.mark.parametrize("capped", [50, 100, 200])
def test_a_sample_of_a_capped_list_is_bounded_and_not_called_complete(capped: int) -> None:
    directory = capping([user(n) for n in range(900)], capped)
    users = look(directory, everything=False).users
    assert (users.read, users.total, users.complete, users.more) == (SAMPLE, SAMPLE, False, True)
    users = look(directory).users
    assert (users.read, users.total, users.complete, users.more) == (900, 900, True, False)


def test_a_sample_takes_the_first_and_the_last_and_asks_for_the_newest() -> None:
    directory = Directory([user(n) for n in range(2000)], [])
    result = look(directory, everything=False)
    users = [query for path, query in directory.asked if path == "/Users"]
    starts = [q["startIndex"] for q in users if "sortBy" not in q]
    assert starts == ["1", "101", "1701", "1801", "1901", "2001"]
    assert (result.users.total, result.users.read, result.users.complete) == (2000, SAMPLE, False)
    assert "sortBy" in users[-1]
    assert result.counts[ArrivalKind.NEWEST] == arrivals.NEWEST
    assert {row.at.minute for row in result.rows if row.at} == {59}


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"displayName": None}, ("displayName",)),
        ({"active": None}, ("active",)),
        ({"active": "true"}, ("active",)),
        ({"displayName": " "}, ("displayName",)),
        ({"name": None}, ("name.givenName", "name.familyName", "name.formatted")),
        ({"name": "Ann"}, ("name.givenName", "name.familyName", "name.formatted")),
        ({"name": {"givenName": "A", "familyName": "B"}}, ("name.formatted",)),
        ({"userName": None}, ("userName",)),
    ],
)
def test_a_missing_required_attribute_is_named(changes: Resource, missing: tuple[str, ...]) -> None:
    result = look(Directory([user(1), user(2, **changes)], []))
    assert [found for _name, found in rows(result, ArrivalKind.INCOMPLETE)] == [missing]
    assert result.counts[ArrivalKind.INCOMPLETE] == 1


@pytest.mark.parametrize("name", ["ACME\\ann", "ann", "ann@corp", "ann b@example.com", "@example.com", "a@b@c.com"])
def test_a_user_name_in_another_form_is_found(name: str) -> None:
    result = look(Directory([user(1, userName=name)], []))
    assert rows(result, ArrivalKind.FORM) == [(name, ())]


def test_inactive_users_are_counted() -> None:
    assert look(Directory([user(1, active=False), user(2)], [])).users.inactive == 1


def test_groups_that_stop_a_sync_or_a_policy_are_found() -> None:
    names = ["Sales", "Sales", "SALES", "R&D", "Sa\u200bles", ""]
    result = look(Directory([], [group(n, displayName=name) for n, name in enumerate(names)]))
    assert rows(result, ArrivalKind.SAME) == [("Sales", ())]
    assert [name for name, _ in rows(result, ArrivalKind.ALIKE)] == ["SALES", "Sa[U+200B]les"]
    assert rows(result, ArrivalKind.RESERVED) == [("R&D", ("&",))]
    assert rows(result, ArrivalKind.INCOMPLETE) == [("g5", ("displayName",))]


def test_groups_without_members_are_found_where_members_are_told() -> None:
    result = look(Directory([], [group(1), group(2, members=[]), {"id": "g3", "displayName": "Three"}]))
    assert [name for name, _ in rows(result, ArrivalKind.NO_MEMBERS)] == ["Group 2", "Three"]


def test_an_endpoint_that_tells_no_members_is_not_said_to_have_empty_groups() -> None:
    result = look(Directory([], [{"id": f"g{n}", "displayName": f"G {n}"} for n in range(3)]))
    assert not result.has_members
    assert result.counts[ArrivalKind.NO_MEMBERS] == 0
    assert rows(result, ArrivalKind.NO_MEMBERS) == []


@pytest.mark.parametrize("status", [400, 403, 404, 405, 501])
def test_a_list_that_is_not_offered_is_no_error(status: int) -> None:
    result = look(Directory([user(1)], [], lambda path, _query: http(status) if path == "/Groups" else None))
    assert result.users.complete
    assert result.groups.total is None
    assert result.groups.stopped is not None
    assert not result.groups.stopped.offered


def test_an_endpoint_that_does_not_take_attributes_is_asked_without() -> None:
    directory = Directory([user(1)], [group(1)], lambda _path, query: http(400) if "attributes" in query else None)
    result = look(directory)
    assert result.users.complete
    assert result.groups.complete
    assert "attributes" not in directory.asked[-1][1]


def test_a_request_for_patience_is_heard_and_told() -> None:
    turns = iter([http(429, Retry_After="1"), http(503)])
    progress: list[ArrivalProgress] = []
    started = time.monotonic()
    directory = Directory([user(1)], [], lambda path, _query: next(turns, None) if path == "/Users" else None)
    assert look(directory, progress=progress).users.complete
    assert time.monotonic() - started >= 2.9, "one second as asked, then two of its own"
    assert [p.pause for p in progress if p.pause is not None] == [1.0, 2.0]


def test_who_asks_for_too_much_patience_is_not_asked_again() -> None:
    result = look(Directory([user(1)], [], lambda _path, _query: http(429, Retry_After="301")))
    assert result.users.stopped is not None
    assert result.users.stopped.observation is Observation.TOO_MANY
    assert result.users.stopped.offered


def test_what_was_read_before_the_end_counts() -> None:
    def first(path: str, query: dict[str, str]) -> bytes | None:
        return http(401) if query.get("startIndex") == "101" else None

    result = look(Directory([user(n) for n in range(150)], [], first))
    assert (result.users.total, result.users.read, result.users.complete) == (150, 100, False)
    assert result.users.stopped is not None
    assert result.users.stopped.observation is Observation.UNAUTHORIZED


def test_an_endpoint_that_answers_every_page_with_the_first_ends_the_reading() -> None:
    every = [user(n) for n in range(100)]
    directory = Directory(every, [], lambda path, _query: listing(*every, total=1000) if path == "/Users" else None)
    result = look(directory)
    assert result.users.read == 100
    assert result.users.stopped is not None
    assert len([path for path, _ in directory.asked if path == "/Users"]) == 2


def test_pages_that_are_smaller_than_asked_and_an_early_end_are_taken_as_they_are() -> None:
    def first(path: str, query: dict[str, str]) -> bytes | None:
        start = int(query["startIndex"])
        return listing(*[user(n) for n in range(start, min(start + 7, 31))], total=40) if path == "/Users" else None

    result = look(Directory([], [], first))
    assert result.users.read == 30
    assert result.users.stopped is not None, "ten are announced and never come"


def test_groups_too_large_for_one_answer_are_asked_for_in_smaller_pages() -> None:
    many = [{"value": f"u{n}" * 8} for n in range(30_000)]  # 1 MB and more
    groups = [group(n) for n in range(7)]
    groups[3]["members"] = many

    def first(path: str, query: dict[str, str]) -> bytes | None:
        if path != "/Groups" or "members" in query["attributes"]:
            return None
        start, count = int(query["startIndex"]), int(query["count"])
        bare = [{k: v for k, v in each.items() if k != "members"} for each in groups]
        return listing(*bare[start - 1 : start - 1 + count], total=len(groups))

    directory = Directory([], groups, first)
    result = look(directory)
    assert result.groups.complete
    assert result.groups.read == 7
    assert result.counts[ArrivalKind.NO_MEMBERS] == 0, "a group too large to be read has members"
    assert len(directory.asked) < 40


def test_an_export_is_compared_both_ways() -> None:
    names = ["ann1@example.com", "ANN2@example.com", "gone@example.com"]
    exported = Digests(array("Q", sorted(digest(name) for name in names)))
    result = look(Directory([user(1), user(2), user(3)], []), users=exported)
    assert rows(result, ArrivalKind.EXTRA) == [("ann3@example.com", ())]
    assert list(exported.unmarked) == [digest("gone@example.com")]
    assert len(exported) == 3


def test_what_is_held_is_bounded_and_everything_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrivals, "HELD", 5)
    result = look(Directory([user(n, userName="x") for n in range(50)], [group(n, members=[]) for n in range(20)]))
    assert result.counts[ArrivalKind.FORM] == 50
    assert len([row for row in result.rows if row.kind is not ArrivalKind.NEWEST]) == 5


def test_memory_does_not_grow_with_the_users() -> None:
    """The judging alone: 20,000 users through the same code as the pages take."""
    directory = ArrivalReader(None, None, None, everything=True, on_progress=lambda _p: None)  # type: ignore[arg-type]
    share = directory.result.users
    tracemalloc.start()
    try:
        peaks = []
        for start in range(0, 20_000, 100):
            page = pages.ResourcePage(20_000, tuple(user(n) for n in range(start, start + 100)))
            directory._take(page, share, group=False)
            peaks.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
    assert share.read == 20_000
    assert peaks[-1] - peaks[100] < 200_000, "bytes"
