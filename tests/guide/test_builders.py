"""What a builder makes is read back here by independent readers of the RFCs."""

from __future__ import annotations

import re
import string
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.guide.builders import FORMS, Built, channel_command, group_dn, identities_csv, ldap_filter
from app.guide.vocabulary import Builder

if TYPE_CHECKING:
    from collections.abc import Callable

STEADY = settings(deadline=None, max_examples=200, derandomize=True, database=None)

NASTY_PIECES = (
    *(",", "+", '"', "\\", "<", ">", ";", "#", " ", "=", "*", "(", ")", "|", "&", "!", "'"),
    *("\\2a", "\\,", "CN=", "OU=", "DC=", "%s", "; rm -rf /", "$(id)", "`id`"),
    *("\u00e9", "\u4e2d", "\U0001f600", "\u200b", "\n", "\r\n", "\t", "\0"),
)
NASTY = st.sampled_from(NASTY_PIECES)
ANY = st.lists(NASTY | st.text(max_size=8), max_size=12).map("".join)
VISIBLE_TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Zl", "Zp"]), max_size=8)
VISIBLE_PIECE = st.sampled_from([piece for piece in NASTY_PIECES if not set(piece) & set("\0\r\n\t")])
VISIBLE = st.lists(VISIBLE_PIECE | VISIBLE_TEXT, min_size=1, max_size=10).map("".join)


def make(builder: Builder, **inputs: str) -> Built:
    return FORMS[builder].build(inputs)


def made(builder: Builder, **inputs: str) -> str:
    built = make(builder, **inputs)
    assert built.problem is None
    assert built.text is not None
    return built.text


# Independent readers


def read_dn(dn: str) -> list[tuple[str, str]]:
    """RFC 4514 section 3, character by character; an unescaped special character is an error."""
    parts: list[tuple[str, str]] = []
    kind, value, rest = "", bytearray(), iter(dn + ",")
    in_value, unescaped = False, True
    for sign in rest:
        if not in_value:
            in_value = sign == "="
            kind += "" if in_value else sign
            assert in_value or sign in string.ascii_letters + string.digits + "-."
            continue
        if sign == "\\":
            escaped = next(rest)
            if escaped in string.hexdigits:
                value.append(int(escaped + next(rest), 16))
            else:
                assert escaped in ' "#+,;<=>\\'
                value.extend(escaped.encode())
            unescaped = False
        elif sign == ",":
            assert value, "an attribute without a value"
            assert not (unescaped and value.endswith(b" "))
            parts.append((kind, value.decode()))
            kind, value, in_value, unescaped = "", bytearray(), False, True
        else:
            assert sign not in '"+;<>\0'
            assert value or sign not in " #"
            value.extend(sign.encode())
            unescaped = True
    assert not kind
    return parts


Item = tuple[str, str, str]
Tree = tuple[str, list["Tree"]] | Item
"""An operator with what it joins, or one comparison: attribute, rule, value."""


def joined(text: str) -> tuple[str, Item]:
    """A filter that joins others, the last of them a comparison: its operator, and that one."""
    tree = read_filter(text)
    assert len(tree) == 2
    last = tree[1][-1]
    assert len(last) == 3
    return tree[0], last


def read_filter(text: str) -> Tree:
    """RFC 4515 section 3: and, or, and items; a value keeps ``*`` as None of its business."""
    tree, rest = _read_filter(text)
    assert rest == ""
    return tree


def _read_filter(text: str) -> tuple[Tree, str]:
    assert text[0] == "("
    if text[1] in "&|":
        inner, rest = [], text[2:]
        while rest[0] == "(":
            one, rest = _read_filter(rest)
            inner.append(one)
        assert rest[0] == ")"
        return (text[1], inner), rest[1:]
    item = re.match(r"\(([A-Za-z0-9.;-]+)(:[0-9.]+:)?=([^()]*)\)", text, re.DOTALL)
    assert item, text
    return (item[1], item[2] or "", item[3]), text[item.end() :]


