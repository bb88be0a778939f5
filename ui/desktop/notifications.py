"""Notifies the admin: through the notification service of a Linux desktop, elsewhere with the tray icon."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication

from app.system.administrators_file import FLATPAK

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from ui.desktop.notification_service import NotificationService


class Notifier(QObject):
    """Shows notifications, also on a desktop without a tray.

    Qt's own notifications have no action on Linux, so that a click does nothing (Qt 6.12 with dunst and
    xfce4-notifyd), and pass the text on as markup.

    Signals:
        clicked: The admin clicked a notification. With the permission to come to the front, empty where there is none.
    """

    clicked = Signal(str)

    def __init__(
        self,
        parent: QObject,
        start: Callable[[Coroutine[Any, Any, None]], object],
        with_tray: Callable[[str, str], None],
        platform: str = sys.platform,
    ) -> None:
        """``start`` runs a coroutine in the background. ``with_tray`` is used where there is no service."""
        super().__init__(parent)
        self._start = start
        self._with_tray = with_tray
        self._linux = platform == "linux"
        self._service: NotificationService | None = None

    def notify(self, what: str, name: str, then: str) -> None:
        """Notify the admin of what has happened to the setup of that name, and what to do then.

        The texts are plain and contain no value but the setup's name.
        """
        if self._linux:
            self._start(self._notify(what, name, then))
        else:
            self._with_tray(what, f"{name}: {then}")

    async def _notify(self, what: str, name: str, then: str) -> None:
        from ui.desktop.notification_service import NotificationService

        if self._service is None or self._service.ended:
            entry = QGuiApplication.desktopFileName()
            self._service = NotificationService(entry, self.clicked.emit, through_portal=FLATPAK.exists())
            self._start(self._service.run())
        if not await self._service.show(what, name, then):
            self._with_tray(what, f"{name}: {then}")
