"""Sleeps until a time of the wall clock, and wakes early on request."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

SLICE = 5.0
"""Seconds slept at a time. The wall clock is read after each, so that a laptop looks right after it wakes up."""


async def sleep_until(moment: datetime, now: Callable[[], datetime], hurry: asyncio.Event) -> None:
    """Return at that time, or as soon as ``hurry`` is set."""
    while (left := (moment - now()).total_seconds()) > 0 and not hurry.is_set():
        try:
            async with asyncio.timeout(min(left, SLICE)):
                await hurry.wait()
        except TimeoutError:
            continue
