"""What pasted errors are recognized by and what each means: general ones, and those of the products that guides name.

The files ``resources/diagnosis/portal_errors.yaml`` and ``resources/guides/errors`` are an allow-list. What is shown
about a text comes from them and from the guide, never from the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from operator import attrgetter
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import BeforeValidator, Field, model_validator

from app.diagnosis.codes import FIELD, SEPARATOR, Status
from app.diagnosis.facts import DataPart, Explanation, Explanations, Remedy, load
from app.guide.guide_file import ERRORS
from app.guide.model import Identifier, Text
from app.system import data_file
from app.system.paths import resources

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from app.diagnosis.codes import Codes

Label = Annotated[str, Field(min_length=1, max_length=80)]

_NUMBER = r"[1-9][0-9.,]*"


class ErrorPattern(DataPart):
    """Something that can be recognized in a text. Of several, the first one counts most."""

    label: Label
    """What the screen calls it."""
    find: Annotated[tuple[str, ...], Field(max_length=40)] = ()
    """Any of these phrases, in any case, as whole words, spaces and line breaks alike.

    ``*`` at an end: letters may follow or precede. `` ... `` once: at most 120 characters in between. ``: `` also
    matches an equals sign, quotes or a space. ``#``: a number other than 0. ``=`` in front: only as the value of a
    field such as ``code`` or ``status``, or as the whole text.
    """
    status: Status | None = None
    """This HTTP status."""
    result: Annotated[int, Field(ge=1, le=255)] | None = None
    """This result code of LDAP. Where the text names any, phrases don't count: JNDI has one exception for several."""
    beside: tuple[str, ...] = ()
    """All of these phrases as well."""
    either: tuple[str, ...] = ()
    """One of these phrases as well, if there are any."""
    means: Identifier | None = None
    """The explanation; None where it is worth showing but explains nothing."""
    settles: bool = False
    """Where it is found, no pattern after it explains anything, but for HTTP statuses."""
    alone: bool = False
    """It is left out where another pattern explains something, but for vague ones."""
    before: Label | None = None
    """For a product: it counts more than the general pattern of this label, and less than those before it."""

    @model_validator(mode="after")
    def _something_to_find(self) -> Self:
        if not self.find and self.status is None and self.result is None:
            raise ValueError(f"pattern {self.label}: nothing to find")
        for phrase in (*self.find, *self.beside, *self.either):
            if phrase != phrase.lower() or phrase.count("...") > 1 or len(phrase.strip("*=#. ")) < 3:
                raise ValueError(f"pattern {self.label}: {phrase} is not in lowercase, too short or has two gaps")
        return self

    def occurs_in(self, text: str, codes: Codes) -> bool:
        """Whether a text (lowercase, single spaces) with these codes contains it."""
        found = self.status in codes.statuses or self.result in codes.results
        phrases = self.find if self.result is None or not codes.results else ()
        found = found or any(occurs(phrase, text) for phrase in phrases)
        return (
            found
            and all(occurs(phrase, text) for phrase in self.beside)
            and (not self.either or any(occurs(phrase, text) for phrase in self.either))
        )


def occurs(phrase: str, text: str) -> bool:
    """Whether a text (lowercase, single spaces) contains that phrase, see ``ErrorPattern.find``."""
    parts, pattern = _compiled(phrase)
    return all(part in text for part in parts) and pattern.search(text) is not None


@cache
def _compiled(phrase: str) -> tuple[tuple[str, ...], re.Pattern[str]]:
    """What must occur at all, and the pattern. It is linear in the text: one gap, of bounded length."""
    bare = phrase.strip("=*")
    parts = tuple(part for part in re.split(r" ?\.\.\. ?|: ?|#", bare) if part.strip())
    body = re.escape(bare).replace(r"\ \.\.\.\ ", ".{0,120}?").replace(r":\ ", SEPARATOR).replace(r"\#", _NUMBER)
    if phrase.startswith("="):
        return parts, re.compile(rf"\A\W*{body}\W*\Z|{FIELD}{body}(?!\w)")
    left, right = "" if phrase[0] == "*" else r"(?<!\w)", "" if phrase[-1] == "*" else r"(?!\w)"
    return parts, re.compile(left + body + right)


def _one_for_each_code(rows: Any) -> Any:
    """A row with ``statuses`` or ``results`` makes a pattern for each of them that has none yet, with its own label.

    They are numbers and ranges such as 400-499.
    """
    made: list[Any] = []
    given = {(key, row[key]) for row in rows for key in _LABELS if key in row}
    for row in rows:
        key = next((key for key in _LABELS if f"{key}es" in row or f"{key}s" in row), None)
        if key is None:
            made.append(row)
            continue
        rest = dict(row)
        for each in rest.pop(f"{key}es", None) or rest.pop(f"{key}s"):
            first, _, last = str(each).partition("-")
            for code in range(int(first), int(last or first) + 1):
                if (key, code) not in given:
                    given.add((key, code))
                    made.append({"label": _LABELS[key].format(code), key: code, **rest})
    return made


_LABELS = {"status": "HTTP {}", "result": "LDAP: error code {}"}

Patterns = Annotated[tuple[ErrorPattern, ...], BeforeValidator(_one_for_each_code)]
"""Of several, the first one counts most."""


