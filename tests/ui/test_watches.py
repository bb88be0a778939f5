"""What a setup waited for in the background is told at home, too."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from app.cli import Options
from app.guide import catalog
from app.guide.vocabulary import Milestone, Page
from app.session.open_setup import new_setup, utc_now
from app.setup import journey
from app.setup.store import Saved, Store
from tests.ui.stories import until, words
from ui import tasks
from ui.application import Application
from ui.home.page import HomePage
from ui.main_window import MainWindow
from ui.theme import style

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtWidgets import QApplication

    from app.setup.state import Setup


def waiting() -> Setup:
    guide, now = catalog.guide("okta"), utc_now()
    steps = guide.steps[: next(n for n, step in enumerate(guide.steps) if step.page is Page.WATCH)]
    setup = new_setup(guide, now, practice=False).with_(
        done={step.id: now for step in steps},
        reached={Milestone.SUBMITTED.value: now - timedelta(hours=1), Milestone.STARTED.value: now},
    )
    return setup.with_(status=journey.status_line(guide, setup))


@pytest.mark.usefixtures("secret_service")
def test_home_tells_of_a_timestamp_that_came_meanwhile(qapp: QApplication, tmp_path: Path) -> None:
    style.apply(qapp, dark=False)
    setup = waiting()
    assert isinstance(Store(tmp_path).save(setup), Saved)

    async def main() -> int:
        window, home = MainWindow(), HomePage()
        window.show_page(home)
        window.show()
        application = Application(Options(False, tmp_path, None, "okta", "light", None, False), window, home)
        try:
            assert await application._begin()
            assert "Waiting for the SCIM Change Timestamp" in words(home)
            assert application.workspace is not None
            assistant = application.workspace.opened[setup.id]
            await until(lambda: assistant.waiting.report is not None)
            assert await assistant.waiting.enter_timestamp(utc_now().isoformat()) is None
            await until(lambda: assistant.setup.status in words(home))
            assert "Waiting for" not in words(home)
        finally:
            await application._finish()
            window.deleteLater()
            await asyncio.sleep(0)
        return 0

    assert tasks.run(qapp, main) == 0
