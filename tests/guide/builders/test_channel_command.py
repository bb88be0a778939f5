"""The command for a channel is read from a pasted table of channels."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.guide.builders import channel_command
from app.guide.vocabulary import Builder
from tests.guide.builders.made import ANY, STEADY, made, make

PIPES = """
+----+---------+---------------+--------+----------+---------+------------------------------+
| ID | Name    | Connection ID | Status            | Users   | Source                       |
+----+---------+---------------+-------------------+---------+------------------------------+
| 1  | Berlin  | cie-scim      | active | active   | 5000/12 | ldap://dc1/DC=example,DC=com |
| 2  | Chicago | cie-scim      | active | inactive | 10/0    | ldap://dc1/DC=example,DC=com |
+----+---------+---------------+-------------------+---------+------------------------------+
"""
SPACES = """$ ./provmgr.sh --show-channels
ID   Name           Connection ID   Status           Users/Dirty  Source
--   ----           -------------   ------           -----------  ------
7    Berlin office  cie-scim        active | active  5000/12      ldap://dc1/?sub?(|(a=inactive)(b=1))
"""
TABS = "ID\tName\tConnection ID\tConnection status\tChannel status\n3\tBerlin\tcie|x\tinactive\tactive\n"
NAME_FIRST = "Name | ID | Connection ID | Status\n9 | 4 | corp | active/active\n"
BARE = "12 Berlin cie-scim active active 5000/12 ldap://dc1/DC=example"
LOOSE = "12 Berlin head office cie active|active 5000/12"


@pytest.mark.parametrize(
    ("table", "channel", "number"),
    [
        (PIPES, "Berlin", "1"),
        (PIPES, " chicago ", "2"),
        (PIPES, "2", "2"),
        (PIPES.replace("|", "\u2502"), "berlin", "1"),
        (SPACES, "", "7"),
        (SPACES, "cie-scim", "7"),
        (SPACES, "berlin  office", "7"),
        (TABS, "cie|x", "3"),
        (NAME_FIRST, "9", "4"),
        (BARE, "cie-scim", "12"),
        (LOOSE, "", "12"),
        (BARE + "\r\n" + BARE, "", "12"),
    ],
)
def test_the_command_names_the_channel(table: str, channel: str, number: str) -> None:
    assert made(Builder.CHANNEL_COMMAND, table=table, channel=channel) == f"./provmgr.sh -c {number} --reset-all"
    windows = make(Builder.CHANNEL_COMMAND, table=table, channel=channel, system=channel_command.WINDOWS)
    assert windows.text == f"provmgr.bat -c {number} --reset-all"


@pytest.mark.parametrize(
    ("table", "channel", "words"),
    [
        ("", "", "Nothing was pasted"),
        ("command not found", "", "No channel was found"),
        (PIPES.partition("| 1")[0], "", "has no channels"),
        (PIPES, "", "1 (Berlin, cie-scim); 2 (Chicago, cie-scim)"),
        (PIPES, "cie-scim", "Enter the ID"),
        (PIPES, "Paris", "No channel has this name"),
        (SPACES, "Paris", "7 (Berlin office, cie-scim)"),
        ("1\ta\tb\tactive\tactive\n1\tc\td\tactive\tactive", "", "one run only"),
        ("\n".join(f"{n}\tc{n}\tx\tactive\tactive" for n in range(30)), "", "and 22 more"),
    ],
)
def test_what_is_not_clear_is_asked(table: str, channel: str, words: str) -> None:
    built = make(Builder.CHANNEL_COMMAND, table=table, channel=channel)
    assert built.text is None
    assert words in (built.problem or "")


@pytest.mark.parametrize(
    ("table", "channel", "words"),
    [
        (PIPES, "Chicago", "inactive"),
        (TABS, "", "inactive"),
        ("3  corp  inactive  active  1/0", "", "inactive"),
        ("3\tBerlin\tcorp\t5/0", "", "status cannot be read"),
        (LOOSE, "", "could not be identified"),
    ],
)
def test_the_channel_is_looked_at_before_the_command_is_run(table: str, channel: str, words: str) -> None:
    assert words in " ".join(make(Builder.CHANNEL_COMMAND, table=table, channel=channel).notes)


def test_an_active_channel_has_no_warning() -> None:
    assert make(Builder.CHANNEL_COMMAND, table=SPACES).notes == ("This is the channel 7 (Berlin office, cie-scim).",)


CELL_SIGNS = st.characters(codec="utf-8", exclude_categories=["C", "Z"], exclude_characters="|")
CELL = st.text(CELL_SIGNS, min_size=1, max_size=12)
ROW = st.tuples(st.integers(0, 999_999_999), CELL, CELL, st.booleans())


@STEADY
@given(
    rows=st.lists(ROW, min_size=1, max_size=5, unique_by=lambda row: row[0]),
    heading=st.booleans(),
    separator=st.sampled_from(["|", "\t", "   "]),
    data=st.data(),
)
def test_a_table_is_read_back(
    rows: list[tuple[int, str, str, bool]], heading: bool, separator: str, data: st.DataObject
) -> None:
    assume(all(not re.fullmatch(r"(in)?active", cell, re.IGNORECASE) for row in rows for cell in row[1:3]))
    lines = [["ID", "Name", "Connection ID", "Status", "Users"]] if heading else []
    lines += [[str(n), name, conn, "active|" + ("active" if on else "inactive"), "5/1"] for n, name, conn, on in rows]
    chosen = data.draw(st.sampled_from(rows))
    table = "\n".join(separator.join(line) for line in lines)
    built = make(Builder.CHANNEL_COMMAND, table=table, channel=str(chosen[0]))
    assert built.text == f"./provmgr.sh -c {chosen[0]} --reset-all"
    assert any("It is inactive" in note for note in built.notes) is not chosen[3]


@STEADY
@given(
    table=st.lists(st.sampled_from([PIPES, SPACES, BARE, "1", "\t", "|", "active", "\n"]) | ANY).map("".join),
    channel=ANY,
)
def test_nothing_but_digits_goes_into_the_command(table: str, channel: str) -> None:
    built = make(Builder.CHANNEL_COMMAND, table=table, channel=channel)
    assert built.text is None or re.fullmatch(r"\./provmgr\.sh -c [0-9]{1,9} --reset-all", built.text)
