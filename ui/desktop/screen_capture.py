"""Hides a window from screen captures while a secret is revealed, where the system supports it.

Windows: ``SetWindowDisplayAffinity`` with ``WDA_EXCLUDEFROMCAPTURE`` (since Windows 10 2004). macOS: ``sharingType`` of
``NSWindow``. X11 and Wayland have no equivalent for programs. Not yet tested on Windows and macOS.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

WDA_NONE: Final = 0x00
WDA_EXCLUDEFROMCAPTURE: Final = 0x11
_SHARING_NONE: Final = 0  # NSWindowSharingNone
_SHARING_READ_ONLY: Final = 1  # NSWindowSharingReadOnly, the default


def _windows(window: QWidget, *, hidden: bool) -> bool:
    import ctypes

    user32: Any = ctypes.windll.user32  # type: ignore[attr-defined]
    return bool(user32.SetWindowDisplayAffinity(int(window.winId()), WDA_EXCLUDEFROMCAPTURE if hidden else WDA_NONE))


def _macos(window: QWidget, *, hidden: bool) -> bool:
    import objc  # type: ignore[import-not-found,unused-ignore]

    view = objc.objc_object(c_void_p=int(window.winId()))
    view.window().setSharingType_(_SHARING_NONE if hidden else _SHARING_READ_ONLY)
    return True


_WAYS: Final[dict[str, Callable[..., bool]]] = {"win32": _windows, "darwin": _macos}


class CaptureGuard:
    """Hides a widget's window from captures while at least one secret in it is revealed."""

    def __init__(self, inside: QWidget, platform: str = sys.platform) -> None:
        self._inside = inside
        self._way = _WAYS.get(platform)
        self._revealed: set[int] = set()
        self.wanted = True
        """The admin's switch: off while the screen is shared in a call."""

    @property
    def offered(self) -> bool:
        """Whether this system supports it."""
        return self._way is not None

    def revealed(self, field: QWidget, *, on: bool) -> bool:
        """Record that a field shows or hides its secret. Return whether the window is now hidden from captures."""
        (self._revealed.add if on else self._revealed.discard)(id(field))
        if self._way is None:
            return False
        hidden = bool(self._revealed) and self.wanted
        try:
            done = self._way(self._inside.window(), hidden=hidden)
        except (OSError, AttributeError, ImportError):
            return False  # an older system; the secret is still hidden after a few seconds
        return hidden and done
