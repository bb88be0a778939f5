"""Finds the programs that run in this session, from what Linux reports about their processes."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def session_programs() -> set[str]:
    """Return the file names of this user's programs on this display. Takes a few milliseconds."""
    return set(_programs())


def _programs() -> Iterator[str]:
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if process.stat().st_uid != os.getuid() or not _on_this_display(process / "environ"):
                continue
            arguments = (process / "cmdline").read_bytes().decode("utf-8", "replace").split("\0")
            program = arguments[0].rpartition("/")[2]
            yield program
            if program == "wl-paste":  # wl-paste --watch PROGRAM
                yield from (each.rpartition("/")[2] for each in arguments[1:])


def _on_this_display(environ: Path) -> bool:
    theirs = environ.read_bytes().split(b"\0")
    ours = (f"{name}={os.environ[name]}" for name in ("DISPLAY", "WAYLAND_DISPLAY") if os.environ.get(name))
    return any(os.fsencode(each) in theirs for each in ours)
