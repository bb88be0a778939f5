"""The one polling loop: checks repeatedly on a schedule, until there is nothing left to wait for."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, Generic, Protocol, TypeVar

from app.system import clock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from app.polling.turns import LookTurns

SLICE: Final = 5.0
"""Seconds slept at a time: timers stop while the computer sleeps, so a look may be due as soon as it wakes up."""

CLOCK_SET: Final = 30.0
"""Seconds. If the time shown for the next look is off by more, the clock was set."""

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
    """One wait. Call ``run`` once; ``look_now`` and ``look_again`` end the current pause."""

    def __init__(
        self,
        look: Callable[[], Awaitable[T]],
        schedule: Schedule[T],
        now: Callable[[], datetime],
        turns: LookTurns | None = None,
        elapsed: Callable[[], float] = clock.elapsed,
    ) -> None:
        """``look`` queries once; ``now`` returns the current time in UTC, only to be shown.

        Pauses are counted by ``elapsed``, seconds on a clock that nobody sets and that counts sleep, so a clock that
        jumps moves no look. ``turns`` are shared with other waits.
        """
        self._look = look
        self._schedule = schedule
        self._now = now
        self._turns = turns
        self._elapsed = elapsed
        self._hurry = asyncio.Event()
        self._pressed = asyncio.Event()

    def look_now(self) -> None:
        """Look now instead of at the next scheduled time, because the admin asks for it."""
        self._pressed.set()
        self._hurry.set()

    def look_again(self) -> None:
        """Look as soon as it is this wait's turn."""
        self._hurry.set()

    async def run(
        self, on_report: Callable[[LookReport[T]], None], over: Callable[[], bool] = lambda: False
    ) -> LookReport[T]:
        """Look until the schedule stops, or ``over`` is true after a look or a pause. Return the last report."""
        failures = 0
        while True:
            async with self._turn():
                self._hurry.clear()
                self._pressed.clear()
                result = await self._look()
            failures = failures + 1 if self._schedule.failed(result) else 0
            looked, ended = self._now(), self._elapsed()
            pause = None if over() else self._schedule.pause(result, looked, failures)
            if pause is None:
                report = LookReport(looked, None, result, failures)
                on_report(report)
                return report
            report = LookReport(looked, looked + timedelta(seconds=pause), result, failures)
            on_report(report)
            await self._wait(ended + pause, report, on_report)
            if over():
                return LookReport(looked, None, result, failures)

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        """Wait for this wait's turn, or until the admin asks."""
        if self._turns is None or self._pressed.is_set():
            yield
            return
        taking = asyncio.ensure_future(self._turns.take())
        pressed = asyncio.ensure_future(self._pressed.wait())
        try:
            await asyncio.wait((taking, pressed), return_when=asyncio.FIRST_COMPLETED)
            yield
        finally:
            pressed.cancel()
            if not taking.cancel() and not taking.cancelled():
                self._turns.give_back()

    async def _wait(self, due: float, report: LookReport[T], on_report: Callable[[LookReport[T]], None]) -> None:
        """Return when ``elapsed`` reaches ``due``, or in a hurry. Report again if the clock was set meanwhile."""
        shown = report.next_look
        while (left := due - self._elapsed()) > 0 and not self._hurry.is_set():
            try:
                async with asyncio.timeout(min(left, SLICE)):
                    await self._hurry.wait()
            except TimeoutError:
                at = self._now() + timedelta(seconds=max(0.0, due - self._elapsed()))
                if shown is None or abs((at - shown).total_seconds()) > CLOCK_SET:
                    shown = at
                    on_report(replace(report, next_look=at))
