"""Takes in what the admin enters: repaired and checked by the rule of its kind, secrets stored in the keyring only."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from app.guide.vocabulary import Kind
from app.session import access
from app.session.events import SessionEvent
from app.session.former import FormerSecrets
from app.setup import journey
from app.setup.state import API_SECRETS
from app.system.event_trace import TraceEvent
from app.system.policy import NO_KEYRING
from app.values.resemblance import doubt
from app.values.rules import Reading, derive, looks_secret, mask, measure, read
from app.values.service_account import LABELS
from app.vault import CLOSED, DAMAGED, NEEDS_REENTRY, VaultStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from app.session.open_setup import OpenSetup
    from app.system.policy import Policy
    from app.vault import Outcome, Vault

API_KINDS: Final = dict(zip(API_SECRETS, (Kind.CLIENT_ID, Kind.CLIENT_SECRET), strict=True))
"""Keyring names of the Directory Sync API's secrets, which no guide names → their kinds."""


@dataclass(frozen=True, slots=True)
class CaptureResult:
    """Whether a value that the admin entered was accepted, and what to say about it."""

    accepted: bool
    sentence: str
    warnings: tuple[str, ...] = ()
    to_redo: tuple[str, ...] = ()
    """Titles of the steps that have to be redone because of this change."""
    held: bool = False
    """The keyring did not accept the secret, so it is in memory only."""
    sensitive: bool = False
    """The rejected text may be a secret in the wrong field, so it must not stay on the screen."""
    asks: bool = False
    """Whether the admin has to confirm the secret, which waits in memory."""


@dataclass(frozen=True, slots=True)
class DisplayedValue:
    """A value as it may be shown on the screen."""

    text: str
    """The value itself, or its mask."""
    hint: str
    present: bool
    secret: bool
    in_memory_only: bool = False
    """A secret that is not in the keyring: it is lost when the program ends."""


