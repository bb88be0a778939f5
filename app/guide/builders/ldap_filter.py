"""A search filter for users or groups of an LDAP directory (RFC 4515)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from app.guide.builders.shape import BuilderForm, Built, Input, control_character, picked, unusual_characters

if TYPE_CHECKING:
    from collections.abc import Mapping

IN_CHAIN = "1.2.840.113556.1.4.1941"
"""LDAP_MATCHING_RULE_IN_CHAIN: follows groups inside groups (Microsoft, "Search Filter Syntax")."""

ATTRIBUTE = re.compile(
    r"([A-Za-z][A-Za-z0-9-]*|(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*))+)"  # descr or numericoid, RFC 4512 section 1.4
    r"(;[A-Za-z0-9-]+)*"  # options, RFC 4512 section 2.5
)

_DN_PART = r"[A-Za-z0-9.-]+\s*=(\\.|[^\\,])*"
_DN = re.compile(rf"{_DN_PART}(,\s*{_DN_PART})+")

ACTIVE_DIRECTORY = "Active Directory"
OTHER = "Another directory"
MEMBERS = "Members of a group"
NESTED = "Members of a group and of all groups inside"
EQUALS = "An attribute has a value"
MAIL = "The mail address ends with"
USERS = "Users"
GROUPS = "Groups"

DIRECTORY = Input("directory", "Directory", "The kind of directory", choices=(ACTIVE_DIRECTORY, OTHER))
ENTRIES = Input("entries", "Entries", "Each needs a filter of its own", choices=(USERS, GROUPS))
KIND = Input("kind", "Which of them", "What the filter looks at", choices=(MEMBERS, NESTED, EQUALS, MAIL))
NAME = Input("attribute", "Attribute", "department; left empty, memberOf or mail is taken")
VALUE = Input("value", "Value", "For example CN=Berlin,OU=Staff,DC=example,DC=com")

_CLASSES = {
    (ACTIVE_DIRECTORY, USERS): "(objectCategory=person)(objectClass=user)",  # objectClass=user alone takes computers
    (ACTIVE_DIRECTORY, GROUPS): "(objectClass=group)",
    (OTHER, USERS): "(objectClass=person)",  # RFC 4519 section 3.12; inetOrgPerson is below it
    (OTHER, GROUPS): "(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames))",  # RFC 4519 section 3
}

_NESTED_NOTES = {
    ACTIVE_DIRECTORY: "This search can be slow in a large directory.",
    # 389: the MemberOf plug-in with memberOfSkipNested off, as it comes. OpenLDAP: slapo-dynlist(5), "dynlist-attrset"
    # with a memberOf attribute marked "*". Both were searched in tests/directories.
    OTHER: (
        "It finds members of groups inside only where the directory writes these into memberOf too, such as 389 "
        "Directory Server (MemberOf plug-in) or OpenLDAP (dynlist overlay)."
    ),
}


def escape_value(value: str) -> str:
    """A value escaped for a filter (RFC 4515 section 3): NUL ( ) * and the backslash as two hex digits."""
    return re.sub(r"[\0()*\\]", lambda found: f"\\{ord(found[0]):02x}", value)


def build(given: Mapping[str, str]) -> Built:
    """``(&(objectCategory=person)(objectClass=user)(memberOf=CN=Berlin,DC=example,DC=com))``."""
    directory, entries, kind = picked(given, DIRECTORY), picked(given, ENTRIES), picked(given, KIND)
    name, value = given.get("attribute", "").strip(), given.get("value", "").strip()
    if problem := _problem(kind, name, value):
        return Built(None, problem)
    text = f"(&{_CLASSES[directory, entries]}{_clause(directory, kind, name, value)})"
    return Built(text, notes=(*unusual_characters(value), *_notes(directory, kind, name, value)))


def _clause(directory: str, kind: str, name: str, value: str) -> str:
    if kind == NESTED and directory == ACTIVE_DIRECTORY:
        return f"({name or 'memberOf'}:{IN_CHAIN}:={escape_value(value)})"
    if kind in (MEMBERS, NESTED):
        return f"({name or 'memberOf'}={escape_value(value)})"
    if kind == MAIL:
        return f"({name or 'mail'}=*{escape_value(_ending(value))})"
    return f"({name}={escape_value(value)})"


def _ending(value: str) -> str:
    """With an @ in front of a domain: ``contoso.com`` alone would also match ``notcontoso.com``."""
    return value if "@" in value or value.startswith(".") else f"@{value}"


def _problem(kind: str, name: str, value: str) -> str | None:
    if not name and kind == EQUALS:
        return "The attribute is missing, for example department."
    if name and not ATTRIBUTE.fullmatch(name):
        return "An attribute has letters, digits and hyphens and begins with a letter, for example department."
    if not value:
        return "The value is missing."
    if sign := control_character(value):
        return f"The value contains a control character ({sign}). Type it instead."
    if kind in (MEMBERS, NESTED) and not _DN.fullmatch(value):
        return "Enter the whole DN of the group, for example CN=Berlin,OU=Staff,DC=example,DC=com."
    if kind == MAIL and re.search(r"\s", value):
        return "The end of a mail address has no spaces, for example @contoso.com."
    return None


def _notes(directory: str, kind: str, name: str, value: str) -> tuple[str, ...]:
    notes = []
    if kind == MAIL and _ending(value) != value:
        notes.append("An @ was put in front, so that only this domain matches.")
    if "*" in value:
        notes.append("The * is looked for as a character. It does not match any text.")
    if kind in (MEMBERS, NESTED) and directory == OTHER and not name:
        notes.append("Some directories, such as PingDirectory, have isMemberOf instead. Enter it as the attribute.")
    if kind == NESTED:
        notes.append(_NESTED_NOTES[directory])
    if kind in (MEMBERS, NESTED) and re.match(r"CN=Domain (Users|Computers),", value, re.IGNORECASE):
        notes.append("Active Directory keeps a primary group elsewhere, so memberOf does not find its members.")
    return tuple(notes)


FORM = BuilderForm((DIRECTORY, ENTRIES, KIND, NAME, VALUE), "Filter", build, title="Write a filter")
