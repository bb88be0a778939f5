"""Reads a file that only an administrator can have written, or says why it can't be trusted.

A policy that a user can write, replace or hide is not the organization's. So the file, each folder from the top of the
system down to it, and each link on the way must belong to root and be writable by nobody else.
"""

from __future__ import annotations

import stat
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from app.text.worded import WordedEnum

if TYPE_CHECKING:
    from collections.abc import Collection

FLATPAK: Final = Path("/.flatpak-info")
"""Exists only inside a Flatpak."""
FLATPAK_HOST: Final = Path("/run/host")
"""Where a Flatpak sees the host's ``/etc``, if it has the permission ``host-etc``. Source: flatpak-run(1)."""
MOST_LINKS: Final = 8
ROOT_ID: Final = 0
ID_MAP: Final = Path("/proc/self/uid_map")
OVERFLOW: Final = Path("/proc/sys/kernel/overflowuid")
_OTHERS: Final = stat.S_IWGRP | stat.S_IWOTH
"""With a POSIX access list, the bits of the group show the most that any entry of the list allows."""


class Distrust(WordedEnum):
    """Why a file is not read."""

    WRITABLE = "writable", "{file} or a folder it is in can be changed by accounts other than root."
    FOREIGN = "foreign", "{file}, a link to it, or a folder it is in doesn't belong to root."
    NOT_A_FILE = "not-a-file", "{file} isn't a regular file."
    LINK = "link", "{file} is reached through a link that leads nowhere."
    """Or in circles."""
    TOO_LARGE = "too-large", "{file} is too large."
    HIDDEN = "hidden", "This Flatpak can't see the computer's {file}. It needs the permission host-etc."


def administrators() -> frozenset[int]:
    """Return the user ids of root's files as this process sees them.

    In a user namespace without root, such as a Flatpak's, root's files seem to belong to the overflow account. Files of
    other accounts do too, but never those of the account that runs the program. Source: user_namespaces(7).
    """
    with suppress(OSError, ValueError):
        ids = [[int(number) for number in line.split()] for line in ID_MAP.read_text().splitlines()]
        mapped = {inside for inside, outside, _count in ids if outside == ROOT_ID}
        return frozenset(mapped or {ROOT_ID, int(OVERFLOW.read_text())})
    return frozenset({ROOT_ID})


def system_root() -> Path | Distrust:
    """Return the folder under which the computer's own ``/etc`` is."""
    if not FLATPAK.exists():
        return Path("/")
    return FLATPAK_HOST if (FLATPAK_HOST / "etc").is_dir() else Distrust.HIDDEN


def read(file: Path, limit_bytes: int) -> bytes | Distrust | None:
    """Return the content of a file with that absolute path, None if there is none, or why it isn't read.

    Its folder is checked even if the file is missing, because whoever may write there could have removed it.

    Raises:
        OSError: The file or a folder cannot be read.
    """
    root = system_root()
    if isinstance(root, Distrust):
        return root
    owners = administrators()
    try:
        folder = (root / file.relative_to("/")).parent
        folder.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    found = _followed(root, list(file.parts[1:]), owners)
    return _content(found, limit_bytes) if isinstance(found, Path) else found


def _followed(root: Path, names: list[str], owners: Collection[int]) -> Path | Distrust | None:
    """Go down to a file and follow links; each step is checked before the next one depends on it."""
    here, links = root, 0
    while names:
        name = names.pop(0)
        if name == "..":
            here = here.parent if here != root else root  # checked on the way down
            continue
        here /= name
        try:
            info = here.lstat()
        except (FileNotFoundError, NotADirectoryError):
            return Distrust.LINK if links else None
        if info.st_uid not in owners:
            return Distrust.FOREIGN
        if stat.S_ISLNK(info.st_mode):
            links += 1
            if links > MOST_LINKS:
                return Distrust.LINK
            target = here.readlink()
            here = root if target.is_absolute() else here.parent
            names = [part for part in target.parts if part != target.anchor] + names
        elif info.st_mode & _OTHERS:
            return Distrust.WRITABLE
    return here


def _content(file: Path, limit_bytes: int) -> bytes | Distrust:
    if not stat.S_ISREG(file.lstat().st_mode):
        return Distrust.NOT_A_FILE
    with file.open("rb") as stream:
        content = stream.read(limit_bytes + 1)
    return content if len(content) <= limit_bytes else Distrust.TOO_LARGE
