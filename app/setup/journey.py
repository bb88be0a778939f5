"""Where am I, what is next, what is blocked and why: pure functions over a guide and a setup."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from app.guide.vocabulary import Kind, Milestone, Page
from app.setup.state import Counts
from app.values.rules import derive

if TYPE_CHECKING:
    from datetime import datetime

    from app.guide.model import Guide, Stage, Step
    from app.setup.state import Setup, Sighting


class Mark(StrEnum):
    """The state of one step."""

    DONE = "done"
    """Completed, and nothing it rests on has changed since."""
    CURRENT = "current"
    """The one that is open on the screen."""
    STALE = "stale"
    """Completed once; a value it rests on changed."""
    LATER = "later"
    """Not done yet."""


@dataclass(frozen=True, slots=True)
class Place:
    """A step with its number in the common count of both lanes."""

    number: int
    step: Step
    stage: Stage
    mark: Mark


class BlockReason(StrEnum):
    """Why something cannot be done now."""

    NEED = "need"
    """The guide names a step that has to be done before."""
    ANSWER = "answer"
    """An answer was given under which nothing is sent."""
    PASTE = "paste"
    """Values that are copied from elsewhere are missing."""
    ENTER = "enter"
    """Counts are missing."""
    CHOOSE = "choose"
    """Values that the admin chooses are missing."""
    PREREQUISITES = "prerequisites"
    """Prerequisites are not ticked."""
    CONFIRMATION = "confirmation"
    """The sentence of the step is not ticked."""
    STEP_BEFORE = "step-before"
    """An earlier step is not done."""
    STEP_REDO = "step-redo"
    """An earlier step has to be redone."""
    NOT_SUBMITTED = "not-submitted"
    """Submit is not confirmed."""
    NO_TIMESTAMP = "no-timestamp"
    """The SCIM Change Timestamp was not seen yet."""
    OLD_TIMESTAMP = "old-timestamp"
    """The timestamp is of before Submit."""
    UNTESTED = "untested"
    """Test Connection has not passed."""
    SECRETS = "secrets"
    """Secrets that the test needs are missing."""
    SYNC_PAUSE = "sync-pause"
    """The last Full Sync was started a moment ago."""
    STORING = "storing"
    """A secret is on its way into the keyring."""
    KEYRING = "keyring"
    """The keyring is asked for something else."""


@dataclass(frozen=True, slots=True)
class Block:
    """Why something cannot be done now. ``app.setup.sentences`` words it."""

    reason: BlockReason
    step: str | None = None
    """The step to go to instead, where there is one."""
    values: tuple[str, ...] = ()
    """The names of the values that are missing."""
    at: str | None = None
    """For ``NEED``, the step whose need it is."""
    seconds: float = 0.0
    """For ``SYNC_PAUSE``, how long it still is."""


def visible(guide: Guide, setup: Setup) -> tuple[tuple[Stage, Step], ...]:
    """The steps shown under the setup's answers, in order."""
    answers = guide.answers(setup.answers)
    return tuple((stage, step) for stage in guide.stages for step in stage.steps if step.shown_under(answers))


def places(guide: Guide, setup: Setup) -> tuple[Place, ...]:
    """All visible steps with number and mark."""
    here = position(guide, setup)
    return tuple(
        Place(number, step, stage, _mark(setup, step.id, here))
        for number, (stage, step) in enumerate(visible(guide, setup), start=1)
    )


def _mark(setup: Setup, step_id: str, here: str) -> Mark:
    if step_id == here:
        return Mark.CURRENT
    if step_id in setup.stale:
        return Mark.STALE
    return Mark.DONE if step_id in setup.done else Mark.LATER


def position(guide: Guide, setup: Setup) -> str:
    """The step that is open: the remembered one while it is visible, else the first open one."""
    steps = [step.id for _, step in visible(guide, setup)]
    if setup.position in steps:
        return setup.position
    return frontier(guide, setup) or steps[-1]


