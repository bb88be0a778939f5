"""The tray icon: keeps a watch going when the window is closed, and tells when the timestamp appears."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from ui.theme import icons


class Tray(QObject):
    """Shown only while something is waited for. Where the desktop has no tray, nothing happens."""

    opened = Signal()
    quit_wanted = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._icon: QSystemTrayIcon | None = None
        self._menu: QMenu | None = None

    @property
    def available(self) -> bool:
        """Whether this desktop shows tray icons."""
        return QSystemTrayIcon.isSystemTrayAvailable()

    def show_waiting(self, sentence: str) -> None:
        """Show what is waited for."""
        if not self.available:
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
        """Tell the admin, without any value."""
        self.show_waiting(sentence)
        if self._icon is not None:
            self._icon.showMessage(title, sentence, icons.icon("app"))

    def hide(self) -> None:
        """Nothing is waited for."""
        if self._icon is not None:
            self._icon.hide()
