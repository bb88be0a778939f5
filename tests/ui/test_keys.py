"""Every key of the table works in the large window and in the companion, and Tab soon reaches what continues."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QListWidget, QWidget

from app.guide import catalog
from app.setup import journey
from app.system import handbook
from tests.support.controller import BASE, CANARY, walk
from tests.support.screen import child, in_front, part, words
from tests.support.setups import filled_steps, satisfy
from tests.support.until import until
from ui.companion.window import Companion
from ui.dialogs.find_step import FindStep
from ui.dialogs.keys import KeysDialog
from ui.session.keys import Key
from ui.widgets.buttons import MainButton
from ui.widgets.fields import CaptureField
from ui.wizard.page import WizardPage

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtWidgets import QApplication

    from app.guide.model import Step
    from app.setup.state import Setup
    from tests.support.running import Program
    from ui.application import Application
    from ui.session.controller import SetupController

pytestmark = [pytest.mark.qt_log_ignore("propagateSizeHints"), pytest.mark.usefixtures("secret_service")]

BOTH = pytest.mark.parametrize("kind", [WizardPage, Companion])
NONE, CTRL, ALT, SHIFT = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ShiftModifier,
)
TABS = 3
"""Presses of Tab from a filled field to the main button."""


def at(setup: Setup, session_setup: Setup, step_id: str, controller: SetupController) -> Setup:
    """Return the setup with that step open, and with what the open session has in the keyring."""
    opened = journey.open_step(setup, step_id)
    return opened.with_(id=session_setup.id, kept={**opened.kept, **session_setup.kept})


async def shown(kind: type[WizardPage | Companion], controller: SetupController) -> WizardPage | Companion:
    """Return the open window."""
    window = kind(controller)
    window.resize(1240, 800)
    window.show()
    await in_front(window)
    return window


def with_both(controller: SetupController) -> Step:
    """Return the step that carries Base URL and token."""
    steps = controller.session.guide.steps
    return next(step for step in steps if [carry.value for carry in step.carries][:2] == ["base_url", "token"])


def copied() -> str:
    return QGuiApplication.clipboard().text()


@BOTH
def test_keys_copy_the_values_of_a_step_in_order(
    qapp: QApplication, tmp_path: Path, kind: type[WizardPage | Companion]
) -> None:
    async def story(controller: SetupController) -> None:
        session, step = controller.session, with_both(controller)
        window = await shown(kind, controller)
        await session.go(step.id)
        controller.clipboard.copy_plain("before", "Before")
        QTest.keyClick(window, Qt.Key.Key_2, CTRL)
        await until(lambda: copied() == CANARY * 3)
        await until(lambda: "Copied" in words(part(window, QWidget, "value-token")))
        QTest.keyClick(window, Qt.Key.Key_1, CTRL)
        await until(lambda: copied() == BASE)
        QTest.keyClick(window, Qt.Key.Key_9, CTRL)  # there is no ninth value
        for expected in (CANARY * 3, BASE, CANARY * 3):
            QTest.keyClick(window, Qt.Key.Key_C, CTRL | SHIFT)
            await until(lambda expected=expected: copied() == expected)  # type: ignore[misc]
        controller.clipboard.copy_plain("", "After")
        window.deleteLater()

    walk(qapp, tmp_path, story)


@BOTH
def test_ctrl_enter_completes_and_alt_left_goes_back(
    qapp: QApplication, tmp_path: Path, kind: type[WizardPage | Companion]
) -> None:
    async def story(controller: SetupController) -> None:
        session = controller.session
        window = await shown(kind, controller)
        said: list[str] = []
        controller.announced.connect(said.append)
        first = session.here.step.id
        QTest.keyClick(window, Qt.Key.Key_Return, CTRL)
        assert said == [controller.step_view.footer.line], "it says why it can't"
        await session.change(lambda setup: satisfy(session.guide, setup, first).with_(id=setup.id))
        for key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            QTest.keyClick(window, key, CTRL)
            await until(lambda: session.here.step.id != first)
            QTest.keyClick(window, Qt.Key.Key_Left, ALT)
            await until(lambda: session.here.step.id == first)
        window.deleteLater()

    walk(qapp, tmp_path, story)


@BOTH
def test_a_step_is_found_by_title_and_by_what_is_entered_in_it(
    qapp: QApplication, tmp_path: Path, kind: type[WizardPage | Companion]
) -> None:
    async def story(controller: SetupController) -> None:
        session = controller.session
        window = await shown(kind, controller)
        step = with_both(controller)
        wanted = step.id

        async def finding() -> FindStep:
            await in_front(window)
            QTest.keyClick(window, Qt.Key.Key_F, CTRL)
            return await until(lambda: next((f for f in window.findChildren(FindStep) if f.isVisible()), None))

        for text in (step.title.upper(), step.carries[1].field):
            find = await finding()
            await in_front(find)
            QTest.keyClicks(part(find, QLineEdit, "find"), text)
            found = part(find, QListWidget, "found")
            assert wanted in {
                found.item(row).data(Qt.ItemDataRole.UserRole)
                for row in range(found.count())
                if not found.item(row).isHidden()
            }
            while (item := found.currentItem()) is None or item.data(Qt.ItemDataRole.UserRole) != wanted:
                QTest.keyClick(part(find, QLineEdit, "find"), Qt.Key.Key_Down)
            QTest.keyClick(part(find, QLineEdit, "find"), Qt.Key.Key_Return)
            await until(lambda: session.here.step.id == wanted)
            await session.move(-1)
        find = await finding()
        QTest.keyClicks(part(find, QLineEdit, "find"), "no such step")
        before = session.here.step.id
        QTest.keyClick(part(find, QLineEdit, "find"), Qt.Key.Key_Return)
        assert find.isVisible()
        assert session.here.step.id == before
        find.reject()
        window.deleteLater()

    walk(qapp, tmp_path, story)


def test_the_page_of_keys_opens_everywhere_but_not_while_typing(program: Program) -> None:
    async def story(application: Application) -> None:
        async def page_of_keys(window: QWidget) -> None:
            await in_front(window)
            QTest.keyClick(window.focusWidget() or window, Qt.Key.Key_Question, SHIFT)
            page = await until(lambda: next((k for k in window.findChildren(KeysDialog) if k.isVisible()), None))
            assert all(key.value in words(page) for key in Key)
            page.accept()

        await page_of_keys(application.window)
        await application.new_setup("okta")
        opened = application.opened
        assert opened.controller is not None
        await page_of_keys(application.window)
        guide = opened.controller.session.guide
        await opened.controller.session.go(next(step.id for step in guide.steps if step.captures))
        opened.show_companion()
        assert opened.companion is not None
        await in_front(opened.companion)
        field = await until(lambda: opened.companion and opened.companion.findChild(CaptureField))
        typed = part(field, QLineEdit)
        typed.setFocus()
        QTest.keyClick(typed, Qt.Key.Key_Question, SHIFT)
        assert typed.text() == "?"
        assert opened.companion.findChild(KeysDialog) is None
        typed.clear()
        child(opened.companion, "back").setFocus()
        await page_of_keys(opened.companion)

    program.play(story)


def test_the_table_is_what_qt_listens_to_and_what_the_handbook_lists() -> None:
    page = handbook.page(None).read_text("utf-8")
    sequences = [each for key in Key for each in key.sequences]
    assert len(set(sequences)) == len(sequences)
    for each in sequences:
        assert not QKeySequence(each).isEmpty()
        assert QKeySequence(each).toString(QKeySequence.SequenceFormat.PortableText) == each
    for key in Key:
        assert f"<kbd>{key.value}</kbd>" in page


@pytest.mark.slow(20, "presses Tab in every field of every guide, in two windows")
@BOTH
@pytest.mark.parametrize("guide_id", [guide.id for guide in catalog.guides()])
def test_tab_reaches_the_main_button_from_every_filled_field(
    qapp: QApplication, tmp_path: Path, kind: type[WizardPage | Companion], guide_id: str
) -> None:
    async def story(controller: SetupController) -> None:
        session = controller.session
        window = await shown(kind, controller)
        tried = 0
        for setup, step_id in filled_steps(session.guide):
            await session.change(lambda before, s=setup, i=step_id: at(s, before, i, controller))  # type: ignore[misc]
            card = await until(
                lambda i=step_id: next(  # type: ignore[misc]
                    (w for w in window.findChildren(QWidget, f"card-{i}") if w.isVisible()), None
                )
            )
            main = part(window, MainButton, "done")
            await until(lambda: not main.obstacle)  # noqa: B023
            await until(lambda: session.here.step.id == step_id)  # noqa: B023
            await asyncio.sleep(0.02)
            for field in card.findChildren(CaptureField):
                if not field.isVisible():
                    continue
                tried += 1
                field.setFocus()
                pressed = 0
                while not main.hasFocus() and pressed <= TABS:
                    focused = window.focusWidget()
                    assert focused is not None
                    QTest.keyClick(focused, Qt.Key.Key_Tab)
                    pressed += 1
                assert pressed <= TABS, (step_id, field.objectName())
        assert tried
        window.deleteLater()

    walk(qapp, tmp_path, story, guide=guide_id)
