"""What every build script needs: folders, the build time, and output."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DIST = ROOT / "dist"
BUILD = ROOT / "build"
ICONS = BUILD / "icons"

UNCOMPRESSED = "UNCOMPRESSED_PACKAGES"
"""An environment variable: if it is 1, Linux packages are packed without compression, to compare what is in them."""

GIT = ("git", "-c", "safe.directory=*")
"""Without this, Git refuses a checkout that belongs to another account, as in a container."""

# Lets every script here import the program's version and names, however it was started.
sys.path.insert(0, str(ROOT))


def say(text: str) -> None:
    """Print what happens, unbuffered."""
    print(text, flush=True)  # noqa: T201 - a command line tool


def is_compressed() -> bool:
    """Return whether Linux packages are compressed."""
    return os.environ.get(UNCOMPRESSED) != "1"


def epoch() -> int:
    """Return the build time in seconds since 1970: SOURCE_DATE_EPOCH if set, otherwise the time of the commit."""
    given = os.environ.get("SOURCE_DATE_EPOCH")
    if given:
        return int(given)
    asked = [*GIT, "log", "-1", "--format=%ct"]
    return int(subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout)
