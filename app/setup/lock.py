"""Locks a data folder for one instance of the program, and notices when its drive is gone.

All calls block; callers run them in a thread.
"""

from __future__ import annotations

import errno
import os
import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.system import files

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class FolderTaken:
    """This instance has the data folder to itself."""


@dataclass(frozen=True, slots=True)
class AlreadyOpen:
    """Another instance uses the data folder."""

    sentence: str = "The assistant is already open with this data folder."


@dataclass(frozen=True, slots=True)
class CannotUse:
    """The data folder can't be used."""

    sentence: str


class FolderLock:
    """The lock file of one data folder. Not thread-safe."""

    def __init__(self, data_dir: Path, folder: Path) -> None:
        """``folder`` is the folder inside ``data_dir`` that must be private to this user."""
        self._data_dir = data_dir
        self._folder = folder
        self._file = data_dir / "lock"
        self._handle: int | None = None
        self._place: tuple[int, int] | None = None
        """Device and inode of the lock file, once the folder is locked."""

    def take(self) -> FolderTaken | AlreadyOpen | CannotUse:
        """Lock the folder until ``release`` or the end of the process."""
        if self._handle is not None:
            return FolderTaken()
        handle: int | None = None
        try:
            files.make_base_folder(self._data_dir)
            files.make_private_folder(self._folder)
            handle = files.open_private(self._file, os.O_RDWR | os.O_CREAT)
            taken = _take(handle)
            seen = os.fstat(handle)
        except OSError as error:
            if handle is not None:
                os.close(handle)
            return CannotUse(f"The data folder can't be used: {files.reason(error)}.")
        if not taken:
            os.close(handle)
            return AlreadyOpen()
        self._handle, self._place = handle, (seen.st_dev, seen.st_ino)
        return FolderTaken()

    def check(self) -> None:
        """Check that the locked folder is still there, and lock it again if it is back. Raises OSError.

        An unplugged drive leaves an empty folder on another device, where nothing must be written. A folder that was
        never locked passes.
        """
        if self._place is None:
            return
        try:
            moved = self.moved()
        except OSError:
            if files.device(self._data_dir) != self._place[0]:
                raise OSError(errno.ENODEV, "unplugged") from None
            moved = True
        if not moved and self._handle is not None:
            return
        self._close()
        again = self.take()
        if isinstance(again, AlreadyOpen):
            raise OSError(errno.EBUSY, "taken")
        if isinstance(again, CannotUse):
            raise OSError(errno.ENOENT, "gone")

    def moved(self) -> bool:
        """Return whether another folder has replaced the locked one. Raises OSError if there is none."""
        if self._place is None:
            return False
        seen = self._file.lstat()
        return (seen.st_dev, seen.st_ino) != self._place

    def release(self) -> None:
        """Unlock the folder."""
        self._close()
        self._place = None

    def _close(self) -> None:
        if self._handle is not None:
            with suppress(OSError):  # the drive may be gone
                os.close(self._handle)
            self._handle = None


if sys.platform == "win32":

    def _take(handle: int) -> bool:
        import msvcrt

        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError as error:
            if error.errno in (errno.EACCES, errno.EDEADLK):
                return False
            raise
        return True

else:

    def _take(handle: int) -> bool:
        import fcntl

        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
