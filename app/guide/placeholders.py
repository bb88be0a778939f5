"""Fills what the admin gave into the words of a guide: ``{client_name}`` becomes that name."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from app.guide.references import PLACE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.guide.model import Guide

_Part = TypeVar("_Part")


def places(guide: Guide) -> frozenset[str]:
    """The values that stand somewhere in the words of that guide."""
    return _places(guide.model_dump_json())


@cache
def _places(text: str) -> frozenset[str]:
    return frozenset(PLACE.findall(text))


def speak(guide: Guide, values: Mapping[str, str]) -> Guide:
    """The guide in the admin's words. What was not given yet stands as its suggestion or its label.

    A deep link that needs a value which is not there is left out; the click path remains.
    """
    words = {n: values.get(n) or guide.values[n].suggestion or guide.values[n].label for n in places(guide)}
    missing = frozenset(n for n in words if n not in values)
    return _fill(guide, words, missing) if words else guide


def _fill(part: _Part, words: Mapping[str, str], missing: frozenset[str]) -> _Part:
    done: Any = part
    if isinstance(part, str):
        done = PLACE.sub(lambda place: words[place[1]], part)
    elif isinstance(part, tuple):
        done = tuple(_fill(each, words, missing) for each in part)
    elif isinstance(part, dict):
        done = {key: _fill(each, words, missing) for key, each in part.items()}
    elif fields := getattr(type(part), "model_fields", None):  # a model; whoever made it has loaded pydantic
        changes: dict[str, Any] = {}
        for name in fields:
            value = getattr(part, name)
            unlinked = name == "link" and value is not None and missing.intersection(PLACE.findall(value))
            filled = None if unlinked else _fill(value, words, missing)
            if filled != value:
                changes[name] = filled
        done = done.model_copy(update=changes) if changes else part
    result: _Part = done
    return result
