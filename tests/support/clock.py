"""A clock that only tests move."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
"""The time at which tests start."""


class Clock:
    """Call it for the current time in UTC."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **span: float) -> datetime:
        """Advance by a duration with the arguments of ``timedelta``. Return the new time."""
        self.now += timedelta(**span)
        return self.now
