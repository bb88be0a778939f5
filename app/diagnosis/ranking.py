"""From remedies to causes: those that fit this setup, most likely first, each with its evidence and its step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.diagnosis.facts import grounds
from app.guide.placeholders import fill, names_of
from app.guide.roles import step_with
from app.setup.journey import visible

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.diagnosis.facts import Fact, Remedy
    from app.guide.model import Guide
    from app.setup.state import Setup

MOST_CAUSES = 5


@dataclass(frozen=True, slots=True)
class Cause:
    """One possible reason, and where to mend it."""

    sentence: str
    step: str | None
    """The step of the guide to revisit; None where the remedy is outside the guide."""
    evidence: str
    """What speaks for it, in one sentence."""


def rank(
    told: Iterable[tuple[str, Iterable[Remedy]]], facts: frozenset[Fact], guide: Guide, setup: Setup
) -> tuple[Cause, ...]:
    """The causes, each said once. Before its remedies stands what speaks for them where nothing else does."""
    known, names = grounds(), names_of(guide)
    shown = [step for _, step in visible(guide, setup)]
    made: dict[str, Cause] = {}
    nowhere: dict[str, Cause] = {}
    for seen, remedies in told:
        for remedy in remedies:
            if not remedy.fits(facts):
                continue
            because = remedy.because or (known.facts[remedy.when[0]] if remedy.when else seen)
            step = step_with(remedy.at, guide, shown) if remedy.at else None
            say = fill(remedy.say, names)
            # What no step of this guide can mend is less likely to be the reason.
            kind = nowhere if remedy.at and step is None else made
            kind.setdefault(say, Cause(say, step.id if step else None, fill(because, names)))
    return tuple({**made, **nowhere}.values())[:MOST_CAUSES]
