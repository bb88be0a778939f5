"""The status of a setup, and what it waits for: pure functions of the guide and the setup."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.guide.vocabulary import Kind, Milestone, Page
from app.setup import journey
from app.setup.gate import Open, gate
from app.setup.state import API_SECRETS, Status, Summary, Wait

if TYPE_CHECKING:
    from app.guide.model import Guide
    from app.setup.journey import Place
    from app.setup.state import Setup


def status(guide: Guide, setup: Setup) -> Status:
    """The one answer to how a setup stands. Only steps shown under the setup's answers count."""
    if failing(guide, setup):
        return Status.FAILING
    if Milestone.FINISHED in setup.reached and not journey.stale(guide, setup):
        return Status.COMPLETE
    if (place := _next(guide, setup)) is None:
        return Status.IN_PROGRESS
    wait, step = awaited(guide, setup), place.step
    if wait is Wait.TIMESTAMP and step.page is Page.WATCH:
        return Status.WAITING
    if wait is Wait.FULL_SYNC and step.marks is Milestone.FINISHED:
        return Status.WAITING
    if (step.page is Page.WATCH or step.marks is Milestone.FULL_SYNC) and isinstance(gate(guide, setup), Open):
        return Status.READY
    return Status.REDO if step.id in setup.stale else Status.IN_PROGRESS


def failing(guide: Guide, setup: Setup) -> bool:
    """Whether the newest Test Connection failed and still counts.

    It no longer counts after a secret was replaced, after Submit, or once the admin went on without the test,
    which is offered only where the failure says nothing about the portal.
    """
    if not setup.runs or not setup.runs[-1].failed:
        return False
    run, test = setup.runs[-1], journey.test_step(guide).id
    changed = [setup.kept.get(name) for name in journey.secrets(guide, setup)]
    if None in changed or (test in setup.ticked and test in setup.done and setup.done[test] >= run.at):
        return False
    changed.append(setup.reached.get(Milestone.SUBMITTED))
    return all(at <= run.at for at in changed if at is not None)


def awaited(guide: Guide, setup: Setup) -> Wait | None:
    """What this setup waits for CIE to do; it is looked for in the background, whichever step is open."""
    if _syncs(setup) and asks_api(setup) and directory_name(guide, setup):
        return Wait.FULL_SYNC
    return Wait.TIMESTAMP if journey.waiting_since(setup) is not None and journey.unseen(setup) is not None else None


def asks_api(setup: Setup) -> bool:
    """Whether everything was given that the Directory Sync API is asked with."""
    return setup.api is not None and bool(setup.api.tsg_id) and setup.kept.keys() >= set(API_SECRETS)


def directory_name(guide: Guide, setup: Setup) -> str:
    """The Directory Name; empty where it is not captured yet."""
    names = (name for name, spec in guide.values.items() if spec.kind is Kind.DIRECTORY_NAME)
    return next((setup.values.get(name, "") for name in names), "")


def summary(guide: Guide, setup: Setup) -> Summary:
    """What a list shows of this setup."""
    found = status(guide, setup)
    place = about(guide, setup)
    number, title = (place.number, place.step.title) if place is not None else (0, "")
    return Summary(found, awaited(guide, setup), number, len(journey.visible(guide, setup)), title)


def about(guide: Guide, setup: Setup) -> Place | None:
    """The step that the status is about; None where all is done."""
    return journey.place(guide, setup, journey.test_step(guide).id) if failing(guide, setup) else _next(guide, setup)


def _next(guide: Guide, setup: Setup) -> Place | None:
    """The first step that is to be done or redone; an optional one only where it was done before."""
    for place in journey.places(guide, setup):
        step = place.step
        if step.id in setup.stale or not (step.optional or step.id in setup.done):
            return place
    return None


def _syncs(setup: Setup) -> bool:
    """Whether a Full Sync of the directory that was submitted last has started, with its end not confirmed or seen."""
    reached = setup.reached
    submitted, started = reached.get(Milestone.SUBMITTED), reached.get(Milestone.FULL_SYNC)
    if started is None or (submitted is not None and started < submitted):
        return False
    return all(end is None or end < started for end in (reached.get(Milestone.FINISHED), setup.sync_ended))
