"""Times and durations: which ones are plausible, and how they are shown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import tzinfo

EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""The time of a computer whose clock was never set."""
LATEST: Final = datetime(2100, 1, 1, tzinfo=UTC)

MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
"""English names. Those of ``strftime`` follow the desktop's language once Qt has called ``setlocale``."""


def in_utc(moment: datetime) -> datetime | None:
    """Return an aware time in UTC, or None outside the years 1970 to 2099.

    No real event has such a time, and near the calendar's limits it cannot be converted to every time zone.
    """
    return moment.astimezone(UTC) if EARLIEST <= moment < LATEST else None


def span(seconds: float) -> str:
    """Return a duration such as ``48 s``, ``18 min`` or ``1 h 40 min``."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    minutes = whole // 60
    if minutes < 60:
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def ago(seconds: float) -> str:
    """Return how long ago something was, e.g. ``12 s ago``."""
    return "just now" if seconds < 2 else f"{span(seconds)} ago"


def clock(moment: datetime) -> str:
    """Return the time in this computer's time zone, e.g. ``24 Nov 2026, 14:05:09``."""
    return _written(moment.astimezone())


def recorded(moment: datetime, zone: tzinfo | None = None) -> str:
    """Return the time with its zone, for records, e.g. ``24 Nov 2026, 14:05:09 UTC+01:00``.

    ``zone`` defaults to this computer's.
    """
    local = moment.astimezone(zone)
    offset = local.utcoffset() or timedelta()
    hours, minutes = divmod(abs(offset) // timedelta(minutes=1), 60)
    sign = "-" if offset < timedelta() else "+"
    return f"{_written(local)} UTC{f'{sign}{hours:02}:{minutes:02}' if hours or minutes else ''}"


def day(moment: datetime, now: datetime) -> str:
    """Return "started today", "yesterday" or the date."""
    local, today = moment.astimezone(), now.astimezone().date()
    apart = (today - local.date()).days
    return {0: "started today", 1: "yesterday"}.get(apart, _date(local))


def _written(local: datetime) -> str:
    return f"{_date(local)}, {local:%H:%M:%S}"


def _date(local: datetime) -> str:
    return f"{local.day} {MONTHS[local.month - 1][:3]} {local.year}"
