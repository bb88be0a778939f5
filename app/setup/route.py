"""The way of a setup through its consoles: a stop for each step, and where it crosses from one console to another."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from app.guide.vocabulary import Lane, StepRole
from app.setup.journey import Mark, places
from app.text.counts import counted

if TYPE_CHECKING:
    from app.guide.model import Guide
    from app.setup.state import Setup


@dataclass(frozen=True, slots=True)
class RouteStop:
    """A step on the way."""

    console: Lane
    """The console that shows it; ``Lane.ASSISTANT`` for what this program does."""
    mark: Mark


@dataclass(frozen=True, slots=True)
class Route:
    """All steps that are shown under the answers, in order."""

    stops: tuple[RouteStop, ...]

    @property
    def here(self) -> int | None:
        """The place of the open step, from 1; None where no setup is open."""
        return next((at for at, stop in enumerate(self.stops, start=1) if stop.mark is Mark.CURRENT), None)

    @property
    def crossings(self) -> int:
        """How often the way leads from one console to the other."""
        consoles = [stop.console for stop in self.stops if stop.console is not Lane.ASSISTANT]
        return sum(one is not other for one, other in pairwise(consoles))


def ahead(guide: Guide) -> Route:
    """Return the way of a setup that isn't begun, under the first answer to each question."""
    answers = guide.answers({})
    return Route(tuple(RouteStop(step.console, Mark.LATER) for step in guide.steps if step.shown_under(answers)))


def route(guide: Guide, setup: Setup) -> Route:
    """Return the way of a setup, with what is done and where it is."""
    return Route(tuple(RouteStop(place.step.console, place.mark) for place in places(guide, setup)))


def in_words(way: Route, guide: Guide) -> str:
    """Return a sentence on the way, and on the first wait where its length is documented, as an estimate."""
    where = {Lane.CIE: guide.cie.name, Lane.PORTAL: guide.short_name, Lane.ASSISTANT: "this program"}
    counts = {lane: sum(stop.console is lane for stop in way.stops) for lane in where}
    parts = [f"{count} in {where[lane]}" for lane, count in counts.items() if count]
    crossing = f"You change consoles {counted(way.crossings, 'time')}."
    sentences = [f"{counted(len(way.stops), 'step')}: {', '.join(parts)}.", crossing]
    takes = next((step.takes for step in guide.steps if StepRole.PROGRESS in step.roles and step.takes), None)
    if takes is not None:
        sentences.append(f"The first data takes an estimated {takes}.")
    return " ".join(sentences)