def unescape_filter(value: str) -> str:
    """An assertion value: only ``\\xx`` may follow a backslash, and no bare star, bracket or NUL is there."""
    assert not set(value) & set("*()\0")
    assert len(re.findall(r"\\[0-9a-fA-F]{2}", value)) == value.count("\\")
    return re.sub(r"\\([0-9a-fA-F]{2})", lambda code: chr(int(code[1], 16)), value)


def luhn_ok(imei: str) -> bool:
    """TS 23.003 annex B.2, as its steps are written there."""
    digits = [int(digit) for digit in imei[:14]]
    doubled = sum(sum(map(int, str(2 * digit))) for digit in digits[1::2])
    return (10 - (doubled + sum(digits[::2])) % 10) % 10 == int(imei[14])


# The table


@pytest.mark.parametrize("builder", list(Builder))
def test_every_builder_has_a_form(builder: Builder) -> None:
    form = FORMS[builder]
    assert form.title
    assert form.result_label
    ids = [each.id for each in form.inputs]
    assert len(ids) == len(set(ids))
    assert all(each.label and each.hint and each.lines >= 1 for each in form.inputs)


@pytest.mark.parametrize("builder", list(Builder))
def test_empty_inputs_raise_nothing(builder: Builder) -> None:
    built = make(builder)
    assert (built.text is None) != (built.problem is None)


@STEADY
@given(builder=st.sampled_from(list(Builder)), data=st.data())
def test_any_text_gives_a_result_or_a_problem(builder: Builder, data: st.DataObject) -> None:
    inputs = {
        each.id: data.draw(st.sampled_from(each.choices) | ANY if each.choices else ANY)
        for each in FORMS[builder].inputs
    }
    built = make(builder, **inputs)
    assert (built.text is None) != (built.problem is None)
    for sentence in (*built.notes, *([built.problem] if built.problem else [])):
        assert sentence.strip()
        assert sentence[-1] in ".?"
    if built.text is not None:
        assert not set(built.text) & {"\0", "\n", "\r"}
        built.text.encode()


# provmgr

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


# Group DN


@pytest.mark.parametrize(
    ("inputs", "dn"),
    [
        ({"name": "Chicago", "path": "Illinois", "domain": "example.com"}, "CN=Chicago,OU=Illinois,DC=example,DC=com"),
        ({"name": " root ", "path": "CN=Users\n\n", "domain": "dc=corp, dc=a"}, r"CN=\ root\ ,CN=Users,DC=corp,DC=a"),
        ({"name": "a", "path": "Users\nBerlin", "domain": "d.e"}, "CN=a,OU=Users,OU=Berlin,DC=d,DC=e"),
        ({"name": "a=b", "path": "c=d", "domain": "d.e"}, r"CN=a\=b,OU=c\=d,DC=d,DC=e"),
        ({"name": "CN=A, B", "path": "OU=X+Y\nZ", "domain": "d.e."}, r"CN=A\, B,OU=X\+Y,OU=Z,DC=d,DC=e"),
        ({"name": '#1 "<>;\\', "domain": "d.e"}, r"CN=\#1 \"\<\>\;\\,DC=d,DC=e"),
    ],
)
def test_group_dn(inputs: dict[str, str], dn: str) -> None:
    assert made(Builder.GROUP_DN, **inputs) == dn


