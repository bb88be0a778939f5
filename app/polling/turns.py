"""Spreads the looks of many waits: few at a time, and no two begin in step."""

from __future__ import annotations

import asyncio
from typing import Final

MOST_AT_ONCE: Final = 4
"""Looks that run at the same time."""

APART: Final = 0.25
"""Seconds at least between the starts of two looks."""


class LookTurns:
    """The turns that all waits of the program take. Not thread-safe: one event loop."""

    def __init__(self) -> None:
        self._free = asyncio.Semaphore(MOST_AT_ONCE)
        self._next = 0.0
        """The earliest start of the next look, on the event loop's clock."""

    async def take(self) -> None:
        """Wait for a turn. Give it back after the look."""
        await self._free.acquire()
        try:
            loop = asyncio.get_running_loop()
            start = max(loop.time(), self._next)
            self._next = start + APART
            await asyncio.sleep(start - loop.time())
        except BaseException:
            self._free.release()
            raise

    def give_back(self) -> None:
        """Let the next look begin."""
        self._free.release()
