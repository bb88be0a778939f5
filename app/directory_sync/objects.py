"""Reads the users or groups that a search of the Directory Sync API found, without trusting the answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from app.directory_sync.directories import LONGEST_WORD, read_count, read_result
from app.scim.observation import Observation
from app.text.legible import legible

if TYPE_CHECKING:
    from app.net import Answer

MOST_SHOWN: Final = 5
"""A spot check looks for one object, so a few are enough."""

_NAMES = ("User Principal Name", "Name", "Common-Name", "userPrincipalName", "name", "cn")
_IDENTIFIERS = ("Unique Identifier", "objectGUID")


@dataclass(frozen=True, slots=True)
class Matches:
    """What a search found."""

    count: int
    """How many: the number in the answer, or of the objects in it."""
    shown: tuple[str, ...]
    """Name and identifier of a few, legible."""


def question(domain: str, attribute: str, value: str) -> dict[str, Any]:
    """The search for exactly that name, in the form that both operations share."""
    return {
        "domain": domain,
        "pageNum": 1,
        "pageSz": MOST_SHOWN,
        "attrs": ["Common-Name", "Name", "Unique Identifier", "User Principal Name"],
        "useNormalizedAttrs": "True",
        "name": {"attrName": attribute, "attrValue": value, "match": "equal"},
    }


def read_objects(answer: Answer) -> Matches | Observation:
    """The objects in the body, or what is there instead.

    The description declares ``data`` as a list, but its example is an object with a list of domains. Both are read, and
    in either an entry may be an object or contain a list of objects.
    """
    result = read_result(answer)
    if isinstance(result, Observation):
        return result
    data = result.get("data") if isinstance(result, dict) else None
    entries = data.get("domains") if isinstance(data, dict) else data
    if not isinstance(entries, list):
        return Observation.WRONG_SHAPE
    objects: list[dict[str, Any]] = []
    for entry in entries:
        inner = entry.get("objects", [entry]) if isinstance(entry, dict) else None
        if not isinstance(inner, list) or not all(isinstance(each, dict) for each in inner):
            return Observation.WRONG_SHAPE
        objects.extend(inner)
    said = read_count(result.get("count"))
    return Matches(max(said or 0, len(objects)), tuple(_shown(each) for each in objects[:MOST_SHOWN]))


def _shown(found: dict[str, Any]) -> str:
    parts = [_first(found, _NAMES) or "without a name", _first(found, _IDENTIFIERS)]
    return ", ".join(part for part in parts if part)


def _first(found: dict[str, Any], names: tuple[str, ...]) -> str:
    values = (found.get(name) for name in names)
    return next((legible(v, LONGEST_WORD) for v in values if isinstance(v, str) and v.strip()), "")
