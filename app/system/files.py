"""Files that survive a crash: written to a temporary file, flushed, moved into place. Symbolic links are refused."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_SAFE_FLAGS = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0)
"""Do not follow symbolic links, do not inherit into child processes, do not wait for the other end of a pipe."""
_BINARY = getattr(os, "O_BINARY", 0)

REASONS: Final[Mapping[int, str]] = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EROFS: "the disk is read-only",
    errno.EACCES: "this account can't write there",
    errno.EPERM: "it belongs to another account, or this account can't write there",
    errno.ELOOP: "it is a symbolic link",
    errno.ENOENT: "the folder is gone",
    errno.ENOTDIR: "a file is in the way of the folder",
    errno.EISDIR: "a folder is in the way of the file",
    errno.EEXIST: "a file is in the way of the folder",
    errno.EIO: "the disk reported an error",
    errno.EPIPE: "no program reads it anymore",
    errno.ENODEV: "the drive is gone",
    errno.ENOTSUP: "something other than a regular file is in its place",
    errno.ENXIO: "something other than a regular file is in its place",
    errno.EFBIG: "the file would be larger than the system allows",
    errno.EBUSY: "another program is using the folder",
}
"""Error numbers → why, see ``reason``."""


def reason(error: OSError) -> str:
    """Return why the system refused, in words that continue a sentence after a colon."""
    return REASONS.get(error.errno or 0, "the system did not allow it")


def make_private_folder(folder: Path) -> None:
    """Create the folder for this user alone (0700). Raises OSError, also if it is a link or belongs to another user."""
    if folder.is_symlink():
        raise OSError(errno.ELOOP, "symbolic link")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not _is_ours(folder.stat()):
        raise OSError(errno.EPERM, "belongs to another account")
    folder.chmod(0o700)


def make_base_folder(folder: Path) -> None:
    """Create the parent folder (0700) if it is missing; an existing one keeps its permissions. Raises OSError.

    It may be the user's own link to another disk, but it must belong to the user or root: any other owner could replace
    it with another folder.
    """
    if not folder.exists():
        make_private_folder(folder)
    for info in (folder.lstat(), folder.stat()):
        if not _is_ours(info) and info.st_uid != 0:
            raise OSError(errno.EPERM, "belongs to another account")


def open_private(path: Path, flags: int) -> int:
    """Return a descriptor of the file, created with 0600. Raises OSError unless it is a regular file of this user."""
    if path.is_symlink():  # needed on Windows, which has no O_NOFOLLOW
        raise OSError(errno.ELOOP, "symbolic link")
    handle = os.open(path, flags | _SAFE_FLAGS | _BINARY, 0o600)
    try:
        info = os.fstat(handle)
        if not stat.S_ISREG(info.st_mode):
            raise OSError(errno.EISDIR if stat.S_ISDIR(info.st_mode) else errno.ENOTSUP, "not a regular file")
        if not _is_ours(info):
            raise OSError(errno.EPERM, "belongs to another account")
        if flags & os.O_CREAT and hasattr(os, "fchmod"):
            os.fchmod(handle, 0o600)  # 0600 whatever the umask removed
    except OSError:
        os.close(handle)
        raise
    return handle


def _is_ours(info: os.stat_result) -> bool:
    return not hasattr(os, "geteuid") or info.st_uid == os.geteuid()


def device(folder: Path) -> int:
    """Return the device that the folder is on, or would be created on. Raises OSError."""
    while not folder.exists():
        folder = folder.parent
    return folder.stat().st_dev


def read_private(path: Path, limit_bytes: int) -> bytes:
    """Return the content, truncated to the limit. Raises OSError."""
    with os.fdopen(open_private(path, os.O_RDONLY), "rb") as file:
        return file.read(limit_bytes)


def replace_atomically(path: Path, content: bytes, previous: Path | None, *, permissions: int = 0o600) -> None:
    """Replace the file's content atomically, keeping the current version as ``previous``. Raises OSError."""
    temporary = path.with_name(f".{path.name}.new")
    try:
        _write_flushed(temporary, content)
        if permissions != 0o600:
            temporary.chmod(permissions)
        if previous is not None and path.exists():
            _keep_previous(path, previous)
        temporary.replace(path)
    except OSError:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise
    flush_folder(path.parent)


def remove(path: Path) -> None:
    """Remove the file, and its temporary file if a killed run left one. Raises OSError."""
    path.with_name(f".{path.name}.new").unlink(missing_ok=True)
    path.unlink(missing_ok=True)


def flush_folder(folder: Path) -> None:
    """Make moves and removals in the folder durable, if the system can."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _write_flushed(path: Path, content: bytes) -> None:
    path.unlink(missing_ok=True)  # left by a killed run
    with os.fdopen(open_private(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _keep_previous(path: Path, previous: Path) -> None:
    # Hard-link the current file to the backup name first, so one intact version always exists. Without hard links, a
    # plain move leaves only the previous version for a moment, which the reader handles.
    backup = previous.with_name(f".{previous.name}.new")
    try:
        backup.unlink(missing_ok=True)
        os.link(path, backup, follow_symlinks=False)
    except (OSError, NotImplementedError):
        path.replace(previous)
    else:
        backup.replace(previous)
        # If both names were already the same file, POSIX makes the move do nothing.
        backup.unlink(missing_ok=True)
