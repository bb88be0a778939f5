"""A connection to the X server of its own, in the X protocol itself: Qt offers none of what is needed of it.

Sources: X Window System Protocol, X11 release 6.8, and Inter-Client Communication Conventions Manual 2.0.
"""

from __future__ import annotations

import os
import socket
import struct
import time
from pathlib import Path
from typing import Final, Self

PATIENCE: Final = 1.0
"""Seconds to wait for an answer of the server."""

_INTERN_ATOM, _GET_PROPERTY = 16, 20
_LONGEST_NAME: Final = 64
"""Of a window manager, in units of 4 bytes."""


class XConnection:
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
            self.prepare()
        except BaseException:
            self._socket.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection; the server then forgets what was asked for through it."""
        self._socket.close()

    def fileno(self) -> int:
        """Return what becomes readable when the server sends something."""
        return self._socket.fileno()

    def _begin(self, number: str) -> None:
        name, cookie = _cookie(number)
        hello = struct.pack("<BxHHHHxx", ord("l"), 11, 0, len(name), len(cookie))
        self._socket.sendall(hello + padded(name) + padded(cookie))
        accepted, words = struct.unpack("<Bx4xH", self._exactly(8))
        setup = self._exactly(4 * words)
        if accepted != 1:
            raise PermissionError("the X server refused")
        base, vendor, formats = struct.unpack("<4xI8xH3xB", setup[:22])
        self.first_id = base | 1
        """The first id that the server leaves to this client."""
        self.root = int(struct.unpack_from("<I", setup, 32 + _round(vendor) + 8 * formats)[0])
        """The root window of the first screen."""
        self.key_codes = range(setup[26], setup[27] + 1)
        """The codes of the keyboard's keys."""

    def prepare(self) -> None:
        """Make what a kind of connection needs on the server, before it is handed out."""

    def atom(self, name: bytes) -> int:
        """Return the number that this server has for a name."""
        answer = self.ask(_INTERN_ATOM, struct.pack("<Hxx", len(name)) + padded(name))
        return int(struct.unpack_from("<I", answer, 8)[0])

    def read(self, window: int, name: int, words: int, *, delete: bool = False) -> tuple[int, bytes]:
        """Return the type and the data of a property of a window, up to that many units of 4 bytes."""
        answer = self.ask(_GET_PROPERTY, struct.pack("<5I", window, name, 0, 0, words), delete)
        kind, length = struct.unpack_from("<I4xI", answer, 8)
        return kind, answer[32 : 32 + length * answer[1] // 8]  # the length counts units of so many bits

    def window_manager(self) -> str:
        """Return what the window manager calls itself; empty if there is none (Extended Window Manager Hints 1.5)."""
        _, window = self.read(self.root, self.atom(b"_NET_SUPPORTING_WM_CHECK"), 1)
        if not window:
            return ""
        _, name = self.read(int.from_bytes(window, "little"), self.atom(b"_NET_WM_NAME"), _LONGEST_NAME)
        return name.decode("utf-8", "replace")

    def send(self, code: int, body: bytes, detail: int = 0) -> None:
        """Send a request."""
        self._socket.sendall(struct.pack("<BBH", code, detail, 1 + len(body) // 4) + body)

    def ask(self, code: int, body: bytes, detail: int = 0) -> bytes:
        """Send a request and return its answer."""
        self.send(code, body, detail)
        while (packet := self._packet())[0] != 1:
            self._events.append(packet)
        return packet

    def event(self, deadline: float) -> bytes:
        """Return the next event. Raises TimeoutError if none arrives before ``deadline``, a monotonic time."""
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

    def event_now(self) -> bytes:
        """Return an event that has arrived. Raises BlockingIOError if there is none."""
        if not self._events:
            self._socket.settimeout(0)
            try:
                if not self._socket.recv(1, socket.MSG_PEEK):
                    raise ConnectionError("the X server hung up")
            finally:
                self._socket.settimeout(PATIENCE)
        return self._events.pop(0) if self._events else self._packet()

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


def padded(data: bytes) -> bytes:
    """Return data as a request holds it, in whole units of 4 bytes."""
    return data + bytes(-len(data) % 4)
