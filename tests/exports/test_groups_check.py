"""What an export of groups is checked for; duplicates against a slow and plain count."""

from __future__ import annotations

import unicodedata
from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.exports import groups_check
from app.exports.columns import Role, known, recognise
from app.exports.groups_check import ADVICE, LONGEST_DN, TITLES, Found, GroupsCheck, Kind, Report
from app.exports.problems import Problem, UnusableError
from app.text.similar import key

COLUMNS = {Role.NAME: 0, Role.ID: 1}


def check(table: list[list[str]], roles: dict[Role, int] | None = None) -> Report:
    roles = roles or {Role.NAME: 0}
    judge = GroupsCheck(roles, max(map(len, table), default=1))
    numbered = list(enumerate(table, start=2))
    judge.survey(iter(numbered))
    judge.judge(iter(numbered))
    return judge.report


def found(table: list[list[str]], roles: dict[Role, int] | None = None) -> list[tuple[int, Kind, str]]:
    return [(each.row, each.kind, each.detail) for each in check(table, roles).found]


LETTERS = st.sampled_from("aAbBüÜ \u00a0\u200bßs")
VARIANTS = st.builds(
    lambda name, form: unicodedata.normalize(form, name),
    st.text(LETTERS, max_size=4),
    st.sampled_from(["NFC", "NFD", "NFKD"]),
)


@given(st.lists(VARIANTS, max_size=25))
def test_every_surplus_name_is_found_once_and_no_other(names: list[str]) -> None:
    firsts: dict[str, str] = {}
    same: list[int] = []
    alike: list[int] = []
    empty: list[int] = []
    for row, name in enumerate(names, start=2):
        if not key(name):
            empty.append(row)
        elif key(name) not in firsts:
            firsts[key(name)] = name
        else:
            (same if firsts[key(name)] == name else alike).append(row)
    report = check([[name] for name in names])
    by_kind = defaultdict(list)
    for each in report.found:
        by_kind[each.kind].append(each.row)
    assert by_kind[Kind.SAME] == same
    assert by_kind[Kind.ALIKE] == alike
    assert by_kind[Kind.EMPTY] == empty
    assert report.rows == len(names)
    assert sum(report.counts.values()) == len(report.found)


def test_a_duplicate_names_the_row_that_has_the_name_first() -> None:
    table = [["Sales"], ["Finance"], ["Sales"], ["SALES"], ["Sa\u200bles"]]
    assert found(table)[:3] == [
        (4, Kind.SAME, "The same name as in row 2"),
        (5, Kind.ALIKE, "The same except for capitalization as in row 2, Sales"),
        (6, Kind.ALIKE, "The same except for invisible characters as in row 2, Sales"),
    ]


def test_one_group_in_several_rows_is_no_duplicate() -> None:
    by_id = [["Sales", "1", "ann"], ["Sales", "1", "bob"], ["Sales", "2", "eve"], ["Sales", "2", "mia"], ["Sales", "1"]]
    assert found(by_id, COLUMNS) == [(4, Kind.SAME, "The same name as in row 2")]
    members = {Role.NAME: 0, Role.MEMBER: 1}
    one_after_the_other = [["Sales", "ann"], ["Sales", "bob"], ["Finance", "eve"], ["Sales", "mia"]]
    assert found(one_after_the_other, members) == [(5, Kind.SAME, "The same name as in row 2")]


@pytest.mark.parametrize("sign", list("\"'<>&"))
def test_each_character_that_stops_a_commit_is_found(sign: str) -> None:
    assert found([[f"Team {sign} {sign}"]]) == [(2, Kind.SIGNS, f"Has {sign}")]


def test_all_characters_of_a_name_are_told_together() -> None:
    assert found([["<R&D's>"]]) == [(2, Kind.SIGNS, "Has < & ' >")]


def test_quoting_and_what_cannot_be_seen() -> None:
    assert found([["ACME\\Sales"]]) == [(2, Kind.QUOTING, "Has a backslash")]
    assert found([[" Sales"], ["Finance "]]) == [
        (2, Kind.UNSEEN, "A space at an end"),
        (3, Kind.UNSEEN, "A space at an end"),
    ]
    assert found([["Sa\u202eles"]]) == [(2, Kind.UNSEEN, "Sa[U+202E]les")]
    assert found([["Vertrieb Süd"], ["営業"], ["Équipe"]]) == [], "letters of other languages are no fault"


def test_empty_names_and_ragged_rows_are_counted() -> None:
    report = check([["", "1"], ["\u200b", "2"], ["Sales"], ["Finance", "3", "more"]], COLUMNS)
    assert [each.kind for each in report.found] == [Kind.EMPTY, Kind.EMPTY]
    assert report.uneven == 3
    assert report.rows == 4


