"""Follows a window to the screen that shows it, and that screen's room for windows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Signal

if TYPE_CHECKING:
    from PySide6.QtCore import QMetaObject
    from PySide6.QtGui import QWindow
    from PySide6.QtWidgets import QWidget


class WindowScreen(QObject):
    """The screen of a window. Its room is the available geometry: the screen without panels and docks.

    Signals:
        shown: The window is being shown.
        changed: Another screen shows the window, such as the one that it was dragged to.
        room_changed: The screen has another room for windows.
    """

    shown = Signal()
    changed = Signal()
    room_changed = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._handle: QWindow | None = None
        self._watched: QMetaObject.Connection | None = None
        """The connection to the screen's signal."""
        window.installEventFilter(self)
        self._follow()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Follow the screens from the moment the window is shown, with each window that Qt makes for it."""
        if watched is self._window and event.type() is QEvent.Type.Show:
            handle = self._window.windowHandle()
            if handle is not None and handle is not self._handle:
                self._handle = handle
                handle.screenChanged.connect(self._follow)
            self._follow()
            self.shown.emit()
        return False

    def _follow(self) -> None:
        if self._watched is not None:
            QObject.disconnect(self._watched)
        self._watched = self._window.screen().availableGeometryChanged.connect(self.room_changed)
        self.changed.emit()
