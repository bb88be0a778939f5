"""A secret that would be replaced by a slip is asked about in its step; a replaced one can be brought back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QWidget

from tests.leaks.canary import Canaries
from tests.leaks.toolkit import accessible_texts, widget_texts
from tests.support.controller import CANARY, walk
from tests.support.screen import child
from tests.support.until import until
from ui.wizard.page import WizardPage

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtWidgets import QApplication

    from ui.session.controller import SetupController

TOKEN = CANARY * 3
SLIP = TOKEN[:24]
OTHER = "next-canary-5b1e44" * 3
CANARIES = Canaries({"the stored token": TOKEN, "the slip": SLIP, "another token": OTHER})

pytestmark = [
    pytest.mark.qt_log_ignore("propagateSizeHints"),
    pytest.mark.usefixtures("secret_service"),
]


def leaked(page: QWidget, folder: Path) -> str | None:
    """Return what of a token the toolkit or a file has."""
    texts = list(accessible_texts(QAccessible.queryAccessibleInterface(page)))
    texts += [text for one in (page, *page.findChildren(QWidget)) for text in widget_texts(one)]
    files = b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())
    return CANARIES.part_in("\n".join(texts).encode() + files)


def test_a_slip_is_asked_about_and_a_replacement_is_undone(qapp: QApplication, tmp_path: Path) -> None:
    async def story(controller: SetupController) -> None:
        captures = controller.session.captures
        page = WizardPage(controller)
        page.resize(1000, 680)
        page.show()
        await controller.session.go("generate-token")
        controller.give("token", SLIP)
        await until(lambda: captures.asked("token") is not None and not controller.busy)
        assert child(page, "replace-token").isVisible()
        assert leaked(page, tmp_path) is None
        child(page, "keep-token").click()
        await until(lambda: not child(page, "replace-token").isVisible())
        assert (await captures.read("token")).value == TOKEN
        controller.give("token", SLIP)
        await until(lambda: captures.asked("token") is not None and not controller.busy)
        child(page, "replace-token").click()
        await until(lambda: child(page, "undo-token").isVisible() and child(page, "undo-token").isEnabled())
        assert (await captures.read("token")).value == SLIP
        assert leaked(page, tmp_path) is None
        child(page, "undo-token").click()
        await until(lambda: not child(page, "undo-token").isVisible())
        assert (await captures.read("token")).value == TOKEN
        controller.give("token", OTHER)
        await until(lambda: child(page, "remove-former-token").isVisible())
        await until(lambda: child(page, "remove-former-token").isEnabled())
        child(page, "remove-former-token").click()
        await until(lambda: not child(page, "remove-former-token").isVisible())
        assert (await captures.read("token")).value == OTHER
        page.close()

    walk(qapp, tmp_path, story)
