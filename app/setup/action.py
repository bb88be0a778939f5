"""The next action of an open setup: what the main button does, whether it is enabled, and why not. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from app.guide.vocabulary import Milestone, Page
from app.setup import journey
from app.setup.journey import Block, BlockReason
from app.setup.state import Status
from app.setup.status import about, status
from app.text.worded import WordedEnum

if TYPE_CHECKING:
    from datetime import datetime

    from app.guide.model import Guide
    from app.setup.state import Setup


class ActionKind(WordedEnum):
    """What the main button does, and its label."""

    COMPLETE = "complete", "Done, next step"
    """Completes the open step."""
    TEST = "test", "Test Connection"
    TEST_AGAIN = "test-again", "Test again"
    """After a failure."""
    STOP_TEST = "stop-test", "Stop the test"
    OPEN_STEP = "open-step", "Go to step {number}"
    """Opens the step that the status refers to; the open step is the last one, and done."""
    LEAVE = "leave", "All setups"
    """Returns to the list of setups; this one is complete."""


class LastTest(StrEnum):
    """The result of the last Test Connection in this session."""

    NOT_YET = "not-yet"
    """There was none, or a value it used has changed since."""
    FAILED = "failed"
    PASSED = "passed"


@dataclass(frozen=True, slots=True)
class Activity:
    """What is happening in the session that isn't part of the setup's state."""

    now: datetime
    """UTC."""
    tested: LastTest = LastTest.NOT_YET
    testing: bool = False
    """A test is running."""
    busy: Block | None = None
    """The keyring request in progress. It lasts until the admin has answered the keyring's prompt, if there is one."""
    typed: frozenset[str] = frozenset()
    """Values, or ``journey.TIMESTAMP``, that are valid in their field and not entered yet."""
    at_summary: bool = False
    """The summary is open, if the setup is complete, and not a step."""


@dataclass(frozen=True, slots=True)
class Action:
    """What the main button does. It is disabled exactly if there is a reason."""

    kind: ActionKind
    step: str
    """The step that it completes, tests or opens."""
    because: Block | None = None
    """Why it is disabled."""
    later: Block | None = None
    """The action is enabled, but this prevents completing the open step afterward, or the running test waits for it."""

    @property
    def enabled(self) -> bool:
        """Whether the button is enabled."""
        return self.because is None

    @property
    def jump(self) -> str | None:
        """The step to go to first."""
        block = self.because or self.later
        return block.step if block is not None and block.step != self.step else None


def next_action(guide: Guide, setup: Setup, activity: Activity) -> Action:
    """Return what the admin can do next on the open step."""
    here = journey.place(guide, setup).step
    complete = status(guide, setup) is Status.COMPLETE
    if complete and activity.at_summary:
        return Action(ActionKind.LEAVE, here.id)
    last = here.id == journey.visible(guide, setup)[-1][1].id
    if last and setup.is_done(here.id) and not complete and (place := about(guide, setup)) is not None:
        return Action(ActionKind.OPEN_STEP, place.step.id)
    if here.page is Page.TEST and (activity.testing or activity.tested is not LastTest.PASSED):
        return _test(guide, setup, here.id, activity)
    return Action(ActionKind.COMPLETE, here.id, activity.busy or obstacle(guide, setup, here.id, activity))


def _test(guide: Guide, setup: Setup, step_id: str, activity: Activity) -> Action:
    if activity.testing:
        return Action(ActionKind.STOP_TEST, step_id, later=activity.busy)
    kind = ActionKind.TEST if activity.tested is LastTest.NOT_YET else ActionKind.TEST_AGAIN
    if lacking := tuple(name for name in journey.secrets(guide, setup) if name not in setup.kept):
        captures = (step.id for _, step in journey.visible(guide, setup) if lacking[0] in step.captures)
        return Action(kind, step_id, Block(BlockReason.SECRETS, next(captures), lacking))
    later = journey.block(guide, setup, step_id)
    return Action(kind, step_id, activity.busy, later if later is not None and later.step is not None else None)


def obstacle(guide: Guide, setup: Setup, step_id: str, activity: Activity) -> Block | None:
    """Return why the step cannot be completed now, considering the session's activity as well as the setup's state."""
    step = guide.step(step_id)
    if (blocked := journey.block(guide, setup, step_id, activity.typed, along=True)) is not None:
        return blocked
    if step.page is Page.TEST and activity.tested is not LastTest.PASSED:
        return Block(BlockReason.UNTESTED)
    left = journey.sync_pause(setup, activity.now)
    if step.marks is Milestone.FULL_SYNC and step_id in setup.done and left > 0:
        return Block(BlockReason.SYNC_PAUSE, seconds=left)
    return None


def completed_by_value(guide: Guide, setup: Setup, action: Action) -> bool:
    """Return whether the last value entered also completes the open step, which asks for values alone and has them.

    What the step says to choose in the console was chosen by then, since the value comes from there.
    """
    step = guide.step(action.step)
    question = any(branch.at == step.id and len(branch.possible) > 1 for branch in guide.branches)
    more = step.carries or step.marks or step.builder or question
    has_all = set(step.captures) <= setup.values.keys() | setup.kept.keys()
    return action.kind is ActionKind.COMPLETE and has_all and not more
