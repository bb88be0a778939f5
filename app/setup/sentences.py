"""What the screen says for each enum of a setup, one table per enum. These texts are never stored or compared."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Final

from app.setup import journey
from app.setup.action import ActionKind
from app.setup.gate import TimestampProblem
from app.setup.journey import BlockReason
from app.setup.state import Status, Wait
from app.text.counts import users_and_groups

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.guide.model import Guide
    from app.setup.action import Action
    from app.setup.journey import Block
    from app.setup.state import Setup

UNNAMED: Final = "Unnamed setup"
"""Shown until the value that names the setup is captured, next to the client's name."""

STATUSES: Final[Mapping[Status, str]] = {
    Status.IN_PROGRESS: "In progress",
    Status.WAITING: "Waiting",
    Status.READY: "Ready",
    Status.COMPLETE: "Complete",
    Status.REDO: "Redo needed",
    Status.FAILING: "Failing",
}
"""The status as a label."""

WAITS: Final[Mapping[Wait, str]] = {
    Wait.TIMESTAMP: "Waiting for the SCIM Change Timestamp",
    Wait.FULL_SYNC: "Waiting for Full Sync to finish",
}

LINES: Final[Mapping[Status, str]] = {
    Status.IN_PROGRESS: "Step {number} of {total}, {title}",
    Status.WAITING: "{wait}",
    Status.READY: "Ready for Full Sync",
    Status.COMPLETE: "Full Sync is complete",
    Status.REDO: "Redo step {number} of {total}, {title}",
    Status.FAILING: "The last Test Connection failed",
}
"""The status as a line, see ``status_line``."""

BLOCKS: Final[Mapping[BlockReason, str]] = {
    BlockReason.NEED: "{guide}",
    BlockReason.ANSWER: "{guide}",
    BlockReason.PASTE: "Paste the {values} first.",
    BlockReason.ENTER: "Enter the {values} first.",
    BlockReason.CHOOSE: "Choose the {values} first.",
    BlockReason.PREREQUISITES: "Select the remaining {open} of {prerequisites} items first.",
    BlockReason.CONFIRMATION: "Select the checkbox above first.",
    BlockReason.STEP_BEFORE: "Do step {number} first: {title}.",
    BlockReason.STEP_REDO: "Redo step {number} first: {title}.",
    BlockReason.NOT_SUBMITTED: "Full Sync unlocks after Submit in CIE and the first change from the portal.",
    BlockReason.NO_TIMESTAMP: "Full Sync unlocks when CIE shows a SCIM Change Timestamp.",
    BlockReason.OLD_TIMESTAMP: "The timestamp is older than Submit. Wait for a newer one.",
    BlockReason.UNTESTED: "Run the test first.",
    BlockReason.SECRETS: "Add the {values} first.",
    BlockReason.SYNC_PAUSE: "Wait {seconds} s before starting another Full Sync.",
    BlockReason.STORING: "Storing the {values} in {keyring}. If it shows a prompt, answer it.",
    BlockReason.KEYRING: "Waiting for {keyring}. If it shows a prompt, answer it.",
}
"""Why an action is blocked, see ``sentence``. ``{guide}`` is the guide's own reason."""

ACTIONS: Final[Mapping[ActionKind, str]] = {
    ActionKind.COMPLETE: "Done, next step",
    ActionKind.TEST: "Test Connection",
    ActionKind.TEST_AGAIN: "Test again",
    ActionKind.STOP_TEST: "Stop the test",
    ActionKind.OPEN_STEP: "Go to step {number}",
    ActionKind.LEAVE: "All setups",
}
"""The label of the main button, see ``action_label``."""

TIMESTAMP_PROBLEMS: Final[Mapping[TimestampProblem, str]] = {
    TimestampProblem.EMPTY: "Enter the time from the SCIM Change Timestamp column.",
    TimestampProblem.AMBIGUOUS: "This could be two different days. Enter it as 2026-11-24 14:05.",
    TimestampProblem.UNREADABLE: "This isn't recognized as a time. Enter it as 2026-11-24 14:05.",
    TimestampProblem.FUTURE: "This time is in the future. Compare the time zone of CIE with this computer's.",
    TimestampProblem.BEFORE_SUBMIT: "This time is before Submit, so it belongs to another directory or an earlier try.",
}


def setup_name(setup: Setup) -> str:
    """Return the name of the setup on the screen."""
    return setup.name or UNNAMED


def status_line(setup: Setup) -> str:
    """Return the status line of a listed setup, from its summary; empty if it needs a step and the summary has none."""
    summary = setup.summary
    if summary.status is Status.COMPLETE and setup.synced is not None:
        return f"{LINES[summary.status]}: {users_and_groups(setup.synced.users, setup.synced.groups)}"
    if not summary.number and summary.status in (Status.IN_PROGRESS, Status.REDO):
        return ""
    wait = WAITS[summary.wait] if summary.wait is not None else ""
    words = {"number": summary.number, "total": summary.total, "title": inside(summary.title), "wait": wait}
    return LINES[summary.status].format(**words)


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
    return BLOCKS[block.reason].format(**words)


def action_label(guide: Guide, setup: Setup, action: Action) -> str:
    """Return the label of the main button. A step may have its own."""
    own = guide.step(action.step).done_label if action.kind is ActionKind.COMPLETE else None
    return own or ACTIONS[action.kind].format(number=journey.place(guide, setup, action.step).number)


def inside(title: str) -> str:
    """Return a step's title as written inside a sentence."""
    return title[:1].lower() + title[1:]
