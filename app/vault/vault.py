"""Keeps the secrets of setups: every call goes to the keyring's own thread and comes back as a value."""

from __future__ import annotations

import re
import sys
import threading
from collections import Counter
from typing import TYPE_CHECKING, Literal, TypeAlias

from app.system import event_trace
from app.system.event_trace import TraceEvent
from app.system.paths import APP_ID
from app.vault import backend as keyrings
from app.vault.outcome import Holdings, Outcome, Ready, VaultStatus
from app.vault.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from app.vault.worker import Call

Key: TypeAlias = tuple[str, str]
"""Setup id and value name."""

_ID = re.compile(r"[0-9a-f]{32}\Z")
"""The id of a setup. What else the program keeps, such as the seed of the practice consoles, belongs to none."""

MEMORY_NAME = "memory for this run"


class Vault:
    """Secrets by setup and name. Practice values have a namespace of their own and never meet real ones.

    A value put is held in memory until the keyring has proved that it has it, so no hang, prompt,
    cancelled wait or refusal loses it.
    """

    def __init__(
        self,
        namespace: Literal["setup", "practice"],
        backend: keyrings.Secrets | None = None,
        limit_seconds: float = 60,
        *,
        platform: str = sys.platform,
    ) -> None:
        """``backend`` replaces the platform's own one in tests; ``limit_seconds`` is for each call."""
        self._namespace = namespace
        self._platform = platform
        self._limit = limit_seconds
        self._given = backend
        self._keyring: keyrings.Keyring | None = None
        self._looked = False
        self._held: dict[Key, str] = {}
        self._turns: dict[Key, int] = {}
        self._changing: Counter[Key] = Counter()
        """Changes under way for a value, including those given up on that may still take effect."""
        self._guard = threading.Lock()
        self._worker = Worker(self._release)

    @property
    def name(self) -> str:
        """The keyring's name for the screen; general until ``ready`` or a first call has found it."""
        if self._keyring is not None:
            return self._keyring.name
        return MEMORY_NAME if self._looked else keyrings.SYSTEM

    @property
    def memory_only(self) -> bool:
        """Whether no keyring was found, so that secrets last only until the program ends."""
        return self._looked and self._keyring is None

    async def ready(self) -> Ready:
        """Look for the keyring without blocking the caller; looks again where there was none before."""
        try:
            keyring = await self._worker.run(lambda _: self._find(again=True), self._limit)
        except TimeoutError:
            return Ready(VaultStatus.UNANSWERED, self.name)
        status = VaultStatus.MEMORY if keyring is None else VaultStatus.READY
        event_trace.record(TraceEvent.KEYRING, changes=False, status=status)
        return Ready(status, self.name)

    async def put(self, setup_id: str, name: str, value: str) -> Outcome:
        """STORED once read back equal, MEMORY without a keyring; otherwise why, with the value still held."""
        key = (setup_id, name)
        self._held[key] = value
        turn = self._next_turn(key)

        def write(keyring: keyrings.Keyring, wanted: Callable[[], bool]) -> Outcome:
            return keyring.put(self._service(key), value, wanted)

        outcome = await self._ask(key, turn, write)
        if outcome.status is not VaultStatus.STORED:
            return Outcome(outcome.status, held=key in self._held)
        if self._turns[key] == turn and not self._changing[key]:
            self._held.pop(key, None)
        return outcome

    async def get(self, setup_id: str, name: str) -> Outcome:
        """READ with the value, ABSENT, or why it cannot be told."""
        key = (setup_id, name)
        if key in self._held:
            return Outcome(VaultStatus.READ, self._held[key], held=True)
        outcome = await self._ask(key, None, lambda keyring, _: keyring.get(self._service(key)))
        return Outcome(VaultStatus.ABSENT) if outcome.status is VaultStatus.MEMORY else outcome

    async def delete(self, setup_id: str, name: str) -> Outcome:
        """DELETED once the keyring was asked again and has nothing, and this run holds nothing either."""
        key = (setup_id, name)
        self._held.pop(key, None)
        turn = self._next_turn(key)
        outcome = await self._ask(key, turn, lambda keyring, _: keyring.delete(self._service(key)))
        return Outcome(VaultStatus.DELETED) if outcome.status is VaultStatus.MEMORY else outcome

    def drop(self, setup_id: str, name: str) -> None:
        """Hold no longer what the keyring did not take. What the keyring has under that name stays."""
        self._held.pop((setup_id, name), None)

    async def holdings(self) -> Holdings:
        """What the keyring holds of setups in this namespace, without a prompt."""
        prefix = self._service(("", "")).rstrip("/") + "/"

        def look(_call: Call[frozenset[str] | VaultStatus]) -> frozenset[str] | VaultStatus:
            keyring = self._find()
            return VaultStatus.MEMORY if keyring is None else keyring.services(prefix)

        try:
            found = await self._worker.run(look, self._limit)
        except TimeoutError:
            found = VaultStatus.UNANSWERED
        if isinstance(found, VaultStatus):
            return Holdings(found)
        keys = (service.removeprefix(prefix).partition("/") for service in found)
        return Holdings(
            VaultStatus.READ, frozenset((setup_id, name) for setup_id, _, name in keys if _ID.match(setup_id))
        )

    async def purge(self, setup_id: str, names: Iterable[str] = ()) -> Outcome:
        """Remove everything of that setup: DELETED once the keyring was asked again and shows nothing.

        ``names`` are removed whether they are seen or not, as in a keyring that is locked at first.
        """
        todo = {*names, *(name for owner, name in self._held if owner == setup_id)}
        for _ in range(2):  # a locked keyring shows what it holds once the first of these removals has unlocked it
            shown = await self.holdings()
            if (kept := await self._remove(setup_id, todo | shown.names(setup_id))) is not None:
                return kept
            todo.clear()
        shown = await self.holdings()
        if shown.names(setup_id):
            return Outcome(VaultStatus.REFUSED)
        proved = shown.status in (VaultStatus.READ, VaultStatus.MEMORY)
        return Outcome(VaultStatus.DELETED if proved else shown.status)

    async def _remove(self, setup_id: str, names: Iterable[str]) -> Outcome | None:
        """Delete these values up to the first that stays, since each asks the admin anew; returns why that one does."""
        for name in sorted(names):
            outcome = await self.delete(setup_id, name)
            if outcome.status is not VaultStatus.DELETED:
                return outcome
        return None

    def held(self, setup_id: str) -> frozenset[str]:
        """The values of that setup that are in memory, because the keyring has not proved to have them."""
        return frozenset(name for owner, name in self._held if owner == setup_id)

    async def reachable(self) -> bool:
        """Whether the keyring is there and open, found without a prompt; looks again where there was none."""
        await self.ready()
        return (await self.holdings()).status is VaultStatus.READ

    async def retry(self, setup_id: str) -> Outcome:
        """Put what is only held of that setup once more, which may bring up a prompt; the first that is not STORED."""
        await self.ready()
        for name in sorted(self.held(setup_id)):
            outcome = await self.put(setup_id, name, self._held[setup_id, name])
            if outcome.status is not VaultStatus.STORED:
                return outcome
        return Outcome(VaultStatus.STORED)

    def close(self) -> None:
        """Let the thread go; a call that hangs is not waited for."""
        self._worker.close()

    def _release(self) -> None:
        if self._keyring is not None:
            self._keyring.release()

    def _service(self, key: Key) -> str:
        return f"{APP_ID}/{self._namespace}/{key[0]}/{key[1]}"

    def _next_turn(self, key: Key) -> int:
        self._turns[key] = self._turns.get(key, 0) + 1
        return self._turns[key]

    async def _ask(
        self, key: Key, turn: int | None, act: Callable[[keyrings.Keyring, Callable[[], bool]], Outcome]
    ) -> Outcome:
        def work(call: Call[Outcome]) -> Outcome:
            keyring = self._find()
            if keyring is None:
                return Outcome(VaultStatus.MEMORY)
            if turn is None:
                return act(keyring, lambda: not call.abandoned)
            with self._guard:
                self._changing[key] += 1
            try:
                outcome = act(keyring, lambda: not call.abandoned)
                if call.abandoned:
                    self._settle_late(keyring, key, turn, outcome)
            finally:
                with self._guard:
                    self._changing[key] -= 1
            return outcome

        try:
            outcome = await self._worker.run(work, self._limit)
        except TimeoutError:
            outcome = Outcome(VaultStatus.UNANSWERED)
        event_trace.record(TraceEvent.KEYRING, changes=turn is not None, status=outcome.status)
        return outcome

    def _settle_late(self, keyring: keyrings.Keyring, key: Key, turn: int, outcome: Outcome) -> None:
        """A change given up on has ended after all: see that what was wanted last is what the keyring has."""
        value = self._held.get(key)
        if self._turns[key] == turn:
            if outcome.status is VaultStatus.STORED:
                self._held.pop(key, None)
        elif value is None:
            keyring.delete(self._service(key))
        else:
            keyring.put(self._service(key), value, lambda: True)

    def _find(self, *, again: bool = False) -> keyrings.Keyring | None:
        if self._keyring is None and (again or not self._looked):
            if self._given is not None:
                self._keyring = keyrings.describe(self._given, self._platform)
            else:
                self._keyring = keyrings.allowed(self._platform)
            self._looked = True
        return self._keyring
