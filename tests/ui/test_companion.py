"""The companion is a whole program: every step opens at its top, and a setup can be finished in it."""

from __future__ import annotations

import asyncio
import itertools
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QMenu, QWidget

from app.guide import catalog
from app.guide.vocabulary import Lane, Milestone, Page
from app.scim.finding import Check, Finding, Verdict
from app.scim.observation import Observation
from app.setup import journey
from app.setup.action import ActionKind
from app.system.preferences import NAME, Edge
from tests.support.clock import NOW
from tests.support.controller import BASE, CANARY, walk
from tests.support.screen import child, in_front, message, part, paste, words
from tests.support.setups import advance, every_answer, fresh, satisfy
from tests.support.until import until
from ui.companion.window import Companion
from ui.session.keys import Key
from ui.widgets.buttons import MainButton
from ui.widgets.fields import CaptureField, ValueField
from ui.widgets.scroll import column_around
from ui.wizard.finish import Finish
from ui.wizard.step_card import StepCard, StepLine

if TYPE_CHECKING:
    from pathlib import Path

    from app.setup.state import Setup
    from tests.support.running import Program
    from ui.application import Application
    from ui.session.controller import SetupController

pytestmark = [pytest.mark.qt_log_ignore("propagateSizeHints"), pytest.mark.usefixtures("secret_service")]

KNOWN = "https://scim.paloaltonetworks.com/canary-tenant/v2"
LOCAL = "http://127.0.0.1:9/scim"
SIZES = [(410, 560), (360, 420)]
GUIDES = [guide.id for guide in catalog.guides()]


async def at(controller: SetupController, setup: Setup) -> None:
    """Give the open setup this state."""
    await controller.session.change(lambda before: setup.with_(id=before.id, kept={**setup.kept, **before.kept}))
    await asyncio.sleep(0.02)


async def opened(controller: SetupController, size: tuple[int, int] = SIZES[0]) -> Companion:
    companion = Companion(controller)
    companion.resize(*size)
    companion.show()
    await in_front(companion)
    return companion


def in_sight(window: QWidget, widget: QWidget) -> bool:
    """Return whether the whole widget is visible."""
    whole = QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())
    around = widget.parentWidget()
    while around is not None and around is not window:
        if not QRect(around.mapTo(window, QPoint(0, 0)), around.size()).contains(whole):
            return False
        around = around.parentWidget()
    return widget.isVisible() and window.rect().contains(whole)


@pytest.mark.slow(35, "opens every step of every guide at two sizes")
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("guide_id", GUIDES)
def test_each_step_opens_at_its_top_with_what_is_needed_to_go_on_in_sight(
    qapp: QApplication, tmp_path: Path, guide_id: str, size: tuple[int, int]
) -> None:
    async def story(controller: SetupController) -> None:
        session = controller.session
        companion = await opened(controller, size)
        seen = set()
        for answers in every_answer(session.guide):
            setup = fresh(session.guide, answers=answers)
            for _, step in journey.visible(session.guide, setup):
                if step.id in seen or step.page is Page.CHECKLIST:
                    continue
                seen.add(step.id)
                await at(controller, journey.open_step(setup, step.id))
                card = part(companion, QWidget, f"card-{step.id}")
                assert (around := column_around(card)) is not None
                assert around.verticalScrollBar().value() == 0
                assert card.mapTo(around, QPoint(0, 0)).y() >= 0
                if step.confirm:
                    assert in_sight(companion, child(companion, f"confirm-{step.id}"))
                if missing := [name for name in step.captures if not session.captures.shown(name).present]:
                    field = part(companion, CaptureField, f"capture-{missing[0]}")
                    assert in_sight(companion, part(field, QWidget, "paste")), step.id
        companion.deleteLater()

    walk(qapp, tmp_path, story, guide=guide_id)


