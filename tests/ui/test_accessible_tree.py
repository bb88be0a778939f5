"""What a screen reader finds in a window: roles, names, descriptions and states."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleActionInterface, QAccessibleInterface
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFrame, QLabel, QLineEdit, QListWidget, QPushButton, QWidget

from app.guide import catalog
from app.guide.vocabulary import Lane, Page
from app.setup.journey import places
from tests.support.accessibility import recorded
from tests.support.controller import CANARY, walk
from tests.support.screen import in_front, part
from tests.support.setups import fresh
from tests.support.until import until
from tests.ui.showing import shown
from ui.companion.window import Companion
from ui.widgets.accessibility import STOP
from ui.widgets.buttons import MainButton
from ui.widgets.facts import FactTable
from ui.widgets.fields import CaptureField, ValueField
from ui.widgets.findings import FindingKind, FindingsView
from ui.widgets.layouts import column, fill, insert, row
from ui.widgets.tab_order import InTabOrder
from ui.widgets.table import Rows
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
    inside, stop = label("C", "body", holder), label("D", "body", stop=True)
    every = (stray, marked, inside, stop)
    shown(qtbot, stray, marked, holder, stop)
    roles = [spoken(each).role() for each in every]
    assert roles == [QAccessible.Role.StaticText, QAccessible.Role.Paragraph, QAccessible.Role.Paragraph, STOP]
    assert [name(each) for each in every] == ["A", "B", "C", "D"]


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
        """A panel added later."""

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
                stray = [
                    each for each in card.findChildren(QLabel) if spoken(each).role() is QAccessible.Role.StaticText
                ]
                description = "\n".join(map(name, stray))  # on Linux, Orca says these with the group
                values = [carry.field for carry in here.step.carries]
                values += [session.guide.values[each].label for each in here.step.captures]
                actions = [f"{at}. {each}" for at, each in enumerate(here.step.do, 1 + bool(here.step.path))]
                actions = actions if len(here.step.numbered) > 1 else list(here.step.do)
                for words_of in (*actions, here.step.success, *here.step.path, *values):
                    assert words_of.replace("**", "") in description, here.step.id
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


def test_a_main_button_says_why_it_does_nothing(qtbot: QtBot) -> None:
    acted: list[str] = []
    other, main = QPushButton("Other"), MainButton("Done", press=lambda: acted.append("done"))
    main.refused.connect(acted.append)
    shown(qtbot, other, main)
    there = spoken(main)
    assert (there.role(), name(main)) == (QAccessible.Role.Button, "Done")
    main.show_obstacle("Paste the token first.")
    assert (bool(there.state().disabled), bool(there.state().focusable)) == (True, True)
    assert there.text(QAccessible.Text.Description) == "Paste the token first."
    QTest.keyClick(other, Qt.Key.Key_Tab)
    assert main.hasFocus()
    QTest.keyClick(main, Qt.Key.Key_Space)
    actions = there.actionInterface()
    assert actions is not None
    actions.doAction(QAccessibleActionInterface.pressAction())
    assert acted == ["Paste the token first."] * 2
    main.show_obstacle("")
    assert not there.state().disabled
    qtbot.waitUntil(lambda: there.text(QAccessible.Text.Description) == "")
    QTest.keyClick(main, Qt.Key.Key_Return)
    assert acted[2:] == ["done"]


def test_tables_and_lists_say_which_row_of_how_many(qtbot: QtBot) -> None:
    view = FindingsView(("Line", "Name", "Finding"))
    rows = Rows(3)
    rows.add(["a", "b"], [1, 2], ["One", "Other"], ["Odd", "Odd"])
    view.show_findings([FindingKind("a", "First", 1, ""), FindingKind("b", "Second", 1, "")], rows, 2)
    shown(qtbot, view, width=700)
    table, kinds = spoken(view.table), spoken(part(view, QListWidget))
    cells = [table.child(at).text(QAccessible.Text.Name) for at in range(table.childCount())]
    assert {"1, row 1 of 2", "2, row 2 of 2", "One", "Other"} <= set(cells)
    names = [kinds.child(at).text(QAccessible.Text.Name) for at in range(kinds.childCount())]
    assert [each.rpartition(", ")[2] for each in names] == ["1 of 3", "2 of 3", "3 of 3"]


def test_a_caption_and_its_field_are_related_as_in_qt(qtbot: QtBot) -> None:
    field = CaptureField("Tenant ID", str)
    shown(qtbot, field)
    line = field.focusProxy()
    assert line is not None
    assert name(line) == "Tenant ID"
    relations = spoken(line).relations()
    labels = [other.object() for other, what in relations if what & QAccessible.RelationFlag.Label]
    assert [each.text() for each in labels if isinstance(each, QLabel)] == ["Tenant ID"]


TABS = 3
"""Presses of Tab from the head of a step to its first Copy, at most."""


@pytest.mark.usefixtures("secret_service")
@pytest.mark.parametrize("kind", [WizardPage, Companion])
def test_a_step_opens_at_its_first_empty_field_or_copy_and_is_named_around_it(
    qapp: QApplication, tmp_path: Path, kind: type[WizardPage | Companion]
) -> None:
    async def story(controller: SetupController) -> None:
        session = controller.session
        window = kind(controller)
        window.resize(1240, 800)
        window.show()
        await in_front(window)
        seen = set()
        for step in session.guide.steps:
            await session.go(step.id)
            if session.here.step is not step:
                continue
            title = spoken_step.name(session.guide, session.setup, session.here)
            await until(lambda: title in names_to_focus(window))  # noqa: B023
            focused = window.focusWidget()
            card = next((each for each in window.findChildren(StepCard) if each.isVisible()), None)
            if card is None:
                continue
            fields = [each for each in card.findChildren(CaptureField) if each.isVisible()]
            copies: list[QWidget] = [each.copy for each in card.findChildren(ValueField) if each.copy.isEnabled()]
            wanted = next((each.focusProxy() for each in fields if each.is_empty), None) or (copies or [card])[0]
            assert focused is wanted, step.id
            seen.add(type(wanted))
            if copies:
                card.setFocus()
                for _ in range(TABS):
                    if not copies[0].hasFocus():
                        QTest.keyClick(window.focusWidget(), Qt.Key.Key_Tab)
                assert copies[0].hasFocus(), step.id
        assert len(seen) == 3, "a field, a Copy and a card"
        window.deleteLater()

    walk(qapp, tmp_path, story)


def names_to_focus(window: QWidget) -> list[str]:
    """Return the names of the focused widget and of all around it."""
    at: QWidget | None = window.focusWidget()
    names = []
    while at is not None:
        names.append(name(at))
        at = at.parentWidget()
    return names


def test_tab_and_the_tree_follow_the_layout_also_of_what_is_drawn_later(qtbot: QtBot) -> None:
    class Page(InTabOrder, QWidget):
        """A page added later."""

    page = Page()
    qtbot.addWidget(page)
    last = QPushButton("5", page)
    middle, side = column(QPushButton("2")), row()
    whole = column(row(QPushButton("1")), middle, side, last, inside=page)
    page.show()
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    fill(side, QPushButton("4"))
    fill(middle, QPushButton("3"))
    insert(whole, 0, first := QPushButton("0"))
    qtbot.waitUntil(first.isVisible)
    wanted = ["0", "1", "2", "3", "4", "5"]
    tree = spoken(page)
    assert [tree.child(at).text(QAccessible.Text.Name) for at in range(tree.childCount())] == wanted
    last.setFocus()
    reached = []
    for _ in range(6):
        QTest.keyClick(page.focusWidget(), Qt.Key.Key_Tab)
        focused = page.focusWidget()
        assert isinstance(focused, QPushButton)
        reached.append(focused.text())
    assert reached == wanted
    QTest.keyClick(page.focusWidget(), Qt.Key.Key_Backtab)
    assert page.focusWidget() is not last


def test_facts_are_one_text_that_tab_reaches(qtbot: QtBot) -> None:
    facts = FactTable([("Secrets", "GNOME Keyring")])
    facts.add("Received so far").setText("12 users.")
    shown(qtbot, facts)
    there = spoken(facts)
    assert (there.role(), bool(there.state().focusable)) == (STOP, True)
    assert name(facts) == "Secrets: GNOME Keyring. Received so far: 12 users."
    assert all(spoken(each).role() is QAccessible.Role.Paragraph for each in facts.findChildren(QLabel))


def test_copy_says_a_plain_value_and_what_is_known_of_a_secret(qtbot: QtBot) -> None:
    field = ValueField("Directory ID", "from Tenant ID", secret=True)
    shown(qtbot, field)
    field.show_value("7c1e3a52", "8 of 40 characters", plain=True)
    assert spoken(field.copy).text(QAccessible.Text.Description) == "7c1e3a52, 8 of 40 characters"
    field.show_value(CANARY, "43 characters")
    assert spoken(field.copy).text(QAccessible.Text.Description) == "43 characters"
    field.show_value("", "Not captured yet", present=False)
    assert spoken(field.copy).text(QAccessible.Text.Description) == ""


def test_tab_reports_no_caret_in_an_empty_field(qtbot: QtBot) -> None:
    class Page(InTabOrder, QWidget):
        """A page added later."""

    page = Page()
    qtbot.addWidget(page)
    first, empty, filled = QPushButton("1"), QLineEdit(), QLineEdit("text")
    column(first, empty, filled, inside=page)
    page.show()
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    first.setFocus()
    with recorded() as reports:
        for field in (empty, filled):
            reports.all.clear()
            QTest.keyClick(page.focusWidget(), Qt.Key.Key_Tab)
            assert field.hasFocus()
            carets = [each for each in reports.all if each.event is QAccessible.Event.TextSelectionChanged]
            carets += [each for each in reports.all if each.event is QAccessible.Event.TextCaretMoved]
            assert bool(carets) is (field is filled)


def test_a_step_that_opens_takes_the_focus_once(qapp: QApplication, tmp_path: Path) -> None:
    async def story(controller: SetupController) -> None:
        page = WizardPage(controller)
        page.show()
        await in_front(page)
        steps = [step for step in controller.session.guide.steps if step.lane is not Lane.ASSISTANT]
        for step in steps[:6]:
            part(page, QWidget, "done").setFocus()
            with recorded() as reports:
                await controller.session.go(step.id)
                await until(lambda: step.title in "".join(names_to_focus(page)))  # noqa: B023
                await asyncio.sleep(0.1)
            focused = [each.source for each in reports.all if each.event is QAccessible.Event.Focus]
            assert len(focused) == len(set(focused)), step.id
        page.deleteLater()

    walk(qapp, tmp_path, story)
