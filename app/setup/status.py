"""Computes the status of a setup and what it is waiting for, from the guide and the setup. Pure."""

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
    """Return the status of the setup. Only steps visible under its answers count."""
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
    """Return whether the latest Test Connection failed and still counts.

    It no longer counts after a secret was replaced, after Submit, or once the admin skipped the test, which is offered
    only if the failure has nothing to do with the portal.
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
    """Return what the setup is waiting for CIE to do. This is checked in the background, whichever step is open."""
    if _syncs(setup) and asks_api(setup) and directory_name(guide, setup):
        return Wait.FULL_SYNC
    return Wait.TIMESTAMP if journey.waiting_since(setup) is not None and journey.unseen(setup) is not None else None


def asks_api(setup: Setup) -> bool:
    """Return whether everything needed to query the Directory Sync API is there."""
    return setup.api is not None and bool(setup.api.tsg_id) and setup.kept.keys() >= set(API_SECRETS)


def directory_name(guide: Guide, setup: Setup) -> str:
    """Return the Directory Name; empty until it is captured."""
    names = (name for name, spec in guide.values.items() if spec.kind is Kind.DIRECTORY_NAME)
    return next((setup.values.get(name, "") for name in names), "")


def summary(guide: Guide, setup: Setup) -> Summary:
    """Return what a list shows about the setup."""
    found = status(guide, setup)
    place = about(guide, setup)
    number, title = (place.number, place.step.title) if place is not None else (0, "")
    return Summary(found, awaited(guide, setup), number, len(journey.visible(guide, setup)), title)


def about(guide: Guide, setup: Setup) -> Place | None:
    """Return the step that the status refers to; None if all are done."""
    return journey.place(guide, setup, journey.test_step(guide).id) if failing(guide, setup) else _next(guide, setup)


def _next(guide: Guide, setup: Setup) -> Place | None:
    """Return the first step left to do or redo; an optional step only if it was done before."""
    for place in journey.places(guide, setup):
        step = place.step
        if step.id in setup.stale or not (step.optional or step.id in setup.done):
            return place
    return None


def _syncs(setup: Setup) -> bool:
    """Return whether a Full Sync of the last submitted directory has started, and its end isn't confirmed or seen."""
    reached = setup.reached
    submitted, started = reached.get(Milestone.SUBMITTED), reached.get(Milestone.FULL_SYNC)
    if started is None or (submitted is not None and started < submitted):
        return False
    return all(end is None or end < started for end in (reached.get(Milestone.FINISHED), setup.sync_ended))
