"""The status of a setup under every combination of answers, and the same in its file."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from app.guide import catalog
from app.guide.vocabulary import Kind, Milestone, Page
from app.scim.finding import Verdict
from app.setup import journey
from app.setup.document import decode, encode
from app.setup.gate import Open, gate
from app.setup.hand_over import ReceivedSetup, unpack
from app.setup.state import API_SECRETS, CheckRecord, RunRecord, Setup, Sighting, Status, Summary, Wait
from app.setup.status import awaited, status, summary
from app.values.api_regions import Access
from tests.support.clock import NOW
from tests.support.setups import advance, complete, every_answer, fresh, redo, satisfy, to_the_watch

if TYPE_CHECKING:
    from app.guide.model import Guide

GUIDES = [pytest.param(guide, id=guide.id) for guide in catalog.guides()]
LATER = NOW + timedelta(hours=1)
FORMAT_1 = Path(__file__).parent / "format_1"
"""Files that the last version with format 1 wrote."""


def entra() -> Guide:
    return catalog.guide("entra")


def after_test(setup: Setup, verdict: Verdict, minutes: float = 0) -> Setup:
    """A setup after Test Connection with that result."""
    check = CheckRecord("token", verdict.value, "unauthorized")
    return setup.with_(runs=(*setup.runs, RunRecord(LATER + timedelta(minutes=minutes), (check,))))


@pytest.mark.parametrize("guide", GUIDES)
def test_the_way_through_every_guide_under_every_answer(guide: Guide) -> None:
    for answers in every_answer(guide):
        setup = to_the_watch(guide, fresh(guide, answers=answers))
        closed = journey.answer_block(guide, setup) is not None
        assert status(guide, setup) is Status.WAITING
        assert awaited(guide, setup) is Wait.TIMESTAMP
        setup = journey.record_sighting(setup, Sighting(NOW, NOW, entered=True))
        assert awaited(guide, setup) is None
        assert status(guide, setup) is (Status.IN_PROGRESS if closed else Status.READY)
        assert isinstance(gate(guide, setup), Open) is not closed
        if closed:
            continue
        setup = complete(guide, setup, journey.position(guide, setup))
        assert status(guide, setup) is Status.READY
        setup = advance(guide, setup, Milestone.FULL_SYNC)
        assert status(guide, setup) is Status.IN_PROGRESS
        setup = advance(guide, setup, Milestone.FINISHED)
        assert status(guide, setup) is Status.COMPLETE
        assert status(guide, after_test(setup, Verdict.FAILED)) is Status.FAILING
        assert status(guide, after_test(after_test(setup, Verdict.FAILED), Verdict.PASSED, 1)) is Status.COMPLETE


@pytest.mark.parametrize("guide", GUIDES)
def test_a_stale_step_counts_only_while_it_is_shown(guide: Guide) -> None:
    for answers in every_answer(guide):
        setup = fresh(guide, answers=answers)
        if journey.answer_block(guide, setup) is None:
            done = advance(guide, setup, Milestone.FINISHED)
            shown = {step.id for _, step in journey.visible(guide, done)}
            hidden = frozenset(step.id for step in guide.steps) - shown
            assert status(guide, done.with_(stale=hidden)) is Status.COMPLETE
            assert summary(guide, done.with_(stale=hidden)) == summary(guide, done)
            for step in shown:
                again = status(guide, done.with_(stale=hidden | {step}))
                assert again in (Status.REDO, Status.READY)


def test_a_token_replaced_under_another_answer_leaves_a_complete_setup_complete() -> None:
    guide = entra()
    setup = advance(guide, fresh(guide), Milestone.FINISHED)
    setup = redo(guide, journey.answer(setup, "screens", "classic"))
    replaced = journey.record_secret(guide, setup, "token", LATER, replaced=True)
    assert status(guide, replaced) is Status.REDO
    setup = redo(guide, replaced)
    assert setup.stale == {"paste-credentials"}, "what the answer hides is remembered"
    assert status(guide, setup) is Status.COMPLETE
    assert summary(guide, setup).status is Status.COMPLETE
    assert status(guide, journey.answer(setup, "screens", "new")) is Status.REDO


def test_nothing_is_waited_for_between_submit_and_start() -> None:
    guide = entra()
    setup = advance(guide, fresh(guide), Milestone.SUBMITTED)
    assert awaited(guide, setup) is None
    watch = next(step.id for step in guide.steps if step.page is Page.WATCH)
    assert awaited(guide, journey.open_step(setup, watch)) is None
    started = advance(guide, setup, Milestone.STARTED, LATER)
    assert awaited(guide, started) is Wait.TIMESTAMP
    assert status(guide, started) is Status.IN_PROGRESS, "steps come before the wait; it runs beside them"
    assert journey.waiting_since(started) == LATER


def test_a_directory_submitted_again_waits_from_then_on() -> None:
    guide = entra()
    setup = advance(guide, fresh(guide), Milestone.FINISHED)
    again = setup.with_(reached={**setup.reached, Milestone.SUBMITTED: LATER})
    assert awaited(guide, again) is Wait.TIMESTAMP, "the timestamp is older than Submit"
    again = journey.forget_sighting(guide, again)
    assert (status(guide, again), awaited(guide, again)) == (Status.WAITING, Wait.TIMESTAMP)
    assert journey.waiting_since(again) == LATER
    seen = journey.record_sighting(again, Sighting(LATER, LATER, entered=False))
    assert status(guide, seen) is Status.READY, "and not only to be redone"


def test_an_optional_step_left_out_holds_nothing_up() -> None:
    guide = entra()
    setup = to_the_watch(guide, fresh(guide))
    optional = next(step.id for _, step in journey.visible(guide, setup) if step.optional)
    done = {step: at for step, at in setup.done.items() if step != optional}
    assert status(guide, setup.with_(done=done)) is Status.WAITING
    assert status(guide, setup.with_(stale=frozenset({optional}))) is Status.REDO


# -- a failed test -----------------------------------------------------------------------


def test_a_failed_test_counts_until_it_passed_or_what_it_used_changed() -> None:
    guide = entra()
    setup = after_test(to_the_watch(guide, fresh(guide)), Verdict.FAILED)
    assert status(guide, setup) is Status.FAILING
    assert awaited(guide, setup) is Wait.TIMESTAMP, "the wait continues"
    assert summary(guide, setup).title == journey.test_step(guide).title
    after = LATER + timedelta(minutes=1)
    replaced = journey.record_secret(guide, setup, "token", after, replaced=True)
    assert status(guide, replaced) is Status.REDO
    assert status(guide, journey.forget_secret(setup, "token")) is Status.WAITING
    resubmitted = setup.with_(reached={**setup.reached, Milestone.SUBMITTED: after})
    assert status(guide, resubmitted) is Status.WAITING
    assert status(guide, after_test(setup, Verdict.WARNED, 1)) is Status.WAITING


def test_a_test_that_the_admin_went_on_without_is_no_failure_until_it_fails_again() -> None:
    guide = entra()
    test = journey.test_step(guide).id
    setup = advance(guide, fresh(guide), Milestone.SUBMITTED)
    while journey.position(guide, setup) != test:
        setup = complete(guide, setup, journey.position(guide, setup))
    setup = journey.skip(guide, after_test(setup, Verdict.FAILED), test, LATER)
    assert status(guide, setup) is Status.IN_PROGRESS
    done = advance(guide, setup, Milestone.FINISHED)
    assert status(guide, done) is Status.COMPLETE
    assert status(guide, after_test(done, Verdict.FAILED, 1)) is Status.FAILING


# -- a Full Sync -------------------------------------------------------------------------


def syncing(guide: Guide) -> Setup:
    """A setup after the start of Full Sync, with the Directory Sync API on."""
    setup = advance(guide, fresh(guide), Milestone.FULL_SYNC)
    return setup.with_(api=Access("1234567890"), kept={**setup.kept, **dict.fromkeys(API_SECRETS, NOW)})


def test_the_end_of_a_full_sync_is_waited_for_where_the_api_can_tell_of_it() -> None:
    guide = entra()
    setup = syncing(guide)
    assert (status(guide, setup), awaited(guide, setup)) == (Status.WAITING, Wait.FULL_SYNC)
    names = {name for name, spec in guide.values.items() if spec.kind is Kind.DIRECTORY_NAME}
    unnamed = {name: value for name, value in setup.values.items() if name not in names}
    for lacking in (
        setup.with_(api=None),
        setup.with_(api=Access("")),
        *(journey.forget_secret(setup, name) for name in API_SECRETS),
        setup.with_(values=unnamed),
    ):
        assert (status(guide, lacking), awaited(guide, lacking)) == (Status.IN_PROGRESS, None)


def test_an_end_that_was_seen_or_confirmed_is_not_waited_for_until_the_next_full_sync() -> None:
    guide = entra()
    setup = syncing(guide)
    seen = setup.with_(sync_ended=NOW)
    confirmed = advance(guide, setup, Milestone.FINISHED)
    for ended in (seen, confirmed):
        assert awaited(guide, ended) is None
        anew = journey.forget_sighting(guide, ended)
        anew = journey.record_sighting(anew, Sighting(LATER, LATER, entered=False))
        for milestone in (Milestone.TIMESTAMP, Milestone.FULL_SYNC):
            step = next(step.id for step in guide.steps if step.marks is milestone)
            anew = journey.complete(guide, satisfy(guide, anew, step), step, LATER)
        assert awaited(guide, anew) is Wait.FULL_SYNC


# -- in files ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("in_progress", Summary(Status.IN_PROGRESS, None, 4, 28, "Add the SCIM Connector app")),
        ("waiting", Summary(Status.WAITING, Wait.TIMESTAMP, 26, 28, "Wait for the SCIM Change Timestamp")),
        ("complete", Summary(Status.COMPLETE, None, 0, 28)),
        ("hidden_step_stale", Summary(Status.COMPLETE, None, 0, 28)),
    ],
)
def test_a_file_of_format_1_is_migrated(name: str, expected: Summary) -> None:
    setup = decode((FORMAT_1 / f"{name}.json").read_bytes())
    total = len(journey.visible(entra(), setup))
    assert setup.summary.status is expected.status
    assert setup.summary.wait is expected.wait
    assert setup.summary.total == total
    if expected.number:
        assert setup.summary.number == expected.number
    assert decode(encode(setup)) == setup


def test_a_hand_over_file_of_format_1_opens() -> None:
    received = unpack((FORMAT_1 / "hand_over.ciescim").read_bytes(), catalog.guides())
    assert isinstance(received, ReceivedSetup)
    assert received.setup.summary.status is Status.IN_PROGRESS
    assert received.setup.summary == summary(entra(), received.setup)


def test_a_file_of_format_1_whose_guide_is_gone_still_opens() -> None:
    content = (FORMAT_1 / "waiting.json").read_bytes().replace(b'"guide":"entra"', b'"guide":"gone"')
    content = content.replace(b'"guide": "entra"', b'"guide": "gone"')
    assert decode(content).summary == Summary()
