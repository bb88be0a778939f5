"""The desktop's word that the screen is locked arrives over a real session bus and hides what is revealed."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QLabel

from app.cli import Options
from app.guide import catalog
from app.session.open_setup import new_setup, utc_now
from app.session.session import Assistant
from app.session.workspace import Workspace
from app.system.policy import NO_POLICY
from ui import tasks
from ui.application import Application
from ui.home.page import HomePage
from ui.main_window import MainWindow
from ui.theme import style
from ui.widgets.fields import ValueField

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtWidgets import QApplication

# A process of its own: Qt connects to the session bus once, and other tests have one without an address.
PROGRAM = """
import subprocess, sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from ui.desktop.screen_lock import ScreenLock

app = QApplication([])
lock = ScreenLock()
heard = []
lock.locked.connect(lambda: (heard.append(1), app.quit()))
send = [
    "dbus-send", "--session", "--type=signal", sys.argv[1],
    sys.argv[2] + ".ActiveChanged", "boolean:" + sys.argv[3],
]
QTimer.singleShot(100, lambda: subprocess.run(send, check=True))
QTimer.singleShot(1500, app.quit)
app.exec()
print(len(heard))
"""


@pytest.mark.usefixtures("secret_service")
@pytest.mark.parametrize(
    ("path", "interface", "active", "heard"),
    [
        ("/org/freedesktop/ScreenSaver", "org.freedesktop.ScreenSaver", "true", "1"),
        ("/ScreenSaver", "org.freedesktop.ScreenSaver", "true", "1"),
        ("/org/gnome/ScreenSaver", "org.gnome.ScreenSaver", "true", "1"),
        ("/org/gnome/ScreenSaver", "org.gnome.ScreenSaver", "false", "0"),
        ("/org/gnome/ScreenSaver", "org.example.Other", "true", "0"),
    ],
)
def test_a_lock_is_heard(path: str, interface: str, active: str, heard: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, path, interface, active],
        capture_output=True,
        text=True,
        timeout=20,
        check=True,
    )
    assert done.stdout.strip() == heard, done.stderr


@pytest.mark.usefixtures("secret_service")
def test_a_lock_hides_what_is_revealed_and_clears_the_clipboard(qapp: QApplication, tmp_path: Path) -> None:
    style.apply(qapp, dark=False)

    async def story() -> int:
        workspace = Workspace(tmp_path, practice=False, policy=NO_POLICY, proxy_for=None)
        assert await workspace.take() is None
        assistant = await workspace.open(new_setup(catalog.guide("entra"), utc_now(), practice=False))
        assert isinstance(assistant, Assistant)
        assert (await assistant.captures.give("base_url", "https://scim.paloaltonetworks.com/canary/v2")).accepted
        assert (await assistant.captures.give("token", "canary-token-that-is-long-enough")).accepted
        await assistant.go("paste-credentials")
        window, home = MainWindow(), HomePage()
        window.show_page(home)
        application = Application(Options(False, tmp_path, None, "entra", "light", None, False), window, home)
        application.workspace = workspace
        await application._open(assistant.setup)
        window.show()
        async with asyncio.timeout(5):
            while not window.isActiveWindow():  # a window of an earlier test may go only now, and take the focus along
                window.activateWindow()
                await asyncio.sleep(0.02)
        field = window.findChild(ValueField, "value-token")
        assert isinstance(field, ValueField)
        field.reveal("canary-token-that-is-long-enough")
        assert field.revealed
        application.clipboard.copy_secret("canary-token-that-is-long-enough", "Secret Token")
        application._lock.locked.emit()
        assert not field.revealed
        assert "canary" not in "".join(label.text() for label in window.findChildren(QLabel))
        assert application.clipboard.take_text() == ""
        assert await workspace.forget(assistant) is None
        application.opened.let_go()
        await workspace.leave()
        window.deleteLater()
        return 0

    assert tasks.run(qapp, story) == 0