def place(guide: Guide, setup: Setup, step_id: str | None = None) -> Place:
    """The place of a step, by default of the open one."""
    wanted = step_id or position(guide, setup)
    return next(p for p in places(guide, setup) if p.step.id == wanted)


def frontier(guide: Guide, setup: Setup) -> str | None:
    """The first step that is not done or is to be redone; None when all are done."""
    for _, step in visible(guide, setup):
        if step.id not in setup.done or step.id in setup.stale:
            return step.id
    return None


def stale(guide: Guide, setup: Setup) -> frozenset[str]:
    """The steps shown that are to be redone. A stale step that the answers hide is remembered, and counts nowhere."""
    return setup.stale & {step.id for _, step in visible(guide, setup)}


def test_step(guide: Guide) -> Step:
    """The step of Test Connection."""
    return next(step for step in guide.steps if step.page is Page.TEST)


def begin(guide: Guide, setup: Setup) -> Setup:
    """Take in the values that a guide suggests and that no step captures."""
    captured = {name for step in guide.steps for name in step.captures}
    given = {n: s.suggestion for n, s in guide.values.items() if s.suggestion and n not in captured}
    return setup.with_(values={**given, **setup.values})


def fit(guide: Guide, setup: Setup) -> Setup:
    """Fit a stored setup to its guide, which may be another edition: values and steps may have come or gone."""
    steps = {step.id for step in guide.steps}
    plain = {n: v for n, v in setup.values.items() if n not in guide.values or not guide.values[n].secret}
    kept = {n: at for n, at in setup.kept.items() if n not in guide.values or guide.values[n].secret}
    fitted = begin(guide, setup.with_(values=plain, kept=kept, stale=setup.stale & steps))
    values = dict(fitted.values)
    for name, spec in guide.values.items():
        source = values.get(spec.derived_from or "")
        if name not in values and source is not None and (derived := derive(spec.kind, source).value):
            values[name] = derived
    return fitted.with_(values=values)


def missing(guide: Guide, setup: Setup, step: Step) -> tuple[str, ...]:
    """The values that this step captures and that are not there yet."""
    return tuple(
        name
        for name in step.captures
        if name not in setup.values and name not in setup.kept and not guide.values[name].optional
    )


def secrets(guide: Guide, setup: Setup) -> tuple[str, ...]:
    """The secret values that the steps under the answers given capture."""
    return tuple(name for _, step in visible(guide, setup) for name in step.captures if guide.values[name].secret)


def unchosen(guide: Guide, setup: Setup, step: Step) -> tuple[str, ...]:
    """The values that the admin has to choose here, because none could be derived."""
    return tuple(c.value for c in step.carries if guide.values[c.value].own and c.value not in setup.values)


def shut(guide: Guide, setup: Setup) -> Block | None:
    """Why Full Sync stays locked under the answers given, e.g. a mode of the portal that sends nothing."""
    for branch_id, option_id in guide.answers(setup.answers).items():
        reason = guide.option(branch_id, option_id).shuts_gate
        if reason is not None:
            at = next(branch.at for branch in guide.branches if branch.id == branch_id)
            return Block(BlockReason.ANSWER, at)
    return None


def block(guide: Guide, setup: Setup, step_id: str) -> Block | None:
    """Why this step cannot be completed now; None where it can."""
    step = guide.step(step_id)
    shown = {s.id for _, s in visible(guide, setup)}
    for need in step.needs:
        if need.step in shown and (need.step not in setup.done or need.step in setup.stale):
            return Block(BlockReason.NEED, need.step, at=step_id)
    if step.marks in _BEHIND_THE_GATE and (closed := shut(guide, setup)):
        return closed
    if missing_values := missing(guide, setup, step):
        counts = all(guide.values[name].kind is Kind.COUNT for name in missing_values)
        return Block(BlockReason.ENTER if counts else BlockReason.PASTE, values=missing_values)
    if step.page is Page.CHECKLIST and any(need.id not in setup.ticked for need in guide.prerequisites):
        return Block(BlockReason.PREREQUISITES)
    if step.confirm and step.id not in setup.ticked:
        return Block(BlockReason.CONFIRMATION)
    if (before := _order(guide, setup, step_id)) is not None:
        return before
    if step.marks in _BEHIND_THE_GATE and (reason := unseen(setup)):
        return Block(reason)
    if names := unchosen(guide, setup, step):
        return Block(BlockReason.CHOOSE, values=names)
    return None


