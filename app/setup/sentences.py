"""Fills the words of the enums of a setup for the screen. These texts are never stored or compared."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Final

from app.setup import journey
from app.setup.action import ActionKind
from app.setup.journey import BlockReason
from app.setup.state import Status
from app.text.counts import users_and_groups

if TYPE_CHECKING:
    from app.guide.model import Guide
    from app.setup.action import Action
    from app.setup.journey import Block
    from app.setup.state import Setup

UNNAMED: Final = "Unnamed setup"
"""Shown until the value that names the setup is captured, next to the client's name."""


def setup_name(setup: Setup) -> str:
    """Return the name of the setup on the screen."""
    return setup.name or UNNAMED


def window_title(guide: Guide, setup: Setup) -> str:
    """Return what a window with this setup is called: its name, the client, and whether it is practice."""
    practice = ", practice" if setup.practice else ""
    return f"{setup_name(setup)}, {guide.short_name}{practice}"


def status_line(setup: Setup) -> str:
    """Return the status line of a listed setup, from its summary; empty if it needs a step and the summary has none."""
    summary = setup.summary
    (line,) = summary.status.more
    if summary.status is Status.COMPLETE and setup.synced is not None:
        return f"{line}: {users_and_groups(setup.synced.users, setup.synced.groups)}"
    if not summary.number and summary.status in (Status.IN_PROGRESS, Status.REDO):
        return ""
    wait = summary.wait.words if summary.wait is not None else ""
    words = {"number": summary.number, "total": summary.total, "title": inside(summary.title), "wait": wait}
    return line.format(**words)


def sentence(guide: Guide, setup: Setup, block: Block, keyring: str = "the keyring") -> str:
    """Return why an action is blocked. ``keyring`` is the keyring's name."""
    labels = " and ".join(guide.values[name].label for name in block.values)
    words: dict[str, object] = {"values": labels, "keyring": keyring, "seconds": ceil(block.seconds)}
    match block.reason:
        case BlockReason.NEED if block.at is not None:
            needs = guide.step(block.at).needs
            words["guide"] = next(need.because for need in needs if need.step == block.step)
        case BlockReason.ANSWER:
            reasons = (guide.option(*given).shuts_gate for given in guide.answers(setup.answers).items())
            words["guide"] = next(reason for reason in reasons if reason is not None)
        case BlockReason.PREREQUISITES:
            words["open"] = sum(need.id not in setup.ticked for need in guide.prerequisites)
            words["prerequisites"] = len(guide.prerequisites)
        case BlockReason.STEP_BEFORE | BlockReason.STEP_REDO:
            place = journey.place(guide, setup, block.step)
            words |= {"number": place.number, "title": inside(place.step.title)}
    return block.reason.words.format(**words)


def action_label(guide: Guide, setup: Setup, action: Action) -> str:
    """Return the label of the main button. A step may have its own."""
    own = guide.step(action.step).done_label if action.kind is ActionKind.COMPLETE else None
    return own or action.kind.words.format(number=journey.place(guide, setup, action.step).number)


def inside(title: str) -> str:
    """Return a step's title as written inside a sentence."""
    return title[:1].lower() + title[1:]
