"""The next action under every combination of answers is enabled, or has a reason and a way out."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from app.guide import catalog
from app.guide.vocabulary import Milestone, Page
from app.scim.finding import Verdict
from app.setup import journey
from app.setup.action import Action, ActionKind, Activity, LastTest, next_action
from app.setup.journey import FULL_SYNC_PAUSE, Block, BlockReason
from app.setup.sentences import sentence
from app.setup.state import CheckRecord, RunRecord, Setup, Sighting, Status
from app.setup.status import status
from tests.support.clock import NOW
from tests.support.setups import advance, complete, every_answer, fresh, satisfy

if TYPE_CHECKING:
    from app.guide.model import Guide

GUIDES = [pytest.param(guide, id=guide.id) for guide in catalog.guides()]
QUIET = Activity(NOW)
AT_SUMMARY = Activity(NOW, at_summary=True)
PASSED = Activity(NOW, LastTest.PASSED)


def entra() -> Guide:
    return catalog.guide("entra")


def failed(setup: Setup) -> Setup:
    check = CheckRecord("token", Verdict.FAILED.value, "unauthorized")
    return setup.with_(runs=(RunRecord(NOW + timedelta(hours=1), (check,)),))


def at(guide: Guide, page: Page) -> Setup:
    """A setup with everything before that page done."""
    setup = fresh(guide)
    while guide.step(journey.position(guide, setup)).page is not page:
        setup = complete(guide, setup, journey.position(guide, setup))
    return setup


@pytest.mark.parametrize("guide", GUIDES)
def test_following_the_actions_completes_every_setup(guide: Guide) -> None:
    for answers in every_answer(guide):
        setup = fresh(guide, answers=answers)
        for _ in range(3 * len(guide.steps)):
            if next_action(guide, setup, AT_SUMMARY).kind is ActionKind.LEAVE:
                break
            action = next_action(guide, setup, PASSED)
            if not action.enabled:
                assert action.because is not None
                assert sentence(guide, setup, action.because)
                if action.because.reason is BlockReason.ANSWER:
                    break
                setup = satisfy(guide, setup, action.step)
                action = next_action(guide, setup, PASSED)
            assert action == Action(ActionKind.COMPLETE, journey.position(guide, setup))
            setup = journey.complete(guide, setup, action.step, NOW)
        shut = journey.answer_block(guide, setup) is not None
        assert (status(guide, setup) is Status.COMPLETE) is not shut
        assert (next_action(guide, setup, AT_SUMMARY).kind is ActionKind.LEAVE) is not shut


@pytest.mark.parametrize("guide", GUIDES)
def test_every_step_looked_at_early_says_why_it_waits_and_where_to_go(guide: Guide) -> None:
    for answers in every_answer(guide):
        setup = fresh(guide, answers=answers)
        shown = [step for _, step in journey.visible(guide, setup)]
        for step in shown[1:]:
            action = next_action(guide, journey.open_step(satisfy(guide, setup, step.id), step.id), PASSED)
            assert not action.enabled
            assert action.because is not None
            assert action.jump in {each.id for each in shown} - {step.id}
            words = sentence(guide, setup, action.because)
            assert "{" not in words, words
            assert words.endswith("."), words


def test_the_test_runs_before_its_step_can_be_completed() -> None:
    guide = entra()
    setup, test = at(guide, Page.TEST), journey.test_step(guide).id
    assert next_action(guide, setup, QUIET) == Action(ActionKind.TEST, test)
    assert next_action(guide, setup, Activity(NOW, LastTest.FAILED)) == Action(ActionKind.TEST_AGAIN, test)
    assert next_action(guide, setup, Activity(NOW, LastTest.PASSED, testing=True)).kind is ActionKind.STOP_TEST
    assert next_action(guide, setup, PASSED) == Action(ActionKind.COMPLETE, test)
    lost = journey.forget_secret(setup, "token")
    action = next_action(guide, lost, QUIET)
    captures = next(step.id for step in guide.steps if "token" in step.captures)
    assert action == Action(ActionKind.TEST, test, Block(BlockReason.SECRETS, captures, ("token",)))
    assert action.jump == captures


def test_the_test_may_run_before_submit_and_says_that_submit_is_to_come() -> None:
    guide = entra()
    setup = journey.open_step(advance(guide, fresh(guide), Milestone.SUBMITTED), journey.test_step(guide).id)
    submit = next(step.id for step in guide.steps if step.marks is Milestone.SUBMITTED)
    before = setup.with_(done={step: when for step, when in setup.done.items() if step != submit}, reached={})
    action = next_action(guide, before, QUIET)
    assert action.kind is ActionKind.TEST
    assert action.enabled
    assert action.jump == submit


def test_while_the_keyring_is_asked_nothing_else_begins() -> None:
    guide = entra()
    asked = Block(BlockReason.STORING, values=("token",))
    for setup in (fresh(guide), at(guide, Page.TEST)):
        action = next_action(guide, setup, Activity(NOW, busy=asked))
        assert action.because == asked
        assert not action.enabled
    assert next_action(guide, at(guide, Page.TEST), Activity(NOW, testing=True, busy=asked)).enabled, (
        "it can be stopped"
    )


def test_a_complete_setup_is_left_or_corrected_and_a_failing_one_leads_to_its_test() -> None:
    guide = entra()
    setup = advance(guide, fresh(guide), Milestone.FINISHED)
    last = guide.steps[-1].id
    assert next_action(guide, setup, AT_SUMMARY) == Action(ActionKind.LEAVE, last)
    assert next_action(guide, setup, QUIET) == Action(ActionKind.COMPLETE, last)
    assert next_action(guide, journey.open_step(setup, guide.steps[0].id), QUIET).kind is ActionKind.COMPLETE
    action = next_action(guide, failed(setup), QUIET)
    assert action == Action(ActionKind.OPEN_STEP, journey.test_step(guide).id)


def test_a_step_to_redo_is_where_the_last_step_leads() -> None:
    guide = entra()
    setup = advance(guide, fresh(guide), Milestone.FINISHED)
    stale = next(step.id for _, step in journey.visible(guide, setup) if step.marks is None and step.carries)
    action = next_action(guide, setup.with_(stale=frozenset({stale})), QUIET)
    assert action == Action(ActionKind.OPEN_STEP, stale)


def test_a_second_full_sync_waits() -> None:
    guide = entra()
    setup = advance(guide, fresh(guide), Milestone.FULL_SYNC)
    setup = journey.open_step(setup, next(step.id for step in guide.steps if step.marks is Milestone.FULL_SYNC))
    soon, late = (Activity(NOW + timedelta(seconds=FULL_SYNC_PAUSE + more)) for more in (-60, 1))
    assert next_action(guide, setup, soon).because == Block(BlockReason.SYNC_PAUSE, seconds=60)
    assert next_action(guide, setup, late).enabled


def test_the_gate_holds_the_full_sync_and_says_what_is_missing() -> None:
    guide = entra()
    watch = next(step.id for step in guide.steps if step.page is Page.WATCH)
    setup = at(guide, Page.WATCH)
    for reached, sighting, reason in (
        ({}, None, BlockReason.NOT_SUBMITTED),
        (setup.reached, None, BlockReason.NO_TIMESTAMP),
        (setup.reached, Sighting(NOW - timedelta(hours=1), NOW, entered=True), BlockReason.OLD_TIMESTAMP),
    ):
        held = setup.with_(reached=reached, sighting=sighting)
        assert next_action(guide, held, QUIET) == Action(ActionKind.COMPLETE, watch, Block(reason))