@pytest.mark.parametrize(
    ("inputs", "dn"),
    [
        ({"name": r"CN=Sales\, EMEA", "path": "Groups", "domain": "d.e"}, r"CN=Sales\, EMEA,OU=Groups,DC=d,DC=e"),
        ({"name": r"Sales\, EMEA", "path": r"R\+D", "domain": "d.e"}, r"CN=Sales\, EMEA,OU=R\+D,DC=d,DC=e"),
        ({"name": r"Sales\2C EMEA", "domain": "d.e"}, r"CN=Sales\, EMEA,DC=d,DC=e"),
        ({"name": r"M\C3\BCnchen\20", "domain": "d.e"}, "CN=M\u00fcnchen\\ ,DC=d,DC=e"),
        ({"name": r"CN=a\ ", "domain": "d.e"}, r"CN=a\ ,DC=d,DC=e"),
        ({"name": r"CN=a\0ACNF:1", "domain": "d.e"}, r"CN=a\0ACNF:1,DC=d,DC=e"),
        ({"name": "CN=a=b", "domain": "d.e"}, r"CN=a\=b,DC=d,DC=e"),
        ({"name": r"CN=Sales\, EMEA,OU=Groups,DC=d,DC=e"}, r"CN=Sales\, EMEA,OU=Groups,DC=d,DC=e"),
        ({"name": r"cn=a=b\ , CN=Users, dc=d", "path": "CN=Users", "domain": "DC=d"}, r"cn=a\=b\ ,CN=Users,dc=d"),
        ({"name": "corp.example.com/Groups/R+D"}, r"CN=R\+D,OU=Groups,DC=corp,DC=example,DC=com"),
        ({"name": r"d.e/Users/and\/or", "domain": "d.e"}, "CN=and/or,CN=Users,DC=d,DC=e"),
        ({"name": "a", "path": "Users", "domain": "d.e"}, "CN=a,CN=Users,DC=d,DC=e"),
        ({"name": "CORP", "domain": "CORP"}, "CN=CORP,DC=CORP"),
        ({"name": r"CORP\Sales", "domain": "d.e"}, r"CN=CORP\\Sales,DC=d,DC=e"),
    ],
)
def test_what_a_directory_shows_is_read_as_what_it_is(inputs: dict[str, str], dn: str) -> None:
    built = make(Builder.GROUP_DN, **inputs)
    assert built.text == dn
    assert built.notes or "=" in inputs["name"], "a reading that is not certain is said"
    read_dn(dn)


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        (r"a\,b", "a,b"),
        (r"a\\b", "a\\b"),
        (r"a\3Db", "a=b"),
        ("ab", None),
        (r"CORP\sales", None),
        (r"CORP\beef", None),
        (r"a\,b,c", None),
        ("a\\", None),
    ],
)
def test_only_a_value_that_is_escaped_throughout_is_unescaped(value: str, meant: str | None) -> None:
    assert group_dn.unescape_value(value) == meant


@pytest.mark.parametrize(
    ("value", "escaped"),
    [
        ("a", "a"),
        ("a=b", r"a\=b"),
        ("a\nb", r"a\0Ab"),
        (" a ", r"\ a\ "),
        (" ", r"\ "),
        ("  ", r"\ \ "),
        ("#a#", r"\#a#"),
        ("\0", r"\00"),
        ("a\\ ", r"a\\\ "),
    ],
)
def test_rfc_4514_section_2_4(value: str, escaped: str) -> None:
    assert group_dn.escape_value(value) == escaped
    assert read_dn(f"CN={escaped}") == [("CN", value)]


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ({"domain": "example.com"}, "group name is missing"),
        ({"name": "a"}, "domain is missing"),
        ({"name": "a\0b", "domain": "d.e"}, "U+0000"),
        ({"name": "a\u2028b", "domain": "d.e"}, "U+2028"),
        ({"name": "a", "path": "b\x07c", "domain": "d.e"}, "U+0007"),
        ({"name": "CN=a,OU=b,DC=c", "domain": "d.e"}, "whole DN"),
        ({"name": "OU=a", "domain": "d.e"}, "does not name a group"),
        ({"name": "OU=a,DC=b"}, "does not name a group"),
        ({"name": "CN=a,b,DC=c"}, "whole DN"),
        ({"name": "d.e/Groups/a", "domain": "x.y"}, "in another place"),
        ({"name": "a", "path": "OU=b,OU=c", "domain": "d.e"}, "one OU per line"),
        ({"name": "a", "path": "DC=b", "domain": "d.e"}, "one OU per line"),
        ({"name": "a", "path": "OU=", "domain": "d.e"}, "no name after"),
        ({"name": "a", "domain": "d..e"}, "looks like"),
        ({"name": "a", "domain": "O=Example,C=US"}, "looks like"),
        ({"name": "a", "domain": ".".join(["a" * 60] * 5)}, "253"),
    ],
)
def test_group_dn_refuses(inputs: dict[str, str], words: str) -> None:
    built = make(Builder.GROUP_DN, **inputs)
    assert built.text is None
    assert words in (built.problem or "")


