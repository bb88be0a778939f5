"""Writes an event trace that can be shared: a file of events with enums and numbers only.

Text cannot get in: ``record`` accepts enum members, integers, floats and booleans, and the only strings in the file are
names from our own code.
"""

from __future__ import annotations

import errno
import os
import re
import time
from enum import Enum, StrEnum
from typing import TYPE_CHECKING, TypeAlias

from app import __version__
from app.system.files import open_private, reason

if TYPE_CHECKING:
    from pathlib import Path

Fact: TypeAlias = Enum | int | float | bool | None
"""What may be written. None means unknown and is left out."""

PATIENCE = 5.0
"""Seconds that the end of the program waits for the disk."""


class TraceEvent(StrEnum):
    """What happened. The facts of each event are listed in parentheses."""

    START = "start"
    """The program started (practice, epoch: seconds since 1970-01-01 UTC, version: three numbers)."""
    END = "end"
    """The program ended (code: its exit code)."""
    BUG = "bug"
    """An exception that was not caught."""
    PAGE = "page"
    """A page is shown (page, and for a step its number, lane and tool)."""
    WORKSPACE = "workspace"
    """The data folder was locked, or could not be (practice, taken)."""
    SETUP_OPENED = "setup-opened"
    """(setup: counted from 1 in this run, status, wait, number of the step that the status is about, total of steps)"""
    STEP_COMPLETED = "step-completed"
    """(setup, number)"""
    MILESTONE = "milestone"
    """(setup, milestone)"""
    VALUE = "value"
    """A value was entered (setup, kind, accepted, held: in memory because the keyring did not store it)."""
    CHECK = "check"
    """A check of Test Connection ended (setup, check, verdict, observation, taken: seconds)."""
    TEST_ENDED = "test-ended"
    """(setup, result)"""
    LOOK = "look"
    """A wait checked once (setup, wait, failures in a row, observation of a failure, pause: seconds until the next)."""
    SAVED = "saved"
    """The file of a setup was saved, or could not be (setup, saved)."""
    KEYRING = "keyring"
    """The keyring answered (changes: whether the call was a change, status)."""
    CLIPBOARD = "clipboard"
    """A copied secret reached another stage on its way out of the clipboard (stage)."""
    JOB_STARTED = "job-started"
    """(setup, job)"""
    JOB_ENDED = "job-ended"
    """(setup, job, cancelled, failed)"""


class EventTrace:
    """An event trace that writes in its own thread, because a slow disk must not block the window."""

    def __init__(self, path: Path) -> None:
        """Raises OSError if the file exists already or cannot be created."""
        from queue import SimpleQueue
        from threading import Thread

        self.trouble = ""
        """Why the file is incomplete; empty while nothing is missing."""
        self._file = os.fdopen(open_private(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL), "wb", buffering=0)
        self._began = time.monotonic()
        self._lines: SimpleQueue[bytes | None] = SimpleQueue()
        self._writer = Thread(target=self._write, daemon=True, name="event trace")
        self._writer.start()

    def record(self, event: TraceEvent, facts: dict[str, str | float]) -> None:
        """Add an event. Events keep the order of the calls."""
        import json

        line = {"seconds": round(time.monotonic() - self._began, 3), "event": event.name, **facts}
        self._lines.put(f"{json.dumps(line)}\n".encode("ascii"))

    def close(self) -> None:
        """Write what is left."""
        self._lines.put(None)
        self._writer.join(PATIENCE)
        if self._writer.is_alive():
            self.trouble = "the disk is not responding"

    def _write(self) -> None:
        with self._file as file:
            while (line := self._lines.get()) is not None:
                try:
                    while line and not self.trouble:
                        line = line[file.write(line) :]
                except OSError as error:
                    self.trouble = reason(error)


_trace: EventTrace | None = None


def start(path: Path, *, practice: bool) -> str | None:
    """Start a trace in a new file. Return a sentence if that is not possible."""
    global _trace  # noqa: PLW0603 - one trace a process, as there is one standard error
    try:
        _trace = EventTrace(path)
    except OSError as error:
        why = "a file with that name already exists" if error.errno == errno.EEXIST else reason(error)
        return f"The trace can't be written: {why}."
    version = dict(zip(("major", "minor", "patch"), map(int, re.findall(r"\d+", __version__)), strict=False))
    record(TraceEvent.START, practice=practice, epoch=int(time.time()), **version)
    return None


def record(event: TraceEvent, **facts: Fact) -> None:
    """Add an event if a trace is being written. May be called from any thread.

    Raises:
        TypeError: A fact is neither an enum member nor a number, whether or not a trace is being written.
    """
    plain = {name: _plain(fact) for name, fact in facts.items() if fact is not None}
    if _trace is not None:
        _trace.record(event, plain)


def _plain(fact: Enum | float) -> str | float:
    if isinstance(fact, Enum):
        return fact.name
    if type(fact) not in (bool, int, float):  # a subclass could print as anything
        raise TypeError(f"an event takes no {type(fact).__name__}")
    return round(fact, 3) if type(fact) is float else fact


def stop(code: int) -> str | None:
    """End the trace with the program's exit code. Return a sentence if the trace is incomplete."""
    global _trace
    if _trace is None:
        return None
    record(TraceEvent.END, code=code)
    ended, _trace = _trace, None
    ended.close()
    return f"The trace is incomplete: {ended.trouble}." if ended.trouble else None
