"""What is typed counts before it is entered: a valid text unlocks Done, and Done enters it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QWidget

from app.guide import catalog
from app.guide.vocabulary import Kind
from app.setup import journey
from tests.support.clock import NOW
from tests.support.controller import BASE, CANARY, walk
from tests.support.screen import child, in_front, part
from tests.support.setups import SAMPLES, filled_steps, fresh, to_the_watch
from tests.support.until import until
from ui.companion.window import Companion
from ui.widgets.buttons import MainButton
from ui.widgets.disclosure import DisclosureLink
from ui.widgets.fields import CaptureField
from ui.wizard.page import WizardPage
from ui.wizard.step_card import StepCard

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtWidgets import QApplication

    from app.guide.model import Guide
    from app.setup.state import Setup
    from ui.session.controller import SetupController

pytestmark = [pytest.mark.qt_log_ignore("propagateSizeHints"), pytest.mark.usefixtures("secret_service")]

TEXTS = {
    **SAMPLES,
    Kind.BASE_URL: BASE,
    Kind.TOKEN: CANARY * 3,
    Kind.CLIENT_ID: "client-id-of-the-canary",
    Kind.CLIENT_SECRET: "client-secret-9b1f4c778d2a0e5b",
    Kind.TOKEN_URL: "https://login.example.com/oauth2/token",
}
"""A valid text of each kind."""
BOTH = pytest.mark.parametrize("kind", [WizardPage, Companion])
GUIDES = pytest.mark.parametrize("guide_id", [guide.id for guide in catalog.guides()])


OPTIONAL = next(
    guide
    for guide in catalog.guides()
    if any(guide.values[name].optional for step in guide.steps for name in step.captures)
)
"""A guide with a value that may stay empty."""


async def open_window(kind: type[WizardPage | Companion], controller: SetupController) -> WizardPage | Companion:
    window = kind(controller)
    window.resize(1240, 800)
    window.show()
    await in_front(window)
    return window


def emptied(guide: Guide, filled: Setup, before: Setup, step_id: str) -> Setup:
    """Return the setup with that step open, without what is entered in it. A suggested value is always there."""
    step = guide.step(step_id)
    own = {carry.value for carry in step.carries if guide.values[carry.value].own}
    names = {*step.captures, *(name for name in own if not guide.values[name].suggestion)}
    return journey.open_step(filled, step_id).with_(
        id=before.id,
        values={name: value for name, value in filled.values.items() if name not in names},
        kept={name: at for name, at in filled.kept.items() if name not in names},
    )


async def card_of(window: QWidget, controller: SetupController, step_id: str) -> StepCard:
    await until(lambda: controller.session.here.step.id == step_id)
    card = await until(
        lambda: next((w for w in window.findChildren(StepCard, f"card-{step_id}") if w.isVisible()), None)
    )
    await asyncio.sleep(0.05)
    return card


def press_done(window: QWidget) -> None:
    QTest.keyClick(window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)


def line_in(field: CaptureField) -> QLineEdit:
    return part(field, QLineEdit)


@pytest.mark.slow(25, "types into every field of every guide, in two windows")
@BOTH
@GUIDES
def test_done_enters_what_is_typed_in_every_field(
    qapp: QApplication, tmp_path: Path, kind: type[WizardPage | Companion], guide_id: str
) -> None:
    async def story(controller: SetupController) -> None:
        session, guide = controller.session, controller.session.guide
        window = await open_window(kind, controller)
        main, tried = part(window, MainButton, "done"), 0
        for setup, step_id in filled_steps(guide):
            await session.change(lambda before, s=setup, i=step_id: emptied(guide, s, before, i))  # type: ignore[misc]
            card = await card_of(window, controller, step_id)
            names = [field.objectName() for field in card.findChildren(CaptureField) if field.isVisible()]
            needed = {f"capture-{name}" for name in journey.missing(guide, session.setup, guide.step(step_id))}
            needed |= {f"capture-{name}" for name in journey.unchosen(guide, session.setup, guide.step(step_id))}
            if not names:
                continue
            assert bool(main.obstacle) == bool(needed), step_id
            for name in names:
                field = part(card, CaptureField, name)
                field.setFocus()
                text = TEXTS[guide.values[name.removeprefix("capture-")].kind]
                QTest.keyClicks(line_in(field), text)
                needed -= {name}
                assert field.being_typed() or name.removeprefix("capture-") in session.setup.values
                assert bool(main.obstacle) == bool(needed), (step_id, name, main.obstacle)
                tried += 1
            press_done(window)
            if "capture-base_url" in names:  # its host is unknown: a warning is shown first
                await until(lambda: "base_url" in controller.given and not main.obstacle and not controller.busy)
                assert session.here.step.id == step_id
                press_done(window)
            await until(lambda i=step_id: i in session.setup.done)  # type: ignore[misc]
            for name in names:
                assert session.captures.shown(name.removeprefix("capture-")).present
        assert tried
        window.deleteLater()

    walk(qapp, tmp_path, story, guide=guide_id)


async def at_empty(controller: SetupController, window: QWidget, name: str) -> StepCard:
    """Open the step that captures a value, with nothing entered in it yet."""
    guide = controller.session.guide
    step_id = next(step.id for step in guide.steps if name in step.captures)
    setup = next(setup for setup, each in filled_steps(guide) if each == step_id)
    await controller.session.change(lambda before: emptied(guide, setup, before, step_id))
    return await card_of(window, controller, step_id)


@BOTH
def test_a_refused_text_keeps_the_step_open(
    qapp: QApplication, tmp_path: Path, kind: type[WizardPage | Companion]
) -> None:
    async def story(controller: SetupController) -> None:
        window = await open_window(kind, controller)
        card = await at_empty(controller, window, "tenant_id")
        field = part(card, CaptureField, "capture-tenant_id")
        main = part(window, MainButton, "done")
        field.setFocus()
        QTest.keyClicks(line_in(field), "7c1e3a52-9b1f")
        assert main.obstacle
        QTest.keyClicks(line_in(field), "-4c77-8d2a-0e5b6f3d9a10")
        assert not main.obstacle
        QTest.keyClick(line_in(field), Qt.Key.Key_Return)
        await until(lambda: controller.session.setup.values.get("tenant_id") == SAMPLES[Kind.GUID])
        QTest.keyClicks(line_in(field), "x")
        press_done(window)
        await until(lambda: (given := controller.given.get("tenant_id")) is not None and not given.accepted)
        await asyncio.sleep(0.05)
        assert "tenant_id" in controller.session.here.step.captures, "it was not dropped"
        assert controller.session.setup.values["tenant_id"] == SAMPLES[Kind.GUID]
        window.deleteLater()

    walk(qapp, tmp_path, story)


@BOTH
def test_a_click_on_done_enters_what_is_typed(
    qapp: QApplication, tmp_path: Path, kind: type[WizardPage | Companion]
) -> None:
    async def story(controller: SetupController) -> None:
        window = await open_window(kind, controller)
        for name in ("tenant_id", "token"):
            card = await at_empty(controller, window, name)
            step_id = controller.session.here.step.id
            field = part(card, CaptureField, f"capture-{name}")
            field.setFocus()
            QTest.keyClicks(line_in(field), TEXTS[controller.session.guide.values[name].kind])
            QTest.mouseClick(part(window, MainButton, "done"), Qt.MouseButton.LeftButton)
            await until(lambda i=step_id: controller.session.here.step.id != i)  # type: ignore[misc]
            assert controller.session.captures.shown(name).present
        window.deleteLater()

    walk(qapp, tmp_path, story)


@BOTH
def test_an_opened_section_takes_the_focus_and_keeps_it(
    qapp: QApplication, tmp_path: Path, kind: type[WizardPage | Companion]
) -> None:
    async def story(controller: SetupController) -> None:
        window, session = await open_window(kind, controller), controller.session
        guide = session.guide
        setup, step_id = next(
            (setup, each)
            for setup, each in filled_steps(guide)
            if any(guide.values[carry.value].own for carry in guide.step(each).carries)
        )
        name = next(carry.value for carry in guide.step(step_id).carries if guide.values[carry.value].own)
        done = journey.complete(guide, setup, step_id, setup.created)
        await session.change(lambda before: journey.open_step(done, step_id).with_(id=before.id))
        card = await card_of(window, controller, step_id)
        part(card, DisclosureLink, f"change-{name}").click()
        field = part(card, CaptureField, f"capture-{name}")
        await until(lambda: line_in(field).hasFocus())
        line_in(field).selectAll()
        QTest.keyClicks(line_in(field), "another.example")
        QTest.keyClick(line_in(field), Qt.Key.Key_Return)
        await until(lambda: session.setup.values[name] == "another.example")
        await asyncio.sleep(0.05)
        card = await card_of(window, controller, step_id)
        field = part(card, CaptureField, f"capture-{name}")
        assert part(card, DisclosureLink, f"change-{name}").is_open
        await until(lambda: line_in(field).hasFocus())
        window.deleteLater()

    walk(qapp, tmp_path, story)


@BOTH
def test_enter_in_an_empty_optional_field_goes_on(
    qapp: QApplication, tmp_path: Path, kind: type[WizardPage | Companion]
) -> None:
    async def story(controller: SetupController) -> None:
        window, guide = await open_window(kind, controller), controller.session.guide
        step = next(s for s in guide.steps if any(guide.values[name].optional for name in s.captures))
        card = await at_empty(controller, window, step.captures[0])
        fields = [field for field in card.findChildren(CaptureField) if field.isVisible()]
        for field, following in zip(fields, [*map(line_in, fields[1:]), part(window, MainButton, "done")], strict=True):
            field.setFocus()
            if not guide.values[field.objectName().removeprefix("capture-")].optional:
                continue
            QTest.keyClick(line_in(field), Qt.Key.Key_Return)
            await until(lambda w=following: w.hasFocus())  # type: ignore[misc]
        window.deleteLater()

    walk(qapp, tmp_path, story, guide=OPTIONAL.id)


async def at_the_wait(controller: SetupController, window: QWidget) -> StepCard:
    guide = controller.session.guide
    waiting = to_the_watch(guide, fresh(guide))
    await controller.session.change(lambda before: waiting.with_(id=before.id))
    return await card_of(window, controller, journey.position(guide, waiting))


@BOTH
def test_done_enters_the_timestamp_that_is_typed(
    qapp: QApplication, tmp_path: Path, kind: type[WizardPage | Companion]
) -> None:
    async def story(controller: SetupController) -> None:
        window, session = await open_window(kind, controller), controller.session
        card, main = await at_the_wait(controller, window), part(window, MainButton, "done")
        step_id = session.here.step.id
        child(card, "enter-timestamp").click()
        field = part(card, CaptureField, "timestamp-entry")
        assert line_in(field).hasFocus()
        QTest.keyClicks(line_in(field), "2020-01-01 10:00")
        assert main.obstacle, "it is from before Submit"
        QTest.keyClick(line_in(field), Qt.Key.Key_Return)
        await until(lambda: field.hint)
        line_in(field).selectAll()
        QTest.keyClicks(line_in(field), (NOW + timedelta(minutes=1)).isoformat())
        assert not main.obstacle
        assert not field.hint, "it was about the text before"
        QTest.keyClicks(line_in(field), "x")
        assert main.obstacle
        QTest.keyClick(line_in(field), Qt.Key.Key_Backspace)
        press_done(window)
        await until(lambda: step_id in session.setup.done)
        assert session.setup.sighting is not None
        assert session.setup.sighting.at == NOW + timedelta(minutes=1)
        assert session.here.step.id != step_id
        window.deleteLater()

    walk(qapp, tmp_path, story)


@BOTH
def test_a_text_in_a_field_that_was_closed_is_not_entered(
    qapp: QApplication, tmp_path: Path, kind: type[WizardPage | Companion]
) -> None:
    async def story(controller: SetupController) -> None:
        window, session = await open_window(kind, controller), controller.session
        guide = session.guide
        setup, step_id, name = next(
            (setup, each, carry.value)
            for setup, each in filled_steps(guide)
            for carry in guide.step(each).carries
            if guide.values[carry.value].own and not guide.step(each).captures
        )
        await session.change(lambda before: journey.open_step(setup, step_id).with_(id=before.id))
        card = await card_of(window, controller, step_id)
        link = part(card, DisclosureLink, f"change-{name}")
        link.click()
        line = line_in(part(card, CaptureField, f"capture-{name}"))
        line.selectAll()
        QTest.keyClicks(line, "not a * name")
        link.click()
        press_done(window)
        await until(lambda: step_id in session.setup.done)
        assert session.setup.values[name] == setup.values[name]
        window.deleteLater()

    walk(qapp, tmp_path, story)
