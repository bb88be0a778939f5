"""Which column holds what, told by the headers that directories and portals are known to write."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Role(StrEnum):
    """What a column holds."""

    NAME = "name"
    """The group's display name."""
    ID = "id"
    """What tells two groups of one name apart."""
    DN = "dn"
    """The distinguished name."""
    TYPE = "type"
    """What the row is: a group, or something else."""
    CHILDREN = "children"
    """The groups inside the group."""
    MEMBER = "member"
    """Members of every kind; counted as groups only where another column says so."""
    MEMBER_TYPE = "member-type"
    """What the member is."""
    PARENT = "parent"
    """The group that the group is in."""
    USER_NAME = "user-name"
    """The user's name at sign-in."""


LABELS: Final = {
    Role.NAME: "Name",
    Role.ID: "ID",
    Role.CHILDREN: "Child groups",
    Role.PARENT: "Parent group",
    Role.USER_NAME: "User name",
}
"""The columns that the admin may choose."""

MAIL: Final = ("email", "mail", "emailaddress", "primaryemail")
"""A user name where there is no better one; groups have them too."""

_KNOWN: Final[Mapping[Role, tuple[str, ...]]] = {
    Role.NAME: ("displayname", "groupname", "groupdisplayname", "profilename", "name", "cn", "samaccountname", "group"),
    Role.ID: ("objectid", "id", "groupid", "objectguid", "guid", "externalid", "oktagroupid", "uuid", "entryuuid"),
    Role.DN: ("distinguishedname", "dn", "windowsdomainqualifieddn"),
    Role.TYPE: ("objectclass", "objecttype", "recordtype"),
    Role.CHILDREN: ("childgroups", "nestedgroups", "membergroups", "subgroups", "children", "childgroup"),
    Role.MEMBER: ("members", "member", "membername", "memberdisplayname", "memberid"),
    Role.MEMBER_TYPE: ("membertype", "memberobjectclass", "memberobjecttype", "memberclass"),
    Role.PARENT: ("memberof", "parent", "parentgroup", "parentgroups", "parentname"),
    Role.USER_NAME: (
        "userprincipalname",
        "username",
        "login",
        "userlogin",
        "profilelogin",
        "signinname",
        "upn",
        *MAIL,
    ),
}
"""The likeliest first. Entra ID, Okta, Active Directory and the Ping products write these, or tools around them."""


def plain(header: str) -> str:
    """A header without case, spaces and signs, so that ``Display Name`` and ``display_name`` are the same."""
    return "".join(sign for sign in header.casefold() if sign.isalnum())


def known(header: str) -> bool:
    """Whether any directory is known to name a column like that."""
    return any(plain(header) in names for names in _KNOWN.values())


def recognise(headers: Sequence[str]) -> dict[Role, int]:
    """Role → column, as far as the headers tell. A column has one role."""
    there = [plain(header) for header in headers]
    found: dict[Role, int] = {}
    for role, names in _KNOWN.items():
        at = next((there.index(name) for name in names if name in there), None)
        if at is not None and at not in found.values():
            found[role] = at
    return found
