"""A group DN is read back by an independent reader of RFC 4514."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.guide.builders import group_dn
from app.guide.vocabulary import Builder
from tests.guide.builders.made import ANY, STEADY, VISIBLE, made, make, taken_as_it_is
from tests.guide.builders.readers import read_dn


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
        ({"name": "a", "path": "D.E/EMEA/Groups/", "domain": "d.e"}, "CN=a,OU=Groups,OU=EMEA,DC=d,DC=e"),
        ({"name": "a", "path": "d.e/Users", "domain": "d.e"}, "CN=a,CN=Users,DC=d,DC=e"),
        ({"name": "a", "path": "EMEA/Groups", "domain": "d.e"}, "CN=a,OU=EMEA/Groups,DC=d,DC=e"),
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
