"""A Full Sync is seen to end by CIE's own last success, whatever the clocks say, in calm looks that can be stopped."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from app.directory_sync.client import ApiFailure, ApiStage, DirectoryList
from app.directory_sync.directories import Directory
from app.directory_sync.full_sync import (
    LATEST,
    REFUSED,
    SOONEST,
    ApiAnswer,
    FullSyncProgress,
    FullSyncSchedule,
    full_sync_state,
    pause,
)
from app.polling.loop import LookReport, PollingLoop
from app.scim.observation import Observation

if TYPE_CHECKING:
    from collections.abc import Sequence

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def listed(after: float | None, users: int | None = 3, ahead: float | None = 0.0, name: str = "acme") -> DirectoryList:
    """A list whose directory has its last success so many seconds after noon."""
    success = NOON + timedelta(seconds=after) if after is not None else None
    return DirectoryList(NOON, (Directory("other"), Directory(name, users=users, last_success=success)), ahead)


@pytest.mark.parametrize(
    ("look", "progress"),
    [
        (listed(40), FullSyncProgress.COMPLETED),
        (listed(-1), FullSyncProgress.COMPLETED),  # whole seconds on both sides
        (listed(-30), FullSyncProgress.JUST_BEFORE),
        (listed(-700), FullSyncProgress.WAITING),
        (listed(None), FullSyncProgress.WAITING),
        (listed(40, users=0), FullSyncProgress.EMPTY),
        (listed(40, users=None), FullSyncProgress.EMPTY),
        # CIE is five minutes ahead: a success at 12:03 there was before the start here.
        (listed(180, ahead=300.0), FullSyncProgress.JUST_BEFORE),
        (listed(310, ahead=300.0), FullSyncProgress.COMPLETED),
        # CIE is five minutes behind.
        (listed(-290, ahead=-300.0), FullSyncProgress.COMPLETED),
        (listed(-310, ahead=-300.0), FullSyncProgress.JUST_BEFORE),
        (listed(40, ahead=None), FullSyncProgress.COMPLETED),
        (listed(40, name="else"), FullSyncProgress.NOT_LISTED),
        (DirectoryList(NOON, (Directory("acme"), Directory("ACME"))), FullSyncProgress.AMBIGUOUS),
    ],
)
def test_how_a_success_stands_towards_the_start(look: DirectoryList, progress: FullSyncProgress) -> None:
    assert full_sync_state(look, "acme", NOON).progress is progress


def test_without_a_start_nothing_is_complete() -> None:
    found = full_sync_state(listed(40), "acme", None)
    assert found.progress is FullSyncProgress.WAITING
    assert found.directory is not None


def test_pauses_are_calm() -> None:
    assert pause(0, 0, None, lambda: 0.0) == SOONEST
    assert pause(1200, 0, None, lambda: 0.0) == 120
    assert pause(0, 2, None, lambda: 0.0) == 240
    assert pause(10**9, 50, None, lambda: 1.0) == pytest.approx(LATEST * 1.1)
    assert pause(0, 0, 4000.0, lambda: 0.5) == 4000
    assert min(pause(w, f, a, lambda: 0.0) for w in (-9, 0, 5) for f in (0, 1) for a in (None, 1.0)) == SOONEST


def refused(observation: Observation, asked: float | None = None) -> ApiFailure:
    return ApiFailure(NOON, ApiStage.API, observation, None, asked)


def follow(looks: Sequence[DirectoryList | ApiFailure]) -> list[LookReport[ApiAnswer]]:
    """Go through these looks, hurried on after each: this is about their order and the pauses that are planned."""
    left, seen = list(looks), list[LookReport[ApiAnswer]]()

    async def ask() -> DirectoryList | ApiFailure:
        return left.pop(0)

    async def story() -> None:
        following = PollingLoop(ask, FullSyncSchedule("acme", NOON), lambda: NOON)

        def take(one: LookReport[ApiAnswer]) -> None:
            seen.append(one)
            following.look_now()

        await asyncio.wait_for(following.run(take), 10)

    asyncio.run(story())
    assert left == []
    return seen


def test_it_looks_until_the_sync_has_ended() -> None:
    down = refused(Observation.SERVER_ERROR, 600.0)
    seen = follow([listed(-700), listed(40, users=0), down, refused(Observation.TIMEOUT), listed(50)])
    gaps = [(one.next_look - NOON).total_seconds() if one.next_look else None for one in seen]
    assert gaps[0] == pytest.approx(63, abs=3.1)
    assert gaps[2] == pytest.approx(600, abs=1)
    assert gaps[3] == pytest.approx(252, abs=12.1)
    assert gaps[4] is None


@pytest.mark.parametrize("observation", sorted(REFUSED))
def test_what_does_not_mend_is_not_asked_again(observation: Observation) -> None:
    assert [one.next_look for one in follow([refused(observation)])] == [None]


def test_it_ends_when_it_is_over_and_when_it_is_cancelled() -> None:
    looks = 0

    async def ask() -> DirectoryList:
        nonlocal looks
        looks += 1
        return listed(-700)

    async def story() -> None:
        over = False
        following = PollingLoop(ask, FullSyncSchedule("acme", NOON), lambda: NOON)
        task = asyncio.create_task(following.run(lambda _: None, lambda: over))
        await asyncio.sleep(0.05)
        assert looks == 1
        over = True
        following.look_now()
        await asyncio.wait_for(task, 2)
        assert looks == 1
        other = asyncio.create_task(PollingLoop(ask, FullSyncSchedule("acme", NOON), lambda: NOON).run(lambda _: None))
        await asyncio.sleep(0.05)
        other.cancel()
        with pytest.raises(asyncio.CancelledError):
            await other

    asyncio.run(story())
