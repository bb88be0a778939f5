"""Every step and every tool fits into the smallest window, which no page enlarges, whatever is opened in it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication, QWidget

from app.guide.vocabulary import Milestone, Tool
from tests.support.clock import NOW
from tests.support.controller import walk
from tests.support.until import until
from ui.main_window import MainWindow
from ui.theme import style
from ui.widgets.disclosure import DisclosureLink
from ui.widgets.layouts import column
from ui.wizard.page import WizardPage

if TYPE_CHECKING:
    from pathlib import Path

    from ui.session.controller import SetupController

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


def open_all(page: QWidget) -> None:
    for link in page.findChildren(DisclosureLink):
        if link.isVisible():
            link.turn(on=True)


@pytest.mark.usefixtures("secret_service")
@pytest.mark.parametrize("guide_id", ["entra", "pingfederate"])
def test_no_step_and_no_tool_enlarges_it(qapp: QApplication, tmp_path: Path, guide_id: str) -> None:
    async def story(controller: SetupController) -> None:
        setup = controller.session.setup
        controller.session.setup = setup.with_(reached={**setup.reached, Milestone.SUBMITTED: NOW})
        window, wizard = MainWindow(), WizardPage(controller)
        window.resize(window.minimumSize())
        window.show_page(wizard)
        window.show()

        def fits() -> bool:
            return wizard.minimumSizeHint().height() <= window.minimumHeight()

        for page in (*Tool, *(step.id for step in controller.session.guide.steps)):
            if isinstance(page, Tool):
                controller.open_tool(page)
            else:
                controller.close_tool()
                await controller.session.go(page)
            open_all(wizard)
            await asyncio.sleep(0)
            assert window.size() == window.minimumSize(), page
            await until(fits)
        window.deleteLater()
        await asyncio.sleep(0)

    walk(qapp, tmp_path, story, guide=guide_id)


def test_a_page_that_shows_before_it_hides_does_not_enlarge_it(qapp: QApplication) -> None:
    style.apply(qapp, dark=False)
    page, one, other = QWidget(), QWidget(), QWidget()
    for each in (one, other):
        each.setFixedHeight(500)
    column(one, other, inside=page)
    other.hide()
    window = MainWindow()
    size = window.minimumSize().expandedTo(QSize(640, 480))
    window.resize(size)
    window.show_page(page)
    window.show()
    qapp.processEvents()
    other.show()
    one.hide()
    qapp.processEvents()
    assert window.size() == size
    window.deleteLater()
