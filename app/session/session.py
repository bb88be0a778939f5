"""The open setup with everything that the admin can do with it: its steps here, the rest in its parts.

No Qt here; a window subscribes and redraws from the state.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from app.guide.vocabulary import Kind, Milestone
from app.session.background import BackgroundJobs
from app.session.captures import Captures
from app.session.connection import Connection
from app.session.directory_sync import DirectorySyncSession
from app.session.open_setup import OpenSetup, utc_now
from app.session.testing import Testing
from app.session.waiting import Waiting
from app.setup import journey
from app.setup.action import Activity, obstacle
from app.system.policy import NO_POLICY
from app.values.api_regions import TOKEN_PATHS, Issuer

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from app.diagnosis.portal_errors import DecodedError
    from app.guide.model import Guide
    from app.session.background import Start
    from app.setup.state import Setup
    from app.setup.store import Store
    from app.system.policy import Policy
    from app.vault import Vault


KEYRING_PATIENCE = 5.0
"""Seconds that reading an error waits for the Base URL."""


class SetupSession(OpenSetup):
    """An open setup that asks its endpoint and CIE. Not thread-safe: one event loop."""

    def __init__(
        self,
        guide: Guide,
        setup: Setup,
        vault: Vault,
        store: Store,
        *,
        now: Callable[[], datetime] = utc_now,
        proxy_for: Callable[[str], str | None] | None = None,
        token_url: str | None = None,
        policy: Policy = NO_POLICY,
        start: Start = asyncio.ensure_future,
    ) -> None:
        """``token_url`` replaces the documented token address, in practice only; ``start`` runs background jobs."""
        super().__init__(guide, setup, store, now)
        self.vault = vault
        self.policy = policy
        self._token_url = token_url if setup.practice else None
        self.connection = Connection(vault, lambda: (self.guide, self.setup), proxy_for, policy)
        self.testing = Testing(self, self.connection)
        self.captures = Captures(self, vault, policy, self._secret_changed)
        practice = self._token_url.removesuffix(TOKEN_PATHS[Issuer.PAGES]) if self._token_url else None
        self.api = DirectorySyncSession(self, self.captures, proxy_for, practice)
        self.waiting = Waiting(self, self.connection, self.api, self.captures)
        self.background = BackgroundJobs(self, self.captures, self.api, self.waiting, start)

    # -- as a whole ----------------------------------------------------------------------

    async def open(self) -> None:
        """Fit the setup to its guide and to what the keyring holds."""
        await self.vault.ready()
        # The guide may be newer than the setup: values and steps may have come, gone or become secret.
        self.setup = journey.fit(self.guide, self.setup)
        # A setup that was never written has nothing in the keyring, whose prompt would be a riddle now.
        if await asyncio.get_running_loop().run_in_executor(None, self._store.has, self.setup.id):
            await self.captures.reconcile()
        if self._token_url is not None:
            places = [name for name, spec in self.guide.values.items() if spec.kind is Kind.TOKEN_URL]
            self.setup = self.setup.with_(values={**self.setup.values, **dict.fromkeys(places, self._token_url)})
        await self.api.reconcile()
        await self.save()

    async def forget(self) -> str | None:
        """Delete the setup: its secrets first, then its file. Returns why it stays, or None."""
        from app.setup.store import NotSaved
        from app.vault import SENTENCES, VaultStatus

        self._gone = True
        self.background.end()
        self.connection.forget()
        declared = {name for name, spec in self.guide.values.items() if spec.secret}
        # Also what an older guide called secret and this one does not know.
        purged = await self.vault.purge(self.setup.id, {*self.setup.kept, *declared, *self.api.labels})
        trouble = None
        if purged.status is not VaultStatus.DELETED:
            trouble = f"The setup stays, because its secrets could not be removed. {SENTENCES[purged.status]}"
        else:
            removed = await self._remove_file()
            if isinstance(removed, NotSaved):
                trouble = f"The secrets are gone, but the file of the setup stays. {removed.sentence}"
        self._gone = trouble is None
        if self._gone:
            self.unsaved = None  # else it would be tried again for ever
        return trouble

    @property
    def trouble(self) -> str | None:
        """Why the last change could not be written to disk, or which secret has to be captured again."""
        return self.unsaved or self.captures.lost

    def kept_line(self) -> str:
        """What is in the keyring, in one line without any value."""
        labels = {name: spec.label for name, spec in self.guide.values.items()} | self.api.labels
        names = [label for name, label in labels.items() if name in self.setup.kept]
        if not names:
            return "No secret captured yet"
        if in_memory := self.captures.in_memory_only:
            held = [label for name, label in labels.items() if name in in_memory]
            return f"{', '.join(held)} only in memory, lost when the program ends"
        return f"{', '.join(names)} in {self.vault.name}"

    def _secret_changed(self, name: str) -> None:
        if name in self.api.labels:
            self.api.reset()
        else:
            self._access_changed()

    def _access_changed(self) -> None:
        """What opens the endpoint changed: nothing that was seen with the former still counts."""
        self.connection.reset()
        self.testing.reset()

    # -- steps ---------------------------------------------------------------------------

    @property
    def activity(self) -> Activity:
        """What goes on here beside the setup's own state, as far as this side of the window knows it."""
        return Activity(self.now(), self.testing.result)

    async def complete(self, step_id: str | None = None) -> journey.Block | None:
        """Complete a step (by default the open one); returns why not."""
        step_id = step_id or self.here.step.id
        blocked = obstacle(self.guide, self.setup, step_id, self.activity)
        if blocked is None:
            submitted = self.setup.reached.get(Milestone.SUBMITTED)
            self.setup = journey.complete(self.guide, self.setup, step_id, self.now())
            if self.setup.reached.get(Milestone.SUBMITTED) != submitted:
                self.setup = journey.unsight(self.guide, self.setup)
            await self.save()
        return blocked

    async def go(self, step_id: str) -> None:
        """Open a step to look at it."""
        await self.change(lambda setup: journey.go(setup, step_id))

    async def move(self, offset: int) -> None:
        """Open the step so many places further or back."""
        target = journey.neighbour(self.guide, self.setup, offset)
        if target is not None:
            await self.go(target)

    async def tick(self, item: str, *, on: bool) -> None:
        """Tick or untick a prerequisite or a confirmation."""
        await self.change(lambda setup: journey.tick(setup, item, on=on))

    async def answer(self, branch: str, option: str) -> None:
        """Choose what stands on the admin's screen."""
        before = self.secrets
        self.setup = journey.answer(self.setup, branch, option)
        if self.secrets != before:
            self.setup = journey.reopen(self.guide, self.setup)
            self._access_changed()
        await self.save()

    # -- an error of the portal ----------------------------------------------------------

    async def decode(self, text: str) -> DecodedError:
        """Read an error that the portal showed, beside the stored Base URL. Nothing of it is kept."""
        names = (n for n in self.secrets if self.guide.values[n].kind is Kind.BASE_URL)
        name = next(names, None)
        base_url = None
        with suppress(TimeoutError):  # a prompt of the keyring that nobody answers: read it without comparing
            async with asyncio.timeout(KEYRING_PATIENCE):
                if name is not None and name in self.setup.kept:
                    base_url = (await self.captures.reveal(name)).value
        guide, setup = self.guide, self.setup

        def work() -> DecodedError:
            from app.diagnosis.portal_errors import decode

            return decode(text, guide, setup, base_url)

        return await asyncio.get_running_loop().run_in_executor(None, work)
