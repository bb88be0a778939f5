"""Files that survive a crash: written beside, flushed, moved into place; symbolic links are refused."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_CAREFUL = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0)
"""Not through a symbolic link, not into a child process, and without waiting for the other end of a pipe."""
_BINARY = getattr(os, "O_BINARY", 0)


_REASONS = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EROFS: "the disk is read-only",
    errno.EACCES: "this account may not write there",
    errno.EPERM: "it belongs to another account, or this account may not write there",
    errno.ELOOP: "it is a symbolic link",
    errno.ENOENT: "the folder is gone",
    errno.ENOTDIR: "a file is in the way of the folder",
    errno.EISDIR: "a folder is in the way of the file",
    errno.EEXIST: "a file is in the way of the folder",
    errno.EIO: "the disk reported an error",
    errno.ENODEV: "the drive is gone",
    errno.ENOTSUP: "something other than a file is in its place",
    errno.ENXIO: "something other than a file is in its place",
    errno.EFBIG: "the file would be larger than the system allows",
    errno.EBUSY: "another program has taken the folder over",
}


def reason(error: OSError) -> str:
    """Why the system refused, in the admin's words, to go on after a colon."""
    return _REASONS.get(error.errno or 0, "the system did not allow it")


def own_folder(folder: Path) -> None:
    """Make the folder for this user alone (0700). Raises OSError, also where it is a link or somebody else's."""
    if folder.is_symlink():
        raise OSError(errno.ELOOP, "symbolic link")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not _is_mine(folder.stat()):
        raise OSError(errno.EPERM, "of another account")
    folder.chmod(0o700)


def base_folder(folder: Path) -> None:
    """Make the folder above (0700) where it is missing; one that is there stays as its user made it. Raises OSError.

    It may be a link of one's own to another disk, but whoever owns it could put another folder into its place.
    """
    if not folder.exists():
        own_folder(folder)
    for seen in (folder.lstat(), folder.stat()):
        if not _is_mine(seen) and seen.st_uid != 0:
            raise OSError(errno.EPERM, "of another account")


def open_own(path: Path, flags: int) -> int:
    """A descriptor of the file, new ones with 0600. Raises OSError where it is no plain file of this user."""
    if path.is_symlink():  # for Windows, which has no O_NOFOLLOW
        raise OSError(errno.ELOOP, "symbolic link")
    handle = os.open(path, flags | _CAREFUL | _BINARY, 0o600)
    try:
        seen = os.fstat(handle)
        if not stat.S_ISREG(seen.st_mode):
            raise OSError(errno.EISDIR if stat.S_ISDIR(seen.st_mode) else errno.ENOTSUP, "not a file")
        if not _is_mine(seen):
            raise OSError(errno.EPERM, "of another account")
        if flags & os.O_CREAT and hasattr(os, "fchmod"):
            os.fchmod(handle, 0o600)  # whatever the umask took away
    except OSError:
        os.close(handle)
        raise
    return handle


def _is_mine(seen: os.stat_result) -> bool:
    return not hasattr(os, "geteuid") or seen.st_uid == os.geteuid()


def device(folder: Path) -> int:
    """The device that the folder is on, or would be made on. Raises OSError."""
    while not folder.exists():
        folder = folder.parent
    return folder.stat().st_dev


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
