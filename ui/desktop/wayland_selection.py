"""Reads and empties the clipboard like a clipboard manager, if the Wayland compositor allows it (data-control).

KWin, sway and other wlroots compositors allow it; GNOME and weston don't. It works without the focus and, unlike Qt's
clear, without a recent key or click. This module implements the protocol itself, because Qt doesn't. Source: the
Wayland protocol, ``wlr-data-control-unstable-v1`` and ``ext-data-control-v1``, which differ only in their names.
"""

from __future__ import annotations

import os
import select
import socket
import struct
import time
from pathlib import Path
from typing import Final, Self

PATIENCE: Final = 1.0
"""Seconds to wait for an answer of the compositor or of the text's owner."""

LONGEST: Final = 65_536
"""Bytes of a text that are read. Our secrets are shorter, so a longer text isn't ours."""

_MANAGERS: Final = ("ext_data_control_manager_v1", "zwlr_data_control_manager_v1")
_TEXTS: Final = ("text/plain;charset=utf-8", "text/plain", "UTF8_STRING")
_DISPLAY, _REGISTRY, _FIRST_SYNC, _SEAT, _MANAGER, _DEVICE, _SYNC = 1, 2, 3, 4, 5, 6, 7
"""The objects of this connection, in the order in which they are created."""


class WaylandSelection:
    """A separate connection to the compositor.

    Raises:
        OSError: There is no compositor, or it doesn't offer this access.
    """

    def __init__(self) -> None:
        name = os.environ.get("WAYLAND_DISPLAY") or "wayland-0"
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(PATIENCE)
        self._data = b""
        self._globals: dict[str, int] = {}
        self._offers: dict[int, list[str]] = {}
        self._selection = 0
        try:
            self._socket.connect(str(Path(os.environ.get("XDG_RUNTIME_DIR", "/")) / name))
            self._begin()
        except BaseException:
            self._socket.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def _begin(self) -> None:
        self._send(_DISPLAY, 1, struct.pack("=I", _REGISTRY))
        self._wait(_FIRST_SYNC)
        manager = next((name for name in _MANAGERS if name in self._globals), None)
        if manager is None or "wl_seat" not in self._globals:
            raise PermissionError("this compositor gives no access to the clipboard")
        for interface, number in (("wl_seat", _SEAT), (manager, _MANAGER)):
            name = interface.encode() + b"\0"
            padded = name + bytes(-len(name) % 4)
            bound = struct.pack("=II", self._globals[interface], len(name)) + padded + struct.pack("=II", 1, number)
            self._send(_REGISTRY, 0, bound)
        self._send(_MANAGER, 1, struct.pack("=II", _DEVICE, _SEAT))
        self._wait(_SYNC)

    def text(self) -> str:
        """Return the text that was in the clipboard when this connected; empty if there was none."""
        kind = next((kind for kind in _TEXTS if kind in self._offers.get(self._selection, ())), None)
        if kind is None:
            return ""
        read, write = os.pipe()
        name = kind.encode() + b"\0"
        body = struct.pack("=I", len(name)) + name + bytes(-len(name) % 4)
        try:
            socket.send_fds(self._socket, [_message(self._selection, 0, body)], [write])
        finally:
            os.close(write)
        with os.fdopen(read, "rb", buffering=0) as pipe:
            return _all(pipe.fileno()).decode("utf-8", "replace")

    def clear(self) -> None:
        """Empty the clipboard."""
        self._send(_DEVICE, 0, struct.pack("=I", 0))
        self._wait(_SYNC + 1)

    def _wait(self, callback: int) -> None:
        """Handle every event that the compositor has sent so far."""
        self._send(_DISPLAY, 0, struct.pack("=I", callback))
        while True:
            while len(self._data) < 8 or len(self._data) < self._size():
                part = self._socket.recv(65_536)
                if not part:
                    raise ConnectionError("the compositor hung up")
                self._data += part
            who, head = struct.unpack_from("=II", self._data)
            size = self._size()
            body, self._data = self._data[8:size], self._data[size:]
            if who == callback:
                return
            self._take(who, head & 0xFFFF, body)

    def _size(self) -> int:
        return int(struct.unpack_from("=I", self._data, 4)[0]) >> 16

    def _take(self, who: int, code: int, body: bytes) -> None:
        if who == _DISPLAY and code == 0:
            raise OSError("the compositor reported an error")
        if who == _REGISTRY and code == 0:
            self._globals.setdefault(_text(body[4:]), int(struct.unpack_from("=I", body)[0]))
        elif who == _DEVICE and code == 0:
            self._offers[struct.unpack("=I", body)[0]] = []
        elif who == _DEVICE and code == 1:
            self._selection = int(struct.unpack("=I", body)[0])
        elif who in self._offers and code == 0:
            self._offers[who].append(_text(body))

    def _send(self, who: int, code: int, body: bytes) -> None:
        self._socket.sendall(_message(who, code, body))


def _message(who: int, code: int, body: bytes) -> bytes:
    return struct.pack("=II", who, (8 + len(body)) << 16 | code) + body


def _text(data: bytes) -> str:
    size = int(struct.unpack_from("=I", data)[0])
    return data[4 : 4 + size].rstrip(b"\0").decode("utf-8", "replace")


def _all(pipe: int) -> bytes:
    """Read the pipe to its end, or up to the limit. Raises TimeoutError if it doesn't end in time."""
    data, deadline = b"", time.monotonic() + PATIENCE
    while len(data) <= LONGEST:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([pipe], [], [], left)[0]:
            raise TimeoutError("the owner of the text does not answer")
        part = os.read(pipe, 65_536)
        if not part:
            return data
        data += part
    return data
