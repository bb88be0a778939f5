"""The clocks of this computer: the one that shows the time, and one that nobody sets and that counts sleep."""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime, timedelta
from typing import Final

from app.text.times import LATEST, in_utc

_COUNTING_SLEEP: Final = {"linux": "CLOCK_BOOTTIME", "darwin": "CLOCK_MONOTONIC"}
"""``sys.platform`` → its clock that runs during sleep."""

EARLIEST_NOW: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""This program is younger. To an earlier clock, every current certificate is not valid yet."""


def now() -> datetime:
    """Return the current time, UTC, or the last one that a file can hold if the clock is set later."""
    last = LATEST - timedelta(seconds=1)
    try:
        return min(datetime.now(UTC), last)
    except (ValueError, OverflowError, OSError):  # after the year 9999
        return last


def problem(shown: datetime) -> str | None:
    """Return what is wrong with a clock that shows this time, as ``now`` returns it; None if nothing is certain."""
    if in_utc(shown) is not None and EARLIEST_NOW <= shown < LATEST - timedelta(days=1):
        return None
    return "This computer's clock is years off, so certificates can't be checked. Set the clock."


def elapsed() -> float:
    """Return seconds since some moment, on a clock that also runs while the computer sleeps.

    ``time.monotonic`` stops during sleep on Linux (``clock_gettime(2)``) and macOS (``mach_absolute_time``); on Windows
    it does not (``GetTickCount64``).
    """
    name = _COUNTING_SLEEP.get(sys.platform)
    return time.monotonic() if name is None else time.clock_gettime(getattr(time, name))
