"""The tray icon: the program stays there while a setup waits, and notifies the admin when the wait ends."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from ui.theme import icons

NOTICE_MS = 20_000
"""Milliseconds that the icon stays for a notification while the window is open."""


IN_TRAY: Final = "With the window closed, the assistant keeps checking in the tray."
NO_TRAY: Final = "This desktop has no tray, so the assistant checks only while it is open. You can minimize its window."


def has_tray() -> bool:
    """Return whether this desktop shows tray icons."""
    return QSystemTrayIcon.isSystemTrayAvailable()


def if_closed() -> str:
    """Return what happens to a wait when the window is closed."""
    return IN_TRAY if has_tray() else NO_TRAY


class Tray(QObject):
    """Shown while the window is closed, and for a notification. Does nothing on a desktop without a tray."""

    opened = Signal()
    quit_wanted = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._icon: QSystemTrayIcon | None = None
        self._menu: QMenu | None = None
        self._waiting = False
        """The window is closed, so the icon is the only way back."""

    def show_waiting(self, sentence: str) -> None:
        """Show what the program waits for while the window is closed, until ``hide``."""
        self._waiting = True
        self._show(sentence)

    def _show(self, sentence: str) -> None:
        if not has_tray():
            return
        if self._icon is None:
            self._menu = QMenu()
            self._menu.addAction("Open the assistant", self.opened.emit)
            self._menu.addAction("Quit", self.quit_wanted.emit)
            self._icon = QSystemTrayIcon(icons.icon("app"), self)
            self._icon.setContextMenu(self._menu)
            self._icon.activated.connect(self._activated)
            self._icon.messageClicked.connect(self.opened.emit)
        self._icon.setToolTip(sentence)
        self._icon.show()

    def _activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason is not QSystemTrayIcon.ActivationReason.Context:
            self.opened.emit()

    def notify(self, title: str, sentence: str) -> None:
        """Notify the admin with a message of the icon. ``Notifier`` decides when."""
        self._show(sentence)
        if self._icon is not None:
            self._icon.showMessage(title, sentence, icons.icon("app"))
            QTimer.singleShot(NOTICE_MS, self, self._end_notice)

    def _end_notice(self) -> None:
        if not self._waiting:
            self.hide()

    def hide(self) -> None:
        """Hide the icon, because the window is open again."""
        self._waiting = False
        if self._icon is not None:
            self._icon.hide()
