"""Switching between real setups and practice: once, however often it is clicked, or not at all."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QWidget

from app.guide.vocabulary import Lane
from app.practice.console_keys import ConsoleKeys
from app.practice.process import Started
from app.setup.lock import AlreadyOpen, FolderTaken
from app.setup.store import Store
from tests.support.screen import child, message, messages
from tests.support.until import until

if TYPE_CHECKING:
    from pathlib import Path

    from app.session.workspace import Workspace
    from app.setup.store import SetupListing
    from tests.support.running import Program
    from ui.application import Application

pytestmark = pytest.mark.usefixtures("secret_service")


def here(application: Application) -> Workspace:
    assert application.workspace is not None
    return application.workspace


async def practice_that_cannot_start(application: Application, data: Path) -> None:
    real = here(application)
    (data / "practice").write_text("in the way")
    child(application.home, "practice").click()
    box = await message(application.window)
    assert "a file is in the way" in box.text()
    box.accept()
    assert here(application) is real
    assert isinstance(Store(data).lock(), AlreadyOpen)
    (data / "practice").unlink()


async def practice_asked_for_twice(application: Application, data: Path) -> None:
    arrived = asyncio.Event()
    listing, slowly = here(application).list, asyncio.create_task(application.show_home())

    async def slow() -> SetupListing:
        await arrived.wait()
        return await listing()

    here(application).list = slow  # type: ignore[method-assign]
    child(application.home, "practice").click()
    child(application.home, "practice").click()
    await until(lambda: application.window.windowTitle() == "Practice")
    arrived.set()
    await slowly
    assert application.window.windowTitle() == "Practice", "the real setups are shown over those of practice"
    assert here(application).consoles is not None
    assert messages(application.window) == []
    left = Store(data)
    assert isinstance(left.lock(), FolderTaken), "the real setups were unlocked"
    left.close()


def test_into_practice(program: Program) -> None:
    async def story(application: Application) -> None:
        await practice_that_cannot_start(application, program.data)
        await practice_asked_for_twice(application, program.data)

    program.play(story)


def strip(window: QWidget) -> QWidget | None:
    """The strip of that window, if it is shown."""
    return next((each for each in window.findChildren(QWidget, "practice-strip") if each.isVisible()), None)


def test_practice_is_marked_on_every_page_and_left_by_one_click(program: Program) -> None:
    async def story(application: Application) -> None:
        window = application.window
        assert strip(window) is None
        child(application.home, "practice").click()
        await until(lambda: strip(window))
        await application.pick()
        assert strip(window) is not None
        await application.new_setup("entra")
        assert strip(window) is not None
        window.resize(1000, 680)
        page = application.opened.page
        assert page is not None
        await until(lambda: 600 < page.height() < 680)
        assert child(window, "go-home").text(), "the strip folds the rail"
        child(window, "leave-practice").click()
        child(window, "leave-practice").click()
        await until(lambda: strip(window) is None and window.shows(application.home))
        assert not here(application).practice
        assert here(application).store.list().setups == ()
        assert child(application.home, "practice").isVisible()
        await application.new_setup("entra")
        assert strip(window) is None
        application.opened.show_companion()
        companion = application.opened.companion
        assert companion is not None
        assert strip(companion) is None

    program.play(story)


def test_the_companion_leads_out_of_practice(program: Program) -> None:
    async def story(application: Application) -> None:
        await application.new_setup("entra")
        application.opened.show_companion()
        companion = application.opened.companion
        assert companion is not None
        assert strip(companion) is not None
        child(companion, "leave-practice").click()
        await until(lambda: not here(application).practice and application.window.shows(application.home))
        assert application.window.isVisible()
        assert application.opened.companion is None

    program.play(story, practice=True)


def test_practice_goes_on_if_the_real_setups_are_in_use(program: Program) -> None:
    other = Store(program.data)
    assert isinstance(other.lock(), FolderTaken)

    async def story(application: Application) -> None:
        child(application.window, "leave-practice").click()
        box = await message(application.window)
        assert box.text() == AlreadyOpen().sentence
        box.close()
        assert here(application).practice
        assert here(application).consoles is not None
        assert strip(application.window) is not None

    program.play(story, practice=True)
    other.close()


def test_practice_opens_its_own_consoles_only_and_each_time_anew(program: Program) -> None:
    async def story(application: Application) -> None:
        await application.new_setup("entra")
        controller, workspace = application.opened.controller, here(application)
        assert controller is not None
        running = workspace.consoles
        assert running is not None
        result = await controller.session.captures.give("base_url", "https://scim.cie.paloaltonetworks.com/v2/abc")
        assert not result.accepted
        assert "base_url" not in controller.session.setup.kept
        for elsewhere in (
            Started("https://scim.example", ConsoleKeys()),
            Started("http://127.0.0.1.example", ConsoleKeys()),
        ):
            workspace.consoles = elsewhere
            controller.open_console(Lane.CIE)
            controller.open_link("https://portal.example/")
        workspace.consoles = None
        controller.open_console(Lane.PORTAL)
        assert program.browsed == []
        assert controller.notice
        workspace.consoles = running
        for _ in range(3):
            controller.open_console(Lane.CIE)
            controller.open_link("https://portal.example/")
        assert len(set(program.browsed)) == len(program.browsed) == 6
        assert all(address.startswith(f"{running.origin}/") for address in program.browsed)

    program.play(story, practice=True)
