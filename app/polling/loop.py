"""The one polling loop: checks repeatedly on a schedule, until there is nothing left to wait for."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from app.polling.sleep import sleep_until

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

T = TypeVar("T")
T_contra = TypeVar("T_contra", contravariant=True)


class Schedule(Protocol[T_contra]):
    """Decides for each look whether it got an answer, and when the next one is due."""

    def failed(self, result: T_contra) -> bool:
        """Return whether the look got no answer."""

    def pause(self, result: T_contra, looked: datetime, failures: int) -> float | None:
        """Return the seconds until the next look, or None to stop.

        ``looked`` is when the look ended, UTC; ``failures`` counts the looks in a row without an answer.
        """


@dataclass(frozen=True, slots=True)
class LookReport(Generic[T]):
    """What the last look found, and when the next one is due."""

    looked: datetime
    """UTC."""
    next_look: datetime | None
    """UTC; None once the loop has stopped."""
    result: T
    failures: int
    """Looks in a row without an answer."""

    @property
    def pause(self) -> float | None:
        """Seconds until the next look; None once the loop has stopped."""
        return (self.next_look - self.looked).total_seconds() if self.next_look is not None else None


class PollingLoop(Generic[T]):
    """One wait. Call ``run`` once; ``look_now`` ends the current pause."""

    def __init__(self, look: Callable[[], Awaitable[T]], schedule: Schedule[T], now: Callable[[], datetime]) -> None:
        """``look`` queries once; ``now`` returns the current time in UTC."""
        self._look = look
        self._schedule = schedule
        self._now = now
        self._hurry = asyncio.Event()

    def look_now(self) -> None:
        """Look now instead of at the next scheduled time."""
        self._hurry.set()

    async def run(
        self, on_report: Callable[[LookReport[T]], None], over: Callable[[], bool] = lambda: False
    ) -> LookReport[T]:
        """Look until the schedule stops, or ``over`` is true after a look or a pause. Return the last report."""
        failures = 0
        while True:
            self._hurry.clear()
            result = await self._look()
            failures = failures + 1 if self._schedule.failed(result) else 0
            looked = self._now()
            pause = None if over() else self._schedule.pause(result, looked, failures)
            if pause is None:
                report = LookReport(looked, None, result, failures)
                on_report(report)
                return report
            next_look = looked + timedelta(seconds=pause)
            on_report(LookReport(looked, next_look, result, failures))
            await sleep_until(next_look, self._now, self._hurry)
            if over():
                return LookReport(looked, None, result, failures)