@pytest.mark.parametrize(
    ("name", "path", "words"),
    [
        ("a" * 280, "", "286"),
        ("a" * 65, "", "64"),
        ("a", "b" * 65, "64"),
        ("R&D", "", "Prisma Access"),
        ("a\u200bb", "", "U+200B"),
    ],
)
def test_group_dn_notes(name: str, path: str, words: str) -> None:
    assert words in " ".join(make(Builder.GROUP_DN, name=name, path=path, domain="example.com").notes)


def test_a_dn_of_286_characters_has_no_note() -> None:
    path = "\n".join(["x" * 60] * 4)
    rest = len(made(Builder.GROUP_DN, name="a", path=path, domain="e.f")) - 1
    for length, noted in ((286, False), (287, True)):
        built = make(Builder.GROUP_DN, name="a" * (length - rest), path=path, domain="e.f")
        assert len(built.text or "") == length
        assert bool(built.notes) is noted


@STEADY
@given(value=ANY.filter(bool))
def test_any_value_of_a_dn_is_read_back(value: str) -> None:
    assume(all(not "\ud800" <= sign <= "\udfff" for sign in value))
    assert group_dn.unescape_value(group_dn.escape_value(value)) in (value, None)
    assert read_dn(f"CN={group_dn.escape_value(value)},DC=x") == [("CN", value), ("DC", "x")]


@STEADY
@given(
    name=VISIBLE,
    path=st.lists(VISIBLE, max_size=3),
    labels=st.lists(st.from_regex(r"[a-z0-9]{1,9}", fullmatch=True), min_size=1, max_size=4),
)
def test_a_group_dn_is_read_back(name: str, path: list[str], labels: list[str]) -> None:
    parts = [name, *path]
    assume(all(map(taken_as_it_is, parts)))
    dn = made(Builder.GROUP_DN, name=name, path="\n".join(path), domain=".".join(labels))
    kinds = [("CN", parts[0]), *(("OU", part) for part in parts[1:]), *(("DC", label) for label in labels)]
    assert read_dn(dn) == kinds


def taken_as_it_is(part: str) -> bool:
    """Whether it is a plain name, which is neither escaped already nor in another form."""
    other_form = re.match(r"\s*(CN|OU|DC)\s*=|[^/]*\.[^/]*/", part, re.IGNORECASE) or part.casefold() == "users"
    return bool(part.strip()) and not other_form and group_dn.unescape_value(part) is None


# LDAP filter

DN = "CN=Berlin,OU=Staff,DC=example,DC=com"


