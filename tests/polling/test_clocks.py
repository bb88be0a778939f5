"""Waits under clocks that jump and computers that sleep: no look is late, none is early, and few run at a time."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.net import Answer
from app.polling.loop import SLICE, LookReport, PollingLoop
from app.polling.turns import APART, MOST_AT_ONCE, LookTurns
from app.reports.check import main as check
from app.reports.exit_code import Exit
from app.scim.exchange import pause_asked
from app.scim.observation import LONGEST_PAUSE
from app.system import clock
from app.text.times import LATEST, in_utc
from tests.support.virtual_time import Computer

if TYPE_CHECKING:
    from pathlib import Path


@dataclass
class Pauses:
    """A schedule with these pauses, in seconds."""

    left: list[float]
    planned: list[float] = field(default_factory=list)

    def failed(self, _result: None) -> bool:
        return False

    def pause(self, _result: None, _looked: datetime, _failures: int) -> float | None:
        if not self.left:
            return None
        self.planned.append(self.left.pop(0))
        return self.planned[-1]


DAY = 86_400.0
events = st.lists(
    st.tuples(
        st.floats(0.0, 1200.0),  # seconds awake until then
        st.sampled_from(("sleep", "clock")),
        st.floats(-400 * DAY, 400 * DAY) | st.sampled_from((-3600.0, 3600.0, 1.0, -1.0)),
    ),
    max_size=12,
)


@given(pauses=st.lists(st.floats(30.0, 990.0), min_size=1, max_size=8), events=events)
@settings(max_examples=300, deadline=None)
def test_a_look_comes_after_its_pause_whatever_the_clock_does(
    pauses: list[float], events: list[tuple[float, str, float]]
) -> None:
    computer, schedule = Computer(), Pauses(list(pauses))
    looks: list[tuple[float, float]] = []
    due: list[float] = []
    overslept: list[tuple[float, float]] = []
    """When the computer slept, in ``elapsed``: from, until."""

    async def look() -> None:
        looks.append((computer.elapsed(), computer.awake()))

    def take(report: LookReport[None]) -> None:
        if len(due) < len(looks) and report.next_look is not None:
            due.append(computer.elapsed() + schedule.planned[-1])
        if report.next_look is not None:
            left = due[-1] - computer.elapsed()
            assert abs((report.next_look - computer.now()).total_seconds() - max(0.0, left)) < 0.01, "shown truly"

    async def story() -> None:
        async def disturb() -> None:
            for seconds, what, by in events:
                await asyncio.sleep(seconds)
                if what == "sleep":
                    began = computer.elapsed()
                    computer.sleep(abs(by))
                    overslept.append((began, computer.elapsed()))
                elif in_utc(computer.now() + timedelta(seconds=by)) is not None:
                    computer.set_clock(by)

        other = asyncio.create_task(disturb())
        await PollingLoop(look, schedule, computer.now, elapsed=computer.elapsed).run(take)
        other.cancel()

    computer.run(story())
    assert len(looks) == len(pauses) + 1
    for planned, (came, awake) in zip(due, looks[1:], strict=True):
        assert came >= planned - 0.001, "early: a storm"
        asleep = sum(min(planned, until) - began for began, until in overslept if began < planned)
        assert awake - (planned - asleep) <= SLICE + 0.001, "late"


@given(
    took=st.lists(st.floats(0.0, 30.0), min_size=1, max_size=60),
    again=st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_many_waits_begin_spread_and_few_at_a_time(took: list[float], again: bool) -> None:
    """At the start, and when all of them go on at once after a keyring was unlocked or a computer woke up."""
    computer = Computer()
    running, most = 0, 0
    starts: list[float] = []

    def wait(seconds: float, turns: LookTurns) -> PollingLoop[None]:
        async def look() -> None:
            nonlocal running, most
            starts.append(computer.awake())
            running += 1
            most = max(most, running)
            await asyncio.sleep(seconds)
            running -= 1

        return PollingLoop(look, Pauses([900.0] if again else []), computer.now, turns, computer.elapsed)

    async def story() -> None:
        turns = LookTurns()
        waits = [wait(seconds, turns) for seconds in took]
        tasks = [asyncio.create_task(each.run(lambda _: None)) for each in waits]
        if again:
            while len(starts) < len(took) or running:
                await asyncio.sleep(1)
            for each in waits:
                each.look_again()
        await asyncio.gather(*tasks)

    computer.run(story())
    assert len(starts) == len(took) * (2 if again else 1)
    assert most <= MOST_AT_ONCE
    assert all(later - sooner >= APART - 0.001 for sooner, later in itertools.pairwise(starts))


def test_a_press_does_not_queue_behind_others() -> None:
    computer = Computer()

    async def story() -> None:
        turns = LookTurns()
        for _ in range(MOST_AT_ONCE):
            await turns.take()  # by hosts that do not answer
        looked: list[float] = []

        async def look() -> None:
            looked.append(computer.awake())

        pressed = PollingLoop(look, Pauses([]), computer.now, turns, computer.elapsed)
        task = asyncio.create_task(pressed.run(lambda _: None))
        await asyncio.sleep(60)
        assert looked == []
        pressed.look_now()
        await task
        assert len(looked) == 1
        turns.give_back()
        await asyncio.wait_for(turns.take(), 5)
        cancelled = asyncio.create_task(PollingLoop(look, Pauses([]), computer.now, turns).run(lambda _: None))
        await asyncio.sleep(1)
        cancelled.cancel()
        await asyncio.wait([cancelled])
        turns.give_back()
        await asyncio.wait_for(turns.take(), 5)

    computer.run(story())


moments = st.datetimes(datetime(1971, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds


@given(sent=moments, seconds=st.integers(0, 100_000))
def test_a_pause_until_a_date_does_not_depend_on_this_clock(sent: datetime, seconds: int) -> None:
    until = (sent + timedelta(seconds=seconds)).replace(microsecond=0)
    headers = {"date": format_datetime(sent, usegmt=True), "retry-after": format_datetime(until, usegmt=True)}
    asked = pause_asked(Answer(429, "", headers, b"", 0.0, {}, None, proxied=False))
    assert asked is not None
    assert asked == pytest.approx(min(seconds, LONGEST_PAUSE), abs=1)


@given(shown=st.datetimes(timezones=st.just(UTC)))
def test_a_clock_that_is_years_off_is_said(shown: datetime) -> None:
    fits = clock.EARLIEST_NOW <= shown < LATEST - timedelta(days=1)
    assert (clock.problem(shown) is None) is fits


def test_what_the_clock_shows_can_always_be_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    for year in (1970, 2026, 2099, 2100, 2262, 9999, None):

        class Shown(datetime):
            @classmethod
            def now(cls, tz: object = None, year: int | None = year) -> datetime:  # type: ignore[override]
                if year is None:
                    raise ValueError("year 10000 is out of range")
                return datetime(year, 6, 1, tzinfo=UTC)

        monkeypatch.setattr(clock, "datetime", Shown)
        found = clock.now()
        assert in_utc(found) is not None
        assert (clock.problem(found) is None) is (year in (2026, 2099))


@pytest.mark.parametrize("year", [1970, 2099])
def test_the_command_says_it_too(
    year: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = datetime(year, 12, 31, 23, 59, 59, tzinfo=UTC)
    monkeypatch.setattr(clock, "now", lambda: shown)
    assert check(["nobody", "--data-dir", str(tmp_path)]) == Exit.NO_SETUP
    assert clock.problem(shown) in capsys.readouterr().err.splitlines()


def test_the_clock_that_counts_sleep_goes_on() -> None:
    first = clock.elapsed()
    assert 0 <= clock.elapsed() - first < 60
