"""Places a window along an edge of its screen, on systems that let a program place its windows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QRect, QTimer, Signal

from app.system.preferences import Edge
from ui.desktop.window_screen import WindowScreen
from ui.desktop.windows import on_wayland

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget


FRAMED_MS: Final = (0, 100, 400)
"""Milliseconds after which a desktop may have given a window its frame. Qt has no signal for that."""


def can_dock() -> bool:
    """Return whether a program may place its windows here. On Wayland, only the desktop does that."""
    return not on_wayland()


class Docking(QObject):
    """Keeps a window at the chosen edge, as high as the screen's available room, even after that has changed.

    Signals:
        chosen: Another edge was chosen.
    """

    chosen = Signal(Edge)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.edge = Edge.FREE
        self._window = window
        self._before: QRect | None = None
        """Where the window was before it was docked."""
        screen = WindowScreen(window)
        screen.shown.connect(self._place_soon)
        screen.room_changed.connect(self._place)

    def choose(self, edge: Edge) -> None:
        """Move the window to an edge, or back to where it was."""
        if self.edge is Edge.FREE and self._window.isVisible():
            self._before = self._window.geometry()
        self.edge = edge
        if edge is Edge.FREE and self._before is not None:
            self._window.setGeometry(self._before)
        self._place()
        self.chosen.emit(edge)

    def _place_soon(self) -> None:
        """Move the window, again once its desktop has given it a frame, which takes part of the room."""
        self._place()
        for delay in FRAMED_MS:
            QTimer.singleShot(delay, self, self._place)

    def _place(self) -> None:
        """Move the window to its edge."""
        window, handle = self._window, self._window.windowHandle()
        if self.edge is Edge.FREE or handle is None or not can_dock():
            return
        room, frame = window.screen().availableGeometry().marginsRemoved(handle.frameMargins()), window.geometry()
        width = min(frame.width(), room.width())
        left = room.left() if self.edge is Edge.LEFT else room.right() + 1 - width
        window.setGeometry(QRect(left, room.top(), width, room.height()))
