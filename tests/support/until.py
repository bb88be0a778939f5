"""Wait for something that happens by itself: the one loop of its kind, in a coroutine and in a plain thread."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

T = TypeVar("T")
STEP = 0.01
"""Seconds between two looks."""
ASKED_EVERY = 0.05
"""Seconds between two questions that another process has to answer."""
AT_MOST, ANSWERED = 30.0, 60.0
"""Seconds until something counts as not happening, also on a busy machine: more tests run than there are processors."""


async def until(found: Callable[[], T | None], seconds: float = AT_MOST) -> T:
    """Wait, while the event loop runs, until ``found`` returns something true; returns that."""
    end = time.monotonic() + seconds
    while not (value := found()):
        assert time.monotonic() < end, _in_vain(found, seconds)
        await asyncio.sleep(STEP)
    return value


async def until_answered(
    ask: Callable[[], Awaitable[T]], enough: Callable[[T], object], seconds: float = ANSWERED
) -> T:
    """Ask again and again until an answer is enough; returns it."""
    end = time.monotonic() + seconds
    while not enough(answer := await ask()):
        assert time.monotonic() < end, f"{_in_vain(enough, seconds)}, but {answer!r}"
        await asyncio.sleep(ASKED_EVERY)
    return answer


def until_blocking(
    found: Callable[[], T | None], seconds: float = AT_MOST, *, not_yet: tuple[type[Exception], ...] = ()
) -> T:
    """Wait in this thread; the errors in ``not_yet`` mean that it has not happened."""
    end = time.monotonic() + seconds
    while True:
        try:
            if value := found():
                return value
        except not_yet:
            pass
        assert time.monotonic() < end, _in_vain(found, seconds)
        time.sleep(STEP)


def _in_vain(found: Callable[..., Any], seconds: float) -> str:
    """A lambda has no name, but it has a place."""
    code = getattr(found, "__code__", None)
    place = f"{code.co_filename}:{code.co_firstlineno}" if code is not None else repr(found)
    return f"did not happen within {seconds} s: {place}"
