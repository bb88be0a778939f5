"""Setups at any point of their way: new, advanced step by step with what each step requires, or in a named state."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import TYPE_CHECKING

from app.guide.vocabulary import Kind, Milestone, Page
from app.setup import journey
from app.setup.state import Setup, Sighting
from app.values.rules import read
from tests.support.clock import NOW

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from app.guide.model import Guide

SAMPLES = {
    Kind.GUID: "7c1e3a52-9b1f-4c77-8d2a-0e5b6f3d9a10",
    Kind.DOMAIN: "contoso.com",
    Kind.TENANT_HOST: "contoso.okta.com",
    Kind.SYSTEM_ID: "LDAP-C0FFEE",
    Kind.DIRECTORY_USER: "ping@contoso.com",
    Kind.DIRECTORY_ID: "contoso-1",
    Kind.DIRECTORY_NAME: "contoso.com",
    Kind.SERVICE_ACCOUNT: "scim@1234567890.iam.panserviceaccount",
    Kind.COUNT: "12",
    Kind.TEXT: "text",
    Kind.LABEL: "Token",
}
"""A plain value of each kind."""


def fresh(guide: Guide, **changes: object) -> Setup:
    """A new setup."""
    setup = Setup(id="0" * 32, guide=guide.id, client=guide.name, name="new", created=NOW, changed=NOW)
    return journey.begin(guide, setup).with_(**changes)


def every_answer(guide: Guide) -> Iterator[dict[str, str]]:
    """Return every possible combination of answers."""
    choices = [[(b.id, option.id) for option in b.options if option.unavailable is None] for b in guide.branches]
    return (dict(combination) for combination in itertools.product(*choices))


def satisfy(guide: Guide, setup: Setup, step_id: str, now: datetime = NOW) -> Setup:
    """Enter what a step requires."""
    step = guide.step(step_id)
    for name in (*step.captures, *journey.unchosen(guide, setup, step)):
        spec = guide.values[name]
        if spec.secret:
            setup = journey.record_secret(guide, setup, name, now, replaced=False)
        elif name not in setup.values:
            value = read(spec.kind, SAMPLES[spec.kind]).value
            assert value is not None, spec.kind
            setup = journey.capture(guide, setup, name, value, now)
    if step.page is Page.CHECKLIST:
        for need in guide.prerequisites:
            setup = journey.tick(setup, need.id, on=True)
    if step.confirm:
        setup = journey.tick(setup, step_id, on=True)
    if step.page is Page.WATCH and setup.sighting is None:
        setup = journey.record_sighting(setup, Sighting(now, now, entered=False))
    return setup


def complete(guide: Guide, setup: Setup, step_id: str, now: datetime = NOW) -> Setup:
    """Enter what the step requires and complete it."""
    setup = satisfy(guide, setup, step_id, now)
    assert journey.block(guide, setup, step_id) is None, step_id
    return journey.complete(guide, setup, step_id, now)


def advance(guide: Guide, setup: Setup, until: Milestone, now: datetime = NOW) -> Setup:
    """Complete steps from the open one until that milestone is reached."""
    for _ in guide.steps:
        step_id = journey.position(guide, setup)
        setup = complete(guide, setup, step_id, now)
        if guide.step(step_id).marks is until:
            break
    return setup


def to_the_watch(guide: Guide, setup: Setup, now: datetime = NOW) -> Setup:
    """Complete everything before the wait for the SCIM Change Timestamp."""
    for _ in guide.steps:
        step_id = journey.position(guide, setup)
        if guide.step(step_id).page is Page.WATCH:
            break
        setup = complete(guide, setup, step_id, now)
    return setup


def redo(guide: Guide, setup: Setup, now: datetime = NOW) -> Setup:
    """Complete every visible step that is not done or is stale."""
    for _ in guide.steps:
        if (step_id := journey.frontier(guide, setup)) is None:
            break
        setup = complete(guide, setup, step_id, now)
    return setup


STATES = (
    "fresh",
    "submitted",
    "tested",
    "token-newer",
    "url-newer",
    "token-after-submit",
    "token-again",
    "url-after-submit",
    "resubmit",
)


def a_setup(guide: Guide, state: str = "submitted", answers: dict[str, str] | None = None) -> Setup:
    """A setup in which every step up to the start of provisioning is done, a minute each.

    ``fresh``: none is. ``submitted``: all but Test Connection. ``tested``: that too. The others as submitted;
    ``token-newer`` and ``url-newer``: that value was stored again in the end. ``token-after-submit`` and
    ``url-after-submit``: stored only after Submit. ``token-again``: twice before Submit. ``resubmit``: a value that
    Submit rests on changed.
    """
    setup = fresh(guide, answers=answers or {})
    if state == "fresh":
        return setup
    done, kept, reached = {}, {}, {}
    at = NOW
    for _, step in journey.visible(guide, setup):
        at += timedelta(minutes=1)
        kept.update({name: at for name in step.captures if guide.values[name].secret})
        if step.page is not Page.TEST or state == "tested":
            done[step.id] = at
        if step.marks is not None:
            reached[step.marks.value] = at
        if step.marks is Milestone.STARTED:
            break
    submit = next(step.id for step in guide.steps if step.marks is Milestone.SUBMITTED)
    if state == "resubmit":
        return setup.with_(done=done, kept=kept, reached=reached, stale=frozenset({submit}))
    again = {
        "token-newer": (Kind.TOKEN, at + timedelta(hours=1)),
        "url-newer": (Kind.BASE_URL, at + timedelta(hours=1)),
        "token-after-submit": (Kind.TOKEN, done[submit] + timedelta(seconds=1)),
        "url-after-submit": (Kind.BASE_URL, done[submit] + timedelta(seconds=1)),
        "token-again": (Kind.TOKEN, done[submit] - timedelta(seconds=1)),
    }
    kind, moment = again.get(state, (None, at))
    kept.update({name: moment for name in kept if guide.values[name].kind is kind})
    return setup.with_(done=done, kept=kept, reached=reached)


def filled_steps(guide: Guide) -> Iterator[tuple[Setup, str]]:
    """Return each step with a field or a value that can be replaced, once, in a setup that has all it needs."""
    seen: set[str] = set()
    for answers in every_answer(guide):
        setup = fresh(guide, answers=answers)
        for _, step in journey.visible(guide, setup):
            own = [carry.value for carry in step.carries if guide.values[carry.value].own]
            if (step.captures or own) and step.id not in seen:
                seen.add(step.id)
                before = setup
                for _, each in journey.visible(guide, setup):
                    before = satisfy(guide, before, each.id)
                    if each.id == step.id:
                        break
                    before = journey.complete(guide, journey.open_step(before, each.id), each.id, before.created)
                yield before, step.id
