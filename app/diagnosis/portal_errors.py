"""Reads an error that a portal showed: what is recognized in it, its causes, and which step to revisit.

Pure and without memory. Nothing of the text is in the result, so the result may be shown and announced.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.diagnosis.addresses import compare
from app.diagnosis.codes import codes
from app.diagnosis.facts import OF_A_TEXT, Fact
from app.diagnosis.patterns import known_errors, occurs
from app.diagnosis.ranking import rank
from app.diagnosis.setup_facts import SetupFacts
from app.guide.placeholders import fill, names_of

if TYPE_CHECKING:
    from app.diagnosis.patterns import ErrorPattern, KnownErrors
    from app.diagnosis.ranking import Cause
    from app.guide.model import Guide
    from app.setup.state import Setup

LONGEST = 200_000
"""Characters to read, from the end: the newest line of a log is the last one."""

MOST_LABELS = 6

_BEARER = re.compile(r"\bbearer(?:[\s:\"']|%20|\+){1,3}bearer\b")
_STRAIGHT = str.maketrans(
    {"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u200b": None, "\ufeff": None, "\\": None}
)
_OLD = frozenset({Fact.TOKEN_NEWER, Fact.URL_NEWER})


@dataclass(frozen=True, slots=True)
class DecodedError:
    """What a pasted text means, in this program's own words."""

    title: str
    recognized: tuple[str, ...] = ()
    """Codes and labels, from the allow-list of the data file."""
    compared: tuple[str, ...] = ()
    """What the text shows compared with the Base URL and the setup, in sentences."""
    causes: tuple[Cause, ...] = ()
    """Most likely first."""
    hint: str = ""
    """What to do if there is no cause."""


def decode(text: str, guide: Guide, setup: Setup | None, base_url: str | None = None) -> DecodedError:
    """Interpret a text, with what a setup contributes where there is one.

    ``base_url`` is the stored Base URL, used for comparison only.
    """
    known, names = known_errors(guide.errors), names_of(guide)
    general = known.general
    plain = _plain(text)
    addresses = compare(plain, base_url, known.hosts)
    named = codes(plain)
    found = [pattern for pattern in known.patterns if pattern.occurs_in(plain, named)]
    if any(pattern.means and pattern not in known.vague for pattern in found):
        found = [pattern for pattern in found if not pattern.alone]
    ours = any(pattern in known.own for pattern in found)
    foreign = [(product, pattern) for product, pattern in known.foreign if pattern.occurs_in(plain, named)]
    unrelated = addresses.strange and not ours and not foreign
    if unrelated or any(occurs(phrase, plain) for phrase in general.elsewhere):
        return DecodedError(general.nothing, hint=fill(general.hint, names))
    if foreign and not ours and not any(pattern.means for pattern in found):
        labels = _labels([pattern for _, pattern in foreign])
        return DecodedError(
            general.unexplained, labels, hint=fill(general.foreign, {**names, "product": foreign[0][0]})
        )
    facts = addresses.facts
    facts |= {Fact.HOST_DIFFERS} if addresses.named and ours else frozenset()
    facts |= {Fact.BEARER_DOUBLED} if _BEARER.search(plain) else frozenset()
    facts |= {Fact.AT_TEST} if any(occurs(phrase, plain) for phrase in known.tests) else frozenset()
    facts |= {Fact.CUT_SHORT} if len(text) > LONGEST else frozenset()
    return _decoded(
        known, found, (SetupFacts.of(guide, setup) if setup is not None else SetupFacts.of_client(guide)).and_(facts)
    )


def _decoded(known: KnownErrors, found: list[ErrorPattern], facts: SetupFacts) -> DecodedError:
    explaining = _explaining(known, found)
    causes = _causes(known, explaining, facts)
    names = names_of(facts.guide)
    hint = fill(known.general.hint, names)
    shown = [fact for fact in Fact if fact in facts.holds and (fact in OF_A_TEXT or (fact in _OLD and found))]
    if not found and not causes and not set(shown) - {Fact.CUT_SHORT}:
        return DecodedError(known.general.nothing, hint=hint)
    return DecodedError(
        _title(known, explaining, facts.holds),
        _labels(found),
        tuple(fill(fact.words, names) for fact in shown),
        causes,
        "" if causes else hint,
    )


def _explaining(known: KnownErrors, found: list[ErrorPattern]) -> list[ErrorPattern]:
    """Those that explain something. What a product says of any failure does so only where nothing else does."""
    explaining = [pattern for pattern in found if pattern.means]
    certain = [pattern for pattern in explaining if pattern not in known.vague] or explaining
    kept: list[ErrorPattern] = []
    for pattern in certain:
        if pattern.status is None and any(each.settles for each in kept):
            continue
        if pattern.status is None or all(pattern.status != each.status for each in kept):
            kept.append(pattern)
    return kept


def _plain(text: str) -> str:
    """Lower case, single spaces, straight quotes, and no escapes."""
    tail = text[-LONGEST:].replace("\\n", " ").replace("\\r", " ").replace("\\t", " ")
    return " ".join(tail.translate(_STRAIGHT).lower().split())


def _labels(found: list[ErrorPattern]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(pattern.label for pattern in found))[:MOST_LABELS]


def _title(known: KnownErrors, explaining: list[ErrorPattern], facts: frozenset[Fact]) -> str:
    name = next((pattern.means for pattern in explaining if pattern.means), None)
    if name is not None:
        return known.explanations[name].title
    slipped = any(remedy.fits(facts) for remedy in known.general.slips)
    return known.general.address if slipped else known.general.unexplained


def _causes(known: KnownErrors, explaining: list[ErrorPattern], facts: SetupFacts) -> tuple[Cause, ...]:
    """First what the addresses show, then the causes of each pattern."""
    explained = [
        (fill(known.general.seen, {"pattern": pattern.label}), known.explanations[pattern.means].causes)
        for pattern in explaining
        if pattern.means
    ]
    return rank([("", known.general.slips), *explained], facts)
