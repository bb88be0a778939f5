"""In the running application: secrets without a setup are offered, and removed from a real keyring or left alone."""

from __future__ import annotations

import asyncio
import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QMessageBox, QPushButton

from app.cli import Options
from app.guide import catalog
from app.session.open_setup import new_setup
from app.setup.store import Locked, Saved, Store
from app.vault import SENTENCES, Outcome, Status, Vault
from tests.ui.stories import until, words
from ui import tasks
from ui.application import Application
from ui.home.page import HomePage
from ui.main_window import MainWindow

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator
    from pathlib import Path

    from PySide6.QtWidgets import QApplication

NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def emptied(secret_service: str) -> Iterator[None]:
    """The keyring of the tests, with no setup's secrets before and after."""
    assert secret_service
    asyncio.run(empty())
    yield
    asyncio.run(empty())


async def empty() -> None:
    vault = Vault("setup")
    for setup_id in await keys():
        assert (await vault.purge(setup_id)).status is Status.DELETED
    vault.close()


async def keys() -> set[str]:
    """The setups that the keyring has secrets of."""
    vault = Vault("setup")
    found = await vault.holdings()
    vault.close()
    assert found.status is Status.READ
    return {setup_id for setup_id, _ in found.keys}


async def prepare(data: Path) -> tuple[str, str]:
    """A keyring with a secret of a setup whose file is gone, and one of another data folder; returns their ids."""
    vault, store = Vault("setup"), Store(data)
    assert isinstance(store.lock(), Locked)
    gone = new_setup(catalog.guide("entra"), NOW, practice=False)
    assert isinstance(store.save(gone), Saved)
    (data / "setups" / f"{gone.id}.json").unlink()
    strange = secrets.token_hex(16)
    for setup_id in (gone.id, strange):
        assert (await vault.put(setup_id, "token", "canary-of-nobody")).status is Status.STORED
    vault.close()
    store.close()
    return gone.id, strange


def running(qapp: QApplication, data: Path, story: Callable[[Application, MainWindow], Awaitable[None]]) -> None:
    """The application at home, as it starts."""
    window, home = MainWindow(), HomePage()
    window.show_page(home)
    window.show()

    async def main() -> int:
        application = Application(Options(False, data, None, "entra", "light", None, False), window, home)
        try:
            assert await application._begin()
            await story(application, window)
        finally:
            await application._finish()
        return 0

    assert tasks.run(qapp, main) == 0
    window.close()
    window.deleteLater()


def asks(window: MainWindow, line: str) -> bool:
    """Whether home has the line about own or strange ones."""
    found = window.findChild(QPushButton, f"orphans-{line}")
    return found is not None and found.isVisible()


def press(window: MainWindow, line: str, answer: str) -> None:
    """Press the line's button, then that answer of the question."""
    ask = window.findChild(QPushButton, f"orphans-{line}")
    assert ask is not None
    ask.click()
    (box,) = (box for box in window.findChildren(QMessageBox) if box.isVisible())
    next(button for button in box.buttons() if button.text() == answer).click()


def test_they_are_offered_at_the_start_and_done_with_as_the_admin_says(qapp: QApplication, tmp_path: Path) -> None:
    gone, strange = asyncio.run(prepare(tmp_path))

    async def first(application: Application, window: MainWindow) -> None:
        await until(lambda: asks(window, "own") and asks(window, "strange"))
        assert "canary" not in words(window)
        press(window, "strange", "Keep, and ask no more")
        await until(lambda: not asks(window, "strange"))
        assert await keys() == {gone, strange}
        press(window, "own", "Remove secrets")
        await until(lambda: not asks(window, "own"))
        assert await keys() == {strange}

    async def second(application: Application, window: MainWindow) -> None:
        await application.show_home()
        assert not asks(window, "own")
        assert not asks(window, "strange"), "the admin said to ask no more"

    running(qapp, tmp_path, first)
    running(qapp, tmp_path, second)


def test_a_keyring_that_keeps_them_is_told_and_they_stay_offered(
    qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asyncio.run(prepare(tmp_path))

    async def refuse(*_: object) -> Outcome:
        return Outcome(Status.LOCKED)

    async def story(application: Application, window: MainWindow) -> None:
        await until(lambda: asks(window, "own"))
        said: list[str] = []
        monkeypatch.setattr(application._caretaker, "_say", said.append)
        with monkeypatch.context() as patch:
            patch.setattr(Vault, "purge", refuse)
            press(window, "own", "Remove secrets")
            await until(lambda: bool(said))
        assert said == [f"The secrets of a setup could not be removed. {SENTENCES[Status.LOCKED]}"]
        await until(lambda: asks(window, "own"))

    running(qapp, tmp_path, story)
