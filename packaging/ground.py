"""What every script of a build stands on: its folders, the time that it has, and how it tells what happens."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DIST = ROOT / "dist"
BUILD = ROOT / "build"
ICONS = BUILD / "icons"

GIT = ("git", "-c", "safe.directory=*")
"""Where the checkout belongs to another account, as in a container, Git would not read it."""

# So that every script here finds the program's own version and names, however it was started.
sys.path.insert(0, str(ROOT))


def say(text: str) -> None:
    """Tell what happens, at once."""
    print(text, flush=True)  # noqa: T201 - a command line tool


def epoch() -> int:
    """Seconds since 1970 of what is built: given from outside, else the time of the commit."""
    given = os.environ.get("SOURCE_DATE_EPOCH")
    if given:
        return int(given)
    asked = [*GIT, "log", "-1", "--format=%ct"]
    return int(subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout)
