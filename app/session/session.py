"""An open setup with everything the admin can do with it. Steps are handled here, the rest in the parts it owns."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from app.guide.vocabulary import Kind, Milestone
from app.session.background import BackgroundJobs
from app.session.captures import Captures
from app.session.connection import Connection
from app.session.directory_sync import DirectorySyncSession
from app.session.former import items
from app.session.open_setup import OpenSetup, utc_now
from app.session.testing import Testing
from app.session.waiting import Waiting
from app.setup import journey
from app.setup.action import Activity, obstacle
from app.setup.store import NotSaved
from app.system import clock
from app.system.policy import NO_POLICY
from app.values.api_regions import TOKEN_PATHS, Issuer
from app.vault import CLOSED, VaultStatus

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from app.diagnosis.portal_errors import DecodedError
    from app.guide.model import Guide
    from app.polling.turns import LookTurns
    from app.session.background import Start
    from app.setup.state import Setup
    from app.setup.store import Store
    from app.system.policy import Policy
    from app.vault import Vault


KEYRING_PATIENCE = 5.0
"""Seconds to wait for the keyring to return the Base URL before an error is read without it."""


class SetupSession(OpenSetup):
    """One open setup and its parts. Not thread-safe: use it from one event loop."""

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
        secret_found: Callable[[str], None] = lambda _secret: None,
        turns: LookTurns | None = None,
    ) -> None:
        """``token_url`` replaces the documented token address, in practice only; ``start`` runs background jobs.

        ``secret_found`` gets every secret that the keyring holds when the setup is opened; ``turns`` are shared with
        the waits of other setups.
        """
        super().__init__(guide, setup, store, now)
        self.vault = vault
        self.policy = policy
        self._token_url = token_url if setup.practice else None
        self.captures = Captures(self, vault, policy, self._secret_changed, secret_found)
        self.connection = Connection(
            *(vault, lambda: (self.guide, self.setup), proxy_for, policy, self._take_found_changed),
            captures=self.captures,
        )
        self.testing = Testing(self, self.connection)
        practice = self._token_url.removesuffix(TOKEN_PATHS[Issuer.PAGES]) if self._token_url else None
        self.api = DirectorySyncSession(self, self.captures, proxy_for, practice, turns)
        self.waiting = Waiting(self, self.connection, self.api, self.captures, turns)
        self.background = BackgroundJobs(self, self.captures, self.api, self.waiting, start)

    # -- as a whole ----------------------------------------------------------------------

    async def open(self) -> None:
        """Bring the setup in line with its guide and with the keyring, then save it."""
        await self.vault.ready()
        # The guide may be newer than the setup: values and steps may have come, gone or become secret.
        self.setup = journey.fit(self.guide, self.setup)
        # A setup that was never saved has nothing in the keyring.
        if known := await asyncio.to_thread(self._store.has, self.setup.id):
            await self.captures.reconcile()
        if self._token_url is not None:
            places = [name for name, spec in self.guide.values.items() if spec.kind is Kind.TOKEN_URL]
            self.setup = self.setup.with_(values={**self.setup.values, **dict.fromkeys(places, self._token_url)})
        if not known:
            self._untouched = self.setup
        await self.save()

    async def forget(self) -> str | None:
        """Delete the setup: its secrets first, then its file. Returns a sentence if something could not be deleted."""
        self._gone = True
        self.background.end()
        self.connection.forget()
        declared = {name for name, spec in self.guide.values.items() if spec.secret}
        # Also what an older guide called secret and this one does not know.
        purged = await self.vault.purge(self.setup.id, items({*self.setup.kept, *declared, *self.api.labels}))
        trouble = None
        if purged.status is not VaultStatus.DELETED:
            trouble = f"The setup wasn't deleted because its secrets couldn't be removed. {purged.status.words}"
        else:
            removed = await self._remove_file()
            if isinstance(removed, NotSaved):
                trouble = f"The secrets were removed, but the setup's file couldn't be deleted. {removed.sentence}"
        self._gone = trouble is None
        if self._gone:
            self.unsaved = None  # there is nothing left to save
        return trouble

    @property
    def trouble(self) -> str | None:
        """Why the last change isn't on disk, or which secrets have to be captured again; None if all is well."""
        return self.unsaved or clock.problem(self.now()) or self.captures.lost

    def kept_line(self) -> str:
        """One line that says which secrets are in the keyring. Shows no value."""
        labels = {name: spec.label for name, spec in self.guide.values.items()} | self.api.labels
        names, closed = [label for name, label in labels.items() if name in self.setup.kept], self.captures.closed
        if not names:
            return f"{self.vault.name} {CLOSED[closed]}" if closed is not None else "No secret captured yet"
        if in_memory := self.captures.in_memory_only:
            held = [label for name, label in labels.items() if name in in_memory]
            return f"{', '.join(held)} in memory only until the program ends"
        return f"{', '.join(names)} in {self.vault.name}{f', which {CLOSED[closed]}' if closed is not None else ''}"

    def _take_found_changed(self) -> None:
        self.setup = journey.secret_changed(self.setup)

    def _secret_changed(self, name: str) -> None:
        if name in self.api.labels:
            self.api.reset()
        else:
            self._access_changed()

    def _access_changed(self) -> None:
        """Forget what was learned with the credentials that have just changed."""
        self.connection.reset()
        self.testing.reset()

    # -- steps ---------------------------------------------------------------------------

    @property
    def activity(self) -> Activity:
        """What is going on beside the setup's own state, as far as the session knows."""
        return Activity(self.now(), self.testing.result)

    async def complete(self, step_id: str | None = None) -> journey.Block | None:
        """Complete a step, by default the open one. Returns what blocks it, or None."""
        step_id = step_id or self.here.step.id
        blocked = obstacle(self.guide, self.setup, step_id, self.activity)
        if blocked is None:
            submitted = self.setup.reached.get(Milestone.SUBMITTED)
            self.setup = journey.complete(self.guide, self.setup, step_id, self.now())
            if self.setup.reached.get(Milestone.SUBMITTED) != submitted:
                self.setup = journey.forget_sighting(self.guide, self.setup)
            await self.save()
        return blocked

    async def go(self, step_id: str) -> None:
        """Open a step."""
        await self.change(lambda setup: journey.open_step(setup, step_id))

    async def move(self, offset: int) -> None:
        """Open the step that many places after the open one; negative: before it."""
        target = journey.neighbor(self.guide, self.setup, offset)
        if target is not None:
            await self.go(target)

    async def tick(self, item: str, *, on: bool) -> None:
        """Tick or untick a prerequisite or a confirmation."""
        await self.change(lambda setup: journey.tick(setup, item, on=on))

    async def answer(self, branch: str, option: str) -> None:
        """Answer a question of the guide."""
        before = self.secrets
        self.setup = journey.answer(self.setup, branch, option)
        if self.secrets != before:
            self.setup = journey.reopen(self.guide, self.setup)
            self._access_changed()
        await self.save()

    # -- an error of the portal ----------------------------------------------------------

    async def decode(self, text: str) -> DecodedError:
        """Explain an error that the portal showed, compared with the stored Base URL. The text is not kept."""
        names = (n for n in self.secrets if self.guide.values[n].kind is Kind.BASE_URL)
        name = next(names, None)
        base_url = None
        with suppress(TimeoutError):  # nobody answers the keyring's prompt: explain it without the comparison
            async with asyncio.timeout(KEYRING_PATIENCE):
                if name is not None and name in self.setup.kept:
                    base_url = (await self.captures.read(name)).value
        guide, setup = self.guide, self.setup

        def work() -> DecodedError:
            from app.diagnosis.portal_errors import decode

            return decode(text, guide, setup, base_url)

        return await asyncio.to_thread(work)
