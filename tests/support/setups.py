"""Setups at many points of their way, for what is said of a failure there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from app.guide.vocabulary import Kind, Milestone, Page
from app.setup import journey
from app.setup.state import Setup

if TYPE_CHECKING:
    from app.guide.model import Guide

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)

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
    setup = Setup("0" * 32, guide.id, guide.name, "n", NOW, NOW, answers=answers or {})
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
