"""From the real setups to practice: once however often it is asked for, and not at all where practice cannot start."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QMessageBox

from app.cli import Options
from app.setup.lock import AlreadyOpen, Locked
from app.setup.store import Store
from tests.ui.stories import child, until
from ui import tasks
from ui.application import Application
from ui.home.page import HomePage
from ui.main_window import MainWindow
from ui.theme import style

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtWidgets import QApplication

    from app.session.workspace import Workspace
    from app.setup.store import Listing


def here(application: Application) -> Workspace:
    assert application.workspace is not None
    return application.workspace


async def practice_that_cannot_start(application: Application, data: Path) -> None:
    real = here(application)
    (data / "practice").write_text("in the way")
    child(application.home, "practice").click()
    await until(lambda: bool(application.window.findChildren(QMessageBox)))
    (box,) = application.window.findChildren(QMessageBox)
    assert "a file is in the way" in box.text()
    box.accept()
    assert here(application) is real
    assert isinstance(Store(data).lock(), AlreadyOpen)
    (data / "practice").unlink()


async def practice_asked_for_twice(application: Application, data: Path) -> None:
    arrived = asyncio.Event()
    listing, slowly = here(application).list, asyncio.create_task(application.show_home())

    async def slow() -> Listing:
        await arrived.wait()
        return await listing()

    here(application).list = slow  # type: ignore[method-assign]
    child(application.home, "practice").click()
    child(application.home, "practice").click()
    await until(lambda: application.window.windowTitle() == "Practice")
    arrived.set()
    await slowly
    assert application.window.windowTitle() == "Practice", "the real setups are drawn over those of practice"
    assert here(application).consoles is not None
    assert not application.window.findChildren(QMessageBox)
    left = Store(data)
    assert isinstance(left.lock(), Locked), "the real setups were let go"
    left.close()


@pytest.mark.usefixtures("secret_service")
def test_into_practice(qapp: QApplication, tmp_path: Path) -> None:
    style.apply(qapp, dark=False)
    data = tmp_path / "data"

    async def main() -> int:
        window, home = MainWindow(), HomePage()
        window.show_page(home)
        window.show()
        application = Application(Options(False, data, None, "entra", "light", None, False), window, home)
        try:
            assert await application._begin()
            await practice_that_cannot_start(application, data)
            await practice_asked_for_twice(application, data)
        finally:
            await application._finish()
            window.deleteLater()
            await asyncio.sleep(0)
        return 0

    assert tasks.run(qapp, main) == 0
