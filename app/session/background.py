"""Runs in the background what the state of an open setup requires: its waits, and saving again after a failure."""

from __future__ import annotations

import asyncio
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from app.session.events import SessionEvent
from app.setup.journey import valid_sighting
from app.setup.state import Wait
from app.setup.status import awaited
from app.system.event_trace import TraceEvent

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator

    from app.session.captures import Captures
    from app.session.directory_sync import DirectorySyncSession
    from app.session.open_setup import OpenSetup
    from app.session.waiting import Waiting

    Start = Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]]

RETRY_SECONDS = 5.0
"""Between two tries to save."""


class Job(StrEnum):
    """One thing that runs in the background of an open setup."""

    TIMESTAMP = "timestamp"
    """Waits for the SCIM Change Timestamp."""
    FULL_SYNC = "full-sync"
    """Waits until CIE reports the end of the Full Sync."""
    SAVE = "save"
    """Tries again to write the setup's file."""
    KEYRING = "keyring"
    """Waits until the keyring opens, then stores what is in memory only, and lets a wait look again."""


JOBS: Final = {Wait.TIMESTAMP: Job.TIMESTAMP, Wait.FULL_SYNC: Job.FULL_SYNC}
"""What a setup waits for → the job that waits for it."""


class BackgroundJobs:
    """The jobs of one session. They follow its state and nothing else: no page needs to be open, none is redrawn."""

    def __init__(
        self, opened: OpenSetup, captures: Captures, api: DirectorySyncSession, waiting: Waiting, start: Start
    ) -> None:
        """``start`` runs a coroutine as a task and reports what it raises."""
        self._opened = opened
        self._captures = captures
        self._api = api
        self._waiting = waiting
        self._start = start
        self._running: dict[Job, asyncio.Task[None]] = {}
        self._unsubscribe: Callable[[], None] | None = None

    @property
    def running(self) -> frozenset[Job]:
        """The jobs that run now."""
        return frozenset(job for job, task in self._running.items() if not task.done())

    def begin(self) -> None:
        """From now on run what the state calls for. Does nothing where that was begun before."""
        if self._unsubscribe is None:
            self._unsubscribe = self._opened.subscribe(self._follow)
            self._follow(SessionEvent.SETUP)

    def end(self) -> None:
        """Cancel all jobs and begin no more."""
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None
        for task in self._running.values():
            task.cancel()
        self._running.clear()

    def _follow(self, _event: SessionEvent) -> None:
        running = self.running
        waits = not running.isdisjoint(JOBS.values())
        for job in self._wanted():
            if job not in running and not (waits and job in JOBS.values()):
                task = self._running[job] = self._start(self._run(job))
                self._opened.trace(TraceEvent.JOB_STARTED, job=job)
                task.add_done_callback(partial(self._follow_end, job))

    def _follow_end(self, job: Job, task: asyncio.Task[None]) -> None:
        """The state may call for another job by now, such as a wait for a directory that was submitted again."""
        failed = not task.cancelled() and task.exception() is not None
        self._opened.trace(TraceEvent.JOB_ENDED, job=job, cancelled=task.cancelled(), failed=failed)
        if self._unsubscribe is not None and not task.cancelled() and not failed:
            self._follow(SessionEvent.WAIT)

    def _wanted(self) -> Iterator[Job]:
        wait = awaited(self._opened.guide, self._opened.setup)
        if wait is not None and not (wait is Wait.FULL_SYNC and self._api.given_up):
            yield JOBS[wait]
        if self._opened.unsaved is not None:
            yield Job.SAVE
        if self._captures.in_memory_only or self._captures.closed:
            yield Job.KEYRING

    def _run(self, job: Job) -> Coroutine[Any, Any, None]:
        match job:
            case Job.TIMESTAMP:
                return self._wait_for_timestamp()
            case Job.FULL_SYNC:
                return self._wait_for_full_sync()
            case Job.SAVE:
                return self._save()
            case Job.KEYRING:
                return self._wait_for_keyring()

    async def _wait_for_timestamp(self) -> None:
        await self._waiting.for_timestamp()
        if valid_sighting(self._opened.setup) is not None:
            self._opened.announce(SessionEvent.TIMESTAMP_SEEN)

    async def _wait_for_full_sync(self) -> None:
        if await self._waiting.for_full_sync():
            self._opened.announce(SessionEvent.FULL_SYNC_ENDED)

    async def _save(self) -> None:
        while self._opened.unsaved is not None:
            await asyncio.sleep(RETRY_SECONDS)
            await self._opened.save_again()

    async def _wait_for_keyring(self) -> None:
        """Act once for each time that the keyring opens, because it may refuse. Nothing here prompts."""
        was_open = False
        while self._captures.in_memory_only or self._captures.closed:
            await asyncio.sleep(RETRY_SECONDS)
            is_open = await self._captures.keyring_open()
            if is_open and not was_open:
                await self.after_unlocking()
            was_open = is_open

    async def after_unlocking(self) -> None:
        """Go on with what waited for the keyring. Nothing here prompts."""
        await self._captures.keep_again(unlock=False)
        await self._captures.reconcile()
        await self._opened.save()
        self._waiting.look_again()
        self._api.look_again()
