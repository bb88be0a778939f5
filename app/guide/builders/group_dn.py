"""Builds the distinguished name (DN) of a group from its parts, as RFC 4514 writes it.

The name may also arrive in a form that a directory's own tools show: a whole DN, its first part, a value that is
escaped already, or Active Directory's canonical name. Each is read as what it is, so that nothing is escaped twice.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from app.guide.builders.shape import BuilderForm, Built, Input, control_character, unusual_characters
from app.text.legible import legible

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST_DN = 286
"""Characters; CIE does not redistribute a user or group whose DN is longer (PAN, known issue CYR-58031)."""

LONGEST_NAME = 64
"""Characters of a CN or OU in Active Directory (Microsoft, "Naming conventions", and X.520 ub-common-name)."""

CONTAINERS = frozenset({"users", "builtin", "computers", "foreignsecurityprincipals", "managed service accounts"})
"""What Active Directory creates below the domain as ``CN=``, not ``OU=`` (Microsoft, "Default containers")."""

_LABEL = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")
"""A part of the domain. RFC 4519 section 2.4: ``dc`` is one ASCII label of a DNS name."""

_PREFIX = re.compile(r"\s*(CN|OU)\s*=", re.IGNORECASE)
_RDN = re.compile(r"\s*([A-Za-z][A-Za-z0-9-]*|[0-9]+(?:\.[0-9]+)+)\s*=\s*((?:\\.|[^\\,])*?)\s*(?:,|$)", re.DOTALL)
"""One part of a DN; a space that is escaped belongs to the value, others around it do not (RFC 2253 section 4)."""
_SEVERAL = re.compile(r"\s*(CN|OU)\s*=.*[^\\],\s*(CN|OU|DC|O)\s*=", re.IGNORECASE | re.DOTALL)
_PIECE = re.compile(r'\\(?P<pair>[\\"+,;<>=# ])|\\(?P<hex>[0-9A-Fa-f]{2})|(?P<bare>[^\\"+,;<>]+)')
"""An escaped character, an escaped byte of UTF-8, or what needs no escape."""
_CANONICAL = re.compile(r"((?:[A-Za-z0-9_-]+\.)+[A-Za-z0-9_-]+)/(.+)")
_DOWN_LEVEL = re.compile(r"[A-Za-z0-9-]{1,15}\\[^\\]+")
"""``CORP\\Sales``, as Windows names accounts: a NetBIOS name has at most 15 characters."""

NAME = Input("name", "Group name (CN)", "For example Berlin")
PATH = Input("path", "OUs, the innermost first, one per line", "For example\nStaff\nEurope", lines=3)
DOMAIN = Input("domain", "Domain", "For example example.com or DC=example,DC=com")

Part = tuple[str, str]
"""Attribute and unescaped value of one part of a DN."""


class _RefusedError(ValueError):
    """A part cannot be used; the message is for the admin."""


def escape_value(value: str) -> str:
    r"""A value as a DN writes it: RFC 4514 section 2.4, with a backslash in front of special characters.

    ``=`` too: the RFC only allows that, but Active Directory asks for it (Microsoft, "Active Directory: Characters
    to Escape"), and Samba and 389 Directory Server do not find ``CN=a=b``. Characters beyond ASCII stay.
    """
    escaped = re.sub(r'[\\"+,;<>=]', r"\\\g<0>", value)
    escaped = "".join(_hex(each) if control_character(each) else each for each in escaped)
    if escaped.startswith(("#", " ")):
        escaped = "\\" + escaped
    if value.endswith(" ") and len(value) > 1:
        escaped = escaped[:-1] + "\\ "
    return escaped


def _hex(character: str) -> str:
    """As escaped bytes; Active Directory puts a line feed into the names of objects in conflict."""
    return "".join(f"\\{byte:02X}" for byte in character.encode("utf-8", "surrogatepass"))


def unescape_value(value: str) -> str | None:
    """What an escaped value means, or None where it has no escapes or is not as RFC 4514 section 2.4 writes a value."""
    if "\\" not in value:
        return None
    raw, at = bytearray(), 0
    for piece in _PIECE.finditer(value):
        if piece.start() != at:
            return None
        at = piece.end()
        raw += (
            bytes.fromhex(piece["hex"])
            if piece["hex"]
            else (piece["pair"] or piece["bare"]).encode("utf-8", "surrogatepass")
        )
    try:
        return raw.decode() if at == len(value) else None
    except UnicodeDecodeError:
        return None


def build(given: Mapping[str, str]) -> Built:
    """``CN=Berlin,OU=Staff,DC=corp,DC=example,DC=com``."""
    notes: list[str] = []
    try:
        parts = _whole(given, notes) or _assembled(given, notes)
    except _RefusedError as refused:
        return Built(None, str(refused))
    dn = ",".join(f"{kind}={escape_value(value)}" for kind, value in parts)
    return Built(dn, notes=(*notes, *_notes(dn, parts)))


# A name that says everything --------------------------------------------------------------------


def _whole(given: Mapping[str, str], notes: list[str]) -> list[Part] | None:
    """The parts of a DN or a canonical name in the field of the name, or None where it is neither."""
    text = _clean(given.get("name", ""), "group name")
    rest = any(given.get(field, "").strip() for field in ("path", "domain"))
    if _SEVERAL.match(text):
        parts = _split(text)
        if parts is None or (rest and not _agrees(given, parts)):
            raise _RefusedError("This is a whole DN already. Use it as it is, or enter the name of the group alone.")
        if parts[0][0].upper() != "CN":
            raise _RefusedError("This DN does not name a group. The DN of a group begins with CN=.")
        notes.append("The name is a whole DN already. Nothing was added to it.")
        return parts
    canonical = _CANONICAL.fullmatch(text)
    if canonical is None:
        return None
    names = [name.replace("\\/", "/") for name in re.split(r"(?<!\\)/", canonical[2])]
    if not all(name.strip() for name in names):
        return None
    inside = [_container_kind(name, outermost=at == 0) for at, name in enumerate(names[:-1])]
    parts = [("CN", names[-1]), *reversed(inside), *_domain(canonical[1], [])]
    if rest and not _agrees(given, parts):
        raise _RefusedError(
            "This is the canonical name of a group in another place. Enter it alone, or enter only its last part."
        )
    notes.append("The name is a canonical name. It does not say which containers are CN and which OU: compare them.")
    return parts


def _split(dn: str) -> list[Part] | None:
    """The parts of a DN, unescaped; None where it cannot be read to its end."""
    parts, at = [], 0
    while at < len(dn):
        found = _RDN.match(dn, at)
        if found is None or not found[2]:
            return None
        parts.append((found[1], unescape_value(found[2]) or found[2]))
        at = found.end()
    return parts


def _agrees(given: Mapping[str, str], parts: list[Part]) -> bool:
    """Whether what is in the other fields is also in the DN, so that nothing the admin entered is dropped."""
    whole = [(kind.upper(), value.casefold()) for kind, value in parts]
    try:
        domain = _domain(given["domain"], []) if given.get("domain", "").strip() else []
    except _RefusedError:
        return False
    entered = [*(part for part in _path(given, []) if part), *domain]
    return all((kind.upper(), value.casefold()) in whole for kind, value in entered)


# A name, a path and a domain --------------------------------------------------------------------


def _assembled(given: Mapping[str, str], notes: list[str]) -> list[Part]:
    name = _name(given.get("name", ""), notes)
    path = _path(given, notes)
    return [("CN", name), *path, *_domain(given.get("domain", ""), notes)]


def _name(text: str, notes: list[str]) -> str:
    clean = _clean(text, "group name")
    if not clean.strip():
        raise _RefusedError("The group name is missing.")
    prefix = _PREFIX.match(clean)
    if prefix is not None and (prefix[1].upper() == "OU" or not clean[prefix.end() :].strip()):
        raise _RefusedError("This does not name a group. Enter the name after CN=.")
    name = _value(clean, prefix, "name", notes)
    if prefix is None and _DOWN_LEVEL.fullmatch(name):
        notes.append(f"If {name.partition(chr(92))[0]} is the domain, enter only what follows the backslash.")
    return name


def _path(given: Mapping[str, str], notes: list[str]) -> list[Part]:
    lines = [line for line in given.get("path", "").splitlines() if line.strip()]
    canonical = _CANONICAL.fullmatch(lines[0].strip()) if len(lines) == 1 else None
    if canonical and canonical[1].casefold() == given.get("domain", "").strip().removesuffix(".").casefold():
        names = [name.replace("\\/", "/") for name in re.split(r"(?<!\\)/", canonical[2].rstrip("/"))]
        lines = list(reversed(names))
        notes.append(
            "The path is a canonical name. It does not say which containers are CN and which OU: compare them."
        )
    elif any("/" in line for line in lines):
        notes.append("The / in the path was kept as part of a name. Enter one OU per line, the innermost first.")
    return [_container(line, notes, outermost=at == len(lines) - 1) for at, line in enumerate(lines)]


def _container(line: str, notes: list[str], *, outermost: bool) -> Part:
    clean = _clean(line, "path")
    if _SEVERAL.match(clean) or re.match(r"\s*DC\s*=", clean, re.IGNORECASE):
        raise _RefusedError("Enter one OU per line, and the domain in its own field.")
    prefix = _PREFIX.match(clean)
    if prefix is not None and not clean[prefix.end() :].strip():
        raise _RefusedError("A line of the path has no name after the =.")
    value = _value(clean, prefix, "path", notes)
    if prefix is not None:
        return prefix[1].upper(), value
    kind, _ = _container_kind(value, outermost=outermost)
    if kind == "CN":
        notes.append(f"{value} was taken for the container that Active Directory creates. For an OU, enter OU={value}.")
    return kind, value


def _container_kind(name: str, *, outermost: bool) -> Part:
    return ("CN" if outermost and name.casefold() in CONTAINERS else "OU"), name


def _value(clean: str, prefix: re.Match[str] | None, where: str, notes: list[str]) -> str:
    """The value that was entered, without its prefix and unescaped where it is escaped already."""
    value = clean
    if prefix is not None:  # spaces around a value are no part of it (RFC 2253 section 4), but for an escaped one
        value = re.sub(r"^ +|(?<![\\ ]) +$", "", clean[prefix.end() :])
    meant = unescape_value(value)
    if meant is not None and meant.strip():
        notes.append(f"The backslashes in the {where} were read as escapes. It means {legible(meant.strip())}.")
        value = meant
    if value != value.strip(" "):
        notes.append(f"The {where} has a space at an end, which is kept. Remove it if it is not part of the name.")
    return value


def _domain(text: str, notes: list[str]) -> list[Part]:
    clean = _clean(text, "domain").strip()
    if not clean:
        raise _RefusedError("The domain is missing.")
    if "=" in clean:
        parts = [re.fullmatch(r"DC\s*=\s*(.*)", part.strip(), re.IGNORECASE) for part in clean.split(",")]
        labels = [part[1] if part else "" for part in parts]
    else:
        labels = clean.removesuffix(".").split(".")
        if len(labels) == 1:
            notes.append(f"{clean} has no dot, like a NetBIOS name. A DNS domain looks like corp.example.com.")
    if not all(_LABEL.fullmatch(label) for label in labels):
        raise _RefusedError("The domain looks like corp.example.com or DC=corp,DC=example,DC=com.")
    if len(".".join(labels)) > 253:
        raise _RefusedError("A domain has at most 253 characters.")
    return [("DC", label) for label in labels]


def _clean(text: str, where: str) -> str:
    clean = text.strip("\t\r\n")
    if code := control_character(clean):
        raise _RefusedError(f"The {where} contains a control character ({code}). Type it instead.")
    return clean


def _notes(dn: str, parts: list[Part]) -> tuple[str, ...]:
    notes = list(unusual_characters(dn))
    if len(dn) > LONGEST_DN:
        notes.append(
            f"This DN has {len(dn)} characters. Beyond {LONGEST_DN}, CIE does not redistribute users and groups."
        )
    if any(len(value) > LONGEST_NAME for kind, value in parts if kind.upper() != "DC"):
        notes.append(f"Active Directory takes at most {LONGEST_NAME} characters for each name.")
    if set(parts[0][1]) & set("\"'<>&"):
        notes.append("Prisma Access does not take the characters \" ' < > & in the name of a group. Commits fail.")
    return tuple(notes)


FORM = BuilderForm((NAME, PATH, DOMAIN), "Group DN", build, title="Write the Group DN")
