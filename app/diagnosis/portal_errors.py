"""Reads an error that a portal showed: what is known in it, why it came, and which step to revisit.

Pure and without memory. Nothing of the text is in the result, so the result may be shown and announced.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from app.diagnosis.addresses import compare
from app.diagnosis.facts import OF_A_TEXT, Fact, grounds
from app.diagnosis.history import history
from app.diagnosis.patterns import errors, stands_in
from app.diagnosis.ranking import rank
from app.guide.placeholders import fill, names_of

if TYPE_CHECKING:
    from app.diagnosis.patterns import Errors, Sign
    from app.diagnosis.ranking import Cause
    from app.guide.model import Guide
    from app.setup.state import Setup

LONGEST = 200_000
"""Characters that are read, from the end: the newest line of a log is the last one."""

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
        return Decoded(known.nothing, hint=fill(known.hint, names_of(guide)))
    if foreign and not ours and not any(sign.trouble for sign in signs):
        names = {**names_of(guide), "product": known.products[foreign[0].of[0]]}
        return Decoded(known.only_signs, _labels(foreign), hint=fill(known.foreign, names))
    facts = addresses.facts | history(guide, setup)
    facts |= {Fact.HOST_DIFFERS} if addresses.named and ours else frozenset()
    facts |= {Fact.BEARER_DOUBLED} if _BEARER.search(plain) else frozenset()
    facts |= {Fact.CUT_SHORT} if len(text) > LONGEST else frozenset()
    return _decoded(known, signs, facts, guide, setup)


def _decoded(known: Errors, signs: list[Sign], facts: frozenset[Fact], guide: Guide, setup: Setup) -> Decoded:
    causes = _causes(known, signs, facts, guide, setup)
    shown = [fact for fact in Fact if fact in facts and (fact in OF_A_TEXT or (fact in _OLD and signs))]
    if not signs and not causes and not set(shown) - {Fact.CUT_SHORT}:
        return Decoded(known.nothing, hint=fill(known.hint, names_of(guide)))
    return Decoded(
        _title(known, signs, facts),
        _labels(signs),
        tuple(fill(grounds().facts[fact], names_of(guide)) for fact in shown),
        causes,
        "" if causes else fill(known.hint, names_of(guide)),
    )


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
    """What the addresses show first, then the causes of each sign."""
    pointed = [
        (fill(known.seen, {"sign": sign.label}), known.troubles[sign.trouble].causes) for sign in signs if sign.trouble
    ]
    return rank([("", known.slips), *pointed], facts, guide, setup)
