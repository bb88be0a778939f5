"""Records every setup that a data folder ever held, to recognize its secrets after the setup is gone.

Two data folders may share one keyring. Only setups recorded as ``own`` certainly belonged to this folder; the admin
identified those recorded as ``other``. One line per setup, only ever appended. No secrets and no names.
"""

from __future__ import annotations

import os
import re
from enum import StrEnum
from typing import TYPE_CHECKING

from app.system import files

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_LINE = re.compile(r"(own|other) ([0-9a-f]{32})")
_LIMIT_BYTES = 4_000_000


class Whose(StrEnum):
    """The data folder that a setup belongs to."""

    OWN = "own"
    OTHER = "other"


def read(path: Path) -> dict[str, Whose]:
    """Return the owner of each id; the last line about an id counts. Raises OSError."""
    try:
        content = files.read_private(path, _LIMIT_BYTES)
    except FileNotFoundError:
        return {}
    matches = map(_LINE.fullmatch, content.decode("ascii", "replace").splitlines())
    return {match[2]: Whose(match[1]) for match in matches if match is not None}


def add(path: Path, ids: Iterable[str], whose: Whose) -> None:
    """Append the ids that are missing, flushed to disk. Raises OSError."""
    known = read(path)
    if not (new := [setup_id for setup_id in ids if known.get(setup_id) is not whose]):
        return
    # The leading line break ends a line that a killed run may have left incomplete.
    lines = "".join(f"\n{whose} {setup_id}\n" for setup_id in new)
    handle = files.open_private(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    with os.fdopen(handle, "ab") as file:
        file.write(lines.encode())
        file.flush()
        os.fsync(file.fileno())
