"""Reads pictures with text recognition, as a person looking at them would."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def read(picture: Path) -> str:
    """Return all text in the picture."""
    done = subprocess.run(
        ["tesseract", str(picture), "-", "--psm", "11"],
        env={**os.environ, "OMP_THREAD_LIMIT": "1"},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return done.stdout
