"""Help opens with its button and with F1 from every window."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QListWidget

from app.system import handbook
from tests.support.screen import child, in_front, part
from tests.support.until import until
from ui.session.controller import SetupController

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from tests.support.running import Program
    from ui.application import Application

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


@pytest.mark.usefixtures("secret_service")
def test_help_opens_the_handbook_at_the_open_step(program: Program) -> None:
    leading = program.data / "setups/handbook.html"
    opened = program.browsed

    async def helped() -> str:
        await until(lambda: bool(opened))
        return opened.pop()

    async def press_f1(window: QWidget) -> str:
        await in_front(window)
        QTest.keyClick(window, Qt.Key.Key_F1)
        return await helped()

    async def story(application: Application) -> None:
        first_page = handbook.page(None).as_uri()
        child(application.home, "help").click()
        assert await helped() == first_page
        assert await press_f1(application.window) == first_page
        await application.pick()
        assert await press_f1(application.window) == first_page

        clients = part(application.window, QListWidget, "clients")
        clients.setCurrentItem(clients.findItems("Okta (gallery app)", Qt.MatchFlag.MatchExactly)[0])
        for _ in range(2):
            child(application.window, "start-setup").click()
        await until(lambda: application.opened.page is not None)
        assert application.workspace is not None
        assert len(application.workspace.opened) == 1, "a second press began a second setup"
        assert application.opened.controller is not None
        assert application.opened.page is not None
        assert QUrl(await press_f1(application.window)).toLocalFile() == str(leading)
        assert "/okta.html#check-prerequisites" in leading.read_text()
        application.opened.controller.go("find-app")
        await until(
            lambda: (
                application.opened.controller is not None
                and application.opened.controller.session.here.step.id == "find-app"
            )
        )
        child(application.opened.page, "help").click()
        await helped()
        assert "/okta.html#find-app" in leading.read_text()

        application.opened.show_companion()
        assert application.opened.companion is not None
        leading.unlink()
        await press_f1(application.opened.companion)
        assert "/okta.html#find-app" in leading.read_text()
        application.opened.companion.returned.emit()
        await application.show_home()
        assert application.window.findChildren(SetupController) == [], "nothing is left of a setup that was left"
        assert await press_f1(application.window) == first_page

    program.play(story)
