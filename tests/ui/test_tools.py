"""Tools open from the rail, from a step and from the companion, and always have a way back."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QPushButton

from app.guide import catalog
from app.guide.model import Step
from app.guide.vocabulary import Milestone, Tool
from tests.support.clock import NOW
from tests.support.controller import walk
from tests.support.screen import child, part, words
from tests.support.until import until
from ui.companion.window import Companion
from ui.theme import icons
from ui.tools.catalog import TOOLS
from ui.tools.portal_error import PortalErrorPage
from ui.wizard.page import WizardPage
from ui.wizard.rail import Rail
from ui.wizard.step_card import StepCard

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ui.session.controller import SetupController

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


def test_every_tool_has_a_page_with_short_words_and_an_icon(qapp: QApplication) -> None:
    assert set(TOOLS) == set(Tool)
    for page in TOOLS.values():
        assert len(page.title) <= 24
        assert page.lead.endswith(".")
        assert not icons.pixmap(page.icon, 16).isNull()


def _open_page(controller: SetupController) -> WizardPage:
    page = WizardPage(controller)
    page.resize(1000, 680)
    page.show()
    page.activateWindow()
    return page


def title(page: WizardPage) -> str:
    return part(page, QLabel, "page-title").text()


@pytest.mark.usefixtures("secret_service")
def test_a_tool_opens_from_the_rail_and_escape_goes_back(qapp: QApplication, tmp_path: Path) -> None:
    async def story(controller: SetupController) -> None:
        page = _open_page(controller)
        before = title(page)
        row = child(page, "tool-portal-error")
        row.click()
        assert controller.tool is Tool.PORTAL_ERROR
        assert title(page) == TOOLS[Tool.PORTAL_ERROR].title
        assert part(page, QLabel, "page-lead").text() == TOOLS[Tool.PORTAL_ERROR].lead
        assert row.property("here") is True
        number = controller.session.here.number
        assert child(page, "back").text() == f"Back to step {number}"
        assert not child(page, "done").isVisibleTo(page)
        assert child(page, f"stage-{controller.session.here.stage.id}").property("here") is False
        assert not any(each.isCheckable() for each in page.findChildren(Rail)[0].findChildren(QAbstractButton))
        await until(lambda: page.focusWidget() is not None and page.focusWidget().objectName() == "portal-error-text")
        row.click()  # once more changes nothing
        assert row.property("here") is True
        QTest.keyClick(page, Qt.Key.Key_Escape)
        await until(lambda: controller.tool is None)
        assert title(page) == before
        assert child(page, "back").text() == "Back"
        assert child(page, "done").isVisibleTo(page)
        page.deleteLater()

    walk(qapp, tmp_path, story)


@pytest.mark.usefixtures("secret_service")
def test_every_way_to_a_step_closes_the_tool(qapp: QApplication, tmp_path: Path) -> None:
    async def story(controller: SetupController) -> None:
        page = _open_page(controller)
        number = controller.session.here.number
        controller.open_tool(Tool.PORTAL_ERROR)
        child(page, "back").click()
        assert controller.tool is None
        assert controller.session.here.number == number, "back from a tool is back to the same step"
        other = controller.session.guide.stages[-1]
        ways: tuple[Callable[[], None], ...] = (
            lambda: controller.go(other.steps[0].id),
            controller.back,
            controller.complete,
            lambda: child(page, f"stage-{other.id}").click(),
        )
        for leave in ways:
            controller.open_tool(Tool.PORTAL_ERROR)
            leave()
            await asyncio.sleep(0.02)
            assert controller.tool is None
            assert title(page) != TOOLS[Tool.PORTAL_ERROR].title
        page.deleteLater()

    walk(qapp, tmp_path, story)


@pytest.mark.usefixtures("secret_service")
def test_a_tool_keeps_what_it_shows_while_a_step_is_looked_at(qapp: QApplication, tmp_path: Path) -> None:
    async def story(controller: SetupController) -> None:
        page = _open_page(controller)
        controller.open_tool(Tool.PORTAL_ERROR)
        first = part(page, PortalErrorPage)
        controller.close_tool()
        assert not first.isVisibleTo(page)
        controller.open_tool(Tool.PORTAL_ERROR)
        assert page.findChildren(PortalErrorPage) == [first]
        assert first.isVisibleTo(page)
        page.deleteLater()

    walk(qapp, tmp_path, story)


@pytest.mark.usefixtures("secret_service")
def test_a_step_links_to_its_tools_and_the_companion_gives_way(qapp: QApplication, tmp_path: Path) -> None:
    async def story(controller: SetupController) -> None:
        here = controller.session.here
        step = Step.model_validate({**here.step.model_dump(), "tools": ["portal-error"]})
        card = StepCard(here, controller)
        assert card.findChild(QPushButton, "look-portal-error") is None
        card.deleteLater()
        card = StepCard(replace(here, step=step), controller)
        companion = Companion(controller)
        swaps: list[bool] = []
        companion.returned.connect(lambda: swaps.append(True))
        controller.open_tool(Tool.PORTAL_ERROR)
        assert swaps == [], "the large window is there already"
        controller.close_tool()
        companion.show()
        link = child(card, "look-portal-error")
        assert link.text() == TOOLS[Tool.PORTAL_ERROR].invitation
        link.click()
        assert controller.tool is Tool.PORTAL_ERROR
        assert swaps == [True]
        companion.hide()
        companion.deleteLater()
        card.deleteLater()

    walk(qapp, tmp_path, story)


@pytest.mark.usefixtures("secret_service")
def test_the_checklist_links_to_the_check_of_group_names(qapp: QApplication, tmp_path: Path) -> None:
    async def story(controller: SetupController) -> None:
        page = _open_page(controller)
        await until(lambda: page.focusWidget() is not None)
        first = controller.session.guide.prerequisites[0].id
        assert page.focusWidget().objectName() == f"tick-{first}", "the keyboard is where the first thing is to do"
        needs = {need.id for need in controller.session.guide.prerequisites}

        async def ticked(wanted: set[str]) -> None:
            await until(lambda: controller.session.setup.ticked == wanted)
            assert {need for need in needs if child(page, f"tick-{need}").isChecked()} == wanted

        for wanted in (needs, set[str]()):
            child(page, "tick-all").click()
            await ticked(wanted)
        for need in needs:
            assert not child(page, "tick-all").isChecked()
            child(page, f"tick-{need}").click()
        await ticked(needs)
        assert child(page, "tick-all").isChecked(), "they were ticked one by one"
        child(page, "look-groups-export").click()
        assert controller.tool is Tool.GROUPS_EXPORT
        page.deleteLater()

    walk(qapp, tmp_path, story)


def test_every_guide_names_the_tools_where_they_help() -> None:
    for guide in catalog.guides():
        named = {tool for step in guide.steps for tool in step.helpful_tools}
        assert named >= {Tool.GROUPS_EXPORT, Tool.ARRIVED}, guide.id


@pytest.mark.usefixtures("secret_service")
def test_the_rail_shows_stages_tools_and_keyring_in_the_smallest_window(qapp: QApplication, tmp_path: Path) -> None:
    longest = max(catalog.guides(), key=lambda guide: len(guide.stages))
    assert len(longest.stages) >= 7

    async def story(controller: SetupController) -> None:
        setup = controller.session.setup
        controller.session.setup = setup.with_(reached={**setup.reached, Milestone.SUBMITTED: NOW})
        rail = Rail(controller)
        rail.resize(236, 680)
        rail.show()
        await asyncio.sleep(0.05)
        assert "Tools" in words(rail)
        for tool in TOOLS:
            row = child(rail, f"tool-{tool.value}")
            assert row.visibleRegion().boundingRect().height() == row.height()
        assert rail.minimumSizeHint().height() <= 680
        last = controller.session.guide.stages[-1]
        controller.go(last.steps[-1].id)
        await until(lambda: controller.session.here.stage.id == last.id)
        await asyncio.sleep(0.05)
        row = child(rail, f"stage-{last.id}")
        assert row.visibleRegion().boundingRect().height() == row.height(), "the current stage is kept in view"
        rail.hide()
        rail.deleteLater()

    walk(qapp, tmp_path, story, guide=longest.id)
