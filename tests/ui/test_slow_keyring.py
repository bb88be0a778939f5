"""A keyring that does not answer at the start: the window is there, keeps what is pressed, and can be closed."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QListWidget

from app.cli import Options
from tests.ui.stories import child, until
from ui import tasks
from ui.application import Application
from ui.home.page import HomePage
from ui.main_window import MainWindow
from ui.theme import style

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from PySide6.QtWidgets import QApplication


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    event = threading.Event()

    def allowed(_platform: str) -> None:
        event.wait(30)

    monkeypatch.setattr("app.vault.backend.allowed", allowed)
    yield event
    event.set()


def test_what_is_pressed_meanwhile_counts_afterwards(
    qapp: QApplication, tmp_path: Path, answers: threading.Event
) -> None:
    style.apply(qapp, dark=False)

    async def main() -> int:
        window, home = MainWindow(), HomePage()
        window.show_page(home)
        window.show()
        application = Application(Options(False, tmp_path, None, "entra", "light", None, False), window, home)
        running = asyncio.create_task(application.run())
        child(home, "new-setup").click()
        await asyncio.sleep(0.2)
        assert window.findChild(QListWidget, "clients") is None
        answers.set()
        await until(lambda: window.findChild(QListWidget, "clients") is not None)
        await asyncio.sleep(0.1)
        assert not window.shows(home), "home came over what was asked for"
        application.close()
        code = await running
        window.deleteLater()
        await asyncio.sleep(0)
        return code

    assert tasks.run(qapp, main) == 0


@pytest.mark.usefixtures("answers")
def test_the_window_can_be_closed_meanwhile(qapp: QApplication, tmp_path: Path) -> None:
    style.apply(qapp, dark=False)

    async def main() -> int:
        window, home = MainWindow(), HomePage()
        window.show_page(home)
        window.show()
        application = Application(Options(False, tmp_path, None, "entra", "light", None, False), window, home)
        running = asyncio.create_task(application.run())
        await asyncio.sleep(0.2)
        began = time.monotonic()
        application.close()
        assert await running == 0
        assert time.monotonic() - began < 5
        assert not window.isVisible()
        window.deleteLater()
        await asyncio.sleep(0)
        return 0

    assert tasks.run(qapp, main) == 0
