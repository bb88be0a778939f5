"""Files that survive a crash: written beside, flushed, moved into place; symbolic links are refused."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_NO_LINK = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
_BINARY = getattr(os, "O_BINARY", 0)


def own_folder(folder: Path) -> None:
    """Make the folder for this user alone (0700). Raises OSError, also where it is a symbolic link."""
    if folder.is_symlink():
        raise OSError(errno.ELOOP, "symbolic link")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)


def open_own(path: Path, flags: int) -> int:
    """A descriptor of the file (0600), never through a symbolic link. Raises OSError."""
    if path.is_symlink():  # for Windows, which has no O_NOFOLLOW
        raise OSError(errno.ELOOP, "symbolic link")
    return os.open(path, flags | _NO_LINK | _BINARY, 0o600)


def read_own(path: Path, limit_bytes: int) -> bytes:
    """The content, cut after the limit. Raises OSError."""
    with os.fdopen(open_own(path, os.O_RDONLY), "rb") as file:
        return file.read(limit_bytes)


def replace_whole(path: Path, content: bytes, previous: Path | None) -> None:
    """Put the content in place at once, keeping what was there as ``previous``. Raises OSError."""
    beside = path.with_name(f".{path.name}.new")
    try:
        _write_flushed(beside, content)
        if previous is not None and path.exists():
            _keep(path, previous)
        beside.replace(path)
    except OSError:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        raise
    flush_folder(path.parent)


def remove(path: Path) -> None:
    """Remove the file and what a killed run left beside it. Raises OSError."""
    path.with_name(f".{path.name}.new").unlink(missing_ok=True)
    path.unlink(missing_ok=True)


def flush_folder(folder: Path) -> None:
    """Make moves and removals inside durable, where the system can."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _write_flushed(path: Path, content: bytes) -> None:
    path.unlink(missing_ok=True)  # left by a run that was killed
    with os.fdopen(open_own(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _keep(path: Path, previous: Path) -> None:
    # A second name, moved over the old one: at no moment is there neither version. Without hard links,
    # the plain move leaves only the previous version for a moment, which reading copes with.
    second = previous.with_name(f".{previous.name}.new")
    try:
        second.unlink(missing_ok=True)
        os.link(path, second, follow_symlinks=False)
    except (OSError, NotImplementedError):
        path.replace(previous)
    else:
        second.replace(previous)
        # Where both were already one file, POSIX makes the move do nothing.
        second.unlink(missing_ok=True)
