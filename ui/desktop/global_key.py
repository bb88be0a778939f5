"""The key that shows the companion from any window, where the desktop's portal offers one."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from app.system.global_key_portal import GlobalKeyPortal

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
        self._portal: GlobalKeyPortal | None = None

    @property
    def offered(self) -> bool:
        """Whether this desktop has such keys."""
        return self._portal is not None

    def look(self) -> None:
        """Find out whether this desktop has such keys."""
        if self._linux and self._portal is None:
            self._start(self._look())

    async def _look(self) -> None:
        from app.system.global_key_portal import GlobalKeyPortal

        portal = GlobalKeyPortal(self.pressed.emit)
        listening = self._start(portal.run())
        if await portal.offered():
            self._portal = portal
        else:
            listening.cancel()

    def choose(self) -> None:
        """Let the admin choose the key in a dialog of the desktop."""
        if self._portal is not None:
            self._start(self._choose(self._portal))

    async def _choose(self, portal: GlobalKeyPortal) -> None:
        self.trigger = await portal.bind(WHAT) or self.trigger
