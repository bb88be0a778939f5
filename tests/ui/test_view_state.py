"""The view around the open step is derived once, and is the same in the wizard and the companion."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from app.guide import catalog
from app.guide.vocabulary import Milestone, Tool
from app.scim.finding import Verdict
from app.setup import journey
from app.setup.action import Action, ActionKind, Activity, LastTest
from app.setup.journey import Block, BlockReason
from app.setup.sentences import sentence
from app.setup.state import CheckRecord, RunRecord, Setup, Status
from app.setup.status import status
from tests.support.clock import NOW
from tests.support.controller import walk
from tests.support.golden import Golden, lines
from tests.support.screen import child, part, words
from tests.support.setups import advance, every_answer, fresh, satisfy
from tests.support.until import until
from ui.companion.window import Companion
from ui.session.view_state import (
    FINISH,
    FOOTER_HINTS,
    Back,
    FooterHint,
    StageState,
    stage_state,
    stage_step,
    view_state,
)
from ui.widgets.buttons import MainButton
from ui.wizard.page import WizardPage

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtWidgets import QApplication, QWidget

    from app.guide.model import Guide
    from ui.session.controller import SetupController

GUIDES = [pytest.param(guide, id=guide.id) for guide in catalog.guides()]
QUIET = Activity(NOW)
PASSED = Activity(NOW, LastTest.PASSED)


def entra() -> Guide:
    return catalog.guide("entra")


@pytest.mark.parametrize("guide", GUIDES)
def test_every_step_of_every_guide_has_a_footer_that_says_something(guide: Guide) -> None:
    for answers in every_answer(guide):
        setup = fresh(guide, answers=answers)
        shown = [step.id for _, step in journey.visible(guide, setup)]
        for step_id in shown:
            view = view_state(guide, journey.open_step(setup, step_id), PASSED)
            footer = view.footer
            assert view.page == step_id
            assert footer.action is not None
            assert footer.label
            assert footer.line
            assert (footer.back is None) is (step_id == shown[0])
            assert footer.jump is None or footer.jump in shown
            assert (footer.jump is None) is (footer.jump_label == "")


def test_the_line_tells_the_reason_the_trouble_the_notice_or_what_comes_next() -> None:
    guide = entra()
    setup = satisfy(guide, fresh(guide), guide.steps[0].id)
    second = guide.steps[1].title
    following = FOOTER_HINTS[FooterHint.NEXT].format(title=second[0].lower() + second[1:])
    assert view_state(guide, setup, QUIET).footer.line == following
    assert view_state(guide, setup, QUIET, notice="A notice.").footer.line == "A notice."
    assert view_state(guide, setup, QUIET, notice="A notice.", trouble="No disk.").footer.line == "No disk."
    asked = Block(BlockReason.KEYRING)
    busy = view_state(guide, setup, Activity(NOW, busy=asked), trouble="No disk.", keyring="KWallet").footer
    assert busy.line == sentence(guide, setup, asked, "KWallet")
    assert busy.action is not None
    assert not busy.action.enabled


def test_a_page_beside_the_steps_has_no_action_but_a_way_back() -> None:
    guide = entra()
    view = view_state(guide, fresh(guide), QUIET, tool=Tool.PORTAL_ERROR)
    assert view.page is Tool.PORTAL_ERROR
    assert (view.footer.action, view.footer.back) == (None, Back.TOOL)


AT_SUMMARY = Activity(NOW, at_summary=True)
LATER = Activity(NOW + timedelta(hours=1))


def test_the_summary_is_a_page_of_a_complete_setup_whichever_step_is_open() -> None:
    guide = entra()
    setup = advance(guide, fresh(guide), Milestone.FINISHED)
    for step in (guide.steps[0], guide.steps[-1]):
        at = journey.open_step(setup, step.id)
        view = view_state(guide, at, AT_SUMMARY)
        assert (view.finished, view.page, view.footer.back) == (True, FINISH, Back.LAST_STEP)
        view = view_state(guide, at, QUIET)
        assert (view.finished, view.page) == (False, step.id)
    begun = advance(guide, fresh(guide), Milestone.FULL_SYNC)
    assert not view_state(guide, begun, AT_SUMMARY).finished


@pytest.mark.parametrize("guide", GUIDES)
def test_every_step_of_a_done_setup_is_reached_without_a_test(guide: Guide) -> None:
    for answers in every_answer(guide):
        if journey.answer_block(guide, fresh(guide, answers=answers)) is not None:
            continue  # these answers never let a Full Sync start
        setup = advance(guide, fresh(guide, answers=answers), Milestone.FINISHED)
        shown = [step.id for _, step in journey.visible(guide, setup)]
        test = journey.test_step(guide).id
        view = view_state(guide, journey.open_step(setup, test), QUIET)
        assert view.footer.action is not None
        assert view.footer.action.kind is ActionKind.TEST, "a test is offered all the same"
        assert view.footer.jump == shown[shown.index(test) + 1]
        stale = setup.with_(stale=frozenset((test,)))
        assert view_state(guide, journey.open_step(stale, test), QUIET).footer.jump != view.footer.jump
        for step_id in shown:
            action = view_state(guide, journey.open_step(setup, step_id), LATER).footer.action
            assert action is not None
            assert action.enabled


def test_the_stage_of_a_failed_test_says_so_and_leads_to_it() -> None:
    guide = entra()
    setup = advance(guide, fresh(guide), Milestone.FINISHED)
    assert {stage_state(guide, setup, each, finished=True) for each in guide.stages} == {StageState.DONE}
    check = CheckRecord("token", Verdict.FAILED.value, "unauthorized")
    failed = setup.with_(runs=(RunRecord(NOW, (check,)),))
    view = view_state(guide, failed, QUIET)
    assert not view.finished
    assert view.footer.action == Action(ActionKind.OPEN_STEP, journey.test_step(guide).id)
    assert view.footer.line == FOOTER_HINTS[FooterHint.FAILING]
    (stage,) = [each for each in guide.stages if journey.test_step(guide) in each.steps]
    assert stage_state(guide, failed, stage, finished=False) is StageState.FAILED
    assert stage_step(guide, failed, stage) == journey.test_step(guide).id


@pytest.mark.parametrize("guide", GUIDES)
def test_a_stage_has_the_state_of_its_visible_steps(guide: Guide) -> None:
    for answers in every_answer(guide):
        setup = fresh(guide, answers=answers)
        first = guide.stages[0]
        for stage in guide.stages:
            shown = [step.id for each, step in journey.visible(guide, setup) if each.id == stage.id]
            expected = StageState.CURRENT if stage is first else StageState.LATER
            assert stage_state(guide, setup, stage, finished=False) is expected
            assert stage_step(guide, setup, stage) == (shown[0] if shown else None)
            done = setup.with_(done=dict.fromkeys(shown, NOW))
            if stage is not first and shown:
                assert stage_state(guide, done, stage, finished=False) is StageState.DONE
                stale = done.with_(stale=frozenset(shown[-1:]))
                assert stage_state(guide, stale, stage, finished=False) is StageState.STALE
                assert stage_step(guide, stale, stage) == shown[-1]
                hidden = done.with_(stale=frozenset(step.id for step in stage.steps) - set(shown))
                assert stage_state(guide, hidden, stage, finished=False) is StageState.DONE


def test_every_hint_has_its_sentence(golden: Golden) -> None:
    golden("hints", lines(FooterHint, FOOTER_HINTS))


# -- both windows ------------------------------------------------------------------------


def shown(window: QWidget) -> tuple[str, bool, bool, str, bool]:
    """Return the footer as shown by the widgets."""
    main, link, back = part(window, MainButton, "done"), child(window, "jump"), child(window, "back")
    return main.text(), not main.obstacle, link.isVisibleTo(window), link.text(), back.isEnabled()


def alike(page: WizardPage, companion: Companion, controller: SetupController) -> None:
    assert shown(page) == shown(companion)
    assert controller.step_view.footer.line in words(page)
    assert controller.step_view.footer.line in words(companion)


@pytest.mark.usefixtures("secret_service")
def test_the_companion_shows_the_action_of_the_wizard_and_finishes_the_setup(
    qapp: QApplication, tmp_path: Path
) -> None:
    async def story(controller: SetupController) -> None:
        session = controller.session
        page, companion = WizardPage(controller), Companion(controller)
        companion.show()
        left: list[bool] = []
        returned: list[bool] = []
        controller.left.connect(lambda: left.append(True))
        companion.returned.connect(lambda: returned.append(True))

        async def at(setup: Setup) -> None:
            await session.change(lambda before: setup.with_(id=before.id, kept=before.kept))
            alike(page, companion, controller)

        guide = session.guide
        for step in guide.steps:
            if any(step is each for _, each in journey.visible(guide, session.setup)):
                await at(journey.open_step(fresh(guide), step.id))

        await at(fresh(guide))
        controller.busy = Block(BlockReason.KEYRING)
        controller.activity_changed.emit()
        alike(page, companion, controller)
        assert part(companion, MainButton, "done").obstacle, "busy"
        controller.busy = None
        session.unsaved = "The disk is full."
        controller.activity_changed.emit()
        alike(page, companion, controller)
        assert "The disk is full." in words(companion)
        session.unsaved = None

        last = guide.steps[-1]
        done = advance(guide, fresh(guide), Milestone.FULL_SYNC)
        await at(satisfy(guide, done, last.id))
        child(companion, "done").click()
        await until(lambda: status(session.guide, session.setup) is Status.COMPLETE)
        assert child(companion, "done").text() == ActionKind.LEAVE.words
        alike(page, companion, controller)
        child(companion, "back").click()
        await until(lambda: controller.step_view.page == last.id)
        alike(page, companion, controller)
        controller.open_summary()
        assert controller.step_view.finished
        assert left == returned == []
        child(companion, "done").click()
        assert left == [True]
        assert returned == [True], "the large window shows the list of setups"
        page.deleteLater()
        companion.deleteLater()

    walk(qapp, tmp_path, story)


@pytest.mark.usefixtures("secret_service")
def test_the_companion_runs_the_test_and_stops_it(qapp: QApplication, tmp_path: Path) -> None:
    async def story(controller: SetupController) -> None:
        companion = Companion(controller)
        companion.show()
        await controller.session.go(journey.test_step(controller.session.guide).id)
        child(companion, "done").click()
        assert controller.testing
        assert child(companion, "done").text() == ActionKind.STOP_TEST.words
        child(companion, "done").click()
        await until(lambda: not controller.testing)
        companion.deleteLater()

    walk(qapp, tmp_path, story)
