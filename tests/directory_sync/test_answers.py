"""Whatever the Directory Sync API answers is read as a value: right, bounded, legible."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.directory_sync.client import clock_ahead
from app.directory_sync.directories import LONGEST_LINE, MOST_DIRECTORIES, MOST_LINES, Directory, read_directories
from app.directory_sync.objects import MOST_SHOWN, Matches, read_objects
from app.net import Answer
from app.scim.observation import Observation

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
SYNCED = int(NOON.timestamp())


def answer(body: object, date: str = "") -> Answer:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(200, "application/json", {"date": date}, raw, 0.1, {}, None, proxied=False)


def entry(**more: object) -> dict[str, Any]:
    return {
        "count": {"user": 16, "group": 50},
        "domain": "acme.example",
        "log": [],
        "status": {"description": "cache_applied", "lastSuccessUpdatedOn": SYNCED, "statusUpdatedOn": SYNCED + 5},
        "type": "Active Directory",
        **more,
    }


def listed(*entries: object) -> tuple[Directory, ...]:
    found = read_directories(answer({"success": True, "result": list(entries)}))
    assert not isinstance(found, Observation), found
    return found


def test_a_directory_as_published() -> None:
    (one,) = listed(entry())
    assert one == Directory(
        "acme.example", "Active Directory", 16, 50, "cache_applied", NOON, NOON + timedelta(seconds=5)
    )
    assert listed() == ()


@pytest.mark.parametrize("moment", [0, -1, SYNCED * 1000, 10**400, True, str(SYNCED), None, [SYNCED], {}])
def test_what_is_no_time_is_not_known(moment: object) -> None:
    assert listed(entry(status={"lastSuccessUpdatedOn": moment}))[0].last_success is None


@pytest.mark.parametrize("number", [-1, 10**12, True, "16", 1.5, None, []])
def test_what_is_no_count_is_not_known(number: object) -> None:
    (one,) = listed(entry(count={"user": number, "group": 3}))
    assert (one.users, one.groups) == (None, 3)


def test_text_is_legible_and_bounded() -> None:
    lines: list[object] = ["ok\u202egnp.exe\nsecond", {"level": "error", "text": "x" * 5000}, 7]
    (one,) = listed(entry(log=[*lines, *("more",) * 40], type="\u200bSCIM", domain="acme\u0007"))
    assert one.log[0] == "ok[U+202E]gnp.exe second"
    assert one.log[1].startswith('{"level": "error"')
    assert all(len(line) <= LONGEST_LINE for line in one.log)
    assert (len(one.log), one.log_left_out) == (MOST_LINES, 43 - MOST_LINES)
    assert (one.kind, one.name) == ("[U+200B]SCIM", "acme[U+0007]")
    assert listed(entry(log="a single line"))[0].log == ("a single line",)
    assert listed(entry(log=None, count=None, status=[], type=3))[0] == Directory("acme.example")


@pytest.mark.parametrize(
    ("body", "observation"),
    [
        (b"<html>", Observation.HTML),
        (b'{"success": true, "result": [', Observation.BROKEN_OFF),
        (b"[" * 100_000, Observation.NOT_JSON),
        ([], Observation.WRONG_SHAPE),
        ({"success": True}, Observation.WRONG_SHAPE),
        ({"success": True, "result": {}}, Observation.WRONG_SHAPE),
        ({"success": True, "result": [1]}, Observation.WRONG_SHAPE),
        ({"success": True, "result": [{"domain": 7}]}, Observation.WRONG_SHAPE),
        ({"success": True, "result": [{"domain": "x"}] * (MOST_DIRECTORIES + 1)}, Observation.WRONG_SHAPE),
        ({"success": False, "result": {"error": {"error-message": "down"}}}, Observation.SERVER_ERROR),
        (b'{"success": true, "result": [], "result": []}', Observation.WRONG_SHAPE),
    ],
)
def test_what_is_no_list_is_told(body: object, observation: Observation) -> None:
    assert read_directories(answer(body)) is observation


JO = {"Name": "Jo", "User Principal Name": "jo@acme.example", "Unique Identifier": "00-1"}


@pytest.mark.parametrize(
    "data",
    [
        {"domains": [{"domainName": "acme.example", "objects": [JO]}]},
        [{"domainName": "acme.example", "objects": [JO]}],
        [JO],
    ],
)
def test_both_shapes_of_a_search_are_read(data: object) -> None:
    found = read_objects(answer({"success": True, "result": {"count": 1, "data": data, "remains": 0}}))
    assert found == Matches(1, ("jo@acme.example, 00-1",))


def test_a_raw_group_and_a_long_result() -> None:
    group = {"cn": "ADMIN\u202e", "objectGUID": "00-2", "member": []}
    found = read_objects(
        answer({"success": True, "result": {"count": "1", "data": {"domains": [{"objects": [group]}]}}})
    )
    assert found == Matches(1, ("ADMIN[U+202E], 00-2",))
    many = read_objects(answer({"result": {"data": [JO] * 40}}))
    assert isinstance(many, Matches)
    assert (many.count, len(many.shown)) == (40, MOST_SHOWN)
    assert read_objects(answer({"result": {"count": 0, "data": []}})) == Matches(0, ())
    for wrong in ({}, {"data": 1}, {"data": [1]}, {"data": {"domains": [{"objects": 1}]}}, 7):
        assert read_objects(answer({"result": wrong})) is Observation.WRONG_SHAPE


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(st.fixed_dictionaries(dict.fromkeys(("count", "status", "log", "type", "netbios", "objects"), json_values)))
@settings(max_examples=30, deadline=None)
def test_no_value_makes_reading_fail(parts: dict[str, Any]) -> None:
    (one,) = listed({**parts, "domain": "x"})
    assert one.name == "x"
    found = read_objects(answer({"success": True, "result": {"data": [parts]}}))
    assert found is Observation.WRONG_SHAPE or isinstance(found, Matches)


@pytest.mark.parametrize(
    ("date", "ahead"),
    [
        ("Tue, 24 Nov 2026 12:00:01 GMT", 0.0),
        ("Tue, 24 Nov 2026 12:05:00 GMT", pytest.approx(300.05)),
        ("Tue, 24 Nov 2026 11:58:00 GMT", pytest.approx(-119.95)),
        ("", None),
        ("yesterday", None),
        ("Tue, 24 Nov 99999 12:00:00 GMT", None),
    ],
)
def test_the_difference_of_the_clocks(date: str, ahead: float | None) -> None:
    assert clock_ahead(answer({}, date), NOON) == ahead
