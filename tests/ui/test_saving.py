"""A disk or a keyring that takes nothing is told and tried again, and changes are not left without a question."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QMessageBox, QPushButton

from app.cli import Options
from app.guide import catalog
from app.session.open_setup import new_setup
from app.setup.state import Setup
from app.setup.store import Store
from app.vault import backend
from tests.ui.stories import child, words
from tests.vault.misbehaving import Locked
from ui import tasks
from ui.application import Application
from ui.home.page import HomePage
from ui.main_window import MainWindow
from ui.session import save_retry

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)


async def until(true: Callable[[], bool], seconds: float = 5) -> None:
    end = asyncio.get_running_loop().time() + seconds
    while not true():
        assert asyncio.get_running_loop().time() < end
        await asyncio.sleep(0.02)


@pytest.mark.usefixtures("secret_service")
def test_a_disk_in_trouble_and_back(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(save_retry, "PAUSE", 0.05)
    data = tmp_path / "data"
    window, home = MainWindow(), HomePage()
    qtbot.addWidget(window)
    window.show_page(home)
    window.show()
    options = Options(False, data, None, "entra", "light", None, False)

    async def main() -> int:
        application = Application(options, window, home)
        try:
            assert await application._begin()
            await application._open(new_setup(catalog.guide("entra"), NOW, practice=False))
            assert application.opened.desk is not None
            assistant = application.opened.desk.assistant
            item = assistant.guide.prerequisites[0].id
            block(data)
            await assistant.tick(item, on=True)
            assert assistant.unsaved is not None
            assert "could not be saved" in (assistant.trouble or "")
            application.close()
            assert not application._end.is_set(), "closing would lose the tick"
            (box,) = window.findChildren(QMessageBox)
            assert assistant.unsaved in box.informativeText()
            application.close()
            assert len(window.findChildren(QMessageBox)) == 1
            press(box, "Keep it open")
            assert not application._end.is_set()
            real = application.workspace
            application.start_practice()
            (box,) = (box for box in window.findChildren(QMessageBox) if box.isVisible())
            press(box, "Keep it open")
            assert application.workspace is real, "going to practice would lose it too"
            unblock(data)
            await until(lambda: assistant.unsaved is None)
            stored = Store(data).load(assistant.setup.id)
            assert isinstance(stored, Setup)
            assert item in stored.ticked
            application.close()
            assert application._end.is_set()
        finally:
            await application._finish()
        return 0

    assert tasks.run(qapp, main) == 0


@pytest.mark.usefixtures("secret_service")
def test_closing_all_the_same_is_possible(qapp: QApplication, qtbot: QtBot, tmp_path: Path) -> None:
    data = tmp_path / "data"
    window, home = MainWindow(), HomePage()
    qtbot.addWidget(window)
    window.show_page(home)
    window.show()
    options = Options(False, data, None, "entra", "light", None, False)

    async def main() -> int:
        application = Application(options, window, home)
        try:
            assert await application._begin()
            await application._open(new_setup(catalog.guide("entra"), NOW, practice=False))
            assert application.opened.desk is not None
            block(data)
            await application.opened.desk.assistant.tick("x", on=True)
            application.close()
            (box,) = window.findChildren(QMessageBox)
            press(box, "Close and lose them")
            assert application._end.is_set()
        finally:
            await application._finish()
        return 0

    assert tasks.run(qapp, main) == 0


@pytest.mark.parametrize("by_hand", [False, True])
def test_a_secret_goes_to_the_keyring_once_that_opens(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by_hand: bool
) -> None:
    keyring = Locked()
    monkeypatch.setattr(backend, "allowed", lambda _platform: backend.Keyring(keyring, "A Keyring"))
    monkeypatch.setattr(save_retry, "PAUSE", 600 if by_hand else 0.05)
    window, home = MainWindow(), HomePage()
    qtbot.addWidget(window)
    window.show_page(home)
    window.show()

    async def main() -> int:
        application = Application(Options(False, tmp_path, None, "entra", "light", None, False), window, home)
        try:
            assert await application._begin()
            await application._open(new_setup(catalog.guide("entra"), NOW, practice=False))
            desk = application.opened.desk
            assert desk is not None
            await desk.assistant.go("generate-token")
            desk.give("token", "canary-token-that-is-long-enough")
            await until(lambda: "Bearer Token only in memory, lost when the program ends" in words(window))
            await until(lambda: "The keyring is locked. Unlock it, then try again. The value is held" in words(window))
            said: list[str] = []
            desk.announced.connect(said.append)
            again = child(window, "keep-again")
            assert again.isVisible()
            if by_hand:
                again.click()
                await until(lambda: bool(said))
                assert said == [
                    "The keyring is locked. Unlock it, then try again. The value is held until the program closes."
                ]
                assert again.isVisible()
            keyring.well = True
            if by_hand:
                again.click()
            await until(lambda: not desk.assistant.fleeting and not desk.busy)
            await until(lambda: "Bearer Token in A Keyring" in words(window))
            assert "Kept in A Keyring." in words(window)
            assert not again.isVisible()
            assert list(keyring.items.values()) == ["canary-token-that-is-long-enough"]
            assert not by_hand or said[-1] == "Bearer Token in A Keyring"
        finally:
            await application._finish()
        return 0

    assert tasks.run(qapp, main) == 0


def block(data: Path) -> None:
    """Nothing can be written there, also not by root: a file stands where the folder was."""
    (data / "setups").rename(data / "aside")
    (data / "setups").write_bytes(b"")


def unblock(data: Path) -> None:
    (data / "setups").unlink()
    (data / "aside").rename(data / "setups")


def press(box: QMessageBox, text: str) -> None:
    next(b for b in box.findChildren(QPushButton) if b.text() == text).click()
