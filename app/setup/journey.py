"""Progress through a guide: the open step, the next one, and what is blocked and why. Pure functions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from app.guide.placeholders import placeholders
from app.guide.vocabulary import Kind, Milestone, Page
from app.setup.state import API_SECRETS, Counts
from app.text.worded import WordedEnum
from app.values.rules import derive

if TYPE_CHECKING:
    from datetime import datetime

    from app.guide.model import Guide, Stage, Step
    from app.setup.state import Setup, Sighting


class Mark(StrEnum):
    """The state of one step."""

    DONE = "done"
    """Completed, and no value it depends on has changed since."""
    CURRENT = "current"
    """Open on the screen."""
    STALE = "stale"
    """Completed before, but a value it depends on has changed."""
    LATER = "later"
    """Not done yet."""


@dataclass(frozen=True, slots=True)
class Place:
    """A visible step with its number, counted across both lanes."""

    number: int
    step: Step
    stage: Stage
    mark: Mark


class BlockReason(WordedEnum):
    """Why something cannot be done now; ``{guide}`` is the guide's own reason."""

    NEED = "need", "{guide}"
    """The guide requires another step first."""
    ANSWER = "answer", "{guide}"
    """With one of the answers, the portal sends nothing."""
    PASTE = "paste", "Paste the {values} first."
    ENTER = "enter", "Enter the {values} first."
    """Counts are missing."""
    CHOOSE = "choose", "Choose the {values} first."
    """No value could be derived."""
    PREREQUISITES = "prerequisites", "Select the remaining {open} of {prerequisites} items first."
    CONFIRMATION = "confirmation", "Select the checkbox above first."
    STEP_BEFORE = "step-before", "Do step {number} first: {title}."
    STEP_REDO = "step-redo", "Redo step {number} first: {title}."
    NOT_SUBMITTED = "not-submitted", "Full Sync unlocks after Submit in CIE and the first change from the portal."
    NO_TIMESTAMP = "no-timestamp", "Full Sync unlocks when CIE shows a SCIM Change Timestamp."
    OLD_TIMESTAMP = "old-timestamp", "The timestamp is older than Submit. Wait for a newer one."
    UNTESTED = "untested", "Run the test first."
    SECRETS = "secrets", "Add the {values} first."
    """The test needs them."""
    SYNC_PAUSE = "sync-pause", "Wait {seconds} s before starting another Full Sync."
    STORING = "storing", "Storing the {values} in {keyring}. If it shows a prompt, answer it."
    KEYRING = "keyring", "Waiting for {keyring}. If it shows a prompt, answer it."
    """It is busy with another request."""
    LOCKED = "locked", "{keyring} is locked. Answer its prompt to go on."


@dataclass(frozen=True, slots=True)
class Block:
    """Why something cannot be done now. ``app.setup.sentences`` has the text."""

    reason: BlockReason
    step: str | None = None
    """The step to go to instead, if any."""
    values: tuple[str, ...] = ()
    """The names of the missing values."""
    at: str | None = None
    """For ``NEED``, the step that requires the other one."""
    seconds: float = 0.0
    """For ``SYNC_PAUSE``, the time left."""


def visible(guide: Guide, setup: Setup) -> tuple[tuple[Stage, Step], ...]:
    """Return the steps shown under the setup's answers, in order."""
    answers = guide.answers(setup.answers)
    return tuple((stage, step) for stage in guide.stages for step in stage.steps if step.shown_under(answers))


def places(guide: Guide, setup: Setup) -> tuple[Place, ...]:
    """Return all visible steps with number and mark."""
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
    """Return the open step: the saved one if it is visible, otherwise the first that isn't done."""
    steps = [step.id for _, step in visible(guide, setup)]
    if setup.position in steps:
        return setup.position
    return frontier(guide, setup) or steps[-1]


def place(guide: Guide, setup: Setup, step_id: str | None = None) -> Place:
    """Return a step with its number and mark; by default the open step."""
    wanted = step_id or position(guide, setup)
    return next(p for p in places(guide, setup) if p.step.id == wanted)


