"""What a second start asks of the running program: to come to the front, and to open a file. No event loop needed.

The running program listens at an address of its own for each data folder and mode, see ``app.session.start_listener``.
All calls block.
"""

from __future__ import annotations

import hashlib
import os
import re
import socket
import struct
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.system.paths import APP_ID, runtime_dir

LIMIT_BYTES: Final = 8192
"""The size of a request; Linux allows paths of 4,096 bytes."""
LIMIT_SECONDS: Final = 3.0
"""How long one side waits for the other."""
DONE: Final = b"\1"
"""The answer of a running program that has come to the front."""

LONGEST_TOKEN: Final = 256
_TOKEN: Final = re.compile(rf"[!-~]{{0,{LONGEST_TOKEN}}}\Z")


@dataclass(frozen=True, slots=True)
class StartRequest:
    """What the second start passes on. It carries no other option, and no value of a setup."""

    file: Path | None = None
    """A hand-over file to open; an absolute path."""
    activation: str = ""
    """On Wayland, the desktop's permission for a window to come to the front, for one use (xdg-activation-v1)."""

    def packed(self) -> bytes:
        """Return the request as it is sent: the path and the token, each ended by NUL, which neither can contain."""
        return os.fsencode(self.file or "") + b"\0" + self.activation.encode("ascii", "ignore") + b"\0"


def unpack(sent: bytes) -> StartRequest | None:
    """Return the request, or None if it isn't one."""
    path, token, *rest = *sent.split(b"\0"), b"-"
    if rest != [b"", b"-"] or len(sent) > LIMIT_BYTES:
        return None
    file, activation = Path(os.fsdecode(path)), token.decode("latin-1")
    if (path and not file.is_absolute()) or not _TOKEN.match(activation):
        return None
    return StartRequest(file if path else None, activation)


def address(folder: Path, *, practice: bool) -> str:
    """Return where the program that uses this data folder in this mode listens."""
    kind = b"practice" if practice else b"setup"
    key = hashlib.sha256(kind + b"\0" + os.fsencode(os.path.realpath(folder))).hexdigest()[:24]
    # The runtime folder of a named pipe is Windows' own.
    return rf"\\.\pipe\{APP_ID}-{key}" if sys.platform == "win32" else str(runtime_dir() / key)


def send(folder: Path, request: StartRequest, *, practice: bool) -> bool:
    """Ask the program that uses this data folder to come to the front. Return whether it did."""
    try:
        return _exchange(address(folder, practice=practice), request.packed())
    except OSError:
        return False


if sys.platform == "win32":  # not yet run there

    def _exchange(where: str, sent: bytes) -> bool:
        import ctypes
        import threading

        # Only the program that the user has just started may hand the foreground on.
        ctypes.windll.user32.AllowSetForegroundWindow(-1)
        answers: list[bytes] = []

        def talk() -> None:
            try:
                with Path(where).open("r+b", buffering=0) as pipe:
                    pipe.write(sent)
                    answers.append(pipe.read(len(DONE)))
            except OSError:
                pass

        thread = threading.Thread(target=talk, daemon=True)  # a pipe has no time limit
        thread.start()
        thread.join(LIMIT_SECONDS)
        return answers == [DONE]

else:

    def _exchange(where: str, sent: bytes) -> bool:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(LIMIT_SECONDS)
            connection.connect(where)
            if not is_own_peer(connection):
                return False
            connection.sendall(sent)
            return connection.recv(len(DONE)) == DONE

    def is_own_peer(connection: socket.socket) -> bool:
        """Return whether the other side runs as this user. Raises OSError."""
        if sys.platform == "linux":
            user = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[1]
        elif sys.platform == "darwin":  # LOCAL_PEERCRED of unix(4), a struct xucred; not yet run there
            user = struct.unpack("2I", connection.getsockopt(0, 1, 76)[:8])[1]
        else:
            return True  # the private folder has to be enough
        return bool(user == os.geteuid())
