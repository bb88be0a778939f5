"""One open setup: takes the admin's intents one way through rules, keyring, journey and file.

No Qt here; a window subscribes and redraws from the state.
"""

from __future__ import annotations

import asyncio
import secrets
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from app import access
from app.cie.address import TOKEN_PATHS, Issuer
from app.cie.service import DirectorySync
from app.connection import Connection
from app.guide.values import Reading, derive, looks_secret, mask, read, rule
from app.guide.vocabulary import CIE_COUNTS, SECRET_KINDS, Kind, Milestone, Page
from app.guide.words import places, speak
from app.policy import NO_KEYRING, NO_POLICY
from app.setup import journey
from app.setup.state import MOST_RUNS, Counts, Setup, Sighting

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.diagnosis.portal_errors import Decoded
    from app.guide.model import Guide
    from app.policy import Policy
    from app.scim.changes import NotOffered, Seen, Unsuccessful
    from app.scim.ladder import Finding
    from app.scim.offer import Offer
    from app.setup.store import Store
    from app.vault import Outcome, Vault
    from app.watch.watch import Report, Watch


KEYRING_PATIENCE = 5.0
"""Seconds that reading an error waits for the Base URL."""


def utc_now() -> datetime:
    """The current time, UTC."""
    return datetime.now(UTC)


def new_setup(guide: Guide, now: datetime, *, practice: bool) -> Setup:
    """A fresh setup for that guide."""
    fresh = Setup(
        id=secrets.token_hex(16),
        guide=guide.id,
        client=guide.name,
        name=f"New {speak(guide, {}).short_name} setup",
        created=now,
        changed=now,
        practice=practice,
    )
    return journey.begin(guide, fresh)


@dataclass(frozen=True, slots=True)
class Given:
    """What became of a value that the admin gave."""

    accepted: bool
    sentence: str
    warnings: tuple[str, ...] = ()
    to_redo: tuple[str, ...] = ()
    """Titles of steps that this change made to be redone."""
    sensitive: bool = False
    """The refused text may be a secret in the wrong field, so it must not stay on the screen."""


@dataclass(frozen=True, slots=True)
class Shown:
    """How a value may stand on the screen."""

    text: str
    """The value itself, or its mask."""
    hint: str
    present: bool
    secret: bool
    fleeting: bool = False
    """A secret that no keyring keeps: it is gone when the program ends."""


def _read_causes() -> None:
    """Read what findings mean, away from the event loop."""
    from app.diagnosis.causes import reasons

    reasons()


