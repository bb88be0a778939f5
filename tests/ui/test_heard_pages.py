"""Every page of every guide can be heard: named, in order, with the roles that a screen reader goes by."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from app.guide import catalog
from app.setup import journey
from tests.support.controller import walk
from tests.support.heard import faults
from tests.support.pages import ShownPage, dialogs, first_pages, laid_out, setup_pages
from tests.support.screen import in_front
from tests.support.setups import every_answer
from ui.companion.window import Companion
from ui.main_window import MainWindow
from ui.wizard.page import WizardPage

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from PySide6.QtWidgets import QApplication

    from ui.session.controller import SetupController

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


async def other_steps(controller: SetupController, window: MainWindow) -> AsyncIterator[ShownPage]:
    """The steps that only other answers lead to, in both windows."""
    session = controller.session
    wizard, companion = WizardPage(controller), Companion(controller)
    window.show_page(wizard)
    seen = {step.id for _, step in journey.visible(session.guide, session.setup)}
    for answers in every_answer(session.guide):
        setup = session.setup.with_(answers=answers)
        for _, step in journey.visible(session.guide, setup):
            if step.id not in seen:
                seen.add(step.id)
                session.setup = setup
                await session.go(step.id)
                companion.show()
                yield ShownPage(step.id, window)
                yield ShownPage(f"companion-{step.id}", companion)
    companion.hide()
    companion.deleteLater()


@pytest.mark.slow(60, "opens every page of every guide")
@pytest.mark.usefixtures("secret_service")
@pytest.mark.parametrize("guide_id", catalog.ids())
def test_every_page_can_be_heard(qapp: QApplication, tmp_path: Path, guide_id: str) -> None:
    found: dict[str, list[str]] = {}
    pages = 0

    async def story(controller: SetupController) -> None:
        nonlocal pages
        window = MainWindow()
        window.resize(1240, 800)
        window.show()
        await in_front(window)
        shown = [other_steps(controller, window), setup_pages(controller, window)]
        if guide_id == catalog.ids()[0]:
            shown += [first_pages(window), dialogs(controller, window)]
        for group in shown:
            async for page in group:
                await laid_out()
                pages += 1
                if wrong := list(faults(page.window)):
                    found[page.name] = wrong
        window.deleteLater()
        await asyncio.sleep(0)

    walk(qapp, tmp_path, story, guide=guide_id)
    assert found == {}, "\n".join(f"{page}: {each}" for page, wrong in found.items() for each in wrong)
    assert pages > len(catalog.guide(guide_id).steps)
