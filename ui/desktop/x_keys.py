"""Keys that act while another program has the keyboard, on X11.

On Wayland only the desktop can offer such keys; ``ui.desktop.global_key`` asks it. Source: X Window System Protocol,
X11 release 6.8, section 10, GrabKey.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QSocketNotifier

from ui.desktop.x_connection import XConnection

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

RETURN: Final = 0xFF0D
"""The key symbol of Enter; that of a letter is its character."""

CONTROL, ALT = 1 << 2, 1 << 3
"""Modifiers. Alt is the first of the five that a desktop may assign, and all common ones assign it so."""
_LOCKS: Final = (0, 1 << 1, 1 << 4, 1 << 1 | 1 << 4)
"""Caps Lock and Num Lock, which don't matter but are part of what is asked for."""

_GRAB_KEY, _GET_KEYBOARD_MAPPING = 33, 101
_KEY_PRESS, _KEY_RELEASE = 2, 3
_ASYNCHRONOUS: Final = 1


class _Grabs(XConnection):
    """The keys of a connection, which end with it."""

    def grab(self, keysyms: Iterable[int]) -> dict[int, int]:
        """Ask for keys with Ctrl and Alt. Return their places among ``keysyms`` by key code.

        Raises:
            OSError: Another program has one of them, or the keyboard hasn't it.
        """
        low, count = self.key_codes.start, len(self.key_codes)
        answer = self.ask(_GET_KEYBOARD_MAPPING, struct.pack("<BBxx", low, count))
        each = answer[1]
        found: dict[int, int] = {}
        for number, keysym in enumerate(keysyms):
            places = (low + i for i in range(count) if struct.unpack_from("<I", answer, 32 + 4 * i * each)[0] == keysym)
            if (code := next(places, None)) is None:
                raise OSError("no such key")
            found[code] = number
            for locks in _LOCKS:
                modes = _ASYNCHRONOUS, _ASYNCHRONOUS
                self.send(_GRAB_KEY, struct.pack("<IHBBB3x", self.root, CONTROL | ALT | locks, code, *modes))
        self.atom(b"WM_STATE")  # an answer to it means that nothing before was refused
        return found

    def waiting(self) -> list[bytes]:
        """Return the events that have arrived."""
        found = []
        try:
            while True:
                found.append(self.event_now())
        except BlockingIOError:
            return found


class XKeys(QObject):
    """Acts on Ctrl+Alt and a key in any window while it lives."""

    def __init__(self, parent: QObject, acts: Mapping[int, Callable[[], object]]) -> None:
        """``acts`` has what to do for each key symbol. Holding a key acts once.

        Raises:
            OSError: Not on this display, or another program has one of the keys.
        """
        super().__init__(parent)
        self._acts = list(acts.values())
        self._grabs = _Grabs()
        try:
            self._codes = self._grabs.grab(acts)
        except BaseException:
            self._grabs.close()
            raise
        self._released = 0
        self._notifier = QSocketNotifier(self._grabs.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._read)

    def end(self) -> None:
        """Leave the keys to the other programs."""
        self._notifier.setEnabled(False)
        self._grabs.close()
        self.deleteLater()

    def _read(self) -> None:
        try:
            events = self._grabs.waiting()
        except OSError:  # the server has ended
            self._notifier.setEnabled(False)
            return
        for event in events:
            kind, code, time = struct.unpack_from("<BBxxI", event)
            if kind & 0x7F == _KEY_RELEASE:
                self._released = time
            elif kind & 0x7F == _KEY_PRESS and code in self._codes and time != self._released:
                self._acts[self._codes[code]]()  # a held key is released and pressed at the same time
