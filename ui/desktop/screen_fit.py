"""Keeps a window inside the room that its screen has for windows, also when the room or the screen changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QSize

if TYPE_CHECKING:
    from PySide6.QtCore import QMetaObject
    from PySide6.QtGui import QWindow
    from PySide6.QtWidgets import QWidget

Size = tuple[int, int]
"""Width and height in device-independent pixels."""

FRAME = QSize(16, 40)
"""What a desktop's frame and title bar may take. Their real size is known only some time after the window is shown."""


class ScreenFit(QObject):
    """Gives a window its first size and its minimum, each at most what fits on its screen.

    A window that still has the size it was given gets another one with the room; one that the admin has resized only
    shrinks. The available geometry is the screen without panels and docks.
    """

    def __init__(self, window: QWidget, *, first: Size, least: Size) -> None:
        super().__init__(window)
        self._window = window
        self._first, self._least = QSize(*first), QSize(*least)
        self._given: QSize | None = None
        self._handle: QWindow | None = None
        self._watched: QMetaObject.Connection | None = None
        """The connection to the screen's signal."""
        window.installEventFilter(self)
        self._follow_screen()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Follow the screens from the moment the window is shown, with each window that Qt makes for it."""
        if watched is self._window and event.type() is QEvent.Type.Show:
            handle = self._window.windowHandle()
            if handle is not None and handle is not self._handle:
                self._handle = handle
                handle.screenChanged.connect(self._follow_screen)
            self._follow_screen()
        return False

    def _follow_screen(self) -> None:
        if self._watched is not None:
            QObject.disconnect(self._watched)
        self._watched = self._window.screen().availableGeometryChanged.connect(self._follow_room)
        self._fit()

    def _follow_room(self) -> None:
        """Fit the window, and move it where the room now is. Not when a window is dragged to another screen."""
        self._fit()
        window, room = self._window, self._window.screen().availableGeometry()
        framed = window.frameGeometry()
        if not room.contains(framed):
            left = max(room.left(), min(framed.left(), room.right() - framed.width()))
            window.move(left, max(room.top(), min(framed.top(), room.bottom() - framed.height())))

    def _fit(self) -> None:
        window = self._window
        room = window.screen().availableGeometry().size()
        window.setMinimumSize(self._least.boundedTo(room - FRAME))
        if window.isMaximized() or window.isFullScreen():
            return
        size = window.size()
        if self._given is None or size == self._given:
            size = self._given = self._first.boundedTo(room - FRAME)
        size = size.boundedTo(room - (window.frameGeometry().size() - window.size()))
        if size != window.size():
            window.resize(size)