@pytest.mark.parametrize(
    ("inputs", "text"),
    [
        ({"value": DN}, f"(&(objectCategory=person)(objectClass=user)(memberOf={DN}))"),
        ({"value": DN, "entries": ldap_filter.GROUPS}, f"(&(objectClass=group)(memberOf={DN}))"),
        (
            {"value": r"CN=A\, (B),DC=x", "kind": ldap_filter.NESTED},
            r"(&(objectCategory=person)(objectClass=user)(memberOf:1.2.840.113556.1.4.1941:=CN=A\5c, \28B\29,DC=x))",
        ),
        (
            {"value": DN, "directory": ldap_filter.OTHER, "attribute": "isMemberOf"},
            f"(&(objectClass=person)(isMemberOf={DN}))",
        ),
        (
            {"value": DN, "directory": ldap_filter.OTHER, "kind": ldap_filter.NESTED},
            f"(&(objectClass=person)(memberOf={DN}))",
        ),
        (
            {"value": "a*", "attribute": "2.5.4.3;lang-de", "kind": ldap_filter.EQUALS},
            r"(&(objectCategory=person)(objectClass=user)(2.5.4.3;lang-de=a\2a))",
        ),
        (
            {"value": "contoso.com", "kind": ldap_filter.MAIL},
            "(&(objectCategory=person)(objectClass=user)(mail=*@contoso.com))",
        ),
        (
            {"value": ".contoso.com", "kind": ldap_filter.MAIL, "attribute": "userPrincipalName"},
            "(&(objectCategory=person)(objectClass=user)(userPrincipalName=*.contoso.com))",
        ),
    ],
)
def test_ldap_filter(inputs: dict[str, str], text: str) -> None:
    assert made(Builder.LDAP_FILTER, **inputs) == text
    read_filter(text)


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ({}, "value is missing"),
        ({"value": "x", "kind": ldap_filter.EQUALS}, "attribute is missing"),
        ({"value": "x", "kind": ldap_filter.EQUALS, "attribute": "1a"}, "begins with a letter"),
        ({"value": "x", "kind": ldap_filter.EQUALS, "attribute": "cn)(a=*"}, "letters, digits"),
        ({"value": "x", "kind": ldap_filter.EQUALS, "attribute": "2.05"}, "letters, digits"),
        ({"value": "Berlin"}, "whole DN"),
        ({"value": "con toso.com", "kind": ldap_filter.MAIL}, "no spaces"),
        ({"value": "a\nb", "kind": ldap_filter.EQUALS, "attribute": "cn"}, "U+000A"),
    ],
)
def test_ldap_filter_refuses(inputs: dict[str, str], words: str) -> None:
    built = make(Builder.LDAP_FILTER, **inputs)
    assert built.text is None
    assert words in (built.problem or "")


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ({"value": "contoso.com", "kind": ldap_filter.MAIL}, "An @"),
        ({"value": "*", "kind": ldap_filter.EQUALS, "attribute": "cn"}, "as a character"),
        ({"value": DN, "directory": ldap_filter.OTHER, "kind": ldap_filter.NESTED}, "dynlist"),
        ({"value": DN, "directory": ldap_filter.OTHER}, "isMemberOf"),
        ({"value": DN, "kind": ldap_filter.NESTED}, "slow"),
        ({"value": "cn=domain users,DC=x"}, "primary group"),
    ],
)
def test_ldap_filter_notes(inputs: dict[str, str], words: str) -> None:
    assert words in " ".join(make(Builder.LDAP_FILTER, **inputs).notes)


@STEADY
@given(value=ANY)
def test_any_value_of_a_filter_is_read_back(value: str) -> None:
    assert unescape_filter(ldap_filter.escape_value(value)) == value


@STEADY
@given(
    value=VISIBLE,
    attribute=st.from_regex(r"[A-Za-z][A-Za-z0-9-]{0,9}", fullmatch=True),
    directory=st.sampled_from([ldap_filter.ACTIVE_DIRECTORY, ldap_filter.OTHER]),
    entries=st.sampled_from([ldap_filter.USERS, ldap_filter.GROUPS]),
)
def test_a_filter_has_one_clause_with_the_value(value: str, attribute: str, directory: str, entries: str) -> None:
    assume(value.strip())
    inputs = {"value": value, "attribute": attribute, "directory": directory, "entries": entries}
    text = made(Builder.LDAP_FILTER, kind=ldap_filter.EQUALS, **inputs)
    operator, (name, rule, raw) = joined(text)
    assert operator == "&"
    assert (name, rule, unescape_filter(raw)) == (attribute, "", value.strip())


@STEADY
@given(name=VISIBLE, kind=st.sampled_from([ldap_filter.MEMBERS, ldap_filter.NESTED]))
def test_a_group_dn_fits_into_a_filter(name: str, kind: str) -> None:
    assume(taken_as_it_is(name))
    dn = made(Builder.GROUP_DN, name=name, path="Staff", domain="example.com")
    text = made(Builder.LDAP_FILTER, value=dn, kind=kind)
    _, (_, _, raw) = joined(text)
    assert read_dn(unescape_filter(raw))[0] == ("CN", name)


# PingOne


