"""Threads that never keep the program running."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from concurrent.futures import Executor, Future
from contextlib import suppress
from typing import TYPE_CHECKING, NoReturn, ParamSpec, TypeVar, TypeVarTuple

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class DaemonExecutor(Executor):
    """Runs each call in its own daemon thread, so that a hung name lookup cannot delay the exit."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run ``fn`` in a new thread."""
        future: Future[T] = Future()

        def work() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                result = fn(*args, **kwargs)
            except BaseException as error:  # noqa: BLE001 - passed to the caller who awaits it
                future.set_exception(error)
            else:
                future.set_result(result)

        threading.Thread(target=work, daemon=True, name="background").start()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Do nothing: there is nothing to wait for."""


class DaemonThreadLoop(asyncio.SelectorEventLoop):
    """An event loop without Qt that ends although a thread of ``asyncio.to_thread`` hangs."""

    def run_in_executor(self, executor: Executor | None, func: Callable[[*Ts], T], *args: *Ts) -> asyncio.Future[T]:
        """As the base class does, with the executor of this module by default."""
        return super().run_in_executor(executor or DaemonExecutor(), func, *args)


def leave(code: int) -> NoReturn:
    """End the process with that exit code at once, without finalizing Python first.

    Daemon threads may still be importing, or waiting for a keyring or a child. Until 3.14, Python ends each of them at
    its next instruction, also inside C++ code, which aborts the process (documentation of ``Py_FinalizeEx``), and by
    then Qt's objects are gone that a thread may still call: 5 of 160 windows ended during their start crashed.
    """
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            with suppress(OSError, ValueError):
                stream.flush()
    os._exit(code)
