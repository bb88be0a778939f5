"""Reads and replaces the clipboard like an X11 program, which GNOME on Wayland allows without the focus.

A Wayland compositor shows the clipboard only to the window in front, and GNOME ignores a clear by any other program.
Through Xwayland, however, mutter gives it to any X11 client and accepts a client's text (measured with mutter 43.8).
The connection is its own, because a process can use only one Qt platform. Source: Inter-Client Communication
Conventions Manual 2.0, section 2.
"""

from __future__ import annotations

import struct
import time
from typing import Final

from ui.desktop.x_connection import PATIENCE, XConnection, padded

_CREATE_WINDOW, _CHANGE_PROPERTY = 1, 18
_SET_OWNER, _CONVERT, _SEND_EVENT = 22, 24, 25
_SELECTION_CLEAR, _SELECTION_REQUEST, _SELECTION_NOTIFY = 29, 30, 31
_ATOM_TYPE: Final = 4
_WORDS: Final = 16_384
"""The longest text that is read, in units of 4 bytes. Our secrets are shorter, so a longer text isn't ours."""


class XSelection(XConnection):
    """The clipboard of the X server of DISPLAY."""

    def prepare(self) -> None:
        """Make the window that owns and asks for the clipboard."""
        self._window = self.first_id
        self.send(_CREATE_WINDOW, struct.pack("<IIhhHHHHII", self._window, self.root, 0, 0, 1, 1, 0, 1, 0, 0))
        names = (b"CLIPBOARD", b"UTF8_STRING", b"TARGETS", b"SELECTION")
        self._clipboard, self._utf8, self._targets, self._property = map(self.atom, names)

    def text(self) -> str:
        """Return the clipboard's text; empty if there is none or if this desktop doesn't show it."""
        self.send(_CONVERT, struct.pack("<5I", self._window, self._clipboard, self._utf8, self._property, 0))
        deadline = time.monotonic() + PATIENCE
        while (event := self.event(deadline))[0] & 0x7F != _SELECTION_NOTIFY:
            pass
        if not struct.unpack_from("<I", event, 20)[0]:
            return ""
        kind, data = self.read(self._window, self._property, _WORDS, delete=True)
        return data.decode("utf-8", "replace") if kind == self._utf8 else ""

    def replace(self, text: str, seconds: float) -> None:
        """Own the clipboard with that text for so many seconds, and give it to every client that asks."""
        self.send(_SET_OWNER, struct.pack("<III", self._window, self._clipboard, 0))
        deadline = time.monotonic() + seconds
        try:
            while (kind := (event := self.event(deadline))[0] & 0x7F) != _SELECTION_CLEAR:
                if kind == _SELECTION_REQUEST:
                    self._hand_over(event, text.encode())
        except TimeoutError:
            pass

    def _hand_over(self, event: bytes, text: bytes) -> None:
        when, _owner, requestor, selection, target, at = struct.unpack("<4x6I4x", event[:32])
        at = at or target
        if target == self._targets:
            offered = struct.pack("<2I", self._targets, self._utf8)
            self._change(requestor, at, _ATOM_TYPE, 32, 2, offered)
        elif target == self._utf8:
            self._change(requestor, at, self._utf8, 8, len(text), text)
        else:
            at = 0
        notice = struct.pack("<BxH5I8x", _SELECTION_NOTIFY, 0, when, requestor, selection, target, at)
        self.send(_SEND_EVENT, struct.pack("<II", requestor, 0) + notice)

    def _change(self, window: int, at: int, kind: int, size: int, count: int, data: bytes) -> None:
        self.send(_CHANGE_PROPERTY, struct.pack("<IIIB3xI", window, at, kind, size, count) + padded(data))
