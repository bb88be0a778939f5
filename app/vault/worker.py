"""One daemon thread for calls that may block without end, awaited with a limit.

Not ``to_thread``: its pool is joined at exit, so a prompt that nobody answers would keep the process alive.
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
    """One piece of work on its way through the thread."""

    def __init__(self, work: Callable[[Call[T]], T], loop: asyncio.AbstractEventLoop) -> None:
        self._work = work
        self._loop = loop
        self.future: asyncio.Future[T] = loop.create_future()
        self.abandoned = False
        """Nobody waits any more. Work reads this between its steps, to do no more than is wanted."""

    def perform(self) -> None:
        """Do the work, in the thread, and hand the result to the loop."""
        if self.abandoned:
            return
        try:
            result = self._work(self)
        except Exception as bug:  # noqa: BLE001 - whatever it is belongs to the one who waits
            self._hand_over(self._fail, bug)
        else:
            self._hand_over(self._finish, result)

    def _hand_over(self, how: Callable[..., None], what: object) -> None:
        with suppress(RuntimeError):  # the loop was closed while the call was under way
            self._loop.call_soon_threadsafe(how, what)

    def _finish(self, result: T) -> None:
        if not self.future.done():
            self.future.set_result(result)

    def _fail(self, bug: Exception) -> None:
        if not self.future.done():
            self.future.set_exception(bug)


class _Line:
    """One thread working through the queue until it is given up."""

    def __init__(self, calls: queue.SimpleQueue[Call[object] | None], at_end: Callable[[], None]) -> None:
        self._calls = calls
        self._at_end = at_end
        self._guard = threading.Lock()
        self._current: Call[object] | None = None
        self._given_up = False
        self.thread = threading.Thread(target=self._run, name="keyring", daemon=True)
        self.thread.start()

    def give_up(self, call: Call[object]) -> bool:
        """Leave this thread behind if it is stuck in that call; say whether it was."""
        with self._guard:
            call.abandoned = True
            self._given_up = self._given_up or self._current is call
            return self._current is call

    def _run(self) -> None:
        try:
            self._work()
        finally:
            self._at_end()

    def _work(self) -> None:
        while (call := self._calls.get()) is not None:
            with self._guard:
                self._current = call
            call.perform()
            with self._guard:
                self._current = None
                if self._given_up:
                    return
            del call  # a finished call may hold a secret; an idle thread must not


class Worker:
    """Runs blocking calls one after another; a stuck thread is left behind and a fresh one started."""

    def __init__(self, at_end: Callable[[], None]) -> None:
        """``at_end`` is called in every thread when it ends."""
        self._at_end = at_end
        self._calls: queue.SimpleQueue[Call[object] | None] = queue.SimpleQueue()
        self._line: _Line | None = None

    async def run(self, work: Callable[[Call[T]], T], limit_seconds: float) -> T:
        """The result of ``work``. Raises TimeoutError after the limit; can be cancelled at any moment."""
        call = Call(work, asyncio.get_running_loop())
        if self._line is None:
            self._line = _Line(self._calls, self._at_end)
        self._calls.put(call)  # type: ignore[arg-type]
        try:
            async with asyncio.timeout(limit_seconds):
                return await call.future
        except (TimeoutError, asyncio.CancelledError):
            self._abandon(call)  # type: ignore[arg-type]
            raise

    def close(self) -> None:
        """Let the thread end after the calls that are waiting; it is not waited for."""
        if self._line is not None:
            self._calls.put(None)
            self._line = None

    def _abandon(self, call: Call[object]) -> None:
        if self._line is None:
            call.abandoned = True
        elif self._line.give_up(call):
            self._line = _Line(self._calls, self._at_end)
