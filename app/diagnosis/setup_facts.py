"""What a setup contributes to a diagnosis: the facts about what was done so far, and the steps to revisit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

from app.diagnosis.facts import Fact
from app.guide.roles import step_with
from app.guide.vocabulary import SECRET_KINDS, Hosting, Kind, Lane, Milestone, Page
from app.setup.journey import Mark, Place, places, position, untested, visible
from app.setup.state import Setup
from app.text.times import EARLIEST

if TYPE_CHECKING:
    from datetime import datetime

    from app.guide.model import Guide, Step
    from app.guide.vocabulary import StepRole


@dataclass(frozen=True, slots=True)
class SetupFacts:
    """What a diagnosis needs to know about a setup."""

    guide: Guide
    places: tuple[Place, ...]
    """The visible steps."""
    here: str
    """The open step."""
    holds: frozenset[Fact]

    @classmethod
    def of(cls, guide: Guide, setup: Setup) -> Self:
        """The facts of a setup as it is now."""
        return cls(guide, places(guide, setup), position(guide, setup), _holds(guide, setup))

    @classmethod
    def of_client(cls, guide: Guide) -> Self:
        """The facts where there is no setup: nothing is known of what was done, and any step may be the one to revisit.

        The numbers of the steps mean nothing then.
        """
        blank = Setup("", guide.id, guide.name, "", EARLIEST, EARLIEST)
        usual = places(guide, blank)
        shown = {place.step.id for place in usual}
        others = [(stage, step) for stage in guide.stages for step in stage.steps if step.id not in shown]
        hidden = (Place(number, step, stage, Mark.LATER) for number, (stage, step) in enumerate(others, len(usual) + 1))
        return cls(guide, (*usual, *hidden), "", _of_hosting(guide))

    def and_(self, facts: frozenset[Fact]) -> SetupFacts:
        """These facts and others, such as those of a pasted text."""
        return replace(self, holds=self.holds | facts)

    def place_with(self, role: StepRole) -> Place | None:
        """The visible step with that role, if there is one."""
        step = step_with(role, self.guide, [place.step for place in self.places])
        return next((place for place in self.places if place.step is step), None)


def _holds(guide: Guide, setup: Setup) -> frozenset[Fact]:
    shown = [step for _, step in visible(guide, setup)]
    submitted = setup.reached.get(Milestone.SUBMITTED)
    facts = _stored(guide, setup, shown, submitted) | _entered(guide, setup, shown)
    if submitted is None:
        facts.add(Fact.NOT_SUBMITTED)
    elif any(step.marks is Milestone.SUBMITTED and step.id in setup.stale for step in shown):
        facts.add(Fact.RESUBMIT)
    if any(step.page is Page.TEST and _passed(guide, setup, step) for step in shown):
        facts.add(Fact.TESTED)
    if Milestone.STARTED not in setup.reached:
        facts.add(Fact.NOT_STARTED)
    return _of_hosting(guide).union(facts)


def _of_hosting(guide: Guide) -> frozenset[Fact]:
    return frozenset({Fact.OWN_NETWORK} if guide.hosting is Hosting.OWN_NETWORK else ())


def _passed(guide: Guide, setup: Setup, test: Step) -> bool:
    """Whether that test passed with the credentials stored now."""
    done = setup.done.get(test.id)
    kept = [at for name, at in setup.kept.items() if name in guide.values and guide.values[name].kind in SECRET_KINDS]
    return done is not None and not untested(setup, test.id) and all(at <= done for at in kept)


def _stored(guide: Guide, setup: Setup, shown: list[Step], submitted: datetime | None) -> set[Fact]:
    """When the endpoint's credentials were stored."""
    facts = set()
    for step in shown:
        for name in step.captures:
            kind, kept, done = guide.values[name].kind, setup.kept.get(name), setup.done.get(step.id)
            if kind is Kind.CLIENT_SECRET:
                facts.add(Fact.FETCHED)
            if kept is None:
                continue
            if kind is Kind.TOKEN and submitted is not None:
                facts.add(Fact.TOKEN_AFTER_SUBMIT if kept > submitted else Fact.TOKEN_BEFORE_SUBMIT)
            if kind is Kind.TOKEN and done is not None and kept > done:
                facts.add(Fact.TOKEN_AGAIN)
            if kind is Kind.BASE_URL and submitted is not None and kept > submitted:
                facts.add(Fact.URL_AFTER_SUBMIT)
    return facts


def _entered(guide: Guide, setup: Setup, shown: list[Step]) -> set[Fact]:
    """How the values entered in the portal relate to those stored here."""
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
