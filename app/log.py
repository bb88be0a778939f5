"""What the program may say about its own bugs: kinds and places, never values."""

from __future__ import annotations

import sys
import traceback


def bug(error: BaseException) -> None:
    """Write where a bug happened to standard error: type, file, line. Messages may hold values, so they stay out."""
    frames = traceback.extract_tb(error.__traceback__)
    sys.stderr.write(f"Bug: {type(error).__name__}\n")
    for frame in frames[-8:]:
        sys.stderr.write(f"  {frame.filename.rpartition('/')[2]}:{frame.lineno} in {frame.name}\n")
