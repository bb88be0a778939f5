"""Compares the addresses in a pasted text with the Base URL: another host, a repeated or cut path, an extra slash."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from app.diagnosis.facts import Fact
from app.values.address import RESOURCES

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST = 200
"""Addresses of a text to compare."""

_URL = re.compile(r"https?://[^\s\"'<>|]{1,2000}")
_LABEL = re.compile(r"\b(tenant|scim|base|service|endpoint) ?url\W{0,4}\Z")
_NAMED = re.compile(
    r"(?:remote name could not be resolved|could not resolve host|unknownhostexception|enotfound|no such host is known"
    r"|failed to resolve|lookup)[\s.:('\"]{1,4}([a-z0-9-][a-z0-9.-]{1,250}[a-z0-9])"
)
"""Hosts that a message says do not exist."""
_DIRECTORY = ("ldap", "javax.naming")
"""Words of messages about a directory server, which Java programs ask through JNDI."""


@dataclass(frozen=True, slots=True)
class AddressComparison:
    """The result, without the addresses themselves."""

    facts: frozenset[Fact]
    named: bool = False
    """The text says that a host does not exist, and that host does not resemble the one of the Base URL."""
    strange: bool = False
    """There are addresses or host names, but none concerns SCIM."""


@dataclass(frozen=True, slots=True)
class _Address:
    secure: bool
    host: str
    root: tuple[str, ...]
    """The path before what a SCIM client appends; an empty part is an extra slash."""
    rest: tuple[str, ...]


def compare(text: str, base_url: str | None, aside: tuple[str, ...]) -> AddressComparison:
    """Compare the addresses in a text (lower case, single spaces) with the Base URL."""
    base = _read(base_url.lower()) if base_url else None
    facts: set[Fact] = set()
    strange = False
    for url, labelled in _urls(text):
        address = _read(url)
        if address is None:
            continue
        ours = base is not None and address.host == base.host
        if not ours and _beneath(address.host, aside):
            continue
        if ours or address.rest or labelled:
            facts |= _differences(address, base, labelled)
        else:
            strange = True
    if Fact.SAME_ADDRESS in facts:
        facts.discard(Fact.HOST_DIFFERS)  # a log of several targets, including the right one
    if facts & _SLIPS:
        facts.discard(Fact.SAME_ADDRESS)
    named = False
    for host in _names(text):
        if _beneath(host, aside):
            strange = True
        elif base is not None and host != base.host:
            alike = SequenceMatcher(None, host, base.host).ratio() > 0.7
            facts |= {Fact.HOST_DIFFERS} if alike else set()
            named = named or not alike
    return AddressComparison(frozenset(facts), named, (strange or named) and not facts)


_SLIPS = frozenset(
    {Fact.PATH_DOUBLED, Fact.PATH_CUT, Fact.PATH_DIFFERS, Fact.USERS_APPENDED, Fact.SLASH_DOUBLED, Fact.PLAIN_HTTP}
)


def _urls(text: str) -> Iterator[tuple[str, bool]]:
    """Each address, and whether it is the content of the portal's field: it follows the label, or is alone."""
    for found in islice(_URL.finditer(text), MOST):
        url = found.group().rstrip(".,;:!?)]}")
        yield url, bool(_LABEL.search(text[max(0, found.start() - 30) : found.start()])) or url == text.strip()


def _names(text: str) -> set[str]:
    # A missing directory server has nothing to do with the SCIM address.
    if any(word in text for word in _DIRECTORY):
        return set()
    return {found[1] for found in islice(_NAMED.finditer(text), MOST) if "." in found[1]}


def _beneath(host: str, aside: tuple[str, ...]) -> bool:
    return any(host == domain or host.endswith("." + domain) for domain in aside)


def _read(url: str) -> _Address | None:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return None
    path = parts.path.strip().removeprefix("/").split("/")
    at = next((i for i, part in enumerate(path) if part in RESOURCES), len(path))
    root = path[:at] if path != [""] else []
    return _Address(parts.scheme == "https", host, tuple(root), tuple(path[at:])) if host else None


def _differences(address: _Address, base: _Address | None, labelled: bool) -> set[Fact]:
    facts: set[Fact] = set()
    if (len(address.rest) > 1 and address.rest[1] in RESOURCES) or (labelled and len(address.rest) == 1):
        facts.add(Fact.USERS_APPENDED)
    if "" in address.root and address.rest:
        facts.add(Fact.SLASH_DOUBLED)
    if base is None:
        return facts | {Fact.NOT_COMPARED}
    if address.host != base.host:
        return facts | {Fact.HOST_DIFFERS}
    if base.secure and not address.secure:
        facts.add(Fact.PLAIN_HTTP)
    root, kept = _parts(address.root), _parts((*base.root, *base.rest))
    if root == kept:
        facts.add(Fact.SAME_ADDRESS)
    elif root[: len(kept)] == kept and root[len(kept) :] == kept[len(kept) * 2 - len(root) :]:
        facts.add(Fact.PATH_DOUBLED)
    elif kept[: len(root)] == root:
        # Without what a client appends, the text may only mention the host.
        facts |= {Fact.PATH_CUT} if address.rest or labelled else set()
    else:
        facts.add(Fact.PATH_DIFFERS)
    return facts


def _parts(path: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(part for part in path if part)
