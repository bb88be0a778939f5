"""Keeps a window inside the room that its screen has for windows, also when the room or the screen changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSize

from ui.desktop.window_screen import WindowScreen

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

Size = tuple[int, int]
"""Width and height in device-independent pixels."""

FRAME = QSize(16, 40)
"""What a desktop's frame and title bar may take. Their real size is known only some time after the window is shown."""


class ScreenFit(QObject):
    """Gives a window its first size and its minimum, each at most what fits on its screen.

    A window that still has the size it was given gets another one with the room; one that the admin has resized only
    shrinks.
    """

    def __init__(self, window: QWidget, *, first: Size, least: Size) -> None:
        super().__init__(window)
        self._window = window
        self._first, self._least = QSize(*first), QSize(*least)
        self._given: QSize | None = None
        screen = WindowScreen(window)
        screen.changed.connect(self._fit)
        screen.room_changed.connect(self._follow_room)
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
        room, size = window.screen().availableGeometry().size(), window.size()
        # A minimum enlarges a window that is smaller, which nobody asked for.
        untouched = self._given is None or size == self._given.expandedTo(window.minimumSize())
        window.setMinimumSize(self._least.boundedTo(room - FRAME))
        if window.isMaximized() or window.isFullScreen():
            return
        if untouched:
            size = self._given = self._first.boundedTo(room - FRAME)
        size = size.boundedTo(room - (window.frameGeometry().size() - window.size()))
        if size != window.size():
            window.resize(size)
