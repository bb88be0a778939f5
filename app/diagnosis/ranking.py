"""Turns remedies into causes: those that fit the setup, most likely first, each with its evidence and its step."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.diagnosis.facts import Fact
from app.guide.placeholders import fill, names_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.diagnosis.facts import Remedy
    from app.diagnosis.setup_facts import SetupFacts
    from app.setup.journey import Place

MOST_CAUSES = 5


@dataclass(frozen=True, slots=True)
class Revisit:
    """The action to go back to a step of the guide."""

    step: str
    number: int
    """Among the visible steps."""
    title: str
    offered: bool = True
    """Whether to offer a link: the step is not open, and no more likely cause offers it."""


@dataclass(frozen=True, slots=True)
class Cause:
    """One possible reason for a failure, and what to do about it."""

    sentence: str
    evidence: str
    """What supports it, in one sentence."""
    facts: tuple[Fact, ...] = ()
    """The facts that suggest it; empty if the failure alone does."""
    basis: Fact | int | None = None
    """What the evidence is: a fact, or what the remedy's group has in common, by its number. None: its own words."""
    action: Revisit | None = None
    """None if no step of the guide can fix it."""
    id: str = ""
    """What scripts know it by."""

    @property
    def step(self) -> str | None:
        """The step to revisit."""
        return self.action.step if self.action is not None else None


def rank(grouped: Iterable[tuple[str, Iterable[Remedy]]], facts: SetupFacts) -> tuple[Cause, ...]:
    """The causes, each once. Every group of remedies has the evidence for those with none of their own."""
    names = names_of(facts.guide)
    found: dict[str, tuple[Cause, Place | None]] = {}
    unlikely: dict[str, tuple[Cause, Place | None]] = {}
    for number, (evidence, remedies) in enumerate(grouped):
        for remedy in remedies:
            if not remedy.fits(facts.holds):
                continue
            basis = None if remedy.because else next(iter(remedy.when), number)
            because = remedy.because or (basis.words if isinstance(basis, Fact) else evidence)
            place = facts.place_with(remedy.at) if remedy.at else None
            # What no step of this guide can fix is less likely to be the cause.
            group = unlikely if remedy.at and place is None else found
            sentence = fill(remedy.say, names)
            cause = Cause(sentence, fill(because, names), remedy.when, basis, id=remedy.id)
            group.setdefault(sentence, (cause, place))
    causes = []
    offered = {facts.here}
    for cause, place in list({**found, **unlikely}.values())[:MOST_CAUSES]:
        if place is None:
            causes.append(cause)
            continue
        step = place.step
        action = Revisit(step.id, place.number, step.title, offered=step.id not in offered)
        offered.add(step.id)
        causes.append(replace(cause, action=action))
    return tuple(causes)
