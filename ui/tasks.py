"""The only module that touches the event loop library: runs the program and its background work."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Any, TypeVar

from app.system.threads import DaemonExecutor

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence

    from PySide6.QtWidgets import QApplication


T = TypeVar("T")
U = TypeVar("U")


class Tasks:
    """Starts coroutines, keeps them alive, reports their bugs, and cancels them at the end."""

    def __init__(self, on_bug: Callable[[BaseException], None]) -> None:
        self._running: set[asyncio.Task[Any]] = set()
        self._on_bug = on_bug

    def start(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Run a coroutine in the background. Needs a running loop."""
        task = asyncio.get_event_loop().create_task(work)
        self._running.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._on_bug(error)

    async def cancel_all(self) -> None:
        """Cancel everything running, including work that starts while other work ends, and wait for it."""
        current = asyncio.current_task()
        while tasks := [task for task in self._running if task is not current]:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await asyncio.sleep(0)  # their callbacks


def _report(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Report what the loop caught like any other bug; the loop's own report would print messages and values."""
    error = context.get("exception")
    if isinstance(error, Exception):
        sys.excepthook(type(error), error, error.__traceback__)


async def in_turns(items: Sequence[T], make: Callable[[T], U], together: int = 2000) -> list[U]:
    """Convert each item, with a turn of the event loop after every so many."""
    made: list[U] = []
    for at in range(0, len(items), together):
        made += map(make, items[at : at + together])
        await asyncio.sleep(0)
    return made


def run(application: QApplication, main: Callable[[], Coroutine[Any, Any, int]]) -> int:
    """Run ``main`` on Qt's own event loop. Return its result."""
    import qasync

    def make_loop() -> asyncio.AbstractEventLoop:
        loop: asyncio.AbstractEventLoop = qasync.QEventLoop(application)
        # qasync's own threads would keep a hung call alive after the program ends.
        loop.set_default_executor(DaemonExecutor())
        return loop

    async def whole() -> int:
        try:
            return await main()
        finally:
            # Not after the loop has ended: qasync then takes one more turn, in which a task would find no loop.
            others = asyncio.all_tasks() - {asyncio.current_task()}
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)

    with asyncio.Runner(loop_factory=make_loop) as runner:
        runner.get_loop().set_exception_handler(_report)
        return runner.run(whole())
