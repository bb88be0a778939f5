"""Derives what both windows show around the open step, such as title and footer, from the state. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from app.guide.vocabulary import Page
from app.setup import journey
from app.setup.action import Action, ActionKind, next_action
from app.setup.journey import Mark
from app.setup.sentences import action_label, inside, sentence
from app.setup.status import failing
from app.text.counts import users_and_groups
from app.text.marked import unmarked
from ui.session.keys import Key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.guide.model import Guide, Stage
    from app.guide.vocabulary import Tool
    from app.setup.action import Activity
    from app.setup.state import Setup


class StageState(StrEnum):
    """The state of a stage in the rail."""

    CURRENT = "current"
    """Contains the open step."""
    FAILED = "failed"
    """Contains Test Connection, whose last run failed."""
    STALE = "stale"
    """Contains a step that has to be redone."""
    DONE = "done"
    LATER = "later"


class Back(StrEnum):
    """What the Back button does."""

    STEP = "step"
    """Opens the previous step."""
    LAST_STEP = "last-step"
    """Opens the last step, from the summary."""
    TOOL = "tool"
    """Closes the open tool."""


class FooterHint(StrEnum):
    """What the footer says if nothing is wrong."""

    NEXT = "next"
    ALONG = "along"
    """Done also completes the unfinished steps before."""
    REDO = "redo"
    FAILING = "failing"
    LAST = "last"
    ALL_DONE = "all-done"
    COMPLETE = "complete"
    READ_ONLY = "read-only"
    TOOL = "tool"


FOOTER_HINTS: Final[Mapping[FooterHint, str]] = {
    FooterHint.NEXT: "Next: {title}",
    FooterHint.ALONG: "Also completes the steps before it, from step {number}: {title}.",
    FooterHint.REDO: "Step {number} has to be redone: {title}.",
    FooterHint.FAILING: "The last Test Connection failed.",
    FooterHint.LAST: "This is the last step.",
    FooterHint.ALL_DONE: "Every step is done.",
    FooterHint.COMPLETE: "This setup is complete.",
    FooterHint.READ_ONLY: "The test runs on this computer and only reads.",
    FooterHint.TOOL: f"{Key.CLOSE.value} also goes back.",
}


@dataclass(frozen=True, slots=True)
class Footer:
    """The footer of both windows."""

    action: Action | None
    """What the main button does; None while a tool is open, since it completes nothing."""
    label: str
    """The label of the main button."""
    line: str
    """Why the action is disabled, what went wrong, or what is next."""
    jump: str | None
    """The step that the link opens."""
    jump_label: str
    back: Back | None
    """What the Back button does; None if there is nothing to go back to."""
    back_label: str


@dataclass(frozen=True, slots=True)
class ViewState:
    """What both windows show around the open page."""

    page: str | Tool
    """The open page; differs between any two pages."""
    finished: bool
    """Whether the summary of a complete setup is open."""
    title: str
    lead: str
    """One sentence under the title."""
    footer: Footer


FINISH: Final = "finish"
"""The summary of a complete setup; other pages are step ids and tools."""


def view_state(
    guide: Guide,
    setup: Setup,
    activity: Activity,
    *,
    tool: Tool | None = None,
    trouble: str | None = None,
    notice: str = "",
    keyring: str = "the keyring",
) -> ViewState:
    """Derive everything around the open step.

    ``tool`` is the open tool, ``trouble`` says what couldn't be saved, ``notice`` is a line about the last change, and
    ``keyring`` is the keyring's name.
    """
    here, action = journey.place(guide, setup), next_action(guide, setup, activity)
    finished = action.kind is ActionKind.LEAVE
    title, lead = here.stage.title, unmarked(here.stage.lead)
    if finished:
        title, lead = "Full Sync is complete", _counts(setup)
    elif here.step.page is Page.TEST:
        title = "Test Connection"
    if tool is not None:
        label = "Back" if finished else f"Back to step {here.number}"
        footer = Footer(None, "", FOOTER_HINTS[FooterHint.TOOL], None, "", Back.TOOL, label)
        return ViewState(tool, finished, title, lead, footer)
    block = action.because or action.later
    line = sentence(guide, setup, block, keyring) if block is not None else _hint(guide, setup, action)
    if activity.busy is None or action.because != activity.busy:
        line = trouble or (notice if action.kind is ActionKind.COMPLETE else "") or line
    jump = action.jump or _past_test(guide, setup, action)
    jump_label = f"Go to step {journey.place(guide, setup, jump).number}" if jump is not None else ""
    before = journey.neighbor(guide, setup, -1) is not None
    back = Back.LAST_STEP if finished else Back.STEP if before else None
    footer = Footer(action, action_label(guide, setup, action), line, jump, jump_label, back, "Back")
    return ViewState(FINISH if finished else here.step.id, finished, title, lead, footer)


def _past_test(guide: Guide, setup: Setup, action: Action) -> str | None:
    """Return the step after a test that is done, which can be opened without testing again."""
    tests = action.kind in (ActionKind.TEST, ActionKind.TEST_AGAIN)
    done = setup.is_done(action.step) and not failing(guide, setup)
    return journey.neighbor(guide, setup, 1) if tests and done else None


def _counts(setup: Setup) -> str:
    return f"CIE holds {users_and_groups(setup.synced.users, setup.synced.groups)}." if setup.synced else ""


def _hint(guide: Guide, setup: Setup, action: Action) -> str:
    following = journey.neighbor(guide, setup, 1)
    before = journey.unfinished_before(guide, setup, action.step)
    step, title = action.step, ""
    match action.kind:
        case ActionKind.LEAVE:
            hint = FooterHint.COMPLETE
        case ActionKind.TEST | ActionKind.TEST_AGAIN | ActionKind.STOP_TEST:
            hint = FooterHint.READ_ONLY
        case ActionKind.OPEN_STEP:
            hint = FooterHint.FAILING if failing(guide, setup) else FooterHint.REDO
            title = guide.step(action.step).title
        case ActionKind.COMPLETE if before:
            hint, step, title = FooterHint.ALONG, before[0].id, before[0].title
        case ActionKind.COMPLETE if action.step in setup.done and journey.frontier(guide, setup) is None:
            hint = FooterHint.ALL_DONE
        case ActionKind.COMPLETE if following is None:
            hint = FooterHint.LAST
        case ActionKind.COMPLETE:
            hint, title = FooterHint.NEXT, guide.step(following or action.step).title
    number = journey.place(guide, setup, step).number
    return FOOTER_HINTS[hint].format(title=inside(title), number=number)


def stage_state(guide: Guide, setup: Setup, stage: Stage, *, finished: bool) -> StageState:
    """Return the state of a stage in the rail. If ``finished``, as in ``ViewState``, no step is open."""
    steps = [place for place in journey.places(guide, setup) if place.stage.id == stage.id]
    if not finished and any(place.mark is Mark.CURRENT for place in steps):
        return StageState.CURRENT
    if failing(guide, setup) and journey.test_step(guide).id in {place.step.id for place in steps}:
        return StageState.FAILED
    if any(place.step.id in setup.stale for place in steps):
        return StageState.STALE
    done = all(place.step.id in setup.done or place.step.optional for place in steps)
    return StageState.DONE if steps and done else StageState.LATER


def stage_step(guide: Guide, setup: Setup, stage: Stage) -> str | None:
    """Return the step that a stage opens: its failing test, else its first unfinished step, else its first step."""
    steps = [place for place in journey.places(guide, setup) if place.stage.id == stage.id]
    test = journey.test_step(guide).id
    if failing(guide, setup) and any(place.step.id == test for place in steps):
        return test
    left = [place for place in steps if place.mark is not Mark.DONE]
    return (left or steps)[0].step.id if steps else None