def test_a_distinguished_name_is_measured() -> None:
    roles = {Role.NAME: 0, Role.DN: 1}
    fits, not_any_more = f"CN={'x' * (LONGEST_DN - 3)}", f"CN={'x' * (LONGEST_DN - 2)}"
    assert found([["Sales", fits], ["Finance", not_any_more]], roles) == [(3, Kind.LONG_DN, "287 characters")]


def test_rows_that_are_no_groups_are_left_out() -> None:
    roles = {Role.NAME: 0, Role.TYPE: 1}
    table = [["Ann", "top;person;organizationalPerson;user"], ["Ann", "top;group"], ["Bob", "user"], ["Sales", "Group"]]
    report = check(table, roles)
    assert not report.found
    assert (report.rows, report.others) == (2, 2)


def test_child_groups_are_looked_up_by_name_id_and_distinguished_name() -> None:
    roles = {Role.NAME: 0, Role.ID: 1, Role.DN: 2, Role.CHILDREN: 3}
    table = [
        ["Parent", "1", "CN=Parent,OU=Groups,DC=example", "child a; ID-B |CN=Child C,OU=Groups,DC=example;Gone"],
        ["Child A", "a", "", ""],
        ["Child B", "id-b", "", "CN=No One,OU=Groups,DC=example"],
        ["Child C", "c", "CN=child c,OU=groups,DC=example", ""],
    ]
    assert found(table, roles) == [
        (2, Kind.CHILD, "Child group Gone is not in the export"),
        (4, Kind.CHILD, "Child group CN=No One,OU=Groups,DC=example is not in the export"),
    ]


def test_members_count_as_child_groups_only_where_their_type_says_so() -> None:
    roles = {Role.NAME: 0, Role.MEMBER: 1, Role.MEMBER_TYPE: 2}
    table = [
        ["All", "ann", "user"],
        ["All", "Sales", "group"],
        ["All", "Gone", "#microsoft.graph.group"],
        ["Sales", "bob", "user"],
    ]
    assert found(table, roles) == [(4, Kind.CHILD, "Child group Gone is not in the export")]
    assert found(table, {Role.NAME: 0, Role.MEMBER: 1}) == [], "a member of unknown kind may be a user"


def test_a_parent_by_its_common_name_and_a_parent_that_is_missing() -> None:
    roles = {Role.NAME: 0, Role.PARENT: 1}
    table = [
        ["Sales, EMEA", ""],
        ["Team", "CN=Sales\\, EMEA,OU=Groups,DC=example"],
        ["Other", "CN=Domain Users,DC=example"],
        ["Slip", "Microsoft.ActiveDirectory.Management.ADPropertyValueCollection"],
    ]
    assert found(table, roles) == [(4, Kind.PARENT, "Parent group CN=Domain Users,DC=example is not in the export")]


def test_what_is_held_is_bounded_and_everything_is_counted_and_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(groups_check, "HELD", 3)
    written: list[Found] = []
    judge = GroupsCheck({Role.NAME: 0}, 1, written.append)
    rows = [(row, ["a&b"]) for row in range(2, 9)]
    judge.survey(rows)
    judge.judge(rows)
    assert judge.report.counts == {Kind.SIGNS: 7, Kind.SAME: 6}
    assert len(judge.report.found) == 3
    assert len(written) == 13


def test_a_file_that_grows_between_the_looks_is_not_judged() -> None:
    judge = GroupsCheck({Role.NAME: 0}, 1)
    judge.survey([(2, ["Sales"])])
    with pytest.raises(UnusableError) as error:
        judge.judge([(2, ["Sales"]), (3, ["Finance"])])
    assert error.value.unusable.problem is Problem.CHANGED


def test_every_kind_has_words() -> None:
    assert set(TITLES) == set(ADVICE) == set(Kind)
    assert all(len(title) <= 26 for title in TITLES.values())
    assert all(advice.endswith((".", "&.")) for advice in ADVICE.values())


@pytest.mark.parametrize(
    ("headers", "name", "number"),
    [
        (["id", "displayName", "groupType", "mail"], 1, 0),
        (["Group ID", "Group Name", "Description"], 1, 0),
        (["DN", "objectClass", "cn", "member", "sAMAccountName", "objectGUID"], 2, 5),
        (["Object Id", "Display Name"], 1, 0),
        (["GroupName", "MemberName", "MemberType"], 0, None),
        (["profile.name", "id"], 0, 1),
    ],
)
def test_known_headers_are_recognised(headers: list[str], name: int, number: int | None) -> None:
    roles = recognise(headers)
    assert roles[Role.NAME] == name
    assert roles.get(Role.ID) == number
    assert len(set(roles.values())) == len(roles)


def test_an_unknown_header_is_not_guessed() -> None:
    assert recognise(["Bezeichnung", "Nummer"]) == {}
    assert not known("Bezeichnung")
