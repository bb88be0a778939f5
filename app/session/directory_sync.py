"""The optional Directory Sync API of one setup: on once a service account is given, and off again on request."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from app import net
from app.directory_sync.client import ApiFailure, ApiStage, DirectoryList, DirectorySyncClient
from app.directory_sync.full_sync import REFUSED, SOONEST, FullSyncSchedule, full_sync_state
from app.directory_sync.objects import question, read_objects
from app.guide.vocabulary import Kind, Milestone
from app.polling.loop import PollingLoop
from app.scim.observation import Observation
from app.scim.tokens import ServiceAccount, TokenSource
from app.session.captures import API_KINDS
from app.session.events import SessionEvent
from app.setup.state import Wait
from app.setup.status import asks_api, awaited, directory_name
from app.system import clock
from app.system.event_trace import TraceEvent
from app.values.api_regions import Access, Address, Issuer
from app.values.rules import read
from app.values.service_account import LABELS, Pair, read_pair, read_tsg_id, tsg_id_in
from app.vault import CLOSED

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from app.directory_sync.full_sync import ApiAnswer, FullSyncState
    from app.directory_sync.objects import Matches
    from app.polling.loop import LookReport
    from app.polling.turns import LookTurns
    from app.session.captures import Captures
    from app.session.open_setup import OpenSetup

SECRETS: Final = {kind: name for name, kind in API_KINDS.items()}
"""The names of both in the keyring."""


class DirectorySyncSession:
    """Uses the API for one setup. Not thread-safe: use it from one event loop."""

    def __init__(
        self,
        opened: OpenSetup,
        captures: Captures,
        proxy_for: Callable[[str], str | None] | None = None,
        practice: str | None = None,
        turns: LookTurns | None = None,
    ) -> None:
        """``practice`` is the origin that takes the place of every host; ``turns`` are shared with other setups."""
        self._turns = turns
        self._asked = 0.0
        """When the API was last asked, on the clock that nobody sets."""
        self.look: ApiAnswer | None = None
        """The last answer, or why there was none."""
        self.next_look: datetime | None = None
        """UTC; None while no Full Sync is waited for."""
        self._opened = opened
        self._captures = captures
        self._proxy_for = proxy_for
        self._practice = practice
        self._tokens: TokenSource | None = None
        self._given_up: datetime | None = None
        """The start of the Full Sync that is no longer looked for by itself."""
        self._following: PollingLoop[ApiAnswer] | None = None
        self._changes = 0
        """Counts changes of the credentials: the answer to a question asked before a change is discarded."""

    # -- what is there -------------------------------------------------------------------

    @property
    def access(self) -> Access:
        """The current address and TSG ID."""
        return self._opened.setup.api or Access("")

    def kept(self, kind: Kind) -> bool:
        """Whether that secret was captured."""
        return SECRETS[kind] in self._opened.setup.kept

    def in_memory_only(self, kind: Kind) -> bool:
        """Whether that secret is in memory only, so that it is lost when the program ends."""
        return SECRETS[kind] in self._captures.in_memory_only

    @property
    def on(self) -> bool:
        """Whether everything that the API needs was captured."""
        return asks_api(self._opened.setup)

    @property
    def begun(self) -> bool:
        """Whether anything was captured for it, so that there is something to remove."""
        return self._opened.setup.api is not None or any(self.kept(kind) for kind in SECRETS)

    @property
    def directory_name(self) -> str:
        """The Directory Name of the setup; empty where it is not captured yet."""
        return directory_name(self._opened.guide, self._opened.setup)

    @property
    def started(self) -> datetime | None:
        """When the admin said that Full Sync was started, UTC."""
        return self._opened.setup.reached.get(Milestone.FULL_SYNC)

    @property
    def full_sync_state(self) -> FullSyncState | None:
        """The state of the directory at the last look; None without an answer or a Directory Name."""
        if not isinstance(self.look, DirectoryList) or not self.directory_name:
            return None
        return full_sync_state(self.look, self.directory_name, self.started)

    @property
    def labels(self) -> dict[str, str]:
        """Names of both secrets in the keyring → their labels."""
        return {name: f"API {LABELS[kind]}" for kind, name in SECRETS.items()}

    def would_turn_on(self, tsg_id: str, secrets: Mapping[Kind, str]) -> bool:
        """Return whether texts that are typed for what is missing complete it; an empty one isn't typed."""
        typed = {kind: read(kind, text).value for kind, text in secrets.items()}
        known = self.access.tsg_id or tsg_id_in(typed[Kind.CLIENT_ID] or "")
        named = read_tsg_id(tsg_id).value if tsg_id else known
        return named is not None and all(self.kept(kind) or typed[kind] for kind in SECRETS)

    # -- on and off ----------------------------------------------------------------------

    async def give_tsg_id(self, text: str) -> str | None:
        """Take the TSG ID. Returns why not, or None."""
        reading = read_tsg_id(text)
        if reading.value is None:
            return reading.problem
        await self._set(Access(reading.value, self.access.address, self.access.issuer))
        return None

    async def choose(self, address: Address, issuer: Issuer) -> None:
        """Choose the addresses of the API and of its tokens."""
        await self._set(Access(self.access.tsg_id, address, issuer))

    async def give_secret(self, kind: Kind, text: str) -> str | None:
        """Store the Client ID or the Client Secret in the keyring. Returns why not, or None."""
        result = await self._captures.give_secret(SECRETS[kind], kind, text)
        if not result.accepted:
            return result.sentence
        found = tsg_id_in(read(kind, text).value or "") if kind is Kind.CLIENT_ID and not self.access.tsg_id else None
        if found is not None or self._opened.setup.api is None:
            await self._set(Access(found or self.access.tsg_id, self.access.address, self.access.issuer))
        return None

    async def give_file(self, text: str) -> str | None:
        """Take both from the CSV file of a service account. Returns why not, or None."""
        pair = read_pair(text)
        if not isinstance(pair, Pair):
            return pair
        for kind, value in ((Kind.CLIENT_ID, pair.client_id), (Kind.CLIENT_SECRET, pair.client_secret)):
            if problem := await self.give_secret(kind, value):
                return problem
        return None

    async def turn_off(self) -> tuple[str, ...]:
        """Remove both secrets and the API's settings. Returns the labels of secrets that could not be removed."""
        left = await self._captures.remove(SECRETS.values())
        self.reset()
        await self._opened.change(lambda setup: setup.with_(api=setup.api if left else None))
        return tuple(LABELS[kind] for kind, name in SECRETS.items() if name in left)

    async def _set(self, api: Access) -> None:
        self.reset()
        await self._opened.change(lambda setup: setup.with_(api=api))

    def reset(self) -> None:
        """Forget what was learned with the credentials that have just changed."""
        self._tokens = self.look = self._given_up = None
        self._changes += 1
        if self._following is not None:
            self._following.look_now()

    # -- asking --------------------------------------------------------------------------

    async def ask(self, *, pressed: bool = False) -> ApiAnswer:
        """List the directories once; after a press, the keyring may prompt."""
        if pressed:
            await self._captures.unlock()
        begun = self._changes
        way = await self._way()
        look = way if isinstance(way, ApiFailure) else await way.directories()
        if isinstance(look, ApiFailure):
            await _load_causes(look)
        self._asked = clock.elapsed()
        if begun == self._changes:
            self.look = look
            self._opened.announce(SessionEvent.API)
        return look

    async def look_calmly(self) -> None:
        """List the directories if the API is on, was not asked within the last minute, and did not refuse."""
        last = self.look
        if not self.on or (isinstance(last, ApiFailure) and last.observation in REFUSED):
            return
        if last is None or clock.elapsed() - self._asked >= SOONEST:
            await self.ask()

    async def find(self, *, group: bool, value: str) -> Matches | ApiFailure:
        """Look in CIE for one user by User Principal Name, or one group by name."""
        await self._captures.unlock()
        way = await self._way()
        if isinstance(way, ApiFailure):
            return way
        path, attribute = ("/cache-groups", "Name") if group else ("/cache-users", "User Principal Name")
        answer = await way.query(path, question(self.directory_name, attribute, value))
        if isinstance(answer, ApiFailure):
            await _load_causes(answer)
            return answer
        found = read_objects(answer)
        return (
            ApiFailure(self._opened.now(), ApiStage.API, found, answer.status)
            if isinstance(found, Observation)
            else found
        )

    async def _way(self) -> DirectorySyncClient | ApiFailure:
        setup = self._opened.setup
        read_secrets = [await self._captures.read(name) for name in SECRETS.values()]
        if any(each.status in CLOSED for each in read_secrets):
            return ApiFailure(self._opened.now(), ApiStage.KEYRING, Observation.KEYRING_LOCKED)
        client_id, client_secret = (each.value for each in read_secrets)
        if client_id is None or client_secret is None or not self.access.tsg_id:
            return ApiFailure(self._opened.now(), ApiStage.KEYRING, Observation.NO_SECRET)
        await asyncio.to_thread(net.prepare)
        api = self.access
        account = ServiceAccount(api.token_url(self._practice), client_id, client_secret, api.scope)
        if self._tokens is None or not self._tokens.serves(account):
            self._tokens = TokenSource(account, practice=setup.practice)
        proxy_for = net.no_proxy if setup.practice else self._proxy_for or net.system_proxy
        return DirectorySyncClient(api.base(self._practice), self._tokens, setup.practice, self._opened.now, proxy_for)

    # -- a Full Sync ---------------------------------------------------------------------

    @property
    def given_up(self) -> bool:
        """Whether the end of this Full Sync is looked for again only when the admin asks."""
        return self._given_up is not None and self._given_up == self.started

    def _waits(self) -> bool:
        return awaited(self._opened.guide, self._opened.setup) is Wait.FULL_SYNC

    @property
    def following(self) -> bool:
        """Whether a Full Sync is being waited for."""
        return self._following is not None

    async def follow(self) -> DirectoryList | None:
        """Wait until CIE reports a sync that ended after the start. Run it as a task, and cancel it to stop.

        Returns the answer that showed it; None if the wait ended for another reason.
        """
        started = self.started
        if not self._waits() or self.given_up or started is None or self._following is not None:
            return None
        name = self.directory_name
        self._following = PollingLoop(self.ask, FullSyncSchedule(name, started), self._opened.now, self._turns)
        try:
            report = await self._following.run(self._take, lambda: not self._waits() or self.started != started)
            self._given_up = started
        finally:
            self._following = self.next_look = None
            self._opened.announce(SessionEvent.API)
        look = report.result
        if not isinstance(look, DirectoryList) or look is not self.look or self.started != started:
            return None  # asked with former credentials, or about a sync that was started before this one
        return look if full_sync_state(look, name, started).ended else None

    def _take(self, report: LookReport[ApiAnswer]) -> None:
        self.next_look = report.next_look
        self._opened.trace(
            TraceEvent.LOOK,
            wait=Wait.FULL_SYNC,
            failures=report.failures,
            observation=report.result.observation if isinstance(report.result, ApiFailure) else None,
            pause=report.pause,
        )
        self._opened.announce(SessionEvent.API)

    def look_again(self) -> None:
        """Look as soon as it is this setup's turn, if a Full Sync is being waited for."""
        if self._following is not None:
            self._following.look_again()

    def look_now(self) -> None:
        """Look for the end of the Full Sync at once, even if the API has refused before."""
        self._given_up = None
        if self._following is not None:
            self._following.look_now()
        else:
            self._opened.announce(SessionEvent.API)


async def _load_causes(failure: ApiFailure) -> None:
    """Read the file of causes away from the event loop, so that showing why a connection broke blocks nothing."""
    if failure.path_failure is not None:
        from app.diagnosis.causes import reasons

        await asyncio.to_thread(reasons)