@pytest.mark.parametrize(
    ("inputs", "text"),
    [
        ({}, 'userName Eq "%s"'),
        ({"attribute": "emails.value"}, 'emails.value Eq "%s"'),
        ({"attribute": "not offered"}, 'userName Eq "%s"'),
        ({"other": "urn:a:b:2.0:User:badge"}, 'urn:a:b:2.0:User:badge Eq "%s"'),
    ],
)
def test_match_expression(inputs: dict[str, str], text: str) -> None:
    assert made(Builder.MATCH_EXPRESSION, **inputs) == text


@pytest.mark.parametrize(
    "other", ['userName eq "x" or id', "a.b.c", "1a", "a b", 'a"', "%s", "emails[type]", "a" * 201]
)
def test_match_expression_refuses(other: str) -> None:
    assert make(Builder.MATCH_EXPRESSION, other=other).problem


def test_only_user_name_is_without_a_note() -> None:
    assert not make(Builder.MATCH_EXPRESSION).notes
    assert not make(Builder.MATCH_EXPRESSION, other="username").notes
    assert make(Builder.MATCH_EXPRESSION, attribute="externalId").notes


@STEADY
@given(other=ANY | st.from_regex(r"[a-zA-Z.:]+", fullmatch=True))
def test_a_match_expression_is_one_comparison(other: str) -> None:
    text = make(Builder.MATCH_EXPRESSION, other=other).text
    assert text is None or re.fullmatch(r'[A-Za-z][A-Za-z0-9_:.-]* Eq "%s"', text)
    assert text is None or text.count("%") == 1


# Identities

IMEI = "356938035643809"
IMSI = "262011234567890"


def with_check_digit(body: int) -> str:
    return next(imei for end in range(10) if luhn_ok(imei := f"{body:014}{end}"))


def rows(number: int, make_row: Callable[[int], str] = lambda n: f"{with_check_digit(n)},{n:015},internet") -> str:
    return "\n".join(make_row(n) for n in range(number))


def test_a_good_file_is_summed_up() -> None:
    built = make(Builder.IDENTITIES_CSV, text=rows(500) + "\n")
    assert built == Built("500 records of 500, each with IMEI, IMSI and APN. APN: internet.")
    headed = make(Builder.IDENTITIES_CSV, text=f'\ufeffimei, IMSI,"APN"\r\n{IMEI},{IMSI},"corp.example"\r\n')
    assert headed.text == "1 record of 500, each with IMEI, IMSI and APN. APN: corp.example."
    assert "headings" in headed.notes[0]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("IMEI,IMSI,APN\n", "no records"),
        ("IMSI,IMEI,APN\n1,2,3", "order IMEI, IMSI, APN"),
        (f"{IMEI};{IMSI};a", "commas"),
        (f"{IMEI},{IMSI}", "Line 1: has 2 columns"),
        (f"{IMEI},{IMSI},a,", "remove the comma at its end"),
        (f"IMEI,IMSI,APN,\n{IMEI},{IMSI},a,", "headings end with a comma"),
        ("3,56938E+14;2,62011E+14;internet", "semicolons"),
        ("3,56938E+14;2,62011E+14;internet", "shortened"),
        (f"IMEI\tIMSI\tAPN\n{IMEI}\t{IMSI}\ta", "tabs"),
        (f"3,56938E+14,{IMSI},a", "shortened by a spreadsheet"),
        (f'"3,56938E+14",{IMSI},a', "shortened by a spreadsheet"),
        (f'="{IMEI}",{IMSI},a', '="..."'),
        (f'"=""{IMEI}""",{IMSI},a', '="..."'),
        (f"{IMEI},'{IMSI},a", "IMSI has an apostrophe"),
        (f"{IMEI},,a", "IMSI is missing"),
        (f"\n{IMEI[:14]},{IMSI},a", "Line 2: the IMEI has 14 digits, its check digit"),
        (f"{IMEI}1,{IMSI},a", "IMEISV"),
        (f"{IMEI[:9]},{IMSI},a", "9 digits, 15 are needed"),
        (f"3.56938E+14,{IMSI},a", "spreadsheet"),
        (f"{IMEI},{IMSI}1,a", "16 digits"),
        (f"{IMEI},12345,a", "5 digits"),
        (f"{IMEI},26201x,a", "digits only"),
        ("\u0663" * 15 + f",{IMSI},a", "digits only"),
        (f"{IMEI},{IMSI},a..b", "dots between"),
        (f"{IMEI},{IMSI},-a", "letters, digits"),
        (f"{IMEI},{IMSI},*", "letters, digits"),
        (f"{IMEI},{IMSI},{'a' * 31}.{'b' * 31}", "62 characters fit"),
        (f"{IMEI},{IMSI},a\n\n{IMEI},{IMSI},a", "Line 3: repeats line 1"),
        (rows(501), "501 records, and 500 fit"),
    ],
)
def test_a_bad_file_names_its_lines(text: str, words: str) -> None:
    built = make(Builder.IDENTITIES_CSV, text=text)
    assert built.text is None
    assert words in (built.problem or "")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"356938035643800,{IMSI},a", "check digit of the IMEI does not fit: line 1."),
        (f"{IMEI},{IMSI},a\n{IMEI},{IMSI},b", "The IMSI occurred in an earlier line: line 2."),
        (rows(9, lambda n: f"{IMEI},{n:015},a"), "IMEI occurred in an earlier line: lines 2, 3, 4, 5, 6 and 3 more."),
        (f"{IMEI},{IMSI},racing", "reserves this beginning or end of an APN: line 1."),
        (f"{IMEI},{IMSI},a.gprs", "reserves this beginning or end of an APN: line 1."),
    ],
)
def test_what_the_portal_may_take_is_a_note(text: str, words: str) -> None:
    built = make(Builder.IDENTITIES_CSV, text=text)
    assert built.text
    assert words in " ".join(built.notes)


