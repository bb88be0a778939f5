"""A screen lock reported over a real session bus hides revealed secrets."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.support.screen import in_front, part, words
from ui.desktop.screen_lock import ScreenLock
from ui.widgets.fields import ValueField

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.running import Program
    from ui.application import Application

SECRET = "canary-token-that-is-long-enough"

# A separate process: Qt connects to the session bus once, and other tests have no session bus.
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
def test_a_lock_hides_what_is_revealed_and_clears_the_clipboard(program: Program) -> None:
    async def story(application: Application) -> None:
        window = application.window
        await application.new_setup("entra")
        assert application.opened.controller is not None
        session = application.opened.controller.session
        assert (await session.captures.give("base_url", "https://scim.paloaltonetworks.com/canary/v2")).accepted
        assert (await session.captures.give("token", SECRET)).accepted
        await session.go("paste-credentials")
        await in_front(window)
        field = part(window, ValueField, "value-token")
        field.reveal(SECRET)
        assert field.revealed
        application.clipboard.copy_secret(SECRET, "Secret Token")
        lock = window.findChild(ScreenLock)
        assert isinstance(lock, ScreenLock)
        lock.locked.emit()
        assert not field.revealed
        assert "canary" not in words(window)
        assert application.clipboard.take_text() == ""
        await application.delete(session.setup.id)

    program.play(story)
