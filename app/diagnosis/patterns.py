"""The shape of ``resources/diagnosis/portal_errors.yaml``: the signs of a pasted error and what each points to.

The file is an allow-list. What is told of a text comes from it and from the guide, never from the text.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Annotated, Self

from pydantic import Field, model_validator

from app.diagnosis.facts import Part, Remedy, Trouble, load
from app.guide.model import Identifier, Text

_SEPARATOR = r"[\"']? ?[:=]? ?[\"'(\[]?"
_FIELD = r"(?:error|code|status|reason|result|state|response|reported by remote server)" + _SEPARATOR
_NUMBER = r"[1-9][0-9.,]*"


class Sign(Part):
    """Something that can be recognised in a text. Of several, the first in the file counts most."""

    label: Annotated[str, Field(min_length=1, max_length=80)]
    """How it is called on the screen."""
    find: Annotated[tuple[str, ...], Field(max_length=40)] = ()
    """Any of these phrases, in any case, as whole words, spaces and line breaks alike.

    ``*`` at an end: letters may stand there too. `` ... `` once: at most 120 characters in between. ``: `` also stands
    for an equals sign, quotes or a space. ``#``: a number other than 0. ``=`` in front: only as the value of a field
    such as ``code`` or ``status``, or as the whole text.
    """
    status: Annotated[int, Field(ge=100, le=599)] | None = None
    """This HTTP status."""
    beside: tuple[str, ...] = ()
    """All of these phrases as well."""
    of: tuple[Identifier, ...] = ()
    """The guides of the products that say so; empty where any product may."""
    trouble: Identifier | None = None
    """None where it is worth telling but explains nothing."""

    @model_validator(mode="after")
    def _something_to_find(self) -> Self:
        if not self.find and self.status is None:
            raise ValueError(f"sign {self.label}: nothing to find")
        for phrase in (*self.find, *self.beside):
            if phrase != phrase.lower() or phrase.count("...") > 1 or len(phrase.strip("*=#. ")) < 3:
                raise ValueError(f"sign {self.label}: {phrase} is not in lower case, too short or has two gaps")
        return self

    def stands_in(self, text: str, statuses: frozenset[int]) -> bool:
        """Whether a text (lower case, single spaces) with these HTTP statuses holds it."""
        found = self.status in statuses or any(stands_in(phrase, text) for phrase in self.find)
        return found and all(stands_in(phrase, text) for phrase in self.beside)


def stands_in(phrase: str, text: str) -> bool:
    """Whether a text (lower case, single spaces) holds that phrase, see ``Sign.find``."""
    parts, pattern = _compiled(phrase)
    return all(part in text for part in parts) and pattern.search(text) is not None


@cache
def _compiled(phrase: str) -> tuple[tuple[str, ...], re.Pattern[str]]:
    """What has to be there at all, and the pattern. It is linear in the text: one gap, and that bounded."""
    bare = phrase.strip("=*")
    parts = tuple(part for part in re.split(r" ?\.\.\. ?|: ?|#", bare) if part.strip())
    body = re.escape(bare).replace(r"\ \.\.\.\ ", ".{0,120}?").replace(r":\ ", _SEPARATOR).replace(r"\#", _NUMBER)
    if phrase.startswith("="):
        return parts, re.compile(rf"\A\W*{body}\W*\Z|{_FIELD}{body}(?!\w)")
    left, right = "" if phrase[0] == "*" else r"(?<!\w)", "" if phrase[-1] == "*" else r"(?!\w)"
    return parts, re.compile(left + body + right)


class Errors(Part):
    """Everything known about the errors of portals."""

    products: dict[Identifier, Text]
    """Guide → the product's name, for a message that belongs to another setup."""
    seen: Text
    """The evidence where only a sign speaks for a cause; ``{sign}`` is its label."""
    foreign: Text
    """A message of another product; ``{product}`` is its name."""
    nothing: Text
    """The title where nothing was recognised."""
    only_signs: Text
    """The title where something was recognised that explains nothing."""
    hint: Text
    """What to look for instead, in both cases."""
    address: Text
    """The title where only ``slips`` explain."""
    slips: tuple[Remedy, ...]
    """What an address or a header in the text shows, whatever the error; each with its evidence in ``when``."""
    troubles: dict[Identifier, Trouble]
    signs: tuple[Sign, ...]
    elsewhere: tuple[str, ...]
    """Phrases of products that have nothing to do with provisioning: the text is left alone."""
    aside: tuple[str, ...]
    """Hosts of documentation and of the portals themselves, which say nothing about the SCIM address."""

    @model_validator(mode="after")
    def _references_hold(self) -> Self:
        problems = [f"no trouble {s.trouble}" for s in self.signs if s.trouble and s.trouble not in self.troubles]
        problems += [f"no product {name}" for s in self.signs for name in s.of if name not in self.products]
        problems += ["a slip without evidence" for remedy in self.slips if not remedy.when]
        if problems:
            raise ValueError("; ".join(sorted(set(problems))))
        return self


@cache
def errors() -> Errors:
    """What is known. Read when first needed: it takes some ten milliseconds."""
    return Errors.model_validate(load("portal_errors"))
