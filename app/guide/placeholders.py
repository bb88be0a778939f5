"""Fills placeholders: ``{client_name}`` in a text becomes that name. Nothing else does."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.guide.model import Guide

_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")

_Part = TypeVar("_Part")


def placeholders(text: str) -> frozenset[str]:
    """The names between braces in a text."""
    return frozenset(_PLACEHOLDER.findall(text))


def placeholders_of(guide: Guide) -> frozenset[str]:
    """The values that the words of that guide mention."""
    return _placeholders_of(guide.model_dump_json())


@cache
def _placeholders_of(text: str) -> frozenset[str]:
    return placeholders(text)


def fill(part: _Part, words: Mapping[str, str], links: Mapping[str, str] | None = None) -> _Part:
    """A text, or lists, mappings and models of texts, with words instead of placeholders.

    A placeholder without a word stays as it is. ``links`` are the words for links where they differ: a link that
    still has a placeholder then becomes None.
    """
    done: Any = part
    if isinstance(part, str):
        done = _PLACEHOLDER.sub(lambda found: words.get(found[1], found[0]), part)
    elif isinstance(part, tuple | list):
        done = type(part)(fill(each, words, links) for each in part)
    elif isinstance(part, dict):
        done = {key: fill(each, words, links) for key, each in part.items()}
    elif fields := getattr(type(part), "model_fields", None):  # a model; whoever made it has loaded pydantic
        changes = {name: _field(name, getattr(part, name), words, links) for name in fields}
        changes = {name: value for name, value in changes.items() if value != getattr(part, name)}
        done = done.model_copy(update=changes) if changes else part
    result: _Part = done
    return result


def _field(name: str, value: Any, words: Mapping[str, str], links: Mapping[str, str] | None) -> Any:
    if name != "link" or links is None or value is None:
        return fill(value, words, links)
    link = fill(value, links)
    return None if placeholders(link) else link


def names_of(guide: Guide) -> dict[str, str]:
    """The words for the placeholders that texts outside of guides may have."""
    return {"client": guide.short_name, "portal": guide.portal.name}


def fill_guide(guide: Guide, values: Mapping[str, str]) -> Guide:
    """The guide with the admin's values in its words. A value not given yet appears as its suggestion or its label.

    A deep link that needs a value which is not there is left out; the click path remains.
    """
    named = placeholders_of(guide)
    words = {name: values.get(name) or guide.values[name].suggestion or guide.values[name].label for name in named}
    known = {name: word for name, word in words.items() if name in values}
    return fill(guide, words, known) if words else guide
