"""An admin takes Entra ID from the first page to Full Sync: real window, real keyring, real HTTP."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest

from app.cli import Options
from app.setup import journey
from app.setup.state import Counts
from ui import tasks
from ui.application import Application
from ui.home.page import HomePage
from ui.main_window import MainWindow
from ui.theme import style
from ui.tour.tour import Tour

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtWidgets import QApplication


async def one_session(options: Options, folder: Path, until: str | None) -> Application:
    """Open the program, walk, close it."""
    window, home = MainWindow(), HomePage()
    window.show_page(home)
    window.show()
    application = Application(options, window, home)
    try:
        assert await application._begin()
        code = await Tour(application, folder, until).run()
        assert (code == 0) == (until is None), (folder / "tour.json").read_text()
    finally:
        await application._finish()
        window.deleteLater()
        await asyncio.sleep(0)
    return application


@pytest.mark.usefixtures("secret_service")
def test_from_the_first_page_to_full_sync_with_a_break(qapp: QApplication, tmp_path: Path) -> None:
    style.apply(qapp, dark=False)
    options = Options(
        practice=True,
        data_dir=tmp_path / "data",
        tour=None,
        client="entra",
        theme="light",
        scale=None,
        smoke=False,
    )

    async def story() -> Application:
        before = await one_session(options, tmp_path / "morning", "test-connection")
        assert before.clipboard.take_text() == ""
        after = await one_session(options, tmp_path / "afternoon", None)
        left = after.clipboard.take_text()
        assert left.isdigit(), "only the last count, which the browser copied"
        return after

    results: list[Application] = []

    async def main() -> int:
        results.append(await story())
        return 0

    assert tasks.run(qapp, main) == 0
    assert results[0].workspace is not None
    (assistant,) = results[0].workspace.opened.values()
    setup = assistant.setup
    assert journey.finished(assistant.guide, setup)
    assert setup.synced == Counts(int(setup.values["portal_users"]), int(setup.values["portal_groups"]))
    assert setup.synced.users > 0
    walked = json.loads((tmp_path / "afternoon" / "tour.json").read_text())
    assert walked["steps"][0]["step"] == "test-connection"
    for record in (tmp_path / "data").rglob("*.json"):
        assert "127.0.0.1" not in record.read_text()
