"""A daemon thread for calls that may block forever, awaited with a time limit.

Not ``asyncio.to_thread``: its pool is joined at exit, so an unanswered prompt would keep the process alive.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class Call(Generic[T]):
    """One piece of work to run in the thread."""

    def __init__(self, work: Callable[[Call[T]], T], loop: asyncio.AbstractEventLoop) -> None:
        self._work = work
        self._loop = loop
        self.future: asyncio.Future[T] = loop.create_future()
        self.abandoned = False
        """Nobody is waiting for the result anymore. Work checks this between its steps and stops early."""

    def perform(self) -> None:
        """Run the work in the thread and post its result to the event loop."""
        if self.abandoned:
            return
        try:
            result = self._work(self)
        except Exception as bug:  # noqa: BLE001 - any exception belongs to the caller who awaits the result
            self.post(self._fail, bug)
        else:
            self.post(self._finish, result)

    def post(self, callback: Callable[..., None], *arguments: object) -> None:
        """Let the event loop make that call. For the thread that performs the work."""
        with suppress(RuntimeError):  # the loop was closed during the call
            self._loop.call_soon_threadsafe(callback, *arguments)

    def _finish(self, result: T) -> None:
        if not self.future.done():
            self.future.set_result(result)

    def _fail(self, bug: Exception) -> None:
        if not self.future.done():
            self.future.set_exception(bug)


class _WorkerThread:
    """One thread that works through the queue until it is abandoned."""

    def __init__(self, calls: queue.SimpleQueue[Call[object] | None], on_thread_end: Callable[[], None]) -> None:
        self._calls = calls
        self._on_thread_end = on_thread_end
        self._guard = threading.Lock()
        self._current: Call[object] | None = None
        self._abandoned = False
        self.thread = threading.Thread(target=self._run, name="keyring", daemon=True)
        self.thread.start()

    def abandon(self, call: Call[object]) -> bool:
        """Abandon the call, and this thread too if it is stuck in that call. Return whether it was."""
        with self._guard:
            call.abandoned = True
            self._abandoned = self._abandoned or self._current is call
            return self._current is call

    def _run(self) -> None:
        try:
            self._work()
        finally:
            self._on_thread_end()

    def _work(self) -> None:
        while (call := self._calls.get()) is not None:
            with self._guard:
                self._current = call
            call.perform()
            with self._guard:
                self._current = None
                if self._abandoned:
                    return
            del call  # a finished call may hold a secret; an idle thread must not


class Worker:
    """Runs blocking calls one after another. A stuck thread is abandoned and replaced by a new one."""

    def __init__(self, on_thread_end: Callable[[], None]) -> None:
        """``on_thread_end`` is called in each thread just before it ends."""
        self._on_thread_end = on_thread_end
        self._calls: queue.SimpleQueue[Call[object] | None] = queue.SimpleQueue()
        self._thread: _WorkerThread | None = None

    async def run(self, work: Callable[[Call[T]], T], limit_seconds: float) -> T:
        """Return the result of ``work``. Raises TimeoutError after the limit. Can be canceled at any time."""
        call = Call(work, asyncio.get_running_loop())
        if self._thread is None:
            self._thread = _WorkerThread(self._calls, self._on_thread_end)
        self._calls.put(call)  # type: ignore[arg-type]
        try:
            async with asyncio.timeout(limit_seconds):
                return await call.future
        except (TimeoutError, asyncio.CancelledError):
            self._abandon(call)  # type: ignore[arg-type]
            raise

    def close(self) -> None:
        """Let the thread end after the queued calls, without waiting for it."""
        if self._thread is not None:
            self._calls.put(None)
            self._thread = None

    def _abandon(self, call: Call[object]) -> None:
        if self._thread is None:
            call.abandoned = True
        elif self._thread.abandon(call):
            self._thread = _WorkerThread(self._calls, self._on_thread_end)
