"""A disk or keyring that saves nothing is reported and tried again, and unsaved changes are never closed unasked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app.session import background
from app.setup.state import Setup
from app.setup.store import Store
from app.vault import Outcome, VaultStatus, backend
from tests.support.keyrings import LockedKeyring
from tests.support.screen import appears, child, message, messages, press, words
from tests.support.until import until

if TYPE_CHECKING:
    import asyncio
    from pathlib import Path

    from tests.support.running import Program
    from ui.application import Application
    from ui.session.controller import SetupController


def block(data: Path) -> None:
    """Make writing impossible even for root, by replacing the folder with a file."""
    (data / "setups").rename(data / "aside")
    (data / "setups").write_bytes(b"")


def unblock(data: Path) -> None:
    (data / "setups").unlink()
    (data / "aside").rename(data / "setups")


async def opened(application: Application) -> SetupController:
    """A new setup, open in the window."""
    await application.new_setup("entra")
    assert application.opened.controller is not None
    return application.opened.controller


@pytest.mark.usefixtures("secret_service")
def test_a_disk_in_trouble_and_back(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "RETRY_SECONDS", 0.05)

    async def story(application: Application, life: asyncio.Task[int]) -> None:
        window = application.window
        session = (await opened(application)).session
        item = session.guide.prerequisites[0].id
        block(program.data)
        await session.tick(item, on=True)
        assert session.unsaved is not None
        assert session.trouble is not None
        window.close()
        box = await message(window)
        assert not life.done(), "closing would lose the tick"
        assert session.unsaved in box.informativeText()
        window.close()
        assert messages(window) == [box]
        press(box, "Keep open")
        real = application.workspace
        application.start_practice()
        press(await message(window), "Keep open")
        assert application.workspace is real, "going to practice would lose it too"
        unblock(program.data)
        await until(lambda: session.unsaved is None)
        stored = Store(program.data).load(session.setup.id)
        assert isinstance(stored, Setup)
        assert item in stored.ticked
        assert not life.done()
        window.close()
        assert await life == 0

    async def whole() -> None:
        async with program.starting() as (application, life):
            await until(lambda: application.ready)
            await story(application, life)

    program.loop(whole)


@pytest.mark.usefixtures("secret_service")
def test_closing_all_the_same_is_possible(program: Program) -> None:
    async def story() -> None:
        async with program.starting() as (application, life):
            await until(lambda: application.ready)
            controller = await opened(application)
            block(program.data)
            await controller.session.tick("x", on=True)
            application.window.close()
            press(await message(application.window), "Close without saving")
            assert await life == 0

    program.loop(story)


@pytest.mark.parametrize("by_hand", [False, True])
def test_a_secret_goes_to_the_keyring_once_that_opens(
    program: Program, monkeypatch: pytest.MonkeyPatch, by_hand: bool
) -> None:
    keyring = LockedKeyring()
    monkeypatch.setattr(backend, "platform_keyring", lambda _platform: backend.Keyring(keyring, "A Keyring"))
    monkeypatch.setattr(background, "RETRY_SECONDS", 600 if by_hand else 0.05)

    async def story(application: Application) -> None:
        window = application.window
        controller = await opened(application)
        locked = Outcome(VaultStatus.LOCKED, held=True).sentence
        await controller.session.go("generate-token")
        controller.give("token", "canary-token-that-is-long-enough")
        await until(lambda: controller.session.captures.in_memory_only)
        await appears(window, controller.session.kept_line())
        await until(lambda: locked in words(window))
        said: list[str] = []
        controller.announced.connect(said.append)
        again = child(window, "keep-again")
        assert again.isVisible()
        if by_hand:
            again.click()
            await until(lambda: bool(said))
            assert said == [locked]
            assert again.isVisible()
        keyring.well = True
        if by_hand:
            again.click()
        await until(lambda: not controller.session.captures.in_memory_only and not controller.busy)
        kept = controller.session.kept_line()
        assert "A Keyring" in kept
        await appears(window, kept)
        assert not again.isVisible()
        assert list(keyring.items.values()) == ["canary-token-that-is-long-enough"]
        assert not by_hand or said[-1] == kept

    program.play(story)