def _named_by_what_shows(slips: Any) -> Any:
    return [{**slip, "id": f"slip.{'.'.join(slip.get('when', ()))}"} for slip in slips]


Slips = Annotated[tuple[Remedy, ...], BeforeValidator(_named_by_what_shows)]


class GeneralErrors(DataPart):
    """What any portal may say, and the sentences around what was recognized."""

    seen: Text
    """The evidence where only a pattern supports a cause; ``{pattern}`` is its label."""
    foreign: Text
    """A message of another product; ``{product}`` is its name."""
    nothing: Text
    """The title where nothing was recognized."""
    unexplained: Text
    """The title where something was recognized that explains nothing."""
    hint: Text
    """What to look for instead, in both cases."""
    address: Text
    """The title where only ``slips`` explain."""
    slips: Slips
    """What an address or a header in the text shows, whatever the error; each with its evidence in ``when``."""
    explanations: Explanations
    patterns: Patterns
    elsewhere: tuple[str, ...]
    """Phrases of products that have nothing to do with provisioning: the text is left alone."""
    hosts: tuple[str, ...]
    """Hosts of documentation, which say nothing about the SCIM address."""

    @model_validator(mode="after")
    def _references_hold(self) -> Self:
        known = self.explanations
        problems = [f"pattern {p.label}: no explanation {p.means}" for p in self.patterns if _unknown(p.means, known)]
        problems += ["a slip without evidence" for remedy in self.slips if not remedy.when]
        if problems:
            raise ValueError("; ".join(sorted(set(problems))))
        return self


class ProductErrors(DataPart):
    """What the portal of one product says. Guides name the file, so that guides of one product share it."""

    product: Text
    """Its name, for a message that was pasted into a setup of another product."""
    hosts: tuple[str, ...] = ()
    """Hosts of the portal and its documentation, which say nothing about the SCIM address."""
    explanations: Explanations = Field(default_factory=dict)
    """Those that only this product needs."""
    patterns: Patterns = ()
    """They count more than the general ones."""
    vague: Patterns = ()
    """What it says of any failure: these explain only where nothing else does."""
    tests: tuple[str, ...] = ()
    """Phrases of the messages that its own test of the connection shows."""


def _unknown(name: str | None, *known: Mapping[str, Explanation]) -> bool:
    return name is not None and not any(name in explanations for explanations in known)


@dataclass(frozen=True, slots=True)
class KnownErrors:
    """What is known of one product's errors, the general ones included."""

    general: GeneralErrors
    patterns: tuple[ErrorPattern, ...]
    """The first one counts most."""
    own: frozenset[ErrorPattern]
    """Those of the product."""
    vague: frozenset[ErrorPattern]
    """Those that it says of any failure."""
    tests: tuple[str, ...]
    """Phrases of the messages that the product's test of the connection shows."""
    explanations: Mapping[str, Explanation]
    foreign: tuple[tuple[str, ErrorPattern], ...]
    """Name of another product and a pattern of it; the first one counts most."""
    hosts: tuple[str, ...]
    """Hosts that say nothing about the SCIM address."""


@cache
def known_errors(name: str | None) -> KnownErrors:
    """What is known for guides that name this file of errors. Read when first needed: it takes some 20 milliseconds.

    Raises ValueError if a file is invalid.
    """
    general, products = general_errors(), product_errors()
    product = products[name] if name is not None else None
    own = (*product.patterns, *product.vague) if product else ()
    explanations = {**general.explanations, **(product.explanations if product else {})}
    labels = {pattern.label for pattern in general.patterns}
    problems = [f"pattern {p.label}: no explanation {p.means}" for p in own if _unknown(p.means, explanations)]
    problems += [f"pattern {p.label}: no pattern {p.before}" for p in own if p.before and p.before not in labels]
    if problems:
        raise ValueError(f"{name}: {'; '.join(problems)}")
    others = [each for key, each in products.items() if key != name]
    return KnownErrors(
        general,
        tuple(_in_order(general, product)),
        frozenset(own),
        frozenset(product.vague if product else ()),
        product.tests if product else (),
        MappingProxyType(explanations),
        tuple(
            (other.product, pattern)
            for listed in (attrgetter("patterns"), attrgetter("vague"))
            for other in others
            for pattern in listed(other)
        ),
        tuple(dict.fromkeys((*general.hosts, *(host for each in products.values() for host in each.hosts)))),
    )


def _in_order(general: GeneralErrors, product: ProductErrors | None) -> Iterator[ErrorPattern]:
    own = product.patterns if product else ()
    yield from (pattern for pattern in own if pattern.before is None)
    for each in general.patterns:
        yield from (pattern for pattern in own if pattern.before == each.label)
        yield each
    yield from product.vague if product else ()


@cache
def general_errors() -> GeneralErrors:
    """What any portal may say."""
    return GeneralErrors.model_validate(load("portal_errors"))


@cache
def product_errors() -> Mapping[str, ProductErrors]:
    """What each product says, by the name of its file, in the order of the names."""
    files = sorted((resources() / ERRORS).glob("*.yaml"))
    return MappingProxyType({path.stem: ProductErrors.model_validate(data_file.load(path)) for path in files})
