"""What a screen reader finds in a window: roles, names, descriptions and states."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QFrame, QWidget

from app.guide import catalog
from app.guide.vocabulary import Lane, Page
from app.setup.journey import places
from tests.support.controller import CANARY, walk
from tests.support.setups import fresh
from tests.ui.showing import shown
from ui.widgets.text import ElidedLabel, label, rich, spoken_elsewhere
from ui.wizard import spoken_step
from ui.wizard.page import WizardPage
from ui.wizard.step_card import StepCard

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

    from ui.session.controller import SetupController

LONG = "https://scim.example.com/a/very/long/address/that/has/to/be/broken"


def spoken(widget: QWidget) -> QAccessibleInterface:
    """Return what a screen reader gets of a widget."""
    found = QAccessible.queryAccessibleInterface(widget)
    assert found is not None
    return found


def name(widget: QWidget) -> str:
    return spoken(widget).text(QAccessible.Text.Name)


@pytest.mark.parametrize("wrap", [True, False])
@pytest.mark.parametrize("role", ["title", "heading", "bad-heading"])
def test_headings_have_the_role_and_their_whole_text(qtbot: QtBot, role: str, wrap: bool) -> None:
    made = label("Before", role, wrap=wrap)
    page = shown(qtbot, made)
    made.setText(f"See {LONG}")
    assert spoken(made).role() is QAccessible.Role.Heading
    assert name(made) == f"See {LONG}"
    assert spoken(page).child(0).role() is QAccessible.Role.Heading


def test_only_what_nothing_else_says_is_a_stray_label(qtbot: QtBot) -> None:
    stray, marked, holder = label("A", "body"), spoken_elsewhere(label("B", "body")), spoken_elsewhere(QFrame())
    inside = label("C", "body", holder)
    shown(qtbot, stray, marked, holder)
    roles = [spoken(each).role() for each in (stray, marked, inside)]
    assert roles == [QAccessible.Role.StaticText, QAccessible.Role.Paragraph, QAccessible.Role.Paragraph]
    assert [name(each) for each in (stray, marked, inside)] == ["A", "B", "C"]


def test_a_broken_or_cut_text_is_spoken_whole(qtbot: QtBot) -> None:
    broken, bold, cut = label(LONG, "body"), label("", "body", rich=True), ElidedLabel(LONG)
    bold.setText(rich(f"**A & B** {LONG}"))
    cut.setFixedWidth(60)
    shown(qtbot, broken, bold, cut)
    assert [name(each) for each in (broken, bold, cut)] == [LONG, f"A & B {LONG}", LONG]
    broken.setText("Short")
    assert name(broken) == "Short"


def test_a_given_name_is_never_replaced_by_the_text(qtbot: QtBot) -> None:
    secret = label("", "mono")
    secret.setAccessibleName("Token")
    shown(qtbot, secret)
    secret.setText(CANARY * 3)
    assert name(secret) == "Token"


def test_a_frame_is_a_group_once_it_has_a_name(qtbot: QtBot) -> None:
    class Panel(QFrame):
        """A panel of tomorrow."""

    panel = Panel()
    shown(qtbot, panel)
    assert spoken(panel).role() is QAccessible.Role.Client
    panel.setAccessibleName("Causes")
    assert spoken(panel).role() is QAccessible.Role.Grouping


def test_the_open_step_can_take_the_focus_and_says_what_to_do(qapp: QApplication, tmp_path: Path) -> None:
    async def story(controller: SetupController) -> None:
        page = WizardPage(controller)
        page.show()
        session = controller.session
        for step in session.guide.steps:
            await session.go(step.id)
            for card in (each for each in page.findChildren(StepCard) if each.isVisible()):
                here = session.here
                words = spoken(card)
                assert words.role() is QAccessible.Role.Grouping
                assert words.state().focusable
                assert name(card) == spoken_step.name(session.guide, session.setup, here)
                assert f"{here.number} of" in name(card)
                assert here.step.title in name(card)
                description = words.text(QAccessible.Text.Description)
                values = [carry.field for carry in here.step.carries]
                values += [session.guide.values[each].label for each in here.step.captures]
                for part in (here.step.text, here.step.success, *here.step.path, *values):
                    assert part.replace("**", "") in description, here.step.id
                assert CANARY not in description
        page.deleteLater()

    walk(qapp, tmp_path, story)


@pytest.mark.parametrize("client", catalog.ids())
def test_every_step_is_named_by_number_title_and_console(client: str) -> None:

    guide = catalog.guide(client)
    setup = fresh(guide)
    for place in places(guide, setup):
        words = spoken_step.name(guide, setup, place)
        console = guide.portal.name if place.step.lane is Lane.PORTAL else guide.cie.name
        assert words.startswith(f"Step {place.number} of ")
        assert (console in words) is (place.step.lane is not Lane.ASSISTANT or place.step.page is Page.WATCH)