@pytest.mark.parametrize("apn", ["a", "3g", f"{'a' * 31}.{'b' * 30}", "internet.mnc001.mcc262.gprs", "CORP.Example"])
def test_good_apns(apn: str) -> None:
    assert not make(Builder.IDENTITIES_CSV, text=f"{IMEI},{IMSI},{apn}").notes


def test_five_lines_are_named_and_the_others_counted() -> None:
    problem = make(Builder.IDENTITIES_CSV, text=rows(12, lambda n: f"{n},{IMSI},a")).problem or ""
    assert re.findall(r"Line (\d+):", problem) == ["1", "2", "3", "4", "5"]
    assert problem.endswith("And 7 more lines.")


@STEADY
@given(body=st.integers(0, 10**15 - 1))
def test_the_check_digit_is_that_of_the_annex(body: int) -> None:
    imei = f"{body:015}"
    assert identities_csv.check_digit_fits(imei) is luhn_ok(imei)


@STEADY
@given(
    records=st.lists(
        st.tuples(
            st.integers(0, 10**14 - 1).map(with_check_digit),
            st.from_regex(r"[0-9]{6,15}", fullmatch=True),
            st.from_regex(r"[a-z0-9]{1,8}(\.[a-z0-9]{1,8}){0,3}", fullmatch=True),
        ),
        min_size=1,
        max_size=20,
        unique=True,
    ),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    broken=st.none() | st.integers(0, 19),
)
def test_good_lines_pass_and_the_broken_one_is_named(
    records: list[tuple[str, str, str]], end: str, broken: int | None
) -> None:
    lines = [",".join(record) for record in records]
    if broken is not None:
        lines[broken % len(lines)] += ",more"
    built = make(Builder.IDENTITIES_CSV, text=end.join(lines))
    if broken is None:
        assert (built.text or "").startswith(f"{len(records)} record")
    else:
        assert built.problem == f"Line {broken % len(lines) + 1}: has 4 columns, 3 are needed."


@STEADY
@given(text=st.lists(st.sampled_from([IMEI, IMSI, ",", "\n", '"', "a.b", ";"]) | ANY).map("".join))
def test_no_identity_is_repeated_in_a_sentence(text: str) -> None:
    built = make(Builder.IDENTITIES_CSV, text=text)
    said = " ".join([built.problem or "", *built.notes])
    assert IMEI not in said
    assert IMSI not in said
