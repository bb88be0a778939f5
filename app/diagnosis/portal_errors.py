"""Reads an error that a portal showed: what is known in it, why it came, and which step to revisit.

Pure and without memory. Nothing of the text is in the result, so the result may be shown and announced.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from app.diagnosis.addresses import compare
from app.diagnosis.causes import Cause
from app.diagnosis.patterns import Fact, errors, stands_in
from app.guide.model import SECRET_KINDS, Kind, Lane, Milestone, Page
from app.setup.journey import visible

if TYPE_CHECKING:
    from app.diagnosis.patterns import Errors, Place, Sign
    from app.guide.model import Guide, Step
    from app.setup.state import Setup

LONGEST = 200_000
"""Characters that are read, from the end: the newest line of a log is the last one."""

MOST_CAUSES = 5
MOST_SIGNS = 6
MOST_STATUSES = 2_000

_STATUS = re.compile(
    r"(?:http(?:/[0-9.]{1,3})?|status(?: ?code)?|(?:response|error)(?: ?code)?|code|(?:responded|failed) with)"
    r"[\"' :=#(\[]{0,5}([1-5][0-9]{2})(?![0-9.])"
    r"|(?<![0-9.])([45][0-9]{2})\)?[ :-]{1,3}"
    r"(?:bad request|unauthorized|forbidden|not found|method ?not ?allowed|proxy authentication required"
    r"|request timeout|conflict|payload too large|unsupported media type|unprocessable|too many requests"
    r"|internal server error|not implemented|bad gateway|service (?:temporarily )?unavailable|gateway time-?out)"
)
_BEARER = re.compile(r"\bbearer(?:[\s:\"']|%20|\+){1,3}bearer\b")
_STRAIGHT = str.maketrans(
    {"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u200b": None, "\ufeff": None, "\\": None}
)
_OLD = frozenset({Fact.TOKEN_NEWER, Fact.URL_NEWER})


@dataclass(frozen=True, slots=True)
class Decoded:
    """What a pasted text says, in words of this program only."""

    title: str
    recognised: tuple[str, ...] = ()
    """Codes and labels, from the allow-list of the data file."""
    compared: tuple[str, ...] = ()
    """What the text shows beside the Base URL and the history of the setup, in sentences."""
    causes: tuple[Cause, ...] = ()
    """Most likely first."""
    hint: str = ""
    """What to do where there is no cause."""


def decode(text: str, guide: Guide, setup: Setup, base_url: str | None = None) -> Decoded:
    """Read a text. ``base_url`` is the stored Base URL, to be compared only."""
    known = errors()
    plain = _plain(text)
    addresses = compare(plain, base_url, known.aside)
    found = _signs(known, plain)
    signs = [sign for sign in found if not sign.of or guide.id in sign.of]
    ours = any(sign.of for sign in signs)
    foreign = [sign for sign in found if sign not in signs]
    unrelated = addresses.strange and not ours and not foreign
    if unrelated or any(stands_in(phrase, plain) for phrase in known.elsewhere):
        return Decoded(known.nothing, hint=_fill(known.hint, guide))
    if foreign and not ours and not any(sign.trouble for sign in signs):
        sentence = known.foreign.replace("{product}", known.products[foreign[0].of[0]])
        return Decoded(known.only_signs, _labels(foreign), hint=_fill(sentence, guide))
    facts = addresses.facts | _history(guide, setup)
    facts |= {Fact.OWN_NETWORK} if guide.id in known.own_network else frozenset()
    facts |= {Fact.HOST_DIFFERS} if addresses.named and ours else frozenset()
    facts |= {Fact.BEARER_DOUBLED} if _BEARER.search(plain) else frozenset()
    facts |= {Fact.CUT_SHORT} if len(text) > LONGEST else frozenset()
    return _decoded(known, signs, facts, guide, setup)


def _decoded(known: Errors, signs: list[Sign], facts: frozenset[Fact], guide: Guide, setup: Setup) -> Decoded:
    causes = _causes(known, signs, facts, guide, setup)
    shown = [fact for fact in Fact if fact in facts and (fact in _TEXTUAL or (fact in _OLD and signs))]
    if not signs and not causes and not set(shown) - {Fact.CUT_SHORT}:
        return Decoded(known.nothing, hint=_fill(known.hint, guide))
    return Decoded(
        _title(known, signs, facts),
        _labels(signs),
        tuple(_fill(known.facts[fact], guide) for fact in shown),
        causes,
        "" if causes else _fill(known.hint, guide),
    )


_TEXTUAL = frozenset(list(Fact)[: list(Fact).index(Fact.TOKEN_NEWER)])
"""The facts that the text itself shows; the rest is history."""


def _plain(text: str) -> str:
    """Lower case, single spaces, straight quotes, and no signs of escaping."""
    tail = text[-LONGEST:].replace("\\n", " ").replace("\\r", " ").replace("\\t", " ")
    return " ".join(tail.translate(_STRAIGHT).lower().split())


def _signs(known: Errors, plain: str) -> list[Sign]:
    found = islice(_STATUS.finditer(plain), MOST_STATUSES)
    statuses = frozenset(int(status[1] or status[2]) for status in found)
    return [sign for sign in known.signs if sign.stands_in(plain, statuses)]


def _labels(signs: list[Sign]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(sign.label for sign in signs))[:MOST_SIGNS]


def _title(known: Errors, signs: list[Sign], facts: frozenset[Fact]) -> str:
    trouble = next((sign.trouble for sign in signs if sign.trouble), None)
    if trouble is not None:
        return known.troubles[trouble].title
    return known.address if any(remedy.fits(facts) for remedy in known.slips) else known.only_signs


def _causes(known: Errors, signs: list[Sign], facts: frozenset[Fact], guide: Guide, setup: Setup) -> tuple[Cause, ...]:
    """What the addresses show first, then the causes of each sign, each said once."""
    pointed = [(sign.label, known.troubles[sign.trouble].causes) for sign in signs if sign.trouble]
    made: dict[str, Cause] = {}
    nowhere: dict[str, Cause] = {}
    for label, remedies in [("", known.slips), *pointed]:
        for remedy in remedies:
            if not remedy.fits(facts):
                continue
            because = known.facts[remedy.when[0]] if remedy.when else known.seen.replace("{sign}", label)
            step = _where(known.places[remedy.at], guide, setup) if remedy.at else None
            say = _fill(remedy.say, guide)
            # What has no place in this guide is less likely to be the reason.
            rank = nowhere if remedy.at and step is None else made
            rank.setdefault(say, Cause(say, step, _fill(because, guide)))
    return tuple({**made, **nowhere}.values())[:MOST_CAUSES]


def _fill(words: str, guide: Guide) -> str:
    return words.replace("{client}", guide.short_name).replace("{portal}", guide.portal.name)


def _where(places: tuple[Place, ...], guide: Guide, setup: Setup) -> str | None:
    shown = [step for _, step in visible(guide, setup)]
    return next((step.id for place in places for step in shown if _fits(place, step, guide)), None)


def _fits(place: Place, step: Step, guide: Guide) -> bool:
    how, _, what = place.rpartition(" ")
    match how:
        case "captures":
            return any(guide.values[name].kind == what for name in step.captures)
        case "carries":
            return step.lane is Lane.PORTAL and any(guide.values[c.value].kind == what for c in step.carries)
        case "marks":
            return step.marks == what
        case "page":
            return step.page == what
        case _:
            return step.id == what


def _history(guide: Guide, setup: Setup) -> frozenset[Fact]:
    """What the setup has done so far, as far as it bears on an error."""
    shown = [step for _, step in visible(guide, setup)]
    facts = set()
    submitted = setup.reached.get(Milestone.SUBMITTED)
    if submitted is None:
        facts.add(Fact.NOT_SUBMITTED)
    elif any(step.marks is Milestone.SUBMITTED and step.id in setup.stale for step in shown):
        facts.add(Fact.RESUBMIT)
    if any(step.page is Page.TEST and step.id in setup.done and step.id not in setup.stale for step in shown):
        facts.add(Fact.TESTED)
    if Milestone.STARTED not in setup.reached:
        facts.add(Fact.NOT_STARTED)
    for step in shown:
        for name in step.captures:
            kept = setup.kept.get(name)
            if guide.values[name].kind is Kind.CLIENT_SECRET:
                facts.add(Fact.FETCHED)
            if guide.values[name].kind is Kind.TOKEN and kept and submitted and kept > submitted:
                facts.add(Fact.TOKEN_AFTER_SUBMIT)
    return frozenset(facts | _entered(guide, setup, shown))


def _entered(guide: Guide, setup: Setup, shown: list[Step]) -> set[Fact]:
    """How what stands in the portal relates to what is kept here."""
    facts = set()
    for step in shown:
        for carry in step.carries if step.lane is Lane.PORTAL else ():
            kind = guide.values[carry.value].kind
            done, kept = setup.done.get(step.id), setup.kept.get(carry.value)
            if kind not in SECRET_KINDS:
                continue
            if done is None:
                facts.add(Fact.NOT_ENTERED)
            elif kept is not None and kept > done:
                facts.add(Fact.URL_NEWER if kind is Kind.BASE_URL else Fact.TOKEN_NEWER)
    return facts
