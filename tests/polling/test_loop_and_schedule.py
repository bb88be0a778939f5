"""The gate stays shut until a change after Submit was seen; the watch never asks too often."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from app.guide import catalog
from app.guide.model import Cadence
from app.guide.vocabulary import Milestone
from app.polling.loop import LookReport, PollingLoop
from app.polling.schedule import LATEST, SOONEST, TimestampSchedule, expectation, pause
from app.scim.changes import Capabilities, ChangesSeen, LookFailed
from app.scim.connection_test import Observation
from app.setup.gate import Locked, Open, TimestampProblem, gate, read_timestamp
from app.setup.state import Sighting
from tests.support.setups import fresh

if TYPE_CHECKING:
    from collections.abc import Iterator

NOT_ASKED = Capabilities()
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
GUIDE = catalog.guide("entra")
CADENCE = Cadence(
    first_minutes=(20, 240),
    interval_minutes=40,
    per_object_minutes=(0.01, 0.08),
    words="Every 40 minutes.",
    meanwhile=("Look.",),
    source="here",
)


def test_locked_until_submit_and_a_later_change() -> None:
    assert isinstance(gate(GUIDE, fresh(GUIDE)), Locked)
    submitted = fresh(GUIDE, reached={Milestone.SUBMITTED: NOW})
    assert isinstance(gate(GUIDE, submitted), Locked)
    old = submitted.with_(sighting=Sighting(NOW - timedelta(hours=1), NOW, entered=False))
    assert isinstance(gate(GUIDE, old), Locked)
    new = submitted.with_(sighting=Sighting(NOW + timedelta(minutes=3), NOW, entered=False))
    assert gate(GUIDE, new) == Open(NOW + timedelta(minutes=3))


def test_an_entered_timestamp_is_read_and_checked() -> None:
    setup = fresh(GUIDE, reached={Milestone.SUBMITTED: NOW - timedelta(hours=1)})
    assert read_timestamp("2026-11-24T11:30:00Z", setup, NOW) == NOW - timedelta(minutes=30)
    assert read_timestamp("2026-11-24 11:30:00 UTC", setup, NOW) == NOW - timedelta(minutes=30)
    for text, problem in (
        ("11/12/2026 10:00", TimestampProblem.AMBIGUOUS),
        ("soon", TimestampProblem.UNREADABLE),
        ("", TimestampProblem.EMPTY),
        ("2027-01-01T00:00:00Z", TimestampProblem.FUTURE),
        ("2020-01-01T00:00:00Z", TimestampProblem.BEFORE_SUBMIT),
        ("9" * 1000, TimestampProblem.EMPTY),
        ("0001-01-01 00:00", TimestampProblem.UNREADABLE),
        ("0001-01-01T00:00:00+1400", TimestampProblem.UNREADABLE),
        ("9999-12-31T23:59:59-1200", TimestampProblem.UNREADABLE),
    ):
        assert read_timestamp(text, setup, NOW) is problem, text


@given(
    waited=st.floats(0, 1e6),
    failures=st.integers(0, 1000),
    retry=st.none() | st.floats(0, 86400),
    dice=st.floats(0, 1),
)
def test_pauses_stay_within_their_limits(waited: float, failures: int, retry: float | None, dice: float) -> None:
    seconds = pause(CADENCE, waited, failures, retry, lambda: dice)
    assert seconds >= SOONEST * 0.9
    assert seconds >= (retry or 0)
    assert seconds <= max(LATEST * 1.1, retry or 0)


def test_the_estimate_grows_with_the_number_of_objects() -> None:
    assert expectation(CADENCE, None).objects is None
    assert expectation(CADENCE, 100_000).longest == 8000
    assert expectation(CADENCE, 10).shortest == 20


def test_the_wait_continues_after_failures_and_ends_with_the_timestamp() -> None:
    answers: Iterator[ChangesSeen | LookFailed] = iter(
        [
            LookFailed(Observation.TIMEOUT, 7.0),
            ChangesSeen(None, 0, 0, 3, NOT_ASKED),
            ChangesSeen(NOW, 3, 1, 3, NOT_ASKED),
        ]
    )
    clock = [NOW]
    reports: list[LookReport[ChangesSeen | LookFailed]] = []

    async def look() -> ChangesSeen | LookFailed:
        return next(answers)

    async def story() -> LookReport[ChangesSeen | LookFailed]:
        watch = PollingLoop(
            look, TimestampSchedule(CADENCE, NOW), lambda: clock[0], elapsed=lambda: (clock[0] - NOW).total_seconds()
        )

        def take(report: LookReport[ChangesSeen | LookFailed]) -> None:
            reports.append(report)
            clock[0] += timedelta(hours=1)  # the laptop slept: the next look comes at once

        async with asyncio.timeout(5):
            return await watch.run(take)

    last = asyncio.run(story())
    assert last.result == ChangesSeen(NOW, 3, 1, 3, NOT_ASKED)
    assert [r.failures for r in reports] == [1, 0, 0]
    assert reports[0].next_look is not None
    assert reports[-1].next_look is None
    assert date(2026, 11, 24) == last.looked.date()
