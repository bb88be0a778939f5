"""A clock that only a test moves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
"""The moment at which tests begin."""


class Clock:
    """Call it for the time in UTC, as the program calls its own."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **span: float) -> datetime:
        """Move on by that span, named as for ``timedelta``; returns the new time."""
        self.now += timedelta(**span)
        return self.now