def test_the_room_below_a_short_step_shows_whole_lines_of_what_comes_next(qapp: QApplication, tmp_path: Path) -> None:
    async def story(controller: SetupController) -> None:
        guide = controller.session.guide
        shown: dict[int, list[int]] = {}
        companion = await opened(controller)
        for height in (960, 560):
            companion.resize(410, height)
            for step in guide.steps[1:6]:
                await at(controller, journey.open_step(fresh(guide), step.id))
                lines = companion.findChildren(StepLine)
                later = [line for line in lines if line.objectName().startswith("later-")]
                seen = [line for line in later if in_sight(companion, line)]
                assert seen == [line for line in later if line.isVisible()] == later[: len(seen)]
                shown.setdefault(height, []).append(sum(in_sight(companion, line) for line in lines))
        assert min(shown[960]) > max(shown[560]), shown
        companion.deleteLater()

    walk(qapp, tmp_path, story)


def test_the_next_box_of_the_checklist_is_in_sight(qapp: QApplication, tmp_path: Path) -> None:
    async def story(controller: SetupController) -> None:
        companion = await opened(controller, SIZES[1])
        needs = controller.session.guide.prerequisites
        for need, following in itertools.pairwise(needs):
            child(companion, f"tick-{need.id}").click()
            await until(lambda need=need: need.id in controller.session.setup.ticked)  # type: ignore[misc]
            await until(lambda f=following: in_sight(companion, child(companion, f"tick-{f.id}")))  # type: ignore[misc]
        child(companion, f"tick-{needs[-1].id}").click()
        await until(lambda: not part(companion, MainButton, "done").obstacle)
        child(companion, "done").click()
        await until(lambda: controller.session.here.number == 2)
        companion.deleteLater()

    walk(qapp, tmp_path, story)


def test_a_failed_test_shows_its_causes_and_leads_to_their_steps(qapp: QApplication, tmp_path: Path) -> None:
    async def story(controller: SetupController) -> None:
        session = controller.session
        companion = await opened(controller)
        await at(controller, advance(session.guide, fresh(session.guide), Milestone.SUBMITTED))
        test = journey.test_step(session.guide)
        await session.go(test.id)
        assert child(companion, "done").text() == ActionKind.TEST.words
        session.testing.findings = (Finding(Check.TOKEN, Verdict.FAILED, Observation.UNAUTHORIZED),)
        controller.test_changed.emit()
        diagnosis = session.testing.diagnosis
        assert diagnosis is not None
        await until(lambda: all(cause.sentence in words(companion) for cause in diagnosis.causes))
        links = [b for b in companion.findChildren(QAbstractButton) if b.objectName().startswith("cause-")]
        led = links[0].objectName()
        links[0].click()
        await until(lambda: f"cause-{session.here.step.id}" == led)
        companion.deleteLater()

    walk(qapp, tmp_path, story)


