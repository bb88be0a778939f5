"""What a screen reader says of a step: its name, and what there is to do. No Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.guide.vocabulary import Lane
from app.setup.journey import visible
from app.text.marked import unmarked

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.guide.model import Guide, Step
    from app.setup.journey import Place
    from app.setup.state import Setup


def name(guide: Guide, setup: Setup, place: Place) -> str:
    """Return the name of the open step's card: its number, its title and where it is done."""
    step = place.step
    parts = [f"Step {place.number} of {len(visible(guide, setup))}", step.title]
    if step.console is not Lane.ASSISTANT:
        console = guide.portal if step.console is Lane.PORTAL else guide.cie
        parts.append(f"in {console.name}")
    if step.optional:
        parts.append("optional")
    if step.id in setup.stale:
        parts.append("redo needed")
    return ", ".join(parts)


def description(guide: Guide, step: Step) -> str:
    """Return what to do in the step, numbered as on the screen, and when it is done. No value is in it.

    Choices and the labels of values are listed where no action names them.
    """
    sentences = [each.replace(" \u203a ", ", then ") for each in step.numbered]
    actions = unmarked("\n".join(sentences))
    if len(sentences) > 1:
        sentences = [f"{number}. {each}" for number, each in enumerate(sentences, start=1)]
    asked = (each for each in guide.branches if each.at == step.id and len(each.possible) > 1)
    sentences += [f"Question: {branch.ask}" for branch in asked]
    chosen = (each for each in step.choices if not each.typed)
    choices = (each for each in chosen if each.field not in actions or each.choose not in actions)
    sentences += _listed("Choices to make", (f"{each.field}: {each.choose}" for each in choices))
    copied, captured = (each.field for each in step.copies), (guide.values[each].label for each in step.captures)
    sentences += _listed("Values to copy", (each for each in copied if each not in actions))
    sentences += _listed("Values to enter here", (each for each in captured if each not in actions))
    sentences.append(done_when(step))
    return unmarked(" ".join(sentences))


def done_when(step: Step) -> str:
    """Return when the step is done, and how long it takes."""
    return f"**Done when:** {step.success}" + (f" Takes {step.takes}." if step.takes else "")


def _listed(what: str, labels: Iterable[str]) -> list[str]:
    listed = "; ".join(labels)
    return [f"{what}: {listed}."] if listed else []
