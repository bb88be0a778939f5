"""An LDAP filter is read back by an independent reader of RFC 4515."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.guide.builders import ldap_filter
from app.guide.vocabulary import Builder
from tests.guide.builders.made import ANY, STEADY, VISIBLE, made, make, taken_as_it_is
from tests.guide.builders.readers import joined, read_dn, read_filter, unescape_filter

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