_BEHIND_THE_GATE = (Milestone.TIMESTAMP, Milestone.FULL_SYNC)


def _order(guide: Guide, setup: Setup, step_id: str) -> Block | None:
    for _, earlier in visible(guide, setup):
        if earlier.id == step_id:
            return None
        if earlier.optional or (earlier.id in setup.done and earlier.id not in setup.stale):
            continue
        reason = BlockReason.STEP_REDO if earlier.id in setup.stale else BlockReason.STEP_BEFORE
        return Block(reason, earlier.id)
    return None


def go(setup: Setup, step_id: str) -> Setup:
    """Open a step; every step may be looked at."""
    return setup.with_(position=step_id)


def complete(guide: Guide, setup: Setup, step_id: str, now: datetime) -> Setup:
    """Complete a step and open the next one that is open. The caller has asked ``block`` before."""
    step = guide.step(step_id)
    reached = dict(setup.reached)
    if step.marks is not None and (step.marks not in reached or step_id in setup.stale):
        reached[step.marks] = now
    changed = setup.with_(
        done={**setup.done, step_id: now}, stale=setup.stale - {step_id}, reached=reached, changed=now
    )
    if step.marks is Milestone.FINISHED and len(step.captures) == 2:
        users, groups = (int(changed.values[name]) for name in step.captures)
        changed = changed.with_(synced=Counts(users, groups))
    return go(changed, _after(guide, changed, step_id))


def skip(guide: Guide, setup: Setup, step_id: str, now: datetime) -> Setup:
    """Complete a test that did not pass, as the admin confirmed; it stays known as untested."""
    return tick(complete(guide, setup, step_id, now), step_id, on=True)


def untested(setup: Setup, step_id: str) -> bool:
    """Whether that test was skipped, or a value it rests on has changed since it passed."""
    return step_id in setup.ticked or step_id in setup.stale


def _after(guide: Guide, setup: Setup, step_id: str) -> str:
    steps = [step.id for _, step in visible(guide, setup)]
    later = steps[steps.index(step_id) + 1 :]
    for candidate in later:
        if candidate not in setup.done or candidate in setup.stale:
            return candidate
    return frontier(guide, setup) or next(iter(later), step_id)


def neighbour(guide: Guide, setup: Setup, offset: int) -> str | None:
    """The step so many places after (or before) the open one."""
    steps = [step.id for _, step in visible(guide, setup)]
    index = steps.index(position(guide, setup)) + offset
    return steps[index] if 0 <= index < len(steps) else None


def tick(setup: Setup, item: str, *, on: bool) -> Setup:
    """Tick or untick a prerequisite or a confirmation."""
    return setup.with_(ticked=setup.ticked | {item} if on else setup.ticked - {item})


def answer(setup: Setup, branch: str, option: str) -> Setup:
    """Choose an answer to a branch; what was done under the other answer stays remembered."""
    return setup.with_(answers={**setup.answers, branch: option})


def capture(guide: Guide, setup: Setup, name: str, value: str, now: datetime) -> Setup:
    """Take in a captured value that is not secret, what derives from it, and mark what rested on it."""
    values = {**setup.values, name: value}
    for other, spec in guide.values.items():
        if spec.derived_from != name or _chosen(guide, setup, other):
            continue
        derived = derive(spec.kind, value).value
        if derived:
            values[other] = derived
        else:
            values.pop(other, None)  # the one of the former value is no longer right
    touched = frozenset(n for n in {*values, *setup.values} if setup.values.get(n) != values.get(n))
    named = values.get(guide.named_by, setup.name)
    return _mark_stale(guide, setup.with_(values=values, name=named, changed=now), touched)


