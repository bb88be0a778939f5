"""The data folder and keyring entries of real use or of practice, and the setups opened from there."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from app.guide import catalog
from app.guide.guide_file import GuideError
from app.guide.vocabulary import Lane
from app.polling.turns import LookTurns
from app.practice.process import SEED_KEY, PracticeProcess, Started
from app.session.background import JOBS
from app.session.session import SetupSession
from app.session.start_listener import StartListener
from app.setup.lock import AlreadyOpen, FolderTaken
from app.setup.store import FileTrouble, NotSaved, Store
from app.system import clock, event_trace
from app.system.event_trace import TraceEvent
from app.system.policy import NO_PRACTICE
from app.vault import Vault, VaultStatus

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from app.session.background import Start
    from app.session.events import SessionEvent
    from app.setup.state import Setup, Wait
    from app.setup.store import SetupListing
    from app.system.policy import Policy
    from app.system.start_request import StartRequest


MOST_RESTARTS = 3
"""How often the consoles are started again in one run, so that a computer that keeps ending them is not kept busy."""

RESTARTED = "The practice consoles stopped and were started again. Open them again from the assistant."
MOVED = f"{RESTARTED} Their address changed: copy the Base URL again."
STOPPED = "The practice consoles keep stopping. Close practice and start it again."

LAST_TRY = 5.0
"""Seconds that leaving a workspace waits for the disk."""


@dataclass(frozen=True, slots=True)
class WorkspaceRefusal:
    """The workspace, or a setup in it, cannot be opened."""

    sentence: str
    already_open: bool = False
    """Another run of the program uses the data folder."""


class Workspace:
    """The data folder and the keyring of real use or of practice, and the setups opened from there.

    Locked for this program until it is left. Not thread-safe: use it from one event loop."""

    def __init__(
        self,
        folder: Path,
        *,
        practice: bool,
        policy: Policy,
        proxy_for: Callable[[str], str | None] | None,
        start: Start = asyncio.ensure_future,
        on_event: Callable[[SetupSession, SessionEvent], None] = lambda _session, _event: None,
        secret_found: Callable[[str], None] = lambda _secret: None,
        consoles_ended: Callable[[str], None] = lambda _sentence: None,
        start_requested: Callable[[StartRequest], None] = lambda _request: None,
    ) -> None:
        """``folder`` belongs to this workspace; nothing is touched before ``take``. ``proxy_for`` may block.

        ``start`` runs background jobs; ``on_event`` gets every event of every setup that is opened here,
        ``secret_found`` every secret that the keyring holds for it at that moment, ``consoles_ended`` what to say
        after the practice consoles ended by themselves, ``start_requested`` what a second start asks for.
        """
        self.folder = folder
        self.practice = practice
        self.store = Store(folder, practice=practice)
        self.vault = Vault("practice" if practice else "setup")
        self.listing: SetupListing | None = None
        """The setups when they were last listed."""
        self.opened: dict[str, SetupSession] = {}
        """Setup id → its session."""
        self.consoles: Started | None = None
        """The practice consoles; None in real use."""
        self._policy = policy
        self._proxy_for = proxy_for
        self._start = start
        self._on_event = on_event
        self._secret_found = secret_found
        self._consoles_ended = consoles_ended
        self._process: PracticeProcess | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._listener = StartListener(folder, practice=practice, start=start, on_request=start_requested)
        self._turns = LookTurns()
        self._opening = asyncio.Lock()

    async def take(self, *, pressed: bool = False) -> WorkspaceRefusal | None:
        """Lock the folder, find the keyring, start the practice consoles. If one fails, undo all and return why.

        The keyring may prompt for the secrets of practice only if ``pressed``.
        """
        try:
            trouble = await self._take(pressed=pressed)
        except asyncio.CancelledError:  # the program ends while a keyring does not answer
            await self.leave()
            raise
        event_trace.record(TraceEvent.WORKSPACE, practice=self.practice, taken=trouble is None)
        if trouble is not None:
            await self.leave()
        return trouble

    async def _take(self, *, pressed: bool) -> WorkspaceRefusal | None:
        if self.practice and not self._policy.practice:
            return WorkspaceRefusal(self._policy.refusal(NO_PRACTICE))
        locked = await asyncio.to_thread(self.store.lock)
        if not isinstance(locked, FolderTaken):
            return WorkspaceRefusal(locked.sentence, isinstance(locked, AlreadyOpen))
        await self._listener.open()  # before the keyring is asked, which may take long
        await self.vault.ready()
        if self.practice and pressed:
            await self.vault.unlock()
        return await self._start_consoles() if self.practice else None

    async def _start_consoles(self) -> WorkspaceRefusal | None:
        import secrets

        known = await self.vault.get(*SEED_KEY)
        seed = known.value or secrets.token_hex(32)  # the same practice secrets as last time
        if known.status is VaultStatus.ABSENT:  # a locked keyring may have one: it is not replaced
            await self.vault.put(*SEED_KEY, seed, unlock=False)
        self._process = process = PracticeProcess()
        started = await process.start(self.folder / "consoles", seed)
        if not isinstance(started, Started):
            return WorkspaceRefusal(started.sentence)
        self.consoles = started
        self._keeper = self._start(self._keep_consoles(process, seed))
        return None

    async def _keep_consoles(self, process: PracticeProcess, seed: str) -> None:
        """Start the consoles again when they end by themselves, and say so."""
        for _ in range(MOST_RESTARTS):
            await process.ended()
            before, self.consoles = self.consoles, None
            started = await process.start(self.folder / "consoles", seed)
            if not isinstance(started, Started):
                self._consoles_ended(started.sentence)
                return
            self.consoles = started
            same = before is not None and before.origin == started.origin
            self._consoles_ended(RESTARTED if same else MOVED)
        await process.ended()
        self.consoles = None
        self._consoles_ended(STOPPED)

    async def leave(self) -> None:
        """Try to save what is in memory only, stop the consoles, release folder and keyring."""
        self._listener.close()
        with suppress(TimeoutError):  # a drive that no longer answers must not keep the program open
            async with asyncio.timeout(LAST_TRY):
                for session in self.opened.values():
                    session.background.end()
                    await session.save_again()
                await asyncio.to_thread(self.store.close)
        if self._keeper is not None:
            self._keeper.cancel()
        if self._process is not None:
            await self._process.stop()
        self.vault.close()

    # -- setups --------------------------------------------------------------------------

    async def list(self) -> SetupListing:
        """Read all setups from disk. A clock that is certainly wrong is among the troubles."""
        self.listing = listing = await asyncio.to_thread(self.store.list)
        if (wrong := clock.problem(clock.now())) is not None:
            self.listing = listing = replace(listing, troubles=(FileTrouble("", wrong), *listing.troubles))
        return listing

    async def load(self, setup_id: str) -> Setup | FileTrouble:
        """Read one setup from disk, or why it cannot be read."""
        return await asyncio.to_thread(self.store.load, setup_id)

    async def open(self, setup: Setup) -> SetupSession | WorkspaceRefusal:
        """Open a setup. Everyone who asks for the same setup gets the same session."""
        # A second session of one setup, after two presses for example, would overwrite the file of the first.
        async with self._opening:
            if (known := self.opened.get(setup.id)) is not None:
                return known
            session = await self._session(setup)
            if isinstance(session, SetupSession):
                self.opened[setup.id] = session
            return session

    async def _session(self, setup: Setup) -> SetupSession | WorkspaceRefusal:
        try:
            guide = await asyncio.to_thread(catalog.guide, setup.guide)
        except KeyError:
            return WorkspaceRefusal(f"This version has no guide for {setup.client}.")
        except GuideError as error:
            return WorkspaceRefusal(f"The guide for {setup.client} cannot be used. {error}.")
        session = SetupSession(
            *(guide, setup, self.vault, self.store),
            proxy_for=self._proxy_for,
            token_url=self.consoles.token_url if self.consoles is not None else None,
            policy=self._policy,
            start=self._start,
            secret_found=self._secret_found,
            turns=self._turns,
        )
        session.subscribe(partial(self._on_event, session))
        await session.open()
        session.trace_opening()
        return session

    async def resume_waits(self) -> tuple[WorkspaceRefusal, ...]:
        """Go on waiting for what the listed setups wait for; returns why some cannot be opened."""
        refused = []
        for setup in self.listing.setups if self.listing is not None else ():
            # Of a setup whose guide is gone, home says so in its row.
            if setup.summary.wait is not None and setup.guide in catalog.ids():
                session = await self.open(setup)
                if isinstance(session, SetupSession):
                    session.background.begin()
                else:
                    refused.append(session)
        return tuple(refused)

    @property
    def locked_out(self) -> tuple[VaultStatus, ...]:
        """Why the keyring gives nothing, for each setup that waits in the background."""
        waiting = [each.captures.closed for each in self.opened.values() if each.setup.summary.wait is not None]
        return tuple(closed for closed in waiting if closed is not None)

    async def unlock(self) -> str | None:
        """Open the keyring by one prompt for all setups, after a press. Returns why it stayed locked, or None."""
        outcome = await self.vault.unlock()
        if outcome.status is not VaultStatus.READY:
            return outcome.sentence
        for session in tuple(self.opened.values()):
            if session.captures.closed or session.captures.in_memory_only:
                await session.background.after_unlocking()
        return None

    @property
    def waits(self) -> tuple[Wait, ...]:
        """What is waited for in the background."""
        jobs = {job for session in self.opened.values() for job in session.background.running}
        return tuple(wait for wait, job in JOBS.items() if job in jobs)

    async def tag(self, setup_id: str, tags: tuple[str, ...]) -> str | None:
        """Give a setup other tags, whether it is open or not. Returns why they could not be saved, or None."""
        if (session := self.opened.get(setup_id)) is not None:
            await session.change(lambda setup: setup.with_(tags=tags))
            return session.unsaved
        setup = await self.load(setup_id)
        if isinstance(setup, FileTrouble):
            return setup.sentence
        saved = await asyncio.to_thread(self.store.save, setup.with_(tags=tags))
        return saved.sentence if isinstance(saved, NotSaved) else None

    async def forget(self, session: SetupSession) -> str | None:
        """Delete a setup and its secrets. Returns a sentence if something could not be deleted."""
        trouble = await session.forget()
        self.opened.pop(session.setup.id, None)
        return trouble

    def console(self, session: SetupSession, lane: Lane) -> str:
        """The address of a console now: in practice for one use, empty while it is being started again."""
        if not self.practice:
            return session.guide.cie.url if lane is Lane.CIE else session.guide.portal.url
        if self.consoles is None:
            return ""
        return self.consoles.cie_url if lane is Lane.CIE else self.consoles.portal_url(session.guide.id)