class Captures:
    """The captured values of one open setup."""

    def __init__(
        self,
        opened: OpenSetup,
        vault: Vault,
        policy: Policy,
        secret_changed: Callable[[str], None],
        secret_found: Callable[[str], None],
    ) -> None:
        """``secret_changed`` gets the name of a secret that was replaced or removed.

        ``secret_found`` gets every secret that the keyring holds when the setup is opened.
        """
        self._opened = opened
        self._vault = vault
        self._policy = policy
        self._secret_changed = secret_changed
        self._secret_found = secret_found
        self._shown: dict[str, DisplayedValue] = {}
        self._held: str | None = None
        """Why the last secret is in memory only; None if it is in the keyring."""
        self.former = FormerSecrets(opened, vault)
        self._asked: dict[str, str] = {}
        """Texts that may be a slip, until the admin says whether they replace the secret."""
        self._lost: dict[str, VaultStatus] = {}
        """Secrets that were found missing, damaged or invalid in the keyring."""
        self.closed: VaultStatus | None = None
        """Why the keyring last gave nothing, such as LOCKED; None if it is open. Only a press may prompt for that."""
        vault.inform(self._note_prompt)

    @property
    def in_memory_only(self) -> frozenset[str]:
        """Names of the captured secrets that the keyring did not take: they are lost when the program ends."""
        return self._vault.held(self._opened.setup.id) & self._opened.setup.kept.keys()

    async def keep_again(self, *, unlock: bool = True) -> str | None:
        """Put what is only in memory into the keyring, after its prompt if ``unlock``. Returns why not, or None."""
        outcome = await self._vault.retry(self._opened.setup.id, unlock=unlock)
        self._opened.announce(SessionEvent.SAVING)
        return None if outcome.status is VaultStatus.STORED else outcome.sentence

    async def keyring_open(self) -> bool:
        """Whether the keyring is there and unlocked, found without a prompt."""
        return await self._vault.reachable()

    @property
    def lost(self) -> str | None:
        """A sentence that names the secrets to capture again; None if there are none."""
        if not self._lost:
            return None
        whole = set(self._lost.values()) == {VaultStatus.ABSENT}
        labels = " and ".join(map(self._label, sorted(self._lost)))
        return (
            f"Not in the keyring of this computer{'' if whole else ', or no longer usable'}: {labels}. "
            f"Capture {'it' if len(self._lost) == 1 else 'them'} again."
        )

    def shown(self, name: str) -> DisplayedValue:
        """That value as it may be shown. Secrets are masked."""
        spec, setup = self._opened.guide.values[name], self._opened.setup
        if spec.secret:
            absent = DisplayedValue("", "Not captured yet", present=False, secret=True)
            if name not in setup.kept:
                return absent
            shown = self._shown.get(name, DisplayedValue("\u2022" * 12, "", present=True, secret=True))
            return replace(shown, in_memory_only=name in self.in_memory_only)
        value = setup.values.get(name)
        if value is None:
            return DisplayedValue("", "Not captured yet", present=False, secret=False)
        return DisplayedValue(value, measure(spec.kind, value), present=True, secret=False)

    def _label(self, name: str) -> str:
        return f"API {LABELS[API_KINDS[name]]}" if name in API_KINDS else self._opened.guide.values[name].label

    async def unlock(self) -> Outcome:
        """Open the keyring by its prompt if it is locked. Call it only after a press."""
        return await self._vault.unlock()

    async def reveal(self, name: str) -> Outcome:
        """Read a secret after a press, such as Copy or Show, which may unlock the keyring."""
        outcome = await self.read(name)
        if outcome.status is not VaultStatus.LOCKED:
            return outcome
        opened = await self.unlock()
        return opened if opened.status is not VaultStatus.READY else await self.read(name)

    async def read(self, name: str) -> Outcome:
        """Read a secret without a prompt. One that breaks the rules has to be captured again."""
        outcome = await self._read(name)
        if outcome.status is VaultStatus.INVALID and name in self._opened.setup.kept:
            self._forget(name, outcome.status)
            self._secret_changed(name)
            await self._opened.save()
        return outcome

    async def _read(self, name: str) -> Outcome:
        spec = self._opened.guide.values.get(name)
        kind, hosts = (API_KINDS[name], ()) if spec is None else (spec.kind, spec.hosts)
        outcome = await access.read_secret(self._vault, self._opened.setup, name, kind, hosts)
        if not outcome.held:
            self._note_closed(outcome.status if outcome.status in CLOSED else None)
        return outcome

    def _note_prompt(self) -> None:
        self._note_closed(VaultStatus.LOCKED)

    def _note_closed(self, closed: VaultStatus | None) -> None:
        if closed is not self.closed:
            self.closed = closed
            self._opened.announce(SessionEvent.KEYRING)

    async def reconcile(self) -> None:
        """Correct the setup by what the keyring really holds: a crash may have come between storing and saving."""
        setup = self._opened.setup
        for name in (*(n for n, spec in self._opened.guide.values.items() if spec.secret), *API_KINDS):
            if name in API_KINDS and name not in setup.kept:
                continue
            outcome = await self._read(name)
            if outcome.status in CLOSED:
                return
            self._reconcile(name, outcome)
        await self.former.look()

    def _reconcile(self, name: str, outcome: Outcome) -> None:
        opened = self._opened
        spec = opened.guide.values.get(name)
        if outcome.value is not None:
            self._secret_found(outcome.value)
            if spec is not None:
                self._remember(name, spec.kind, outcome.value)
            if name not in opened.setup.kept:
                opened.setup = journey.record_secret(opened.guide, opened.setup, name, opened.now(), replaced=False)
        elif outcome.status in NEEDS_REENTRY and name in opened.setup.kept:
            self._forget(name, outcome.status)

    def _forget(self, name: str, why: VaultStatus) -> None:
        self._opened.setup = journey.forget_secret(self._opened.setup, name)
        self._shown.pop(name, None)
        if name not in API_KINDS or why is VaultStatus.INVALID:  # the API is optional, and asks by itself
            self._lost[name] = why

    def _remember(self, name: str, kind: Kind, value: str) -> None:
        self._shown[name] = DisplayedValue(mask(kind, value), measure(kind, value), present=True, secret=True)

    async def give(self, name: str, text: str, *, meant: bool = False) -> CaptureResult:
        """Take a pasted or typed text for a value of the guide: repair it, check it, keep it, save.

        A secret that may be a slip is asked about, unless it is ``meant``. Until then the stored one stays.
        """
        self._asked.pop(name, None)
        opened = self._opened
        spec = opened.guide.values[name]
        if spec.optional and not spec.secret and not text.strip():
            opened.setup = opened.setup.with_(values={n: v for n, v in opened.setup.values.items() if n != name})
            await opened.save()
            return CaptureResult(accepted=True, sentence="Left empty.")
        reading = read(spec.kind, text, practice=opened.setup.practice, hosts=spec.hosts)
        if spec.secret and not meant and reading.value is not None and (why := await self._doubt(name, reading.value)):
            self._asked[name] = text
            return CaptureResult(accepted=False, sentence=why, asks=True)
        return await self._give(name, spec.kind, text, reading, secret=spec.secret)

    def would_take(self, name: str, text: str) -> bool:
        """Return whether the rules accept the text, as far as they can be asked while it is being typed."""
        spec, practice = self._opened.guide.values[name], self._opened.setup.practice
        value = read(spec.kind, text, practice=practice, hosts=spec.hosts).value
        return value is not None and not self._clash(name, value) and not self._elsewhere(spec.kind, value)

    def asked(self, name: str) -> str | None:
        """The text that waits for an answer, as it was entered; None if none does."""
        return self._asked.get(name)

    async def confirm(self, name: str) -> CaptureResult:
        """Take the text that was asked about."""
        return await self.give(name, self._asked.get(name, ""), meant=True)

    def decline(self, name: str) -> None:
        """Forget the text that was asked about; what is stored stays."""
        self._asked.pop(name, None)

    async def undo(self, name: str) -> CaptureResult:
        """Restore the former value of a secret. The one that replaced it is discarded."""
        opened, spec = self._opened, self._opened.guide.values[name]
        former = await self.former.read(name)
        if former.value is None:
            return CaptureResult(accepted=False, sentence=former.status.words)
        stale = self.former.stale_before(name)
        refusal = await self._keep(name, spec.kind, former.value, replaces=False)
        if refusal is not None:
            return CaptureResult(accepted=False, sentence=refusal)
        if stale is not None:
            opened.setup = opened.setup.with_(stale=stale)
        await self.former.remove(name)
        await opened.save()
        return CaptureResult(accepted=True, sentence="The former value was restored.", held=self._held is not None)

    async def remove_former(self, name: str) -> str | None:
        """Remove the former value of a secret. Return why it is still there, or None."""
        outcome = await self.former.remove(name)
        return None if outcome.status is VaultStatus.DELETED else outcome.sentence

    async def give_secret(self, name: str, kind: Kind, text: str) -> CaptureResult:
        """Take a secret that no guide names, such as one of the Directory Sync API, in the same way."""
        reading = read(kind, text, practice=self._opened.setup.practice)
        return await self._give(name, kind, text, reading, secret=True)

    async def _give(self, name: str, kind: Kind, text: str, reading: Reading, *, secret: bool) -> CaptureResult:
        result = await self._take(name, kind, text, reading, secret=secret)
        self._opened.trace(TraceEvent.VALUE, kind=kind, accepted=result.accepted, held=result.held)
        return result

    async def _take(self, name: str, kind: Kind, text: str, reading: Reading, *, secret: bool) -> CaptureResult:
        opened = self._opened
        if reading.value is None:
            problem = reading.problem or "This text cannot be used."
            return CaptureResult(accepted=False, sentence=problem, sensitive=not secret and looks_secret(text))
        clash = self._clash(name, reading.value) or self._elsewhere(kind, reading.value)
        if clash := clash or await self._repeated(name, kind, reading.value):
            return CaptureResult(accepted=False, sentence=clash)
        before = opened.setup
        if secret:
            refusal = await self._keep(name, kind, reading.value)
            if refusal is not None:
                return CaptureResult(accepted=False, sentence=refusal)
        else:
            opened.setup = journey.capture(opened.guide, opened.setup, name, reading.value, opened.now())
        redo = journey.stale_titles(opened.guide, before, opened.setup)
        await opened.save()
        return CaptureResult(
            accepted=True,
            sentence=self._thanks(reading, secret),
            warnings=reading.warnings,
            to_redo=redo,
            held=secret and self._held is not None,
        )

    async def remove(self, names: Iterable[str]) -> tuple[str, ...]:
        """Remove secrets from the keyring; returns the names of those that it did not remove."""
        opened = self._opened
        left = []
        for name in names:
            outcome = await self._vault.delete(opened.setup.id, name)
            if outcome.status in (VaultStatus.DELETED, VaultStatus.ABSENT):
                opened.setup = journey.forget_secret(opened.setup, name)
                self._lost.pop(name, None)
                self._secret_changed(name)
            else:
                left.append(name)
        return tuple(left)

    def _clash(self, name: str, value: str) -> str | None:
        for other, spec in self._opened.guide.values.items():
            if spec.derived_from == name and not spec.own:
                derived = derive(spec.kind, value)
                if derived.value is None:
                    return f"It does not fit as {spec.label}: {derived.problem}"
            if other != name and spec.kind is Kind.GUID and self._opened.setup.values.get(other) == value:
                return f"This is the {spec.label}, which is captured already."
        return None

    async def _repeated(self, name: str, kind: Kind, value: str) -> str | None:
        """Why a token or client secret is another value of this setup; None if it is not."""
        if kind not in (Kind.TOKEN, Kind.CLIENT_SECRET):
            return None
        guide, setup = self._opened.guide, self._opened.setup
        for other, spec in guide.values.items():
            if other == name or spec.kind is kind:
                continue
            known = setup.values.get(other)
            if spec.secret and spec.kind is not Kind.BASE_URL and other in setup.kept:
                known = (await self.read(other)).value
            if known == value:
                return f"This is the {spec.label}, which is captured already."
        return None

    async def _doubt(self, name: str, value: str) -> str | None:
        """Return why a secret may be a slip; None if nothing suggests it."""
        values, setup = self._opened.guide.values, self._opened.setup
        stored = (await self.reveal(name)).value if name in setup.kept else None
        if stored == value:
            return None
        others: dict[str, str] = {}
        for other, spec in values.items():
            known = (await self.read(other)).value if spec.secret and other in setup.kept else setup.values.get(other)
            # A Client ID contains the service account's name.
            if known and other != name and values[name].kind is not Kind.CLIENT_ID:
                others[spec.label] = known
        return doubt(values[name].label, value, stored, others)

    def _elsewhere(self, kind: Kind, value: str) -> str | None:
        """Why the policy forbids the host of that Base URL; None if it does not."""
        policy = self._policy
        if kind is Kind.BASE_URL and not self._opened.setup.practice and not policy.allows(value):
            return policy.refusal("The policy of this computer does not allow this host.")
        return None

    async def _keep(self, name: str, kind: Kind, value: str, *, replaces: bool = True) -> str | None:
        """Store a secret in the keyring. Return why it is neither there nor held for this run, or None.

        What it ``replaces`` is kept as the former value, before anything changes.
        """
        opened, vault, policy = self._opened, self._vault, self._policy
        if policy.keyring_required and vault.memory_only:
            return policy.refusal(NO_KEYRING)
        await opened.make_file()
        known = name in opened.setup.kept
        previous = await self.reveal(name) if known else await vault.get(opened.setup.id, name)
        if known and previous.value is None and previous.status not in NEEDS_REENTRY | DAMAGED:
            return f"The stored value wasn't replaced, because it would be lost. {previous.status.words}"
        replaced = previous.value is not None and previous.value != value
        leaves_former = replaced and replaces and name in opened.guide.values
        if leaves_former and previous.value is not None:
            kept = await self.former.keep(name, previous.value)
            if kept.held and policy.keyring_required:
                self.former.drop_held(name)
            if not kept.kept or (kept.held and policy.keyring_required):
                return f"The stored value wasn't replaced, because no copy of it could be kept. {kept.status.words}"
        outcome = await vault.put(opened.setup.id, name, value)
        if outcome.held and policy.keyring_required:
            vault.discard_held(opened.setup.id, name)
            return policy.refusal(f"{outcome.status.words} {NO_KEYRING}")
        self._note_closed(outcome.status if outcome.status in CLOSED else None)
        if not outcome.kept:
            return outcome.status.words
        self._held = outcome.sentence if outcome.held else None
        self._remember(name, kind, value)
        self._lost.pop(name, None)
        self._secret_changed(name)
        before = opened.setup
        opened.setup = journey.record_secret(opened.guide, before, name, opened.now(), replaced=replaced)
        if leaves_former:
            self.former.note_replacement(name, before, opened.setup)
        return None

    def _thanks(self, reading: Reading, secret: bool) -> str:
        where = (
            self._held.rstrip(".") if secret and self._held else f"Kept in {self._vault.name}" if secret else "Captured"
        )
        return f"{where}, {', '.join(reading.repairs)}." if reading.repairs else f"{where}."
