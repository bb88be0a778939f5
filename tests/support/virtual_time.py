"""An event loop whose time passes at once, with a computer that sleeps and a clock that people set."""

from __future__ import annotations

import asyncio
import selectors
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Coroutine

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


class _Selector(selectors.SelectSelector):
    """Never waits: the time that the loop would wait for passes instead."""

    passed = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self.passed += timeout or 0.0
        return super().select(0 if timeout is not None else 0.01)


class Computer:
    """Its timers stop while it sleeps, as on Linux and macOS; ``elapsed`` does not."""

    def __init__(self) -> None:
        self._selector = _Selector()
        self._slept = 0.0
        self._set_by = 0.0

    def awake(self) -> float:
        """Seconds that the computer was awake."""
        return self._selector.passed

    def elapsed(self) -> float:
        """Seconds that passed, awake or asleep."""
        return self._selector.passed + self._slept

    def now(self) -> datetime:
        """What its clock shows, UTC."""
        return NOW + timedelta(seconds=self.elapsed() + self._set_by)

    def sleep(self, seconds: float) -> None:
        """Close the lid for so long."""
        self._slept += seconds

    def set_clock(self, seconds: float) -> None:
        """Set the clock ahead by so many seconds, or back."""
        self._set_by += seconds

    def run(self, story: Coroutine[Any, Any, None]) -> None:
        """Run a story on an event loop of this computer."""
        computer = self

        class Loop(asyncio.SelectorEventLoop):
            def time(self) -> float:
                return computer.awake()

        with asyncio.Runner(loop_factory=lambda: Loop(self._selector)) as runner:
            runner.run(story)
