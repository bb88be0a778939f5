"""Two admins: one hands a setup over as a file, the other opens it, captures the secrets again and goes on."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QMessageBox, QPushButton

from app.cli import Options
from ui import tasks
from ui.application import Application
from ui.home.page import HomePage
from ui.main_window import MainWindow

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from PySide6.QtWidgets import QApplication, QWidget

ROOT = Path(__file__).resolve().parents[2]
TENANT = "8a7b6c5d-1234-4abc-9def-0123456789ab"
URL = "https://scim.example.paloaltonetworks.com/canary-path-5f1d/v2"


async def eventually(found: Callable[[], object], seconds: float = 10) -> None:
    """Wait until that is true."""
    async with asyncio.timeout(seconds):
        while not found():
            await asyncio.sleep(0.02)


async def session(data: Path, walk: Callable[[Application], Awaitable[None]], *, practice: bool = False) -> None:
    """Open the program with that data folder, do something, close it."""
    window, home = MainWindow(), HomePage()
    window.show_page(home)
    window.show()
    application = Application(Options(practice, data, None, "entra", "light", None, False), window, home)
    try:
        assert await application._begin()
        await walk(application)
    finally:
        await application._finish()
        window.deleteLater()
        await asyncio.sleep(0)


def box(inside: QWidget) -> QMessageBox:
    """The message that is open."""
    (found,) = [each for each in inside.findChildren(QMessageBox) if each.isVisible()]
    return found


def press(inside: QWidget, words: str) -> None:
    """Press the button with these words in the message that is open."""
    (button,) = [each for each in box(inside).buttons() if each.text().replace("&", "") == words]
    button.click()


@pytest.mark.usefixtures("secret_service")
def test_from_one_admin_to_another(qapp: QApplication, tmp_path: Path) -> None:
    file = tmp_path / "given.ciescim"

    async def first(application: Application) -> None:
        await application.new_setup("entra")
        (assistant,) = application.workspace.opened.values()
        assert (await assistant.captures.give("tenant_id", TENANT)).accepted
        assert (await assistant.captures.give("base_url", URL)).accepted
        await application.show_home()
        button = application.home.findChild(QPushButton, f"hand-over-{assistant.setup.id}")
        assert button is not None
        button.click()
        await eventually(lambda: application.window.findChild(QFileDialog))
        dialog = application.window.findChild(QFileDialog)
        assert dialog is not None
        dialog.fileSelected.emit(str(file))
        dialog.reject()
        await eventually(file.exists)
        await eventually(lambda: [b for b in application.window.findChildren(QMessageBox) if b.isVisible()])
        assert "not in it" in box(application.window).informativeText()
        await application.delete(assistant.setup.id)

    async def second(application: Application) -> None:
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(file))])
        copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        enter = QDragEnterEvent(QPointF(9, 9), copy, data, left, none)
        application.home.dragEnterEvent(enter)
        assert enter.isAccepted()
        application.home.dropEvent(QDropEvent(QPointF(9, 9), copy, data, left, none))
        await eventually(lambda: [b for b in application.window.findChildren(QMessageBox) if b.isVisible()])
        press(application.window, "Take it over")
        await eventually(lambda: application.opened.desk)
        assert application.opened.desk is not None
        assistant = application.opened.desk.assistant
        assert assistant.setup.values["tenant_id"] == TENANT
        assert assistant.trouble == "Not in the keyring of this computer: Base URL. Capture it again."
        assert (await assistant.captures.give("base_url", URL)).accepted
        assert assistant.trouble is None
        await application.delete(assistant.setup.id)

    async def main() -> int:
        await session(tmp_path / "one", first)
        assert "canary-path" not in file.read_text()
        assert file.stat().st_mode & 0o777 == 0o600
        await session(tmp_path / "two", second)
        return 0

    assert tasks.run(qapp, main) == 0


@pytest.mark.usefixtures("secret_service")
def test_what_cannot_be_opened_is_said_and_changes_nothing(qapp: QApplication, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.ciescim"
    wrong.write_text("{}")

    async def refused(application: Application) -> None:
        for path, says in ((wrong, "not a hand-over file"), (tmp_path / "gone.ciescim", "no file gone.ciescim")):
            await application._files.open(path)
            assert says in box(application.window).text()
            box(application.window).close()
        assert application.workspace is not None
        assert application.workspace.store.list().setups == ()

    async def practising(application: Application) -> None:
        link = application.home.findChild(QPushButton, "open-file")
        assert link is not None
        assert not link.isVisible()
        application.tasks.start(application._files.open(wrong))
        await eventually(lambda: [b for b in application.window.findChildren(QMessageBox) if b.isVisible()])
        assert "Practice keeps to itself" in box(application.window).text()

    async def main() -> int:
        await session(tmp_path / "data", refused)
        await session(tmp_path / "data", practising, practice=True)
        return 0

    assert tasks.run(qapp, main) == 0


def test_macos_tells_which_file_was_double_clicked() -> None:
    program = (
        "import ui\nfrom PySide6.QtGui import QFileOpenEvent\nfrom ui.desktop.file_open import Program\n"
        "qt = Program([])\nqt.file_opened.connect(print)\n"
        "qt.sendEvent(qt, QFileOpenEvent('first.ciescim'))\nprint(qt.asked_for)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, timeout=60, text=True)
    assert (done.returncode, done.stdout.split()) == (0, ["first.ciescim"] * 2), done.stderr
