"""The key that shows the companion from any window, where the desktop's portal offers one."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from app.system.global_shortcut import GlobalShortcut

WHAT: Final = "Show the companion, ready to copy the next value"
"""What the desktop shows beside the key."""


class GlobalKey(QObject):
    """Whether there can be such a key, which one the admin chose, and that it was pressed.

    Signals:
        pressed: The key was pressed. With the desktop's permission to come to the front, empty where it sends none.
    """

    pressed = Signal(str)

    def __init__(
        self, parent: QObject, start: Callable[[Coroutine[Any, Any, None]], Any], platform: str = sys.platform
    ) -> None:
        """``start`` runs a coroutine in the background and returns its task."""
        super().__init__(parent)
        self.trigger = ""
        """What the desktop calls the chosen key; empty if there is none."""
        self._start = start
        self._linux = platform == "linux"
        self._shortcut: GlobalShortcut | None = None

    @property
    def offered(self) -> bool:
        """Whether this desktop has such keys."""
        return self._shortcut is not None

    def look(self) -> None:
        """Find out whether this desktop has such keys."""
        if self._linux and self._shortcut is None:
            self._start(self._look())

    async def _look(self) -> None:
        from app.system.global_shortcut import GlobalShortcut

        shortcut = GlobalShortcut(self.pressed.emit)
        listening = self._start(shortcut.run())
        if await shortcut.offered():
            self._shortcut = shortcut
        else:
            listening.cancel()

    def choose(self) -> None:
        """Let the admin choose the key in a dialog of the desktop."""
        if self._shortcut is not None:
            self._start(self._choose(self._shortcut))

    async def _choose(self, shortcut: GlobalShortcut) -> None:
        self.trigger = await shortcut.bind(WHAT) or self.trigger