class Assistant:
    """The open setup and everything that can be done with it. Not thread-safe: one event loop."""

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
    ) -> None:
        """``token_url`` stands in for the documented token address, in practice only."""
        self.setup = setup
        self._guide = guide
        self._places = places(guide)
        self._spoken: tuple[Guide, dict[str, str] | None] = (guide, None)
        self.vault = vault
        self.findings: tuple[Finding, ...] = ()
        self.offer: Offer | None = None
        """What the service offers; known for a moment after a test that passed."""
        self.report: Report | None = None
        self._shown: dict[str, Shown] = {}
        self._store = store
        self._now = now
        self._listeners: list[Callable[[], None]] = []
        self._saving = asyncio.Lock()
        self._watch: Watch | None = None
        self._held: str | None = None
        """Why the last secret is only held for this run; None when the keyring has it."""
        self._fleeting: set[str] = set()
        """Secrets that the keyring did not take and that are held for this run."""
        self._lost: frozenset[str] = frozenset()
        """Secrets that the keyring no longer had when the setup was opened."""
        self.connection = Connection(vault, lambda: (self.guide, self.setup), proxy_for, policy)
        self.policy = policy
        self.api = DirectorySync(
            vault,
            lambda: (self.guide, self.setup),
            self._change,
            self.announce,
            now,
            proxy_for=proxy_for,
            practice=token_url.removesuffix(TOKEN_PATHS[Issuer.PAGES]) if token_url and setup.practice else None,
            policy=policy,
        )
        self._gone = False
        """The setup was deleted: nothing is written any more."""
        self._unsaved: str | None = None
        self._token_url = token_url if setup.practice else None
        self._silent = False
        """The endpoint tells of no changes; looked at again only when the admin asks."""

    @property
    def guide(self) -> Guide:
        """The guide, with what the admin gave in its words."""
        spoken, before = self._spoken
        given = {name: self.setup.values.get(name, "") for name in self._places}
        if given != before:
            spoken = speak(self._guide, self.setup.values)
            self._spoken = (spoken, given)
        return spoken

    @property
    def unsaved(self) -> str | None:
        """Why the last change is in memory only."""
        return self._unsaved

    @property
    def trouble(self) -> str | None:
        """Why the last change could not be written to disk, or which secret has to be captured again."""
        if self._unsaved is not None or not self._lost:
            return self._unsaved
        labels = " and ".join(self.guide.values[name].label for name in sorted(self._lost))
        return (
            f"Not in the keyring of this computer: {labels}. Capture {'it' if len(self._lost) == 1 else 'them'} again."
        )

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call ``listener`` after every change; returns the way to stop that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def announce(self) -> None:
        """Tell the listeners that something changed."""
        for listener in tuple(self._listeners):
            listener()

    # -- what is there -------------------------------------------------------------------

    @property
    def here(self) -> journey.Place:
        """The open step."""
        return journey.place(self.guide, self.setup)

    def now(self) -> datetime:
        """The current time, UTC."""
        return self._now()

    def block(self) -> journey.Block | None:
        """Why the open step cannot be completed now."""
        step = self.here.step
        if step.marks is Milestone.FULL_SYNC and step.id in self.setup.done:
            left = journey.sync_pause(self.setup, self._now())
            if left > 0:
                return journey.Block(f"CIE takes the next Full Sync in {left:.0f} s. Start it only once.")
        if step.page is Page.TEST and not self._tested:
            return journey.block(self.guide, self.setup, step.id) or journey.Block("Run the test first.")
        return journey.block(self.guide, self.setup, step.id)

    @property
    def _tested(self) -> bool:
        return bool(self.findings) and not self.test_failed

    def shown(self, name: str) -> Shown:
        """How that value stands on the screen. Secrets are masked."""
        spec = self.guide.values[name]
        if spec.secret:
            absent = Shown("", f"Not captured yet: {spec.origin}", present=False, secret=True)
            if name not in self.setup.kept:
                return absent
            shown = self._shown.get(name, Shown("\u2022" * 12, "", present=True, secret=True))
            return replace(shown, fleeting=self.vault.memory_only or name in self._fleeting)
        value = self.setup.values.get(name)
        if value is None:
            return Shown("", f"Not captured yet: {spec.origin}", present=False, secret=False)
        return Shown(value, rule(spec.kind, value), present=True, secret=False)

    def kept_line(self) -> str:
        """What is in the keyring, in one line without any value."""
        labels = {name: spec.label for name, spec in self.guide.values.items()} | self.api.labels
        names = [label for name, label in labels.items() if name in self.setup.kept]
        if not names:
            return "No secret captured yet"
        listed = ", ".join(names)
        if self.fleeting:
            fleeting = self._fleeting | self.api.held
            held = names if self.vault.memory_only else [labels[name] for name in sorted(fleeting)]
            return f"{', '.join(held)} only in memory, lost when the program ends"
        return f"{listed} in {self.vault.name}"

    @property
    def fleeting(self) -> bool:
        """Whether a secret of this setup is in memory only."""
        return bool(self.setup.kept) and (self.vault.memory_only or bool(self._fleeting | self.api.held))

    # -- opening -------------------------------------------------------------------------

    async def open(self) -> None:
        """Compare what the file says with what the keyring holds; a capture survives a crash between both."""
        await self.vault.ready()
        # The guide may be newer than the setup: values and steps may have come, gone or become secret.
        self.setup = journey.fit(self.guide, self.setup)
        for name, spec in self.guide.values.items():
            if spec.secret:
                outcome = await self.vault.get(self.setup.id, name)
                self._reconcile(name, spec.kind, outcome)
            elif spec.kind is Kind.TOKEN_URL and self._token_url is not None:
                self.setup = self.setup.with_(values={**self.setup.values, name: self._token_url})
        await self.api.reconcile()
        await self._save()

    def _reconcile(self, name: str, kind: Kind, outcome: Outcome) -> None:
        from app.vault import Status

        if outcome.value is not None:
            self._remember(name, kind, outcome.value)
            if name not in self.setup.kept:
                self.setup = journey.keep(self.guide, self.setup, name, self._now(), replaced=False)
        elif outcome.status is Status.ABSENT and name in self.setup.kept:
            self.setup = journey.lose(self.setup, name)
            self._lost |= {name}

    def _remember(self, name: str, kind: Kind, value: str) -> None:
        self._shown[name] = Shown(mask(kind, value), rule(kind, value), present=True, secret=True)

    # -- intents -------------------------------------------------------------------------

    async def give(self, name: str, text: str) -> Given:
        """Take a pasted or typed text for that value: repaired, checked, kept, saved."""
        spec = self.guide.values[name]
        if spec.optional and not spec.secret and not text.strip():
            self.setup = self.setup.with_(values={n: v for n, v in self.setup.values.items() if n != name})
            await self._save()
            return Given(accepted=True, sentence="Left empty.")
        reading = read(spec.kind, text, practice=self.setup.practice)
        if reading.value is None:
            sensitive = not spec.secret and looks_secret(text)
            return Given(False, reading.problem or "This text cannot be used.", sensitive=sensitive)  # noqa: FBT003
        if problem := self._clash(name, reading.value) or self._forbidden(spec.kind, reading.value):
            return Given(accepted=False, sentence=problem)
        before = self.setup
        if spec.secret:
            refusal = await self._keep(name, spec.kind, reading.value)
            if refusal is not None:
                return refusal
        else:
            self.setup = journey.capture(self.guide, self.setup, name, reading.value, self._now())
        redo = journey.stale_titles(self.guide, before, self.setup)
        await self._save()
        return Given(True, self._thanks(reading, spec.secret), reading.warnings, redo)  # noqa: FBT003

    def _clash(self, name: str, value: str) -> str | None:
        for other, spec in self.guide.values.items():
            if spec.derived_from == name and not spec.own:
                derived = derive(spec.kind, value)
                if derived.value is None:
                    return f"It does not fit as {spec.label}: {derived.problem}"
            if other != name and spec.kind is Kind.GUID and self.setup.values.get(other) == value:
                return f"This is the {spec.label}, which is captured already."
        return None

    def _forbidden(self, kind: Kind, value: str) -> str | None:
        """Why the policy does not allow to take this secret."""
        policy = self.policy
        if kind is Kind.BASE_URL and not self.setup.practice and not policy.allows(value):
            return policy.refusal("The policy of this computer does not allow this host.")
        if kind in SECRET_KINDS and policy.keyring_required and self.vault.memory_only:
            return policy.refusal(NO_KEYRING)
        return None

    async def _keep(self, name: str, kind: Kind, value: str) -> Given | None:
        from app.vault import SENTENCES

        previous = await self.vault.get(self.setup.id, name)
        outcome = await self.vault.put(self.setup.id, name, value)
        if outcome.held and self.policy.keyring_required:
            await self.vault.delete(self.setup.id, name)
            return Given(accepted=False, sentence=self.policy.refusal(f"{SENTENCES[outcome.status]} {NO_KEYRING}"))
        if not outcome.kept:
            return Given(accepted=False, sentence=SENTENCES[outcome.status])
        self._held = outcome.sentence if outcome.held else None
        (self._fleeting.add if outcome.held else self._fleeting.discard)(name)
        replaced = previous.value is not None and previous.value != value
        self._remember(name, kind, value)
        self._lost -= {name}
        self._reset_access()
        self.setup = journey.keep(self.guide, self.setup, name, self._now(), replaced=replaced)
        return None

    def _reset_access(self) -> None:
        """What opens the endpoint changed: nothing that was seen with the former still counts."""
        self.connection.reset()
        self.findings, self.offer = (), None

    def _thanks(self, reading: Reading, secret: bool) -> str:
        where = (
            self._held.rstrip(".") if secret and self._held else f"Kept in {self.vault.name}" if secret else "Captured"
        )
        return f"{where}, {', '.join(reading.repairs)}." if reading.repairs else f"{where}."

    async def reveal(self, name: str) -> Outcome:
        """Read a secret from the keyring, to be copied or shown for a moment."""
        return await self.vault.get(self.setup.id, name)

    async def complete(self, step_id: str | None = None) -> journey.Block | None:
        """Complete a step (by default the open one); returns why not."""
        step_id = step_id or self.here.step.id
        blocked = self.block() if step_id == self.here.step.id else journey.block(self.guide, self.setup, step_id)
        if blocked is None:
            submitted = self.setup.reached.get(Milestone.SUBMITTED)
            self.setup = journey.complete(self.guide, self.setup, step_id, self._now())
            if self.setup.reached.get(Milestone.SUBMITTED) != submitted:
                self.setup = journey.unsight(self.guide, self.setup)
            await self._save()
        return blocked

    async def go(self, step_id: str) -> None:
        """Open a step to look at it."""
        self.setup = journey.go(self.setup, step_id)
        await self._save()

    async def move(self, offset: int) -> None:
        """Open the step so many places further or back."""
        target = journey.neighbour(self.guide, self.setup, offset)
        if target is not None:
            await self.go(target)

    async def tick(self, item: str, *, on: bool) -> None:
        """Tick or untick a prerequisite or a confirmation."""
        self.setup = journey.tick(self.setup, item, on=on)
        await self._save()

    async def answer(self, branch: str, option: str) -> None:
        """Choose what stands on the admin's screen."""
        before = self.secrets
        self.setup = journey.answer(self.setup, branch, option)
        if self.secrets != before:
            self.setup = journey.reopen(self.guide, self.setup)
            self._reset_access()
        await self._save()

    async def forget(self) -> str | None:
        """Delete the setup: its secrets first, then its file. Returns why it stays, or None."""
        from app.setup.store import NotSaved
        from app.vault import SENTENCES, Status

        self._gone = True
        self.connection.forget()
        declared = {name for name, spec in self.guide.values.items() if spec.secret}
        # Also what an older guide called secret and this one does not know.
        purged = await self.vault.purge(self.setup.id, {*self.setup.kept, *declared, *self.api.labels})
        trouble = None
        if purged.status is not Status.DELETED:
            trouble = f"The setup stays, because its secrets could not be removed. {SENTENCES[purged.status]}"
        else:
            async with self._saving:
                result = await asyncio.get_running_loop().run_in_executor(None, self._store.delete, self.setup.id)
            if isinstance(result, NotSaved):
                trouble = f"The secrets are gone, but the file of the setup stays. {result.sentence}"
        self._gone = trouble is None
        return trouble

    async def save_again(self) -> None:
        """Try once more to write what is in memory only."""
        if self._unsaved is not None:
            await self._write()

    async def _change(self, change: Callable[[Setup], Setup]) -> None:
        self.setup = change(self.setup)
        await self._save()

    async def _save(self) -> None:
        self.setup = self.setup.with_(
            position=journey.position(self.guide, self.setup),
            status=journey.status_line(self.guide, self.setup),
        )
        self.announce()
        await self._write()

    async def _write(self) -> None:
        from app.setup.store import NotSaved

        async with self._saving:
            if self._gone:
                return
            result = await asyncio.get_running_loop().run_in_executor(None, self._store.save, self.setup)
        unsaved = result.sentence if isinstance(result, NotSaved) else None
        if unsaved != self._unsaved:
            self._unsaved = unsaved
            self.announce()

    # -- asking the endpoint -------------------------------------------------------------

    @property
    def secrets(self) -> tuple[str, ...]:
        """The secret values that the steps under the answers given capture."""
        return access.secrets(self.guide, self.setup)

    @property
    def fetches_tokens(self) -> bool:
        """Whether tokens are fetched with a service account rather than captured."""
        return access.fetches_tokens(self.guide, self.setup)

    async def test(self, on_finding: Callable[[Finding], None] | None = None) -> str | None:
        """Run Test Connection; findings go to ``self.findings``. Returns why it could not run.

        After a test that passed, what the service offers goes to ``self.offer``.
        """
        self.findings, self.offer = (), None

        def take(finding: Finding) -> None:
            self.findings = (*self.findings, finding)
            if on_finding is not None:
                on_finding(finding)

        try:
            await asyncio.get_running_loop().run_in_executor(None, _read_causes)
            findings = await self.connection.test(take)
        except BaseException:
            # Half a test says nothing, least of all that all is well.
            self.findings = ()
            self.announce()
            raise
        if isinstance(findings, str):
            self.findings = ()
            return findings
        from app.diagnosis.runs import keep

        self.findings = findings
        self.setup = self.setup.with_(runs=(*self.setup.runs, keep(findings, self._now()))[-MOST_RUNS:])
        test_step = next(step for step in self.guide.steps if step.page is Page.TEST)
        if not self.test_failed and journey.block(self.guide, self.setup, test_step.id) is None:
            here = self.here.step.id
            passed = journey.tick(self.setup, test_step.id, on=False)
            self.setup = journey.go(journey.complete(self.guide, passed, test_step.id, self._now()), here)
        await self._save()
        if not self.test_failed:
            self.offer = await self.connection.offer()
            self.announce()
        return None

    @property
    def may_skip_test(self) -> bool:
        """Whether only the way from this computer failed, which says nothing about the portal's way."""
        from app.scim.ladder import Rung, Verdict

        failed = next((f for f in self.findings if f.verdict is Verdict.FAILED), None)
        return failed is not None and failed.rung in (Rung.NAME, Rung.ROUTE, Rung.CERTIFICATE)

    async def skip_test(self) -> None:
        """Go on although this computer cannot reach the endpoint."""
        step = self.here.step
        if step.page is Page.TEST and self.may_skip_test and journey.block(self.guide, self.setup, step.id) is None:
            self.setup = journey.skip(self.guide, self.setup, step.id, self._now())
            await self._save()

    @property
    def test_failed(self) -> bool:
        """Whether the last test had a failed check."""
        from app.scim.ladder import Verdict

        return any(finding.verdict is Verdict.FAILED for finding in self.findings)

    async def decode(self, text: str) -> Decoded:
        """Read an error that the portal showed, beside the stored Base URL. Nothing of it is kept."""
        name = next((n for n in self.secrets if self.guide.values[n].kind is Kind.BASE_URL), None)
        base_url = None
        with suppress(TimeoutError):  # a prompt of the keyring that nobody answers: read it without comparing
            async with asyncio.timeout(KEYRING_PATIENCE):
                if name is not None and name in self.setup.kept:
                    base_url = (await self.vault.get(self.setup.id, name)).value
        guide, setup = self.guide, self.setup

        def work() -> Decoded:
            from app.diagnosis.portal_errors import decode

            return decode(text, guide, setup, base_url)

        return await asyncio.get_running_loop().run_in_executor(None, work)

    # -- the watch -----------------------------------------------------------------------

    async def watch(self) -> None:
        """Wait for the SCIM Change Timestamp until it is seen; run as a task, cancel to stop."""
        from app.scim.changes import NotOffered, Seen
        from app.watch.watch import Watch

        since = self.setup.reached.get(Milestone.STARTED) or self.setup.reached.get(Milestone.SUBMITTED)
        if since is None or self.setup.sighting is not None or self._watch is not None or self._silent:
            return
        begun = self.setup.reached.get(Milestone.SUBMITTED)
        self._watch = Watch(self._look, self.guide.cadence, since, self._now)
        try:
            report = await self._watch.run(self._take_report, lambda: self.setup.sighting is not None)
        finally:
            self._watch = None
        if self.setup.sighting is not None or self.setup.reached.get(Milestone.SUBMITTED) != begun:
            return  # entered by the admin meanwhile, or of a directory that was submitted anew
        result = report.result
        self._silent = isinstance(result, NotOffered)
        if isinstance(result, Seen) and result.newest is not None:
            counts = None
            if result.users is not None and result.groups is not None:
                counts = Counts(result.users, result.groups)
            await self._sight(Sighting(result.newest, self._now(), entered=False, counts=counts))

    def look_now(self) -> None:
        """Look at once."""
        self._silent = False
        if self._watch is not None:
            self._watch.look_now()
        else:
            self.announce()

    def _take_report(self, report: Report) -> None:
        self.report = report
        self.announce()

    async def _look(self) -> Seen | NotOffered | Unsuccessful:
        _, seen = await asyncio.gather(
            self.api.look_calmly(), self.connection.look(self.setup.reached[Milestone.SUBMITTED])
        )
        return seen

    async def follow_full_sync(self) -> bool:
        """Wait until CIE reports the end of the Full Sync, and fill in its counts; whether it was seen to end."""
        listed = await self.api.follow()
        if listed is None:
            return False
        (directory,) = listed.named(self.api.directory_name)
        for name, count in zip(CIE_COUNTS, (directory.users, directory.groups), strict=True):
            # What the admin has entered is the admin's.
            if count is not None and name in self.guide.values and name not in self.setup.values:
                await self.give(name, str(count))
        return True

    async def enter_timestamp(self, text: str) -> str | None:
        """Take the timestamp that the admin sees on the Directories page; returns why not."""
        from app.watch.gate import read_timestamp

        found = read_timestamp(text, self.setup, self._now())
        if isinstance(found, str):
            return found
        await self._sight(Sighting(found, self._now(), entered=True))
        if self._watch is not None:
            self._watch.look_now()  # it ends, since there is nothing left to wait for
        return None

    async def _sight(self, sighting: Sighting) -> None:
        self.setup = journey.sight(self.setup, sighting)
        step = next(s for s in self.guide.steps if s.page is Page.WATCH)
        if journey.block(self.guide, self.setup, step.id) is None:
            here = self.here.step.id
            after = journey.complete(self.guide, self.setup, step.id, self._now())
            self.setup = after if here == step.id else journey.go(after, here)
        await self._save()
