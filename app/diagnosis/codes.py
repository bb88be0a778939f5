"""Finds the HTTP statuses and LDAP result codes that a text names, by number or by name.

A name counts only where it certainly is one: beside its number, as the value of a field, or in a frame that portals
put around it. The names and their sources are in ``resources/diagnosis/statuses.yaml``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from app.diagnosis.facts import DataPart, load
from app.guide.model import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST = 2_000
"""Numbers of a text that are looked at."""

Status = Annotated[int, Field(ge=100, le=599)]

SEPARATOR = r"[\"']? ?[:=]? ?[\"'(\[]?"
FIELD = r"(?:error|code|status|reason|result|state|response|reported by remote server)" + SEPARATOR
"""What precedes the value of a field in a log."""

_NUMBERED = re.compile(
    r"(?:http(?:/[0-9.]{1,3})?|status(?: ?code)?)[\"' :=#(\[]{0,5}(?P<http>[1-5][0-9]{2})(?![0-9]|\.[0-9])"
    r"|(?:(?:response|error)(?: ?code)?|code|(?:responded|failed) with)[\"' :=#(\[]{0,5}(?P<any>[1-5][0-9]{2})"
    r"(?![0-9]|\.[0-9])"
    r"|(?<![0-9.])(?P<client>[45][0-9]{2}) (?:client|server) error"
    r"|(?<!\w)(?:returned|received|got)(?: an?)?(?: error)? (?P<sentence>[45][0-9]{2})"
    r"(?= (?:while|when|for|from|on|during|at|and|in|to|with|error|instead)(?!\w)|[.,;:)\]]? ?\Z|[.,;:)\]] )"
    r"|(?:remoteserver|remote-server|serveur distant|servidor remoto|\u670d\u52a1\u5668|\u30b5\u30fc\u30d0\u30fc)"
    r"[^:\uff1a(]{0,40}[:\uff1a] ?\((?P<server>[45][0-9]{2})\)"
)
"""``client`` is the form of the Python library Requests; ``sentence`` is prose, which may also count users.

``server`` is .NET's WebException in the languages whose wording occurs in public logs: German, French, Spanish, Chinese
and Japanese.
"""
_RESULT = re.compile(
    r"(?:ldap(?:exception)?[ :(]{1,3}(?:error|result) ?code|ldap(?: error)? code|result ?code|ldap error)"
    r"[\"' :=#(\[-]{1,4}([0-9]{1,3})(?![0-9])"
)
_LABEL = (
    r"(?:code|c\u00f3digo|codice|status|statut|\u00e9tat|estado|stato|kod|k\u00f3d|\u043a\u043e\u0434|\u30b3\u30fc\u30c9"
    r"|\u4ee3\u7801|\u4ee3\u78bc|\ucf54\ub4dc|\u72b6\u6001|\u72c0\u614b|\uc0c1\ud0dc)[^:=\uff1a]{0,30}[:=\uff1a]"
    r" ?[\"'(\[]?"
)
"""The label of a status or code in the languages of portals, with its colon."""
_WORDS = frozenset({"unauthorized", "forbidden", "conflict"})
"""The names of one word that are not used of anything else in a field."""


class NamedStatuses(DataPart):
    """Names of statuses that one source gives."""

    source: Text
    names: dict[Status, tuple[str, ...]]


class StatusNames(DataPart):
    """All names, and what portals write before or after one. `` ... `` stands for at most 200 characters."""

    names: tuple[NamedStatuses, ...]
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Codes:
    """What a text names."""

    statuses: frozenset[int]
    """HTTP statuses."""
    results: frozenset[int]
    """Result codes of LDAP (RFC 4511 section 4.1.9)."""


def codes(text: str) -> Codes:
    """The codes in a text (lower case, single spaces)."""
    registered = {status for _, status in _names()}
    found = set()
    for match in islice(_NUMBERED.finditer(text), MOST):
        number = int(match[match.lastgroup or 0])
        if number in registered or match.lastgroup in ("http", "client"):
            found.add(number)
    found |= {status for name, status in _names() if status not in found and _named(name, status, text)}
    results = islice(_RESULT.finditer(text), MOST) if "ldap" in text else ()
    return Codes(frozenset(found), frozenset(int(match[1]) for match in results))


@cache
def status_names() -> StatusNames:
    """The names of statuses. Read when first needed."""
    return StatusNames.model_validate(load("statuses"))


@cache
def _names() -> tuple[tuple[str, int], ...]:
    groups = status_names().names
    return tuple((name, status) for group in groups for status, names in group.names.items() for name in names)


def _named(name: str, status: int, text: str) -> bool:
    return all(word in text for word in name.split()) and _compiled(name, status).search(text) is not None


@cache
def _compiled(name: str, status: int) -> re.Pattern[str]:
    """Where that name counts. It is linear in the text: each gap is of bounded length."""
    return re.compile("|".join(_places(name, status)))


def _places(name: str, status: int) -> Iterator[str]:
    words = [re.escape(word) for word in name.split()]
    body, joined = "[ _-]?".join(words) + r"(?!\w)", "".join(words) + r"(?!\w)"
    frames = status_names()
    free = r"(?<!\w)" if len(words) > 1 else r"(?<!\w)(?<!not[ _-])"  # of 404 and 302
    after = "|".join(re.escape(each) for each in frames.after)
    yield rf"{free}{body}[.:,;]? ?(?:{after})"
    yield rf"status ?code[\"']? ?[:=\uff1a] ?[\"'(\[]?{body}"
    yield rf"http_?status(?:code)?[.:]{{1,2}}{body}"
    yield rf"(?<![0-9.]){status}\)?[ :-]{{1,3}}{body}"
    yield rf"{free}{body}[ :]?[(\[] ?{status}[)\]]"
    if status < 300:
        return
    plain = len(words) == 1 and name not in _WORDS
    before = "|".join(re.escape(each).replace(r"\ \.\.\.\ ", ".{1,200}?") for each in frames.before)
    yield rf"(?:{before}) ?(?:http )?{body}" + (r"(?=[.,;]|\Z)" if plain else "")
    if plain:
        return
    yield FIELD + joined
    yield _LABEL + body
    if status >= 400:
        yield rf"\A\W*{joined}(?:\W*\Z|: )"
