"""Group DN and LDAP filter of the builders, searched in OpenLDAP, 389 Directory Server and Samba's Active Directory.

The entries are added with special characters as hex pairs (RFC 4514 section 2.4), which the builder does not write,
so that what finds them again is the builder's own escaping.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app.guide.builders import FORMS, ldap_filter
from app.guide.vocabulary import Builder
from tests.directories.servers import DOMAIN, SERVERS, SUFFIX, LdapServer

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.lane("directories")

NAMES = (
    *("Berlin", "Sales, EMEA", "a=b", "a=b, c=d", "C++", 'The "A" Team', "R&D <Sales>", "x;y", "#1", "a#b"),
    *(" leading", "trailing ", " both ", "in  side", "ACME\\Sales", "back\\", "and/or", "star*", "(round)"),
    *(
        "a(b*c)\\d",
        "Vertrieb S\u00fcd",
        "\u00c9quipe",
        "\u55b6\u696d\u90e8",
        "\u041f\u0440\u043e\u0434\u0430\u0436\u0438",
    ),
    *("Stra\u00dfe", "-dash", "@home", "a|b&c!", "100%", "Tom's", 'all, of="it"; <x> + \\y', "\U0001f600"),
)
PERSON = ("top", "person", "organizationalPerson", "inetOrgPerson")


@pytest.fixture(scope="module", params=SERVERS, ids=str)
def server(request: pytest.FixtureRequest) -> Iterator[LdapServer]:
    """A directory with a group of each name; one user is in all of them, another in a group inside each."""
    with SERVERS[request.param]() as running:
        running.add([(f"OU=Groups,{SUFFIX}", {"objectClass": ["organizationalUnit"], "ou": ["Groups"]})])
        running.add([_user(running, name) for name in ("direct", "nested", "outside")])
        for number, name in enumerate(NAMES):
            inner = f"CN=inner{number},OU=Groups,{SUFFIX}"
            running.add([_group(running, inner, f"inner{number}", [f"CN=nested,OU=Groups,{SUFFIX}"])])
            members = [f"CN=direct,OU=Groups,{SUFFIX}", inner]
            running.add([_group(running, _hex_dn(name), name, members, account=f"g{number}")])
        yield running


def _user(server: LdapServer, name: str) -> tuple[str, dict[str, list[str]]]:
    if server.active_directory:
        attributes = {"objectClass": ["user"], "cn": [name], "sAMAccountName": [name]}
    else:
        attributes = {"objectClass": list(PERSON), "cn": [name], "sn": [name]}
    return f"CN={name},OU=Groups,{SUFFIX}", attributes


def _group(
    server: LdapServer, dn: str, name: str, members: list[str], account: str = ""
) -> tuple[str, dict[str, list[str]]]:
    attributes = {"objectClass": ["group" if server.active_directory else "groupOfNames"], "cn": [name]}
    if server.active_directory:
        attributes["sAMAccountName"] = [account or name]
    elif server.url.startswith("ldap://"):
        attributes["objectClass"].append("nsMemberOf")  # 389 writes memberOf into entries of this class
    return dn, attributes | {"member": members}


def _hex_dn(name: str) -> str:
    inside = name.strip(" ")
    at = name.index(inside)
    # A space between letters stays: 389 Directory Server takes an escaped one for another name.
    raw = "".join(
        each
        if (each.isalnum() or each == " ") and at <= place < at + len(inside)
        else "".join(map(_hex, each.encode()))
        for place, each in enumerate(name)
    )
    return f"CN={raw},OU=Groups,{SUFFIX}"


def _hex(byte: int) -> str:
    return f"\\{byte:02x}"


def made(builder: Builder, **inputs: str) -> str:
    built = FORMS[builder].build(inputs)
    assert built.text is not None, built.problem
    return built.text


def group_dn(name: str) -> str:
    return made(Builder.GROUP_DN, name=name, path="OU=Groups", domain=DOMAIN)


@pytest.mark.parametrize("name", NAMES)
def test_the_group_is_found_by_its_dn(server: LdapServer, name: str) -> None:
    dn = group_dn(name)
    assert server.search(dn, "base", "(objectClass=*)", "cn") == [name]
    first = dn.partition(",OU=Groups")[0]
    assert group_dn(first) == dn, "as ADSI Edit shows it"
    assert made(Builder.GROUP_DN, name=dn) == dn


@pytest.mark.parametrize("name", NAMES)
def test_its_members_are_found_by_the_filter(server: LdapServer, name: str) -> None:
    directory = ldap_filter.ACTIVE_DIRECTORY if server.active_directory else ldap_filter.OTHER
    inputs = {"directory": directory, "value": group_dn(name)}
    direct = made(Builder.LDAP_FILTER, kind=ldap_filter.MEMBERS, **inputs)
    nested = made(Builder.LDAP_FILTER, kind=ldap_filter.NESTED, **inputs)
    expected = {"direct"} if server.active_directory else {"direct", "nested"}
    assert set(server.search(SUFFIX, "sub", direct, "cn")) == expected
    assert set(server.search(SUFFIX, "sub", nested, "cn")) == {"direct", "nested"}


@pytest.mark.parametrize("name", NAMES)
def test_an_attribute_is_found_by_its_value(server: LdapServer, name: str) -> None:
    directory = ldap_filter.ACTIVE_DIRECTORY if server.active_directory else ldap_filter.OTHER
    text = made(
        Builder.LDAP_FILTER,
        directory=directory,
        entries=ldap_filter.GROUPS,
        kind=ldap_filter.EQUALS,
        attribute="cn",
        value=name,
    )
    assert server.search(SUFFIX, "sub", text, "cn") == [name]
