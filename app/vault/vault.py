"""Stores the secrets of setups. Every call runs in the keyring's own thread and returns a value."""

from __future__ import annotations

import asyncio
import re
import sys
import threading
import time
from collections import Counter
from typing import TYPE_CHECKING, Final, Literal, TypeAlias
from weakref import WeakMethod

from app.system import event_trace
from app.system.event_trace import TraceEvent
from app.system.paths import APP_ID
from app.vault import backend as keyrings
from app.vault.outcome import Outcome, Ready, StoredValues, VaultStatus
from app.vault.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from app.vault.worker import Call

Key: TypeAlias = tuple[str, str]
"""Setup id and value name."""

_ID = re.compile(r"[0-9a-f]{32}\Z")
"""A setup id. Other secrets of the program, such as the seed of the practice consoles, belong to no setup."""

DISMISSED_SECONDS: Final = 2.0
"""How long no prompt is shown after one was dismissed, or not shown for that reason: the rest of what a press does must
not bring it back."""

REACHED_SECONDS: Final = 1.0
"""How long an answer of ``reachable`` is reused."""

MEMORY_NAME = "memory for this run"


class Vault:
    """Stores the secrets of setups in the keyring.

    Practice values have their own namespace and never mix with real ones. A value is held in memory until the keyring
    has confirmed it, so no hang, prompt, canceled wait or refusal loses it. Only ``unlock`` prompts, and with it
    ``put``, ``retry`` and ``delete``, unless they are asked not to.
    """

    def __init__(
        self,
        namespace: Literal["setup", "practice"],
        backend: keyrings.KeyringBackend | None = None,
        limit_seconds: float = 60,
        *,
        platform: str = sys.platform,
    ) -> None:
        """``backend`` replaces the platform's keyring in tests."""
        self._namespace = namespace
        self._platform = platform
        self.limit_seconds = limit_seconds
        """How long each call may take."""
        self._injected = backend
        self._keyring: keyrings.Keyring | None = None
        self._searched = False
        self._held: dict[Key, str] = {}
        self._versions: dict[Key, int] = {}
        self._changing: Counter[Key] = Counter()
        """Changes in progress per value, including abandoned ones that may still take effect."""
        self._unlocking: asyncio.Future[Outcome] | None = None
        """The one prompt that every caller of ``unlock`` waits for."""
        self._informed: list[WeakMethod[Callable[[], None]]] = []
        """What is called when ``unlock`` finds the keyring locked."""
        self._dismissed = -DISMISSED_SECONDS
        """When the last prompt was dismissed, on the monotonic clock."""
        self._reached: tuple[float, bool] | None = None
        """When ``reachable`` looked, on the monotonic clock, and what it saw."""
        self._guard = threading.Lock()
        self._worker = Worker(self._release)

    @property
    def name(self) -> str:
        """The keyring's name for the screen; a generic one until ``ready`` or a first call has found the keyring."""
        if self._keyring is not None:
            return self._keyring.name
        return MEMORY_NAME if self._searched else keyrings.SYSTEM

    @property
    def memory_only(self) -> bool:
        """Whether no keyring was found, so that secrets last only until the program ends."""
        return self._searched and self._keyring is None

    @staticmethod
    def words(status: VaultStatus) -> str:
        """Return a sentence for the screen that says how a call ended."""
        return status.words

    async def ready(self) -> Ready:
        """Look for the keyring without blocking, and look again if there was none before."""
        try:
            keyring = await self._worker.run(lambda _: self._find(search_again=True), self.limit_seconds)
        except TimeoutError:
            return Ready(VaultStatus.UNANSWERED, self.name)
        status = VaultStatus.MEMORY if keyring is None else VaultStatus.READY
        event_trace.record(TraceEvent.KEYRING, changes=False, status=status)
        return Ready(status, self.name)

    def inform(self, locked: Callable[[], None]) -> None:
        """Call that method, as long as its object exists, just before the prompt of a locked keyring is shown."""
        self._informed = [*(each for each in self._informed if each() is not None), WeakMethod(locked)]

    def _say_locked(self) -> None:
        for each in self._informed:
            if (locked := each()) is not None:
                locked()

    async def unlock(self) -> Outcome:
        """Prompt if the keyring is locked. Call it only after a press. Return READY, or why it is still locked.

        Calls at the same time share one prompt, and none is shown while an unanswered one is open or just after one was
        dismissed, so that one press never leads to two.
        """
        if self._unlocking is None or self._unlocking.done():
            self._unlocking = asyncio.ensure_future(self._unlock())
        return await asyncio.shield(self._unlocking)

    async def _unlock(self) -> Outcome:
        try:
            status = await self._worker.run(self._prompt, self.limit_seconds)
        except TimeoutError:
            status = VaultStatus.UNANSWERED
        event_trace.record(TraceEvent.KEYRING, changes=False, status=status)
        return Outcome(status)

    def _prompt(self, call: Call[VaultStatus]) -> VaultStatus:
        keyring = self._find()
        if keyring is None or not keyring.locked:
            return VaultStatus.READY
        if time.monotonic() - self._dismissed < DISMISSED_SECONDS:
            self._dismissed = time.monotonic()  # one press may have much to do
            return VaultStatus.LOCKED
        call.post(self._say_locked)
        status = keyring.unlock()
        if status is VaultStatus.LOCKED:
            self._dismissed = time.monotonic()
        return status

    async def put(self, setup_id: str, name: str, value: str, *, unlock: bool = True) -> Outcome:
        """Return STORED once read back equal, MEMORY without a keyring, or the failure, with the value still held."""
        key = (setup_id, name)
        self._held[key] = value
        version = self._next_version(key)
        if unlock and (opened := await self.unlock()).status is not VaultStatus.READY:
            return Outcome(opened.status, held=key in self._held)

        def write(keyring: keyrings.Keyring, wanted: Callable[[], bool]) -> Outcome:
            return keyring.put(self._service(key), value, wanted)

        outcome = await self._ask(key, version, write)
        if outcome.status is not VaultStatus.STORED:
            return Outcome(outcome.status, held=key in self._held)
        if self._versions[key] == version and not self._changing[key]:
            self._held.pop(key, None)
        return outcome

    async def get(self, setup_id: str, name: str) -> Outcome:
        """Return READ with the value, ABSENT, or why it cannot be read. Never prompts, except where the system does."""
        key = (setup_id, name)
        if key in self._held:
            return Outcome(VaultStatus.READ, self._held[key], held=True)
        outcome = await self._ask(key, None, lambda keyring, _: keyring.get(self._service(key)))
        return Outcome(VaultStatus.ABSENT) if outcome.status is VaultStatus.MEMORY else outcome

    async def delete(self, setup_id: str, name: str) -> Outcome:
        """Return DELETED once the keyring was queried again and has nothing, and nothing is held in memory."""
        key = (setup_id, name)
        self._held.pop(key, None)
        version = self._next_version(key)
        if (opened := await self.unlock()).status is not VaultStatus.READY:
            return opened
        outcome = await self._ask(key, version, lambda keyring, _: keyring.delete(self._service(key)))
        return Outcome(VaultStatus.DELETED) if outcome.status is VaultStatus.MEMORY else outcome

    def discard_held(self, setup_id: str, name: str) -> None:
        """Forget the value held in memory. A value that the keyring has under that name stays."""
        self._held.pop((setup_id, name), None)

    async def stored_values(self) -> StoredValues:
        """List the setup values that the keyring has in this namespace, without prompting."""
        prefix = self._service(("", "")).rstrip("/") + "/"

        def look(_call: Call[frozenset[str] | VaultStatus]) -> frozenset[str] | VaultStatus:
            keyring = self._find()
            return VaultStatus.MEMORY if keyring is None else keyring.services(prefix)

        try:
            found = await self._worker.run(look, self.limit_seconds)
        except TimeoutError:
            found = VaultStatus.UNANSWERED
        if isinstance(found, VaultStatus):
            return StoredValues(found)
        keys = (service.removeprefix(prefix).partition("/") for service in found)
        return StoredValues(
            VaultStatus.READ, frozenset((setup_id, name) for setup_id, _, name in keys if _ID.match(setup_id))
        )

    async def purge(self, setup_id: str, names: Iterable[str] = ()) -> Outcome:
        """Remove everything of that setup. Return DELETED once the keyring was queried again and shows nothing.

        ``names`` are removed even if they cannot be listed, as in a keyring that is locked at first.
        """
        todo = {*names, *(name for owner, name in self._held if owner == setup_id)}
        for _ in range(2):  # a locked keyring lists its content only after the first removal has unlocked it
            shown = await self.stored_values()
            if (failure := await self._remove(setup_id, todo | shown.names(setup_id))) is not None:
                return failure
            todo.clear()
        shown = await self.stored_values()
        if shown.names(setup_id):
            return Outcome(VaultStatus.REFUSED)
        confirmed = shown.status in (VaultStatus.READ, VaultStatus.MEMORY)
        return Outcome(VaultStatus.DELETED if confirmed else shown.status)

    async def _remove(self, setup_id: str, names: Iterable[str]) -> Outcome | None:
        """Delete these values until one fails, because each may prompt. Return the failure, or None."""
        for name in sorted(names):
            outcome = await self.delete(setup_id, name)
            if outcome.status is not VaultStatus.DELETED:
                return outcome
        return None

    def held(self, setup_id: str) -> frozenset[str]:
        """Return the names of that setup's values held in memory because the keyring has not confirmed them."""
        return frozenset(name for owner, name in self._held if owner == setup_id)

    async def reachable(self) -> bool:
        """Return whether the keyring is running and unlocked, without prompting; looks again if there was none.

        Many setups may ask: an answer counts for ``REACHED_SECONDS``.
        """
        if self._reached is None or time.monotonic() - self._reached[0] >= REACHED_SECONDS:
            await self.ready()
            self._reached = time.monotonic(), (await self.stored_values()).status is VaultStatus.READ
        return self._reached[1]

    async def retry(self, setup_id: str, *, unlock: bool = True) -> Outcome:
        """Try again to store that setup's held values. Return the first that is not STORED."""
        await self.ready()
        for name in sorted(self.held(setup_id)):
            outcome = await self.put(setup_id, name, self._held[setup_id, name], unlock=unlock)
            if outcome.status is not VaultStatus.STORED:
                return outcome
        return Outcome(VaultStatus.STORED)

    def close(self) -> None:
        """Let the thread end, without waiting for a call that hangs."""
        if self._unlocking is not None:
            self._unlocking.cancel()
        self._worker.close()

    def _release(self) -> None:
        if self._keyring is not None:
            self._keyring.release()

    def _service(self, key: Key) -> str:
        return f"{APP_ID}/{self._namespace}/{key[0]}/{key[1]}"

    def _next_version(self, key: Key) -> int:
        self._versions[key] = self._versions.get(key, 0) + 1
        return self._versions[key]

    async def _ask(
        self, key: Key, version: int | None, act: Callable[[keyrings.Keyring, Callable[[], bool]], Outcome]
    ) -> Outcome:
        def work(call: Call[Outcome]) -> Outcome:
            keyring = self._find()
            if keyring is None:
                return Outcome(VaultStatus.MEMORY)
            if version is None:
                return act(keyring, lambda: not call.abandoned)
            with self._guard:
                self._changing[key] += 1
            try:
                outcome = act(keyring, lambda: not call.abandoned)
                if call.abandoned:
                    self._reconcile_late(keyring, key, version, outcome)
            finally:
                with self._guard:
                    self._changing[key] -= 1
            return outcome

        try:
            outcome = await self._worker.run(work, self.limit_seconds)
        except TimeoutError:
            outcome = Outcome(VaultStatus.UNANSWERED)
        event_trace.record(TraceEvent.KEYRING, changes=version is not None, status=outcome.status)
        return outcome

    def _reconcile_late(self, keyring: keyrings.Keyring, key: Key, version: int, outcome: Outcome) -> None:
        """After an abandoned change has ended after all, make the keyring match the latest request."""
        value = self._held.get(key)
        if self._versions[key] == version:
            if outcome.status is VaultStatus.STORED:
                self._held.pop(key, None)
        elif value is None:
            keyring.delete(self._service(key))
        else:
            keyring.put(self._service(key), value, lambda: True)

    def _find(self, *, search_again: bool = False) -> keyrings.Keyring | None:
        if self._keyring is None and (search_again or not self._searched):
            if self._injected is not None:
                self._keyring = keyrings.with_platform_name(self._injected, self._platform)
            else:
                self._keyring = keyrings.platform_keyring(self._platform)
            self._searched = True
        return self._keyring
