"""Which setups a data folder ever held, so that a secret whose setup is gone is known to be its own.

Two data folders may share one keyring. Only what stands here as this folder's own was certainly its own; what stands
here as another's was said to be so by the admin. One line each, added and never changed. No secret, and no name.
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
    """To which data folder a setup belongs."""

    OWN = "own"
    OTHER = "other"


def read(path: Path) -> dict[str, Whose]:
    """What the register says of each id; what is said last counts. Raises OSError."""
    try:
        content = files.read_private(path, _LIMIT_BYTES)
    except FileNotFoundError:
        return {}
    matches = map(_LINE.fullmatch, content.decode("ascii", "replace").splitlines())
    return {match[2]: Whose(match[1]) for match in matches if match is not None}


def add(path: Path, ids: Iterable[str], whose: Whose) -> None:
    """Write down what is not there yet, flushed to the disk. Raises OSError."""
    known = read(path)
    if not (new := [setup_id for setup_id in ids if known.get(setup_id) is not whose]):
        return
    # The line break in front ends what a run that was killed may have written of a line.
    lines = "".join(f"\n{whose} {setup_id}\n" for setup_id in new)
    handle = files.open_private(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    with os.fdopen(handle, "ab") as file:
        file.write(lines.encode())
        file.flush()
        os.fsync(file.fileno())
