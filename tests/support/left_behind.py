"""A test that leaves a thread, a task, a timer or a window behind fails, and the report names who started it.

What one test leaves behind continues in the next, which then fails or passes by chance. The starting points are patched
for the whole session to remember where they were called from. That costs a few microseconds per call.
"""

from __future__ import annotations

import asyncio
import inspect
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication, QDialog, QWidget
from shiboken6 import isValid

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, MutableMapping
    from types import FrameType

GRACE = 2.0
"""Seconds for a thread to end by itself."""
CALLERS = 5
"""Number of callers to name, the innermost of this project."""

MARKER = "left_behind(kind, why): a thread, task, timer or window that this test leaves on purpose"

_starts: dict[str, MutableMapping[Any, str]] = {
    kind: WeakKeyDictionary() for kind in ("thread", "task", "timer", "window")
}
_cancelled: list[str] = []
"""Tasks that a loop had to cancel at its end."""


def pytest_configure(config: pytest.Config) -> None:
    """Record who starts what from now on."""
    config.addinivalue_line("markers", MARKER)
    root = str(config.rootpath)
    patch = pytest.MonkeyPatch()
    config.add_cleanup(patch.undo)
    _remember(patch, root, "thread", threading.Thread, "start")
    _remember(patch, root, "timer", QTimer, "start")
    for owner, name in ((QWidget, "show"), (QWidget, "showNormal"), (QDialog, "open")):  # none of them is virtual
        _remember(patch, root, "window", owner, name)
    _remember_tasks(patch, root)


def _remember(patch: pytest.MonkeyPatch, root: str, kind: str, owner: type, name: str) -> None:
    original: Callable[..., Any] = getattr(owner, name)
    starts = _starts[kind]

    def start(self: Any, *arguments: Any, **more: Any) -> Any:
        starts[self] = _callers(caller(), root)
        return original(self, *arguments, **more)

    patch.setattr(owner, name, start)


def _remember_tasks(patch: pytest.MonkeyPatch, root: str) -> None:
    create, close = asyncio.BaseEventLoop.create_task, asyncio.Runner.close

    def create_task(loop: Any, work: Any, **more: Any) -> Any:
        task = create(loop, work, **more)
        _starts["task"][task] = _callers(caller(), root)
        return task

    def close_with_a_look(runner: asyncio.Runner) -> None:
        with suppress(RuntimeError):  # it was closed before
            # asyncio closes a generator that was not read to its end, such as httpx's of a body, in a task of its own.
            tasks = (task for task in asyncio.all_tasks(runner.get_loop()) if inspect.iscoroutine(task.get_coro()))
            _cancelled.extend(f"task {_name(task)}, begun {_begun('task', task)}" for task in tasks)
        close(runner)

    patch.setattr(asyncio.BaseEventLoop, "create_task", create_task)
    patch.setattr(asyncio.Runner, "close", close_with_a_look)


def caller() -> FrameType | None:
    """Return the frame two calls up."""
    here = inspect.currentframe()
    return here.f_back.f_back if here is not None and here.f_back is not None else None


def _callers(frame: FrameType | None, root: str) -> str:
    """Return the callers inside this project, innermost first."""
    found: list[str] = []
    while frame is not None and len(found) < CALLERS:
        name = frame.f_code.co_filename
        if name.startswith(root) and "/.venv/" not in name and name != __file__:
            found.append(f"{name[len(root) + 1 :]}:{frame.f_lineno}")
        frame = frame.f_back
    return " < ".join(found) or "outside of this project"


def _begun(kind: str, what: Any) -> str:
    return f"at {_starts[kind].get(what, 'an unknown place')}"


def _name(task: asyncio.Task[Any]) -> str:
    return getattr(task.get_coro(), "__qualname__", "without a name")


_failed = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failed test didn't reach its end, so what it leaves behind isn't reported."""
    report = yield
    item.stash[_failed] = item.stash.get(_failed, False) or report.failed
    return report


def failed(item: pytest.Item) -> bool:
    """Return whether a phase of that test has failed by now."""
    return item.stash.get(_failed, False)


@pytest.fixture(autouse=True)
def nothing_is_left_behind(request: pytest.FixtureRequest) -> Iterator[None]:
    """Check for anything that wasn't there before the test."""
    threads, timers, windows = set(threading.enumerate()), set(_timers()), set(_windows())
    _cancelled.clear()
    yield
    if failed(request.node):
        return
    allowed = {str(marker.args[0]) for marker in request.node.iter_markers("left_behind")}
    left = [] if "task" in allowed else list(_cancelled)
    if QApplication.instance() is not None:
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    if "timer" not in allowed:
        left += [f"timer of {_owner(each)}, begun {_begun('timer', each)}" for each in _timers() if each not in timers]
    if "window" not in allowed:
        left += [
            f"window {type(each).__name__}, shown {_begun('window', each)}"
            for each in _windows()
            if each not in windows
        ]
    if "thread" not in allowed:
        left += [f"thread {each.name}, begun {_begun('thread', each)}" for each in _running(threads)]
    if left:
        pytest.fail("left behind:\n" + "\n".join(f"  {each}" for each in left), pytrace=False)


def _running(before: set[threading.Thread]) -> list[threading.Thread]:
    """Return the threads started since then that don't end."""
    end = time.monotonic() + GRACE
    while left := [each for each in threading.enumerate() if each not in before and each.is_alive()]:
        if time.monotonic() > end:
            return left
        time.sleep(0.005)
    return []


def _timers() -> list[QTimer]:
    return [each for each in tuple(_starts["timer"]) if isValid(each) and each.isActive()]


def _owner(timer: QTimer) -> str:
    parent: QObject | None = timer.parent()
    return type(parent).__name__ if parent is not None else "nobody"


def _windows() -> list[QWidget]:
    if not isinstance(QApplication.instance(), QApplication):
        return []
    return [each for each in QApplication.topLevelWidgets() if each.isVisible()]
