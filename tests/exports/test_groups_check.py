"""What an export of groups is checked for; duplicates against a slow and plain count."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.exports import groups_check
from app.exports.columns import ColumnRole as Role
from app.exports.groups_check import LONGEST_DN, GroupFinding, GroupIssue, GroupReport, GroupsCheck
from app.exports.kinds import ExportKind
from app.exports.problems import FileProblem, UnusableFileError
from app.exports.rows import RowBatch
from app.text.similar import key

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

COLUMNS = {Role.NAME: 0, Role.ID: 1}


def check(
    table: list[list[str]],
    roles: dict[Role, int] | None = None,
    kind: ExportKind = ExportKind.GROUPS,
    write: Callable[[GroupFinding], None] | None = None,
) -> GroupReport:
    chosen = {role: (at,) for role, at in (roles or {Role.NAME: 0}).items()}
    judge = GroupsCheck(kind, chosen, max(map(len, table), default=1), write)
    every = RowBatch(range(2, len(table) + 2), table)

    def only(numbers: Sequence[int]) -> list[RowBatch]:
        return [RowBatch(numbers, [table[number - 2] for number in numbers])] if numbers else []

    judge.survey([every])
    judge.judge(only)
    return judge.report


def found(
    table: list[list[str]], roles: dict[Role, int] | None = None, kind: ExportKind = ExportKind.GROUPS
) -> list[tuple[int, GroupIssue, str]]:
    return [(each.row, each.issue, each.detail) for each in check(table, roles, kind).found]


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
        by_kind[each.issue].append(each.row)
    assert by_kind[GroupIssue.SAME] == same
    assert by_kind[GroupIssue.ALIKE] == alike
    assert by_kind[GroupIssue.EMPTY] == empty
    assert report.rows == len(names)
    assert sum(report.counts.values()) == len(report.found)


def test_a_duplicate_names_the_row_that_has_the_name_first() -> None:
    table = [["Sales"], ["Finance"], ["Sales"], ["SALES"], ["Sa\u200bles"]]
    assert found(table)[:3] == [
        (4, GroupIssue.SAME, "The same name as in row 2"),
        (5, GroupIssue.ALIKE, "The same except for capitalization as in row 2, Sales"),
        (6, GroupIssue.ALIKE, "The same except for invisible characters as in row 2, Sales"),
    ]


def test_one_group_in_several_rows_is_no_duplicate() -> None:
    by_id = [["Sales", "1", "ann"], ["Sales", "1", "bob"], ["Sales", "2", "eve"], ["Sales", "2", "mia"], ["Sales", "1"]]
    assert found(by_id, COLUMNS) == [(4, GroupIssue.SAME, "The same name as in row 2")]
    members = {Role.NAME: 0, Role.MEMBER: 1}
    table = [["Sales", "ann"], ["Finance & Co", "bob"], ["SALES", "eve"], ["Sales", "mia"], ["Finance & Co", "joe"]]
    assert found(table, members, ExportKind.MEMBERS) == [
        (3, GroupIssue.SIGNS, "Has &"),
        (4, GroupIssue.ALIKE, "The same except for capitalization as in row 2, Sales"),
    ]
    assert check(table, members, ExportKind.MEMBERS).groups == 3


def test_a_member_without_a_group_is_no_group_without_a_name() -> None:
    members = {Role.NAME: 0, Role.MEMBER: 1}
    assert found([["", "ann"], ["Sales", "bob"]], members, ExportKind.MEMBERS) == []
    assert found([["", "ann"], ["Sales", "bob"]], members) == [(2, GroupIssue.EMPTY, "No name")]


def test_names_that_mostly_repeat_beside_other_columns_are_no_duplicates() -> None:
    table = [["Sales", "x1"], ["Sales", "x2"], ["Finance", "x3"], ["Finance", "x4"], ["R&D", "x5"], ["R&D", "x6"]]
    report = check(table)
    assert report.kind is ExportKind.UNKNOWN
    assert [(each.row, each.issue) for each in report.found] == [(6, GroupIssue.SIGNS)]
    assert report.groups == 3
    assert check([[row[0]] for row in table]).counts[GroupIssue.SAME] == 3, "without other columns they are"


def test_groups_and_others_by_type_are_a_mixed_list() -> None:
    table = [["Sales", "group"], ["Ann", "user"]]
    report = check(table, {Role.NAME: 0, Role.TYPE: 1})
    assert (report.kind, report.rows, report.groups, report.others) == (ExportKind.MIXED, 2, 1, 1)


@pytest.mark.parametrize(
    ("names", "rows"),
    [
        (["Z?rich", "Z?rich", "????"], [2, 3, 4]),
        (["?quipe", "Sales"], [2]),
        (["?quipe", "\u00c9quipe", "Z?rich"], [4]),
        (["Who is in?", "Sales"], []),
        (["Vertrieb S\u00c3\u00bcd", "Vertrieb S\u00fcd"], [2]),
        (["S\ufffdd"], [2]),
        (["\u00c3rea"], []),
    ],
)
def test_letters_that_were_lost_are_told_and_not_compared(names: list[str], rows: list[int]) -> None:
    report = check([[name] for name in names])
    assert [each.row for each in report.found] == rows
    assert set(report.counts) <= {GroupIssue.LOST}


def test_type_names_of_powershell_are_told_once_a_column_and_are_no_groups() -> None:
    roles = {Role.NAME: 0, Role.PARENT: 1, Role.CHILDREN: 2}
    graph = "Microsoft.Graph.PowerShell.Models.MicrosoftGraphDirectoryObject[]"
    table = [
        ["Sales", graph, "System.String[]"],
        ["Finance", graph, "System.Collections.Generic.List`1[System.String]"],
    ]
    assert [(row, issue) for row, issue, _ in found(table, roles)] == [(2, GroupIssue.TYPE_NAME)] * 2


def test_hexadecimal_values_and_digits_kept_as_text_are_read() -> None:
    table = [["X'5ac3bc726963682d5465616d'"], ["Z\u00fcrich-Team"], ['="0815"'], ["X'ff'"]]
    assert found(table) == [(3, GroupIssue.SAME, "The same name as in row 2"), (5, GroupIssue.SIGNS, "Has '")]


def test_the_next_column_is_read_where_the_name_is_empty() -> None:
    judge = GroupsCheck(ExportKind.GROUPS, {Role.NAME: (1, 0)}, 2)
    rows = RowBatch(range(2, 5), [["sales", ""], ["it", "IT"], ["", " "]])
    judge.survey([rows])
    judge.judge(lambda numbers: [RowBatch(numbers, [rows.rows[number - 2] for number in numbers])])
    assert [(each.row, each.issue) for each in judge.report.found] == [(4, GroupIssue.EMPTY)]


@given(
    st.lists(
        st.tuples(st.sampled_from(["a", "A", "b&", "\u00fc", "u\u0308", "", "c?", "d "]), st.sampled_from("123")),
        max_size=12,
    )
)
def test_findings_are_the_same_whether_they_are_written_or_not(table: list[tuple[str, str]]) -> None:
    written: list[GroupFinding] = []
    rows = [list(row) for row in table]
    report = check(rows, COLUMNS, write=written.append)
    assert list(check(rows, COLUMNS).found) == list(report.found) == written


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["Sales", "sales", "IT", "R&D", "", " ", *(f"Team {at}" for at in range(8))]),
            st.sampled_from(["", "1", "2", "3"]),
            st.sampled_from(["", "Sales", "IT", "1", "Gone", "Away;Gone", *(f"Lost {at}" for at in range(8))]),
        ),
        max_size=30,
    ),
    st.sampled_from([ExportKind.GROUPS, ExportKind.MEMBERS]),
    st.booleans(),
)
def test_results_do_not_depend_on_how_many_rows_are_compared_together(
    table: list[tuple[str, str, str]], kind: ExportKind, numbered: bool
) -> None:
    roles = {Role.NAME: 0, Role.PARENT: 2} | ({Role.ID: 1} if numbered else {})
    rows = list(map(list, table))
    together = check(rows, roles, kind)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(groups_check, "_PART", 1)
        in_parts = check(rows, roles, kind)
    assert list(in_parts.found) == list(together.found)
    assert (in_parts.counts, in_parts.groups, in_parts.kind) == (together.counts, together.groups, together.kind)


@pytest.mark.parametrize("sign", list("\"'<>&"))
def test_each_character_that_stops_a_commit_is_found(sign: str) -> None:
    assert found([[f"Team {sign} {sign}"]]) == [(2, GroupIssue.SIGNS, f"Has {sign}")]


def test_all_characters_of_a_name_are_told_together() -> None:
    assert found([["<R&D's>"]]) == [(2, GroupIssue.SIGNS, "Has < & ' >")]


def test_quoting_and_what_cannot_be_seen() -> None:
    assert found([["ACME\\Sales"]]) == [(2, GroupIssue.QUOTING, "Has a backslash")]
    assert found([[" Sales"], ["Finance "]]) == [
        (2, GroupIssue.UNSEEN, "A space at an end"),
        (3, GroupIssue.UNSEEN, "A space at an end"),
    ]
    assert found([["Sa\u202eles"]]) == [(2, GroupIssue.UNSEEN, "Sa[U+202E]les")]
    assert found([["Vertrieb Süd"], ["営業"], ["Équipe"]]) == [], "letters of other languages are no fault"


def test_empty_names_and_ragged_rows_are_counted() -> None:
    report = check([["", "1"], ["\u200b", "2"], ["Sales"], ["Finance", "3", "more"]], COLUMNS)
    assert [each.issue for each in report.found] == [GroupIssue.EMPTY, GroupIssue.EMPTY]
    assert report.uneven == 3
    assert report.rows == 4


def test_a_distinguished_name_is_measured() -> None:
    roles = {Role.NAME: 0, Role.DN: 1}
    fits, not_any_more = f"CN={'x' * (LONGEST_DN - 3)}", f"CN={'x' * (LONGEST_DN - 2)}"
    assert found([["Sales", fits], ["Finance", not_any_more]], roles) == [(3, GroupIssue.LONG_DN, "287 characters")]


def test_rows_that_are_no_groups_are_left_out() -> None:
    roles = {Role.NAME: 0, Role.TYPE: 1}
    table = [["Ann", "top;person;organizationalPerson;user"], ["Ann", "top;group"], ["Bob", "user"], ["Sales", "Group"]]
    report = check(table, roles)
    assert not report.found
    assert (report.rows, report.groups, report.others) == (4, 2, 2)


def test_child_groups_are_looked_up_by_name_id_and_distinguished_name() -> None:
    roles = {Role.NAME: 0, Role.ID: 1, Role.DN: 2, Role.CHILDREN: 3}
    table = [
        ["Parent", "1", "CN=Parent,OU=Groups,DC=example", "child a; ID-B |CN=Child C,OU=Groups,DC=example;Gone"],
        ["Child A", "a", "", ""],
        ["Child B", "id-b", "", "CN=No One,OU=Groups,DC=example"],
        ["Child C", "c", "CN=child c,OU=groups,DC=example", ""],
    ]
    assert found(table, roles) == [
        (2, GroupIssue.CHILD, "Child group Gone is not in the export"),
        (4, GroupIssue.CHILD, "Child group CN=No One,OU=Groups,DC=example is not in the export"),
    ]


def test_members_count_as_child_groups_only_where_their_type_says_so() -> None:
    roles = {Role.NAME: 0, Role.MEMBER: 1, Role.MEMBER_TYPE: 2}
    table = [
        ["All", "ann", "user"],
        ["All", "Sales", "group"],
        ["All", "Gone", "#microsoft.graph.group"],
        ["Sales", "bob", "user"],
    ]
    assert found(table, roles) == [(4, GroupIssue.CHILD, "Child group Gone is not in the export")]
    assert found(table, {Role.NAME: 0, Role.MEMBER: 1}) == [], "a member of unknown kind may be a user"


def test_a_parent_by_its_common_name_and_a_parent_that_is_missing() -> None:
    roles = {Role.NAME: 0, Role.PARENT: 1}
    table = [
        ["Sales, EMEA", ""],
        ["Team", "CN=Sales\\, EMEA,OU=Groups,DC=example"],
        ["Other", "CN=Domain Users,DC=example"],
        ["Slip", "Microsoft.ActiveDirectory.Management.ADPropertyValueCollection"],
    ]
    missing = [(row, detail) for row, issue, detail in found(table, roles) if issue is GroupIssue.PARENT]
    assert missing == [(4, "Parent group CN=Domain Users,DC=example is not in the export")]


def test_what_is_held_is_bounded_and_everything_is_counted_and_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(groups_check, "HELD", 3)
    written: list[GroupFinding] = []
    report = check([["a&b"]] * 7, write=written.append)
    assert report.counts == check([["a&b"]] * 7).counts == {GroupIssue.SIGNS: 7, GroupIssue.SAME: 6}
    assert len(report.found) == len(check([["a&b"]] * 7).found) == 3
    assert list(check([["a&b"]] * 7).found) == list(report.found)
    assert len(written) == 13


def test_a_file_that_grows_between_the_looks_is_not_judged() -> None:
    judge = GroupsCheck(ExportKind.GROUPS, {Role.NAME: (0,), Role.PARENT: (1,)}, 2)
    judge.survey([RowBatch([2], [["Sales", "Gone"]])])
    with pytest.raises(UnusableFileError) as error:
        judge.judge(lambda numbers: [])
    assert error.value.unusable.problem is FileProblem.CHANGED


def test_every_kind_has_words() -> None:
    for issue in GroupIssue:
        (advice,) = issue.more
        assert len(issue.words) <= 26
        assert advice.endswith((".", "&."))
        assert len(advice) <= 105
