"""Times and spans: which are believed, and how they stand in the admin's words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""Where a computer's clock begins that was never set."""
LATEST: Final = datetime(2100, 1, 1, tzinfo=UTC)


def in_utc(moment: datetime) -> datetime | None:
    """An aware time in UTC; None outside of the years 1970 to 2099.

    Such a time is nobody's, and at the ends of the calendar it cannot be told in every time zone.
    """
    return moment.astimezone(UTC) if EARLIEST <= moment < LATEST else None


def span(seconds: float) -> str:
    """A span such as ``48 s``, ``18 min`` or ``1 h 40 min``."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    minutes = whole // 60
    if minutes < 60:
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def ago(seconds: float) -> str:
    """How long ago, e.g. ``12 s ago``."""
    return "just now" if seconds < 2 else f"{span(seconds)} ago"


def clock(moment: datetime) -> str:
    """A moment in this computer's time zone, e.g. ``24 Nov 2026, 14:05:09``."""
    local = moment.astimezone()
    return f"{local.day} {local:%b %Y, %H:%M:%S}"


def day(moment: datetime, now: datetime) -> str:
    """A day near today by its name, another one by its date."""
    local, today = moment.astimezone(), now.astimezone().date()
    apart = (today - local.date()).days
    return {0: "started today", 1: "yesterday"}.get(apart, f"{local.day} {local:%b %Y}")
