"""A key for any window shows the companion where the desktop's portal has such keys, and is offered nowhere else."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu, QPushButton

from app.guide import catalog
from app.vault import VaultStatus
from tests.support.controller import CANARY
from tests.support.portal_service import portal_service
from tests.support.screen import child, in_front, part, words
from tests.support.until import until

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.support.running import Program
    from ui.application import Application
    from ui.companion.window import Companion

pytestmark = pytest.mark.qt_log_ignore("does not support")

BASE = "https://scim.paloaltonetworks.com/canary-tenant/v2"
TOKEN = CANARY * 3
GUIDE = catalog.guide("entra")
CARRYING = next(step for step in GUIDE.steps if [carry.value for carry in step.carries][:2] == ["base_url", "token"])


def choices(companion: Companion) -> dict[str, str]:
    """Return the entries of the companion's menu with what is beside them."""
    child(companion, "more").click()
    menu = part(companion, QMenu, "companion-menu")
    texts = [action.text().partition("\t") for action in menu.actions()]
    menu.close()
    menu.setObjectName("")
    return {text: beside for text, _, beside in texts}


def choose(companion: Companion) -> None:
    """Choose a key in the menu."""
    child(companion, "more").click()
    menu = part(companion, QMenu, "companion-menu")
    (entry,) = [action for action in menu.actions() if action.text().startswith("Key for any window")]
    entry.trigger()
    menu.close()
    menu.setObjectName("")


def in_companion(program: Program, story: Callable[[Application, Companion], Awaitable[None]]) -> None:
    """Run a story in the companion, at the step that carries Base URL and token."""

    async def whole(application: Application) -> None:
        await application.new_setup(GUIDE.id)
        opened = application.opened
        assert opened.controller is not None
        session = opened.controller.session
        for name, text in (("base_url", BASE), ("token", TOKEN)):
            assert (await session.captures.give(name, text)).accepted
        await session.go(CARRYING.id)
        opened.show_companion()
        assert opened.companion is not None
        await in_front(opened.companion)
        await story(application, opened.companion)
        assert (await session.vault.purge(session.setup.id)).status is VaultStatus.DELETED

    program.play(whole)


async def offered(companion: Companion) -> None:
    await until(lambda: companion.global_key is not None and companion.global_key.offered)


@pytest.mark.usefixtures("secret_service")
def test_without_a_portal_nothing_is_offered(program: Program) -> None:
    async def story(_application: Application, companion: Companion) -> None:
        await asyncio.sleep(0.3)
        assert "Key for any window" not in choices(companion)

    in_companion(program, story)


def test_the_key_brings_the_companion_which_copies_at_the_next_key(program: Program, secret_service: str) -> None:
    async def story(application: Application, companion: Companion) -> None:
        await offered(companion)
        assert choices(companion)["Key for any window"] == "Choose"
        choose(companion)
        await until(lambda: choices(companion)["Key for any window"] == "Super+C")
        methods = [method for method, _ in portal.asked]
        assert methods == ["CreateSession", "BindShortcuts"]
        assert TOKEN not in str(portal.asked)
        companion.returned.emit()
        assert not companion.isVisible()
        application.clipboard.copy_plain("before", "Before")

        for expected in (None, TOKEN):
            portal.press()
            await until(companion.isVisible)
            await in_front(companion)
            await until(lambda: "Press Enter to copy it." in words(companion))
            button = await until(lambda: focused(companion))
            held = QGuiApplication.clipboard().text()
            assert held in ("before", BASE), "the key alone copies nothing"
            QTest.keyClick(button, Qt.Key.Key_Return)
            await until(lambda held=held: QGuiApplication.clipboard().text() != held)  # type: ignore[misc]
            assert expected is None or QGuiApplication.clipboard().text() == expected
            await until(lambda: "Copied" in words(companion))
        application.clipboard.clear_now()

    with portal_service(secret_service) as portal:
        in_companion(program, story)


def focused(companion: Companion) -> QPushButton | None:
    """Return the Copy button with the focus."""
    found = companion.focusWidget()
    return found if isinstance(found, QPushButton) and found.objectName() == "copy" and found.hasFocus() else None


def test_presses_of_other_programs_and_shortcuts_do_nothing(program: Program, secret_service: str) -> None:
    async def story(application: Application, companion: Companion) -> None:
        await offered(companion)
        choose(companion)
        await until(lambda: companion.global_key is not None and companion.global_key.trigger)
        companion.returned.emit()
        portal.press(forged=True)
        portal.press(shortcut="another")
        portal.press(session="/org/freedesktop/portal/desktop/session/another")
        await asyncio.sleep(0.3)
        assert not companion.isVisible()
        portal.press()
        await until(companion.isVisible)

    with portal_service(secret_service) as portal:
        in_companion(program, story)


def test_a_refused_key_can_be_chosen_again(program: Program, secret_service: str) -> None:
    async def story(_application: Application, companion: Companion) -> None:
        await offered(companion)
        for count in (2, 4):
            choose(companion)
            await until(lambda count=count: len(portal.asked) == count)  # type: ignore[misc]
            await asyncio.sleep(0.1)
            assert choices(companion)["Key for any window"] == "Choose"

    with portal_service(secret_service, agrees=False) as portal:
        in_companion(program, story)
