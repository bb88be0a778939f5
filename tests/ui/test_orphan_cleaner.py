"""In the running application, secrets without a setup are shown, and removed from a real keyring or kept."""

from __future__ import annotations

import asyncio
import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QPushButton

from app.guide import catalog
from app.session.open_setup import new_setup
from app.setup.lock import FolderTaken
from app.setup.store import Saved, Store
from app.vault import Outcome, Vault, VaultStatus
from tests.support.screen import child, messages, press, words
from tests.support.until import until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.running import Program
    from ui.application import Application
    from ui.main_window import MainWindow

NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def emptied(secret_service: str) -> Iterator[None]:
    """The tests' keyring, without secrets of setups before and after the test."""
    assert secret_service
    asyncio.run(empty())
    yield
    asyncio.run(empty())


async def empty() -> None:
    vault = Vault("setup")
    for setup_id in await keys():
        assert (await vault.purge(setup_id)).status is VaultStatus.DELETED
    vault.close()


async def keys() -> set[str]:
    """Return the setups that have secrets in the keyring."""
    vault = Vault("setup")
    found = await vault.stored_values()
    vault.close()
    assert found.status is VaultStatus.READ
    return {setup_id for setup_id, _ in found.keys}


async def prepare(data: Path) -> tuple[str, str]:
    """Store a secret of a deleted setup and one of another data folder. Return their ids."""
    vault, store = Vault("setup"), Store(data)
    assert isinstance(store.lock(), FolderTaken)
    gone = new_setup(catalog.guide("entra"), NOW, practice=False)
    assert isinstance(store.save(gone), Saved)
    (data / "setups" / f"{gone.id}.json").unlink()
    strange = secrets.token_hex(16)
    for setup_id in (gone.id, strange):
        assert (await vault.put(setup_id, "token", "canary-of-nobody")).status is VaultStatus.STORED
    vault.close()
    store.close()
    return gone.id, strange


def asks(window: MainWindow, line: str) -> bool:
    """Return whether home shows the line about own or unknown secrets."""
    found = window.findChild(QPushButton, f"orphans-{line}")
    return found is not None and found.isVisible()


def answer(window: MainWindow, line: str, text: str) -> None:
    """Click the line's link, then answer the question."""
    child(window, f"orphans-{line}").click()
    (box,) = messages(window)
    press(box, text)


def test_they_are_offered_at_the_start_and_done_with_as_the_admin_says(program: Program) -> None:
    gone, strange = asyncio.run(prepare(program.data))

    async def first(application: Application) -> None:
        window = application.window
        await until(lambda: asks(window, "own") and asks(window, "strange"))
        assert "canary" not in words(window)
        answer(window, "strange", "Keep, and don't ask again")
        await until(lambda: not asks(window, "strange"))
        assert await keys() == {gone, strange}
        answer(window, "own", "Remove secrets")
        await until(lambda: not asks(window, "own"))
        assert await keys() == {strange}

    async def second(application: Application) -> None:
        await application.show_home()
        assert not asks(application.window, "own")
        assert not asks(application.window, "strange"), "the admin said to ask no more"

    program.play(first)
    program.play(second)


def test_a_keyring_that_keeps_them_is_reported_and_they_stay_offered(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    asyncio.run(prepare(program.data))

    async def refuse(*_: object) -> Outcome:
        return Outcome(VaultStatus.LOCKED)

    async def story(application: Application) -> None:
        window = application.window
        await until(lambda: asks(window, "own"))
        with monkeypatch.context() as patch:
            patch.setattr(Vault, "purge", refuse)
            answer(window, "own", "Remove secrets")
            said = await until(lambda: [box for box in messages(window) if VaultStatus.LOCKED.words in box.text()])
        said[0].close()
        await until(lambda: asks(window, "own"))

    program.play(story)