def test_a_setup_ends_with_its_summary(qapp: QApplication, tmp_path: Path) -> None:
    async def story(controller: SetupController) -> None:
        guide = controller.session.guide
        companion = await opened(controller)
        done = advance(guide, fresh(guide), Milestone.FULL_SYNC)
        await at(controller, satisfy(guide, done, guide.steps[-1].id))
        assert companion.findChild(Finish) is None
        QTest.keyClick(companion, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        summary = await until(lambda: companion.findChild(Finish))
        assert guide.name in words(summary)
        child(summary, "correct-counts").click()
        await until(lambda: controller.session.here.step.id == guide.steps[-1].id and not controller.step_view.finished)
        assert companion.findChild(QWidget, f"card-{guide.steps[-1].id}") is not None
        companion.deleteLater()

    walk(qapp, tmp_path, story)


@pytest.mark.parametrize("practice", [True, False])
def test_the_title_names_the_setup_and_practice_and_no_secret(
    qapp: QApplication, tmp_path: Path, practice: bool
) -> None:
    async def story(controller: SetupController) -> None:
        session = controller.session
        companion = await opened(controller)
        named = session.guide.named_by
        assert not session.guide.values[named].secret
        controller.give(named, "contoso.com")
        await until(lambda: session.setup.name in companion.windowTitle() and session.setup.name)
        title = companion.windowTitle()
        assert session.guide.short_name in title
        assert ("practice" in title) is practice
        assert not any(secret in title for secret in (BASE, LOCAL, CANARY))
        companion.deleteLater()

    walk(qapp, tmp_path, story, base_url=LOCAL if practice else BASE)


def test_another_console_is_announced_until_the_next_step_in_it(qapp: QApplication, tmp_path: Path) -> None:
    async def story(controller: SetupController) -> None:
        guide = controller.session.guide
        companion = await opened(controller)
        names = {Lane.CIE: guide.cie.name, Lane.PORTAL: guide.portal.name, Lane.ASSISTANT: "this window"}
        before = controller.session.here.step.lane
        changes = 0
        for _, step in journey.visible(guide, controller.session.setup)[1:]:
            await controller.session.go(step.id)
            lane = Lane.CIE if step.page is Page.WATCH else step.lane
            banner = part(companion, QWidget, "console")
            assert banner.property("changed") == str(lane is not before).lower(), step.id
            assert f"{'Now in' if lane is not before else 'In'} {names[lane]}" in words(banner)
            changes += lane is not before
            before = lane
        assert changes > 2
        companion.deleteLater()

    walk(qapp, tmp_path, story)


def test_a_valid_paste_goes_on_and_anything_else_stays(qapp: QApplication, tmp_path: Path) -> None:
    async def story(controller: SetupController) -> None:
        session, guide = controller.session, controller.session.guide
        companion = await opened(controller)
        only = next(s for s in guide.steps if list(s.captures) == ["base_url"])
        setup = fresh(guide)
        for _, step in journey.visible(guide, setup):
            if step.id == only.id:
                break
            setup = satisfy(guide, journey.open_step(setup, step.id), step.id)
            setup = journey.complete(guide, setup, step.id, NOW)
        await at(controller, journey.open_step(setup, only.id))

        async def given(text: str) -> None:
            controller.given.pop("base_url", None)
            paste(companion, "capture-base_url", text)
            await until(lambda: "base_url" in controller.given)
            await until(lambda: controller.busy is None)
            await asyncio.sleep(0.02)

        await given("not an address")
        assert session.here.step.id == only.id
        field = part(part(companion, CaptureField, "capture-base_url"), QLineEdit)
        field.setFocus()
        QTest.keyClicks(field, BASE)
        QTest.keyClick(field, Qt.Key.Key_Return)
        await until(lambda: session.captures.shown("base_url").present and controller.busy is None)
        await asyncio.sleep(0.02)
        assert session.here.step.id == only.id, "what is typed is completed by Done"
        await given(BASE)
        assert session.here.step.id == only.id, "there is a warning to read"
        await given(KNOWN)
        await until(lambda: session.here.step.id != only.id)
        assert only.id in session.setup.done

        two = next(s for s in guide.steps if len(s.captures) > 1 and s.marks is None)
        await session.change(lambda now: journey.open_step(now, two.id))
        paste(companion, f"capture-{two.captures[0]}", "12")
        await until(lambda: two.captures[0] in session.setup.values)
        await asyncio.sleep(0.02)
        assert session.here.step.id == two.id, "the other field is still empty"
        companion.deleteLater()

    walk(qapp, tmp_path, story)


def test_a_value_can_be_dragged_unless_it_is_secret(qapp: QApplication, tmp_path: Path) -> None:
    async def story(controller: SetupController) -> None:
        session, guide = controller.session, controller.session.guide
        companion = await opened(controller)
        await at(controller, advance(guide, fresh(guide), Milestone.SUBMITTED))
        offered: dict[bool, set[str]] = {True: set(), False: set()}
        for _, step in journey.visible(guide, session.setup):
            await controller.session.go(step.id)
            for carry in step.carries:
                text = part(companion, ValueField, f"value-{carry.value}").frame.offered
                offered[guide.values[carry.value].secret].add(text)
                assert guide.values[carry.value].secret or text == session.setup.values[carry.value]
        assert offered[True] == {""}
        assert len(offered[False]) > 1
        companion.deleteLater()

    walk(qapp, tmp_path, story)


def test_the_companion_stays_at_the_chosen_edge(qapp: QApplication, tmp_path: Path) -> None:
    async def story(controller: SetupController) -> None:
        companion = await opened(controller)
        before, room = companion.geometry(), companion.screen().availableGeometry()
        for edge in (Edge.RIGHT, Edge.LEFT):
            QTest.keyClick(companion, Qt.Key.Key_F7)
            placed, inside = companion.frameGeometry(), companion.geometry()
            assert companion.docking.edge is edge
            assert (placed.top(), placed.height(), inside.width()) == (room.top(), room.height(), before.width())
            assert (placed.left() == room.left()) is (edge is Edge.LEFT)
            assert (placed.right() == room.right()) is (edge is Edge.RIGHT)
        companion.hide()
        companion.setGeometry(before)
        companion.show()
        await until(lambda: companion.frameGeometry().height() == room.height())
        companion.deleteLater()

    walk(qapp, tmp_path, story)


def test_it_steps_aside_by_one_key(qapp: QApplication, tmp_path: Path) -> None:
    async def story(controller: SetupController) -> None:
        companion = await opened(controller)
        QTest.keyClick(companion, Qt.Key.Key_F8)
        assert companion.isMinimized()
        companion.deleteLater()

    walk(qapp, tmp_path, story)


@pytest.mark.qt_log_ignore("does not support")
def test_the_menu_names_the_keys_of_the_table(qapp: QApplication, tmp_path: Path) -> None:
    async def story(controller: SetupController) -> None:
        companion = await opened(controller)
        child(companion, "more").click()
        menu = part(companion, QMenu, "companion-menu")
        keys = {action.text().partition("\t")[2] for action in menu.actions()} - {""}
        assert keys == {key.value for key in (Key.DOCK, Key.ASIDE, Key.COPY_NEXT, Key.FIND, Key.HELP, Key.KEYS)}
        (left,) = [action for action in menu.actions() if action.text() == "Dock left"]
        left.trigger()
        assert companion.docking.edge is Edge.LEFT
        menu.close()
        companion.deleteLater()

    walk(qapp, tmp_path, story)


@pytest.mark.qt_log_ignore("does not support")
def test_the_companion_is_docked_where_it_was_in_the_last_run(program: Program) -> None:
    setup = fresh(catalog.guide("entra"))
    program.holding(setup)

    async def shown(application: Application) -> Companion:
        await application.open_setup(setup.id)
        application.opened.show_companion()
        assert application.opened.companion is not None
        return application.opened.companion

    async def first(application: Application) -> None:
        companion = await shown(application)
        await in_front(companion)
        QTest.keyClick(companion, Qt.Key.Key_F7)
        assert companion.docking.edge is Edge.LEFT
        await until((program.data / NAME).exists)

    async def second(application: Application) -> None:
        assert (await shown(application)).docking.edge is Edge.LEFT

    async def third(application: Application) -> None:
        assert NAME in (await message(application.window)).text()
        assert (await shown(application)).docking.edge is Edge.RIGHT

    program.play(first)
    program.play(second)
    (program.data / NAME).write_text("damaged")
    program.play(third)
    assert (program.data / NAME).read_text() == "damaged"


def test_a_hidden_companion_is_drawn_when_it_is_shown_again(qapp: QApplication, tmp_path: Path) -> None:
    async def story(controller: SetupController) -> None:
        first, second = [step for step in controller.session.guide.steps if step.lane is Lane.CIE][:2]
        await controller.session.go(first.id)
        companion = await opened(controller)
        companion.hide()
        before = part(companion, StepCard)
        await controller.session.go(second.id)
        assert part(companion, StepCard) is before
        companion.show()
        await until(part(companion, StepCard, f"card-{second.id}").isVisible)
        companion.deleteLater()

    walk(qapp, tmp_path, story)
