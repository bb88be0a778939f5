"""The shape of ``resources/diagnosis/portal_errors.yaml``: the signs of a pasted error and what each points to.

The file is an allow-list. What is told of a text comes from it and from the guide, never from the text.
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import cache
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.guide.model import Identifier, Text


class Fact(StrEnum):
    """What the text, the Base URL and the history of the setup say together."""

    HOST_DIFFERS = "host-differs"
    """A SCIM address in the text has another host than the Base URL."""
    PATH_DOUBLED = "path-doubled"
    """The path of the Base URL, or its end, stands twice in the address."""
    PATH_CUT = "path-cut"
    """The address ends before the path of the Base URL does."""
    PATH_DIFFERS = "path-differs"
    """The host is the same, the path another."""
    USERS_APPENDED = "users-appended"
    """The portal appended ``/Users`` or ``/Groups`` to an address that had it already."""
    SLASH_DOUBLED = "slash-doubled"
    """Two slashes follow each other: the address in the portal ends in one."""
    PLAIN_HTTP = "plain-http"
    """The address begins with ``http://``, the Base URL with ``https://``."""
    BEARER_DOUBLED = "bearer-doubled"
    """The word Bearer stands twice before the token."""
    SAME_ADDRESS = "same-address"
    """Every SCIM address in the text begins with the Base URL."""
    NOT_COMPARED = "not-compared"
    """The text names a SCIM address, and there is no Base URL to compare it with."""
    CUT_SHORT = "cut-short"
    """The text is longer than what is read of it."""
    TOKEN_NEWER = "token-newer"  # noqa: S105 - the name of a fact
    """The token was stored after the step that enters it in the portal was done."""
    URL_NEWER = "url-newer"
    """The Base URL was captured after the step that enters it in the portal was done."""
    NOT_SUBMITTED = "not-submitted"
    """Submit is not confirmed."""
    RESUBMIT = "resubmit"
    """Submit is to be redone, because a value it rests on changed."""
    TOKEN_AFTER_SUBMIT = "token-after-submit"  # noqa: S105 - the name of a fact
    """The token was stored after Submit was confirmed."""
    TESTED = "tested"
    """Test Connection of this program passed, and nothing it rests on changed since."""
    NOT_ENTERED = "not-entered"
    """The step that enters the connection in the portal is not done."""
    NOT_STARTED = "not-started"
    """Provisioning was not started."""
    FETCHED = "fetched"
    """Tokens are fetched with a service account."""
    OWN_NETWORK = "own-network"
    """The portal is a server of the admin's own, not a service on the internet."""


Place = Annotated[str, Field(pattern=r"^((captures|carries|marks|page) )?[a-z][a-z0-9-]*$")]
"""A step's id, or how the step is known, e.g. ``carries base-url``."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Remedy(_Part):
    """One possible reason and where it is mended."""

    say: Text
    at: Identifier | None = None
    when: tuple[Fact, ...] = ()
    """All of these hold; the first one is its evidence."""
    unless: tuple[Fact, ...] = ()
    """None of these holds."""

    def fits(self, facts: frozenset[Fact]) -> bool:
        """Whether it can be the reason, given these facts."""
        return facts.issuperset(self.when) and facts.isdisjoint(self.unless)


class Trouble(_Part):
    """What happened, and the reasons, most likely first."""

    title: Annotated[str, Field(min_length=1, max_length=80)]
    causes: Annotated[tuple[Remedy, ...], Field(min_length=1)]


_SEPARATOR = r"[\"']? ?[:=]? ?[\"'(\[]?"
_FIELD = r"(?:error|code|status|reason|result|state|response|reported by remote server)" + _SEPARATOR
_NUMBER = r"[1-9][0-9.,]*"


class Sign(_Part):
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


class Errors(_Part):
    """Everything known about the errors of portals."""

    products: dict[Identifier, Text]
    """Guide → the product's name, for a message that belongs to another setup."""
    own_network: tuple[Identifier, ...]
    """Guides whose product runs on a server of the admin's own."""
    facts: dict[Fact, Text]
    """What each fact is in a sentence."""
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
    places: dict[Identifier, tuple[Place, ...]]
    troubles: dict[Identifier, Trouble]
    signs: tuple[Sign, ...]
    elsewhere: tuple[str, ...]
    """Phrases of products that have nothing to do with provisioning: the text is left alone."""
    aside: tuple[str, ...]
    """Hosts of documentation and of the portals themselves, which say nothing about the SCIM address."""

    @model_validator(mode="after")
    def _references_hold(self) -> Self:
        remedies = (*self.slips, *(remedy for trouble in self.troubles.values() for remedy in trouble.causes))
        named = {remedy.at for remedy in remedies if remedy.at is not None}
        problems = [f"no place {name}" for name in named - set(self.places)]
        problems += [f"no trouble {s.trouble}" for s in self.signs if s.trouble and s.trouble not in self.troubles]
        problems += [f"no product {name}" for s in self.signs for name in s.of if name not in self.products]
        problems += [f"no sentence for {fact}" for fact in Fact if fact not in self.facts]
        problems += ["a slip without evidence" for remedy in self.slips if not remedy.when]
        if problems:
            raise ValueError("; ".join(sorted(set(problems))))
        return self


@cache
def errors() -> Errors:
    """What is known. Read when first needed: it takes some ten milliseconds."""
    import yaml

    from app.paths import resources

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = (resources() / "diagnosis" / "portal_errors.yaml").read_text("utf-8")
    return Errors.model_validate(yaml.load(text, Loader=loader))  # noqa: S506 - a safe loader either way
