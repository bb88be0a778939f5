"""The program with an open setup whose wait ends on order, behind its desktop's notification."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from app.cli import parse
from app.guide import catalog
from app.session.events import SessionEvent
from app.session.session import SetupSession
from tests.support.setups import fresh
from ui.desktop.notification_service import NotificationService
from ui.start import main

if TYPE_CHECKING:
    from ui.application import Application

ZOOM = 4
"""How much larger the picture is than the screen, for the text recognition."""


async def walk(application: Application) -> int:
    """Obey orders until they end."""
    workspace, window = application.workspace, application.window
    assert workspace is not None
    session = await workspace.open(fresh(catalog.guide("entra"), name=sys.argv[1], practice=True))
    assert isinstance(session, SetupSession)
    while line := await asyncio.to_thread(sys.stdin.readline):
        answer: object = True
        match line.split():
            case ["minimize"]:
                window.showMinimized()
            case ["hide"]:
                window.hide()
            case ["end-wait"]:
                session.announce(SessionEvent.TIMESTAMP_SEEN)
            case ["portal"]:
                service = NotificationService("", window.come_forward, through_portal=True)
                application.tasks.start(service.run())
                answer = await service.show("Full Sync has ended", sys.argv[1], "compare the counts.")
            case ["active"]:
                answer = window.isActiveWindow() and not window.isMinimized()
            case ["picture", place, *numbers]:
                picture = QGuiApplication.primaryScreen().grabWindow(0, *map(int, numbers))
                smooth = Qt.TransformationMode.SmoothTransformation
                picture.scaledToWidth(ZOOM * picture.width(), smooth).save(place)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    with TemporaryDirectory() as folder:
        code = main(parse(["--practice", "--data-dir", str(Path(folder, "data")), "--theme", "light"]), walk)
    sys.exit(code)
