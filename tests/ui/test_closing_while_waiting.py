"""Closing the window, or starting practice, during a wait: what that does is said before, and the admin is asked."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from tests.support.screen import child, message, messages, press, words
from tests.support.until import until
from tests.ui.test_watches import waiting
from ui.desktop import tray
from ui.desktop.tray import IN_TRAY, NO_TRAY
from ui.dialogs.waiting import PAUSED

if TYPE_CHECKING:
    from tests.support.running import Program
    from ui.application import Application

pytestmark = [pytest.mark.usefixtures("secret_service"), pytest.mark.qt_log_ignore("systemTrayWindowChanged")]


async def wait_begun(application: Application) -> None:
    """Return once a setup waits in the background."""
    await until(lambda: application.workspace is not None and application.workspace.waits)


def test_without_a_tray_closing_offers_to_minimize_or_to_end(program: Program) -> None:
    program.holding(setup := waiting())

    async def story() -> None:
        async with program.starting() as (application, life):
            await wait_begun(application)
            application.window.close()
            application.window.close()
            box = await message(application.window)
            assert (box.text(), box.informativeText()) == (setup.summary.wait and setup.summary.wait.words, NO_TRAY)
            QTest.keyClick(box, Qt.Key.Key_Escape)
            await until(lambda: not messages(application.window))
            assert not application.window.isMinimized()
            application.window.close()
            press(await message(application.window), "Minimize")
            await until(application.window.isMinimized)
            assert application.workspace is not None
            assert application.workspace.waits
            assert not life.done()
            application.window.close()
            press(await message(application.window), "End the assistant")
            assert await asyncio.wait_for(life, 20) == 0

    program.loop(story)


def test_with_a_tray_the_wait_goes_on_there(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tray, "has_tray", lambda: True)
    program.holding(waiting())

    async def story(application: Application) -> None:
        await wait_begun(application)
        application.window.close()
        await until(lambda: not application.window.isVisible())
        assert not messages(application.window)
        application.tray.opened.emit()
        assert application.window.isVisible()

    program.play(story)


def test_practice_pauses_a_wait_only_if_the_admin_agrees(program: Program) -> None:
    program.holding(waiting())

    async def story(application: Application) -> None:
        await wait_begun(application)
        child(application.home, "practice").click()
        press(await message(application.window), "Cancel")
        await until(lambda: not messages(application.window))
        await wait_begun(application)
        child(application.home, "practice").click()
        box = await message(application.window)
        assert box.informativeText() == PAUSED
        press(box, "Start practice")
        await until(lambda: application.workspace is not None and application.workspace.practice)
        assert application.workspace is not None
        assert not application.workspace.waits
        await until(lambda: application.window.findChild(QWidget, "practice-strip"))
        child(application.window, "leave-practice").click()
        await until(lambda: application.workspace is not None and not application.workspace.practice)
        await wait_begun(application)

    program.play(story)


@pytest.mark.parametrize("offered", [True, False])
def test_the_step_that_waits_says_what_closing_does(
    program: Program, monkeypatch: pytest.MonkeyPatch, *, offered: bool
) -> None:
    monkeypatch.setattr(tray, "has_tray", lambda: offered)
    program.holding(setup := waiting())

    async def story(application: Application) -> None:
        assert "window closed" not in words(application.home)
        await wait_begun(application)
        await application.open_setup(setup.id)
        page = application.opened.page
        assert page is not None
        await until(lambda: (IN_TRAY if offered else NO_TRAY) in words(page))
        assert (NO_TRAY if offered else IN_TRAY) not in words(page)

    program.play(story)
