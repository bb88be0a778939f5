"""Checks that whatever one part of a guide names exists in another: values, steps, answers, sources, placeholders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.guide.placeholders import placeholders_of
from app.guide.vocabulary import Milestone
from app.text.marked import labels

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.guide.model import Guide, Step


def problems(guide: Guide) -> list[str]:
    """Everything that is named and missing, a phrase each, sorted; empty for a consistent guide."""
    return sorted((*_of_steps(guide), *_of_values(guide), *_of_the_rest(guide)))


def _of_steps(guide: Guide) -> Iterator[str]:
    ids = [step.id for step in guide.steps]
    yield from (f"step {i} occurs twice" for i in set(ids) if ids.count(i) > 1)
    for step in guide.steps:
        named = (*step.captures, *(carry.value for carry in step.carries), *step.depends_on)
        yield from (f"step {step.id}: no value {name}" for name in named if name not in guide.values)
        wanted = (*(f.revisit for f in step.failures if f.revisit), *(need.step for need in step.needs))
        yield from (f"step {step.id}: no step {i}" for i in wanted if i not in ids)
        yield from (f"step {step.id}: no source {s}" for s in step.sources if s not in guide.sources)
        yield from _of_answers(guide, step)
        yield from _of_screen(guide, step)
    marks = [step.marks for step in guide.steps if step.marks is not None]
    if marks != sorted(marks, key=list(Milestone).index):
        yield "the milestones of the steps are out of order"
    yield from (f"branch {b.id}: no step {b.at}" for b in guide.branches if b.at and b.at not in ids)


def _of_answers(guide: Guide, step: Step) -> Iterator[str]:
    options = {(branch.id, option.id) for branch in guide.branches for option in branch.options}
    for branch, answer in step.when.items():
        for option in (answer,) if isinstance(answer, str) else answer:
            if (branch, option) not in options:
                yield f"step {step.id}: no answer {branch}={option}"


def _of_screen(guide: Guide, step: Step) -> Iterator[str]:
    """What the step's screen outlines or shows, and the step doesn't name."""
    if step.screen is None:
        return
    inside = [guide.values[name] for name in step.captures if name in guide.values]
    named = {*step.path, *(carry.field for carry in step.carries), *(spec.label for spec in inside)}
    named |= {choice.field for choice in step.choices} | labels(" ".join(step.do))
    shown = {choice.choose for choice in step.choices} | named
    values = {*step.captures, *(carry.value for carry in step.carries)}
    for number, label in step.screen.outlined:
        if label not in named:
            yield f"step {step.id}: its screen outlines {label}, which it doesn't name"
        elif label in labels(" ".join(step.do)) - labels(step.do[number - 1]):
            yield f"step {step.id}: its screen has {label} at instruction {number}, which doesn't name it"
    for control in step.screen.controls:
        if control.value is not None and control.value not in values:
            yield f"step {step.id}: its screen shows the value {control.value}, which it doesn't carry or capture"
        if control.shows is not None and control.shows not in shown:
            yield f"step {step.id}: its screen shows {control.shows}, which it doesn't choose or name"


def _of_values(guide: Guide) -> Iterator[str]:
    public = {name for name, spec in guide.values.items() if not spec.secret}
    for name, spec in guide.values.items():
        if spec.derived_from is not None and spec.derived_from not in guide.values:
            yield f"value {name}: no value {spec.derived_from}"
    if guide.named_by not in public:
        yield "named_by must be a value that is not secret"
    for name in placeholders_of(guide) - public:
        yield f"{{{name}}} is not a value that words may mention"


def _of_the_rest(guide: Guide) -> Iterator[str]:
    form = guide.practice
    used = (*form.tenant_values, *(field.value for field in (*form.fields, *form.oidc_fields)))
    yield from (f"practice: no value {name}" for name in used if name not in guide.values)
    if guide.cadence.source not in guide.sources:
        yield "the cadence names no known source"
