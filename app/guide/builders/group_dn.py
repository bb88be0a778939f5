"""A distinguished name of a group from its parts (RFC 4514)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from app.guide.builders.shape import Built, Input, Workshop, hidden_sign, refused_sign

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST_DN = 286
"""Characters; CIE does not redistribute a user or group whose DN is longer (PAN, known issue CYR-58031)."""

LONGEST_NAME = 64
"""Characters of a CN or OU in Active Directory (Microsoft, "Naming conventions", and X.520 ub-common-name)."""

_LABEL = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")
"""A part of the domain. RFC 4519 section 2.4: ``dc`` is one ASCII label of a DNS name."""

_PREFIX = re.compile(r"(CN|OU)\s*=\s*", re.IGNORECASE)
_SEVERAL = re.compile(r"(CN|OU)\s*=.*[^\\],\s*(CN|OU|DC|O)\s*=", re.IGNORECASE | re.DOTALL)

NAME = Input("name", "Group name (CN)", "Berlin")
PATH = Input("path", "OUs, the innermost first, one per line", "Staff\nEurope", lines=3)
DOMAIN = Input("domain", "Domain", "corp.example.com or DC=corp,DC=example,DC=com")


class _RefusedError(ValueError):
    """A part cannot be used; the message is for the admin."""


def escape_value(value: str) -> str:
    """A value as it stands in a DN: RFC 4514 section 2.4, with a backslash in front of special characters.

    Characters beyond ASCII stay as they are, which the same section allows.
    """
    escaped = re.sub(r'[\\"+,;<>]', r"\\\g<0>", value).replace("\0", r"\00")
    if escaped.startswith(("#", " ")):
        escaped = "\\" + escaped
    if value.endswith(" ") and len(value) > 1:
        escaped = escaped[:-1] + "\\ "
    return escaped


def build(given: Mapping[str, str]) -> Built:
    """``CN=Berlin,OU=Staff,DC=corp,DC=example,DC=com``."""
    try:
        name = _name(given.get("name", ""))
        path = [_container(line) for line in given.get("path", "").splitlines() if line.strip()]
        domain = _domain(given.get("domain", ""))
    except _RefusedError as refused:
        return Built(None, str(refused))
    dn = ",".join(f"{kind}={escape_value(value)}" for kind, value in [("CN", name), *path, *domain])
    return Built(dn, notes=_notes(dn, name, [value for _, value in path]))


def _name(text: str) -> str:
    clean = _clean(text, "group name")
    if not clean:
        raise _RefusedError("The group name is missing.")
    if _SEVERAL.match(clean):
        raise _RefusedError("This is a whole DN already. Use it as it is, or enter the name of the group alone.")
    prefix = _PREFIX.match(clean)
    if prefix is None:
        return clean
    if prefix[1].upper() == "OU" or not clean[prefix.end() :]:
        raise _RefusedError("This does not name a group. Enter the name after CN=.")
    return clean[prefix.end() :]


def _container(line: str) -> tuple[str, str]:
    clean = _clean(line, "path")
    if _SEVERAL.match(clean) or re.match(r"DC\s*=", clean, re.IGNORECASE):
        raise _RefusedError("Enter one OU per line, and the domain in its own field.")
    prefix = _PREFIX.match(clean)
    if prefix is None:
        return "OU", clean
    if not clean[prefix.end() :]:
        raise _RefusedError("A line of the path has no name after the =.")
    return prefix[1].upper(), clean[prefix.end() :]


def _domain(text: str) -> list[tuple[str, str]]:
    clean = _clean(text, "domain")
    if not clean:
        raise _RefusedError("The domain is missing.")
    if "=" in clean:
        parts = [re.fullmatch(r"DC\s*=\s*(.*)", part.strip(), re.IGNORECASE) for part in clean.split(",")]
        labels = [part[1] if part else "" for part in parts]
    else:
        labels = clean.removesuffix(".").split(".")
    if not all(_LABEL.fullmatch(label) for label in labels):
        raise _RefusedError("The domain looks like corp.example.com or DC=corp,DC=example,DC=com.")
    if len(".".join(labels)) > 253:
        raise _RefusedError("A domain has at most 253 characters.")
    return [("DC", label) for label in labels]


def _clean(text: str, where: str) -> str:
    clean = text.strip()
    if sign := refused_sign(clean):
        raise _RefusedError(f"The {where} contains a control character ({sign}). Type it instead.")
    return clean


def _notes(dn: str, name: str, path: list[str]) -> tuple[str, ...]:
    notes = list(hidden_sign(dn))
    if len(dn) > LONGEST_DN:
        notes.append(
            f"This DN has {len(dn)} characters. Beyond {LONGEST_DN}, CIE does not redistribute users and groups."
        )
    if any(len(part) > LONGEST_NAME for part in (name, *path)):
        notes.append(f"Active Directory takes at most {LONGEST_NAME} characters for each name.")
    if set(name) & set("\"'<>&"):
        notes.append("Prisma Access does not take the signs \" ' < > & in the name of a group. Commits fail.")
    return tuple(notes)


WORKSHOP = Workshop((NAME, PATH, DOMAIN), "Group DN", build, title="Write the Group DN")
