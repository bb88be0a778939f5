"""Works through many endpoints: a few at a time, and no host twice at once."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, TypeVar

from app.polling.turns import MOST_AT_ONCE

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

T = TypeVar("T")


async def by_host(
    items: Iterable[T], host_of: Callable[[T], Awaitable[str | None]], work: Callable[[T], Awaitable[None]]
) -> None:
    """Work on each item, at most ``MOST_AT_ONCE`` at a time and no two of one host at once. Cancellable.

    An item without a host is left out. One whose host is in use is worked on next, right after the current one.
    """
    rest = iter(items)
    lines: dict[str, deque[T]] = {}
    """Each host in use, and the items that wait for it."""

    async def go_through() -> None:
        for item in rest:
            if (host := await host_of(item)) is None:
                continue
            if host in lines:
                lines[host].append(item)
                continue
            line = lines[host] = deque((item,))
            while line:
                await work(line.popleft())
            del lines[host]

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(MOST_AT_ONCE):
                group.create_task(go_through())
    except ExceptionGroup as bugs:
        raise bugs.exceptions[0] from None  # its place is worth more than that of the group
