"""The content of a client's page: every step under every answer, and where every value is captured and entered."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from app.guide.vocabulary import SECRET_KINDS
from app.values.rules import describe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.guide.model import Branch, Guide, Option, Stage, Step, ValueSpec


@dataclass(frozen=True, slots=True)
class Condition:
    """A step is shown only under these answers to that question."""

    branch: Branch
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A step with what follows from the answers."""

    step: Step
    number: int
    """Its number in the program, under the first answers or, where the step depends on others, under those."""
    conditions: tuple[Condition, ...]
    before: tuple[Branch, ...]
    """Questions that are asked above it."""
    inside: tuple[Branch, ...]
    """Questions that are asked in its card."""


@dataclass(frozen=True, slots=True)
class Section:
    """A stage with its entries."""

    stage: Stage
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Journey:
    """A value: where it comes from, and which fields it goes into."""

    name: str
    spec: ValueSpec
    rule: str
    captured: tuple[Entry, ...]
    carried: tuple[tuple[Entry, str], ...]
    """Entry and the label of the field."""

    @property
    def secret(self) -> bool:
        """Whether the program stores it in the keyring only."""
        return self.spec.kind in SECRET_KINDS


def sections(guide: Guide) -> tuple[Section, ...]:
    """All stages in order. A question that no step asks precedes the first step that depends on it."""
    asked: set[str] = set()
    done = []
    for stage in guide.stages:
        entries = []
        for step in stage.steps:
            before = tuple(b for b in guide.branches if b.at is None and b.id in step.when and b.id not in asked)
            asked |= {branch.id for branch in before}
            inside = tuple(b for b in guide.branches if b.at == step.id)
            entries.append(Entry(step, _number(guide, step), _conditions(guide, step), before, inside))
        done.append(Section(stage, tuple(entries)))
    return tuple(done)


def journeys(guide: Guide, written: tuple[Section, ...]) -> tuple[Journey, ...]:
    """All values that a step captures or carries, in the order in which they first occur."""
    entries = [entry for section in written for entry in section.entries]
    named = (n for e in entries for n in (*e.step.captures, *(c.value for c in e.step.carries)))
    return tuple(
        Journey(
            name,
            guide.values[name],
            describe(guide.values[name].kind),
            tuple(e for e in entries if name in e.step.captures),
            _fields(entries, name),
        )
        for name in dict.fromkeys(named)
    )


def _fields(entries: list[Entry], name: str) -> tuple[tuple[Entry, str], ...]:
    """The fields that the value is entered in; variants of a step with the same label are listed once."""
    found: dict[tuple[int, str], tuple[Entry, str]] = {}
    for entry in entries:
        for carry in entry.step.carries:
            if carry.value == name:
                found.setdefault((entry.number, carry.field), (entry, carry.field))
    return tuple(found.values())


def steps_at_most(guide: Guide) -> int:
    """The number of steps under the answers that lead to the most."""
    deciding = {branch for step in guide.steps for branch in step.when}
    possible = [
        [(branch.id, option.id) for option in branch.options if option.unavailable is None]
        for branch in guide.branches
        if branch.id in deciding
    ]
    return max(sum(step.shown_under(dict(given)) for step in guide.steps) for given in product(*possible))


def _number(guide: Guide, step: Step) -> int:
    answers = guide.answers({})
    for branch, wanted in _wanted(step):
        if answers[branch] not in wanted:
            answers[branch] = wanted[0]
    return [each.id for each in guide.steps if each.shown_under(answers)].index(step.id) + 1


def _conditions(guide: Guide, step: Step) -> tuple[Condition, ...]:
    branches = {branch.id: branch for branch in guide.branches}
    return tuple(
        Condition(branches[branch], tuple(guide.option(branch, option) for option in wanted))
        for branch, wanted in _wanted(step)
    )


def _wanted(step: Step) -> Iterator[tuple[str, tuple[str, ...]]]:
    for branch, wanted in step.when.items():
        yield branch, (wanted,) if isinstance(wanted, str) else wanted
