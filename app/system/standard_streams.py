"""Standard input, output and error: descriptors that are closed at the start, and streams that cannot be written."""

from __future__ import annotations

import os
import sys
from contextlib import suppress


def open_missing() -> None:
    """Open each standard descriptor that is closed to the null device.

    Otherwise the next file or socket takes its number, and what is meant for the screen is written into it. Python's
    own streams stay None, so that nobody takes the output for written. Call it before anything else is opened.
    """
    if os.name == "posix":
        for number in (0, 1, 2):
            try:
                os.fstat(number)
            except OSError:
                os.open(os.devnull, os.O_RDWR)  # the lowest number that is free


def flush() -> OSError | None:
    """Flush standard output and error. Return why the output cannot be written, or None.

    What remains in a stream that cannot be written is dropped: Python would try again at the end and exit with 120.
    """
    failure: OSError | None = None
    for number, stream in ((2, sys.stderr), (1, sys.stdout)):
        try:
            if stream is not None:
                stream.flush()
        except OSError as error:
            failure = error if number == 1 else None
            with suppress(OSError):
                nothing = os.open(os.devnull, os.O_WRONLY)
                os.dup2(nothing, number)
                os.close(nothing)
    return failure
