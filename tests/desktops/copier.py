"""A window with the program's own clipboard guard, which takes orders from the test."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QSocketNotifier, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLineEdit, QSystemTrayIcon

from app.system.preferences import Edge
from ui import tasks
from ui.desktop.clearing import CopyStage
from ui.desktop.clipboard import ClipboardGuard
from ui.desktop.docking import Docking
from ui.desktop.screen_fit import ScreenFit
from ui.desktop.screen_lock import ScreenLock
from ui.desktop.windows import bring_forward, how_to_dock, how_to_stay_on_top
from ui.session.keys import Key
from ui.session.shortcuts import bind

if TYPE_CHECKING:
    from ui.desktop.clearing import ClipboardState


def main() -> int:
    """Run until the orders end."""
    qt = QApplication(sys.argv[:1])
    qt.setDesktopFileName(sys.argv[1])
    qt.setQuitOnLastWindowClosed(False)
    window = QLineEdit()
    window.setWindowTitle(sys.argv[1])
    ScreenFit(window, first=(400, 500), least=(200, 380))
    window.setWindowFlag(Qt.WindowType.WindowStaysOnTopHint, "companion" in sys.argv[1])
    window.show()
    docking = Docking(window)
    keys: list[str] = []
    for key in Key:
        if key.sequences:
            bind(key, window, partial(keys.append, key.name))
    guard = ClipboardGuard(window, ttl_seconds=1)
    states: list[ClipboardState] = []
    guard.changed.connect(states.append)
    lock = ScreenLock(window)
    locks: list[float] = []
    lock.locked.connect(lambda: locks.append(time.monotonic()))
    lock.locked.connect(guard.clear_now)
    guard.changed.connect(lambda state: lock.look() if state.stage is CopyStage.HELD else None)

    async def obey(order: str) -> object:
        word, _, rest = order.partition(" ")
        match word:
            case "ready":
                return True
            case "copy":
                guard.copy_secret(rest, "Secret Token")
            case "stage":
                return [states[-1].stage, states[-1].kept] if states else ["none", False]
            case "end":
                return await guard.clear_before_end()
            case "ttl":
                guard.ttl_seconds = float(rest)
            case "locks":
                return len(locks)
            case "take-away":
                guard.take_away(rest)
            case "read":
                return guard.take_text()
            case "managers":
                return [each.name for each in guard.managers()]
            case "active":
                return QGuiApplication.applicationState().name == "ApplicationActive"
            case "forward":
                bring_forward(window, rest)
            case "advice":
                return how_to_stay_on_top()
            case "docking":
                return how_to_dock()
            case "dock":
                docking.choose(Edge(rest))
                return None
            case "geometry":
                room, framed = window.screen().availableGeometry(), window.frameGeometry()
                return [[each.x(), each.y(), each.width(), each.height()] for each in (room, framed)]
            case "hide":
                window.hide()
            case "show":
                window.show()
            case "minimize":
                window.showMinimized()
            case "keys":
                return keys
            case "tray":
                return QSystemTrayIcon.isSystemTrayAvailable()
        return None

    async def live() -> int:
        over = asyncio.Event()

        def take() -> None:
            line = sys.stdin.readline()
            if not line:
                notifier.setEnabled(False)
                over.set()
            else:
                answering.append(asyncio.ensure_future(answer(line.strip())))

        async def answer(order: str) -> None:
            print(json.dumps(await obey(order)), flush=True)

        answering: list[asyncio.Future[None]] = []
        notifier = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read, window)
        notifier.activated.connect(take)
        await over.wait()
        return 0

    return tasks.run(qt, live)


if __name__ == "__main__":
    sys.exit(main())