def _chosen(guide: Guide, setup: Setup, name: str) -> bool:
    """Whether the admin gave a value of their own instead of the derived one."""
    spec = guide.values[name]
    source = setup.values.get(spec.derived_from or "")
    if not spec.own or name not in setup.values or source is None:
        return False
    return setup.values[name] != derive(spec.kind, source).value


def keep(guide: Guide, setup: Setup, name: str, now: datetime, *, replaced: bool) -> Setup:
    """Note that a secret is in the keyring; where it replaced another one, mark what rested on that."""
    changed = setup.with_(kept={**setup.kept, name: now}, changed=now)
    return _mark_stale(guide, changed, frozenset((name,))) if replaced else changed


def lose(setup: Setup, name: str) -> Setup:
    """Note that a secret is no longer in the keyring."""
    return setup.with_(kept={n: at for n, at in setup.kept.items() if n != name})


def rests_on(step: Step) -> frozenset[str]:
    """The values whose change makes this step to be redone."""
    return frozenset((*step.depends_on, *(carry.value for carry in step.carries)))


def _mark_stale(guide: Guide, setup: Setup, touched: frozenset[str]) -> Setup:
    hit = {s.id for s in guide.steps if s.id in setup.done and rests_on(s) & touched}
    return setup.with_(stale=setup.stale | hit)


def stale_titles(guide: Guide, before: Setup, after: Setup) -> tuple[str, ...]:
    """The titles of the steps that a change has just marked to be redone."""
    return tuple(f"{p.number} {p.step.title}" for p in places(guide, after) if p.step.id in after.stale - before.stale)


def unsight(guide: Guide, setup: Setup) -> Setup:
    """Forget the timestamp of a directory that was submitted anew; what came after it is to be redone."""
    behind = {step.id for step in guide.steps if step.marks in (*_BEHIND_THE_GATE, Milestone.FINISHED)}
    return setup.with_(sighting=None, stale=setup.stale | (behind & set(setup.done)))


def reopen(guide: Guide, setup: Setup) -> Setup:
    """After another authorization method was chosen: Submit and the test are to be redone."""
    again = {s.id for s in guide.steps if s.marks is Milestone.SUBMITTED or s.page is Page.TEST}
    return setup.with_(stale=setup.stale | (again & set(setup.done)))


def waiting_since(setup: Setup) -> datetime | None:
    """From when on a timestamp may come: Submit is confirmed and provisioning is started, whichever was later."""
    both = [setup.reached.get(milestone) for milestone in (Milestone.SUBMITTED, Milestone.STARTED)]
    known = [at for at in both if at is not None]
    return max(known) if len(known) == len(both) else None


CLOCK_SKEW = timedelta(minutes=5)
"""How far two clocks may differ before a time counts as being in the future or before Submit."""


def unseen(setup: Setup) -> BlockReason | None:
    """Why no timestamp opens Full Sync yet; None where one does."""
    submitted = setup.reached.get(Milestone.SUBMITTED)
    if submitted is None:
        return BlockReason.NOT_SUBMITTED
    if setup.sighting is None:
        return BlockReason.NO_TIMESTAMP
    if setup.sighting.at < submitted - CLOCK_SKEW:
        return BlockReason.OLD_TIMESTAMP
    return None


def valid_sighting(setup: Setup) -> Sighting | None:
    """The timestamp that opens Full Sync; None where none was seen, or only one of before Submit."""
    return setup.sighting if unseen(setup) is None else None


def sight(setup: Setup, sighting: Sighting) -> Setup:
    """Remember the SCIM Change Timestamp that was seen."""
    return setup.with_(sighting=sighting)


FULL_SYNC_PAUSE = 90.0
"""Seconds between two full syncs (vendor's page "Synchronize Cloud Identity Engine Tenants")."""


def sync_pause(setup: Setup, now: datetime) -> float:
    """Seconds until Full Sync may be started again; 0 when it may."""
    started = setup.reached.get(Milestone.FULL_SYNC)
    return max(0.0, FULL_SYNC_PAUSE - (now - started).total_seconds()) if started else 0.0