def frontier(guide: Guide, setup: Setup) -> str | None:
    """Return the first step to do or redo; None if all are done."""
    for _, step in visible(guide, setup):
        if not setup.is_done(step.id):
            return step.id
    return None


def stale(guide: Guide, setup: Setup) -> frozenset[str]:
    """Return the visible stale steps. A stale step hidden by the answers stays saved but never counts."""
    return setup.stale & {step.id for _, step in visible(guide, setup)}


def test_step(guide: Guide) -> Step:
    """Return the step of Test Connection."""
    return next(step for step in guide.steps if step.page is Page.TEST)


def begin(guide: Guide, setup: Setup) -> Setup:
    """Add the values that the guide suggests and no step captures."""
    captured = {name for step in guide.steps for name in step.captures}
    given = {n: s.suggestion for n, s in guide.values.items() if s.suggestion and n not in captured}
    return setup.with_(values={**given, **setup.values})


def fit(guide: Guide, setup: Setup) -> Setup:
    """Adapt a saved setup to its guide, in which values and steps may have been added or removed since."""
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


def missing(guide: Guide, setup: Setup, step: Step, typed: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """Return the values that this step captures and that are still missing, other than those ``typed`` already."""
    return tuple(
        name
        for name in step.captures
        if name not in typed | setup.values.keys() | setup.kept.keys() and not guide.values[name].optional
    )


def secrets(guide: Guide, setup: Setup) -> tuple[str, ...]:
    """Return the secret values that the visible steps capture."""
    return tuple(name for _, step in visible(guide, setup) for name in step.captures if guide.values[name].secret)


def unchosen(guide: Guide, setup: Setup, step: Step, typed: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """Return the values to choose here because none could be derived, other than those ``typed`` already."""
    known = typed | setup.values.keys()
    return tuple(c.value for c in step.carries if guide.values[c.value].own and c.value not in known)


def answer_block(guide: Guide, setup: Setup) -> Block | None:
    """Return why the answers keep Full Sync locked, such as a portal mode that sends nothing, or None."""
    for branch_id, option_id in guide.answers(setup.answers).items():
        reason = guide.option(branch_id, option_id).shuts_gate
        if reason is not None:
            at = next(branch.at for branch in guide.branches if branch.id == branch_id)
            return Block(BlockReason.ANSWER, at)
    return None


def block(
    guide: Guide, setup: Setup, step_id: str, typed: frozenset[str] = frozenset(), *, along: bool = False
) -> Block | None:
    """Return why this step cannot be completed now; None if it can.

    ``typed`` are values, or ``TIMESTAMP``, that are valid and not entered yet: completing the step enters them first.
    ``along`` means that the plain steps before it are completed, too.
    """
    step = guide.step(step_id)
    shown = {s.id for _, s in visible(guide, setup)}
    for need in step.needs:
        if need.step in shown and not setup.is_done(need.step):
            return Block(BlockReason.NEED, need.step, at=step_id)
    if step.marks in _BEHIND_THE_GATE and (closed := answer_block(guide, setup)):
        return closed
    if missing_values := missing(guide, setup, step, typed):
        counts = all(guide.values[name].kind is Kind.COUNT for name in missing_values)
        return Block(BlockReason.ENTER if counts else BlockReason.PASTE, values=missing_values)
    if step.page is Page.CHECKLIST and any(need.id not in setup.ticked for need in guide.prerequisites):
        return Block(BlockReason.PREREQUISITES)
    if step.confirm and step.id not in setup.ticked:
        return Block(BlockReason.CONFIRMATION)
    if (before := _order(guide, setup, step_id, along=along)) is not None:
        return before
    if step.marks in _BEHIND_THE_GATE and (reason := unseen(setup)):
        entered = step.marks is Milestone.TIMESTAMP and TIMESTAMP in typed
        if not entered or reason is BlockReason.NOT_SUBMITTED:
            return Block(reason)
    if names := unchosen(guide, setup, step, typed):
        return Block(BlockReason.CHOOSE, values=names)
    return None


_BEHIND_THE_GATE = (Milestone.TIMESTAMP, Milestone.FULL_SYNC)
TIMESTAMP: Final = "*timestamp"
"""The SCIM Change Timestamp among what was ``typed``. It is no value of a guide, and none can have this name."""
AFTER_SUBMIT = (*_BEHIND_THE_GATE, Milestone.FINISHED)
"""What belongs to one submitted directory."""


def _order(guide: Guide, setup: Setup, step_id: str, *, along: bool) -> Block | None:
    for earlier in unfinished_before(guide, setup, step_id):
        if not (along and on_word(guide, setup, earlier)):
            reason = BlockReason.STEP_REDO if earlier.id in setup.stale else BlockReason.STEP_BEFORE
            return Block(reason, earlier.id)
    return None


def unfinished_before(guide: Guide, setup: Setup, step_id: str) -> tuple[Step, ...]:
    """Return the steps before that one that have to be done and aren't, in order."""
    steps = [step for _, step in visible(guide, setup)]
    before = steps[: [step.id for step in steps].index(step_id)]
    return tuple(s for s in before if not s.optional and not setup.is_done(s.id))


def on_word(guide: Guide, setup: Setup, step: Step) -> bool:
    """Return whether the admin's word alone completes the step, so that completing a later one completes it, too.

    Not if it has its own page, milestone or confirmation, lacks a value, has to be redone, or is needed by another.
    """
    own = step.page is not None or step.marks is not None or step.confirm is not None or step.id in setup.stale
    needed = any(need.step == step.id for _, other in visible(guide, setup) for need in other.needs)
    return not (own or needed or missing(guide, setup, step) or unchosen(guide, setup, step))


def ahead(guide: Guide, setup: Setup) -> tuple[Place, ...]:
    """Return the unfinished steps after the open one that can be opened and then completed with those before them."""
    found, here = [], place(guide, setup)
    if here.step.id not in setup.done and not on_word(guide, setup, here.step):
        return ()
    for each in places(guide, setup)[here.number :]:
        if each.step.id not in setup.done:
            found.append(each)
            if not on_word(guide, setup, each.step):
                break
    return tuple(found)


def open_step(setup: Setup, step_id: str) -> Setup:
    """Open a step. Any step may be opened."""
    return setup.with_(position=step_id)


def complete(guide: Guide, setup: Setup, step_id: str, now: datetime) -> Setup:
    """Complete a step and those before it, and open the next unfinished one. The caller has checked ``block``."""
    step = guide.step(step_id)
    along = {earlier.id: now for earlier in unfinished_before(guide, setup, step_id)}
    reached, received = dict(setup.reached), setup.received
    if step.marks is not None and (step.marks not in reached or step_id in setup.stale):
        reached[step.marks] = now
        received -= {step.marks}
    done, stale = {**setup.done, **along, step_id: now}, setup.stale - {step_id}
    changed = setup.with_(done=done, stale=stale, reached=reached, received=received, changed=now)
    if step.marks is Milestone.FINISHED and len(step.captures) == 2:
        users, groups = (int(changed.values[name]) for name in step.captures)
        changed = changed.with_(synced=Counts(users, groups))
    return open_step(changed, _after(guide, changed, step_id))


def skip(guide: Guide, setup: Setup, step_id: str, now: datetime) -> Setup:
    """Complete a test that didn't pass, as the admin confirmed. It still counts as untested."""
    return tick(complete(guide, setup, step_id, now), step_id, on=True)


def untested(setup: Setup, step_id: str) -> bool:
    """Return whether that test was skipped, or a value it depends on has changed since it passed."""
    return step_id in setup.ticked or step_id in setup.stale


def _after(guide: Guide, setup: Setup, step_id: str) -> str:
    steps = [step.id for _, step in visible(guide, setup)]
    later = steps[steps.index(step_id) + 1 :]
    for candidate in later:
        if not setup.is_done(candidate):
            return candidate
    return frontier(guide, setup) or next(iter(later), step_id)


def neighbor(guide: Guide, setup: Setup, offset: int) -> str | None:
    """Return the visible step ``offset`` places after the open one; negative means before."""
    steps = [step.id for _, step in visible(guide, setup)]
    index = steps.index(position(guide, setup)) + offset
    return steps[index] if 0 <= index < len(steps) else None


def tick(setup: Setup, item: str, *, on: bool) -> Setup:
    """Select or clear a prerequisite or confirmation."""
    return setup.with_(ticked=setup.ticked | {item} if on else setup.ticked - {item})


def answer(setup: Setup, branch: str, option: str) -> Setup:
    """Answer a branch. Progress under the other answer stays saved."""
    return setup.with_(answers={**setup.answers, branch: option})


def capture(guide: Guide, setup: Setup, name: str, value: str, now: datetime) -> Setup:
    """Save a captured plain value and the values derived from it, and mark the steps that depend on them stale."""
    values = {**setup.values, name: value}
    for other, spec in guide.values.items():
        if spec.derived_from != name or _chosen(guide, setup, other):
            continue
        derived = derive(spec.kind, value).value
        if derived:
            values[other] = derived
        else:
            values.pop(other, None)  # derived from the previous value
    touched = frozenset(n for n in {*values, *setup.values} if setup.values.get(n) != values.get(n))
    named, unconfirmed = values.get(guide.named_by, setup.name), setup.unconfirmed - touched - {name}
    return _mark_stale(guide, setup.with_(values=values, name=named, unconfirmed=unconfirmed, changed=now), touched)


def _chosen(guide: Guide, setup: Setup, name: str) -> bool:
    """Return whether the admin entered a value instead of the derived one."""
    spec = guide.values[name]
    source = setup.values.get(spec.derived_from or "")
    if not spec.own or name not in setup.values or source is None:
        return False
    return setup.values[name] != derive(spec.kind, source).value


def record_secret(guide: Guide, setup: Setup, name: str, now: datetime, *, replaced: bool) -> Setup:
    """Record that a secret is in the keyring. If it replaced another one, mark the steps that depend on it."""
    changed = secret_changed(setup).with_(kept={**setup.kept, name: now}, changed=now)
    return _mark_stale(guide, changed, frozenset((name,))) if replaced else changed


def forget_secret(setup: Setup, name: str) -> Setup:
    """Record that a secret is no longer in the keyring."""
    return secret_changed(setup).with_(kept={n: at for n, at in setup.kept.items() if n != name})


MOST_CAPTURES = 1_000_000_000
"""Starting again at 0 confuses nobody; a number beyond the file's limit would."""


def secret_changed(setup: Setup) -> Setup:
    """End what was learned with the secrets as they were."""
    return setup.with_(captures=(setup.captures + 1) % MOST_CAPTURES, control=None, baseline=None)


def depends_on(step: Step) -> frozenset[str]:
    """Return the values that make this step stale when they change."""
    return frozenset((*step.depends_on, *(carry.value for carry in step.carries)))


def _mark_stale(guide: Guide, setup: Setup, touched: frozenset[str]) -> Setup:
    hit = {s.id for s in guide.steps if s.id in setup.done and depends_on(s) & touched}
    return setup.with_(stale=setup.stale | hit)


def stale_titles(guide: Guide, before: Setup, after: Setup) -> tuple[str, ...]:
    """Return number and title of each step that a change has made stale."""
    return tuple(f"{p.number} {p.step.title}" for p in places(guide, after) if p.step.id in after.stale - before.stale)


def forget_sighting(guide: Guide, setup: Setup) -> Setup:
    """Forget the timestamp of a directory that was submitted again, and mark the later steps stale."""
    behind = {step.id for step in guide.steps if step.marks in AFTER_SUBMIT}
    return setup.with_(sighting=None, baseline=None, stale=setup.stale | (behind & set(setup.done)))


def record_counts(setup: Setup, counts: Counts) -> Setup:
    """Lower the baseline to what the endpoint holds, once Submit is done."""
    if Milestone.SUBMITTED not in setup.reached:
        return setup
    least = setup.baseline or counts
    return setup.with_(baseline=Counts(min(least.users, counts.users), min(least.groups, counts.groups)))


def has_grown(setup: Setup, counts: Counts) -> bool:
    """Return whether the endpoint holds more users or groups than it did earlier after Submit."""
    least = setup.baseline
    return least is not None and (counts.users > least.users or counts.groups > least.groups)


def receive(guide: Guide, setup: Setup) -> Setup:
    """Keep of a setup from a hand-over file only what the guide knows and another person can know.

    Its milestones are marked as received. A timestamp has to be seen from here before Full Sync unlocks, and a
    confirmation given elsewhere doesn't count.
    """
    steps, required = {step.id for step in guide.steps}, {need.id for need in guide.prerequisites}
    options = {(branch.id, option.id) for branch in guide.branches for option in branch.options}
    secret = {name for name, spec in guide.values.items() if spec.secret} | set(API_SECRETS)
    watched = {step.id for step in guide.steps if step.page is Page.WATCH}
    behind = {step.id for step in guide.steps if step.marks in AFTER_SUBMIT}
    done = {step: at for step, at in setup.done.items() if step in steps}
    return setup.with_(
        position=setup.position if setup.position in steps else "",
        done=done,
        stale=setup.stale & steps | watched & done.keys(),
        answers=dict(given for given in setup.answers.items() if given in options),
        kept={name: at for name, at in setup.kept.items() if name in secret},
        ticked=setup.ticked & (steps | required) - behind,
        received=frozenset(setup.reached),
        unconfirmed=linked(guide) & setup.values.keys(),
        sighting=None,
        baseline=None,
        sync_ended=None,
        captures=0,
        control=None,
        without_control=False,
        runs=(),
    )


def linked(guide: Guide) -> frozenset[str]:
    """Return the values that addresses to open contain."""
    addresses = (guide.cie.url, guide.portal.url, *(step.link or "" for step in guide.steps))
    return frozenset().union(*map(placeholders, addresses))


def unconfirmed_in(setup: Setup, url: str) -> tuple[str, ...]:
    """Return the values in this address that came from a hand-over file and nobody confirmed here."""
    return tuple(sorted(name for name in setup.unconfirmed if setup.values.get(name, "\n") in url))


def reopen(guide: Guide, setup: Setup) -> Setup:
    """Mark Submit and the test stale after another authorization method was chosen."""
    again = {s.id for s in guide.steps if s.marks is Milestone.SUBMITTED or s.page is Page.TEST}
    return setup.with_(stale=setup.stale | (again & set(setup.done)))


def waiting_since(setup: Setup) -> datetime | None:
    """Return when a timestamp became possible: the later of Submit and the start of provisioning; None if not yet."""
    both = [setup.reached.get(milestone) for milestone in (Milestone.SUBMITTED, Milestone.STARTED)]
    known = [at for at in both if at is not None]
    return max(known) if len(known) == len(both) else None


CLOCK_SKEW = timedelta(minutes=5)
"""How far two clocks may differ before a time counts as in the future or before Submit."""


def unseen(setup: Setup) -> BlockReason | None:
    """Return why no timestamp unlocks Full Sync yet; None if one does."""
    submitted = setup.reached.get(Milestone.SUBMITTED)
    if submitted is None:
        return BlockReason.NOT_SUBMITTED
    if setup.sighting is None:
        return BlockReason.NO_TIMESTAMP
    if setup.sighting.at < submitted - CLOCK_SKEW:
        return BlockReason.OLD_TIMESTAMP
    return None


def valid_sighting(setup: Setup) -> Sighting | None:
    """Return the timestamp that unlocks Full Sync; None if none was seen, or only one from before Submit."""
    return setup.sighting if unseen(setup) is None else None


def record_sighting(setup: Setup, sighting: Sighting) -> Setup:
    """Save an observed SCIM Change Timestamp."""
    return setup.with_(sighting=sighting)


FULL_SYNC_PAUSE = 90.0
"""Seconds between two full syncs (vendor page "Synchronize Cloud Identity Engine Tenants")."""


def sync_pause(setup: Setup, now: datetime) -> float:
    """Return the seconds until Full Sync may be started again; 0 if it may now."""
    started = setup.reached.get(Milestone.FULL_SYNC)
    return max(0.0, FULL_SYNC_PAUSE - (now - started).total_seconds()) if started else 0.0
