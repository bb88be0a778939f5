"""Reads and replaces the clipboard like an X11 program, which GNOME on Wayland allows without the focus.

A Wayland compositor shows the clipboard only to the window in front, and GNOME ignores a clear by any other program.
Through Xwayland, however, mutter gives it to any X11 client and accepts a client's text (measured with mutter 43.8).
This module implements the X protocol itself, because a process can use only one Qt platform. Source: X Window System
Protocol, X11 release 6.8, and Inter-Client Communication Conventions Manual 2.0, section 2.
"""

from __future__ import annotations

import os
import socket
import struct
import time
from pathlib import Path
from typing import Final, Self

PATIENCE: Final = 1.0
"""Seconds to wait for an answer of the server or of the text's owner."""

_INTERN_ATOM, _CREATE_WINDOW, _CHANGE_PROPERTY, _GET_PROPERTY = 16, 1, 18, 20
_SET_OWNER, _CONVERT, _SEND_EVENT = 22, 24, 25
_SELECTION_CLEAR, _SELECTION_REQUEST, _SELECTION_NOTIFY = 29, 30, 31
_ATOM_TYPE: Final = 4
_WORDS: Final = 16_384
"""The longest text that is read, in units of 4 bytes. Our secrets are shorter, so a longer text isn't ours."""


class XSelection:
    """A connection to the X server of DISPLAY, on this computer only.

    Raises:
        OSError: There is no such server, it refused the connection, or it didn't answer in time.
    """

    def __init__(self) -> None:
        number = os.environ.get("DISPLAY", "").removeprefix("unix").partition(".")[0]
        if not number[:1] == ":" or not number[1:].isdigit():
            raise FileNotFoundError("no local display")
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(PATIENCE)
        self._events: list[bytes] = []
        try:
            self._socket.connect(f"/tmp/.X11-unix/X{number[1:]}")  # noqa: S108 - where X servers listen
            self._begin(number[1:])
        except BaseException:
            self._socket.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def _begin(self, number: str) -> None:
        name, cookie = _cookie(number)
        hello = struct.pack("<BxHHHHxx", ord("l"), 11, 0, len(name), len(cookie))
        self._socket.sendall(hello + _padded(name) + _padded(cookie))
        accepted, words = struct.unpack("<Bx4xH", self._exactly(8))
        setup = self._exactly(4 * words)
        if accepted != 1:
            raise PermissionError("the X server refused")
        base, vendor, formats = struct.unpack("<4xI8xH3xB", setup[:22])
        root = struct.unpack_from("<I", setup, 32 + _round(vendor) + 8 * formats)[0]
        self._window = base | 1
        self._send(_CREATE_WINDOW, struct.pack("<IIhhHHHHII", self._window, root, 0, 0, 1, 1, 0, 1, 0, 0))
        names = (b"CLIPBOARD", b"UTF8_STRING", b"TARGETS", b"SELECTION")
        self._clipboard, self._utf8, self._targets, self._property = map(self._atom, names)

    def text(self) -> str:
        """Return the clipboard's text; empty if there is none or if this desktop doesn't show it."""
        self._send(_CONVERT, struct.pack("<5I", self._window, self._clipboard, self._utf8, self._property, 0))
        deadline = time.monotonic() + PATIENCE
        while (event := self._event(deadline))[0] & 0x7F != _SELECTION_NOTIFY:
            pass
        if not struct.unpack_from("<I", event, 20)[0]:
            return ""
        wanted = struct.pack("<5I", self._window, self._property, 0, 0, _WORDS)
        answer = self._ask(_GET_PROPERTY, wanted, 1)
        kind, length = struct.unpack_from("<I4xI", answer, 8)
        return answer[32 : 32 + length].decode("utf-8", "replace") if kind == self._utf8 else ""

    def replace(self, text: str, seconds: float) -> None:
        """Own the clipboard with that text for so many seconds, and give it to every client that asks."""
        self._send(_SET_OWNER, struct.pack("<III", self._window, self._clipboard, 0))
        deadline = time.monotonic() + seconds
        try:
            while (kind := (event := self._event(deadline))[0] & 0x7F) != _SELECTION_CLEAR:
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
        self._send(_SEND_EVENT, struct.pack("<II", requestor, 0) + notice)

    def _change(self, window: int, at: int, kind: int, size: int, count: int, data: bytes) -> None:
        self._send(_CHANGE_PROPERTY, struct.pack("<IIIB3xI", window, at, kind, size, count) + _padded(data))

    def _atom(self, name: bytes) -> int:
        answer = self._ask(_INTERN_ATOM, struct.pack("<Hxx", len(name)) + _padded(name))
        return int(struct.unpack_from("<I", answer, 8)[0])

    def _send(self, code: int, body: bytes, detail: int = 0) -> None:
        self._socket.sendall(struct.pack("<BBH", code, detail, 1 + len(body) // 4) + body)

    def _ask(self, code: int, body: bytes, detail: int = 0) -> bytes:
        self._send(code, body, detail)
        while (packet := self._packet())[0] != 1:
            self._events.append(packet)
        return packet

    def _event(self, deadline: float) -> bytes:
        if self._events:
            return self._events.pop(0)
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._socket.settimeout(left)
        try:
            return self._packet()
        finally:
            self._socket.settimeout(PATIENCE)

    def _packet(self) -> bytes:
        packet = self._exactly(32)
        if packet[0] == 0:
            raise OSError(f"X error {packet[1]}")
        if packet[0] == 1:
            packet += self._exactly(4 * int(struct.unpack_from("<I", packet, 4)[0]))
        return packet

    def _exactly(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            part = self._socket.recv(count - len(data))
            if not part:
                raise ConnectionError("the X server hung up")
            data += part
        return data


def _cookie(number: str) -> tuple[bytes, bytes]:
    """Return the name and data that the display's server requires; both are empty if there is nothing to send."""
    path = Path(os.environ.get("XAUTHORITY") or Path.home() / ".Xauthority")
    try:
        data = path.read_bytes()
    except OSError:
        return b"", b""
    place = 0
    while place < len(data):
        place += 2
        fields: list[bytes] = []
        for _ in range(4):  # address, display, name, data
            size = int.from_bytes(data[place : place + 2], "big")
            fields.append(data[place + 2 : place + 2 + size])
            place += 2 + size
        if fields[1] in (b"", number.encode()) and fields[2] == b"MIT-MAGIC-COOKIE-1":
            return fields[2], fields[3]
    return b"", b""


def _round(size: int) -> int:
    return size + -size % 4


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)
