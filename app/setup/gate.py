"""Decides whether Full Sync may be started: locked with a reason, or open with the timestamp that unlocked it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.guide.vocabulary import Milestone
from app.setup.journey import CLOCK_SKEW, Block, answer_block, unseen
from app.text.time_reading import LONGEST, readings
from app.text.worded import WordedEnum

if TYPE_CHECKING:
    from datetime import datetime

    from app.guide.model import Guide
    from app.setup.state import Setup


@dataclass(frozen=True, slots=True)
class Locked:
    """Full Sync may not be started yet."""

    block: Block


@dataclass(frozen=True, slots=True)
class Open:
    """Full Sync may be started."""

    timestamp: datetime


def gate(guide: Guide, setup: Setup) -> Locked | Open:
    """Return ``Open`` if a change after Submit has been seen and the answers allow Full Sync."""
    if closed := answer_block(guide, setup):
        return Locked(closed)
    if (reason := unseen(setup)) is not None:
        return Locked(Block(reason))
    assert setup.sighting is not None
    return Open(setup.sighting.at)


class TimestampProblem(WordedEnum):
    """Why a timestamp entered by the admin cannot be the one on the Directories page."""

    EMPTY = "empty", "Enter the time from the SCIM Change Timestamp column."
    """Or too long for a time."""
    AMBIGUOUS = "ambiguous", "This could be two different days. Enter it as 2026-11-24 14:05."
    UNREADABLE = "unreadable", "This isn't recognized as a time. Enter it as 2026-11-24 14:05."
    FUTURE = "future", "This time is in the future. Compare the time zone of CIE with this computer's."
    BEFORE_SUBMIT = "before-submit", "This time is before Submit, so it belongs to another directory or an earlier try."


def read_timestamp(text: str, setup: Setup, now: datetime) -> datetime | TimestampProblem:
    """Return the time that the admin saw on the Directories page, or why it is not accepted.

    A time without a zone is read as this computer's local time. The page's format isn't documented, so several are
    accepted; an ambiguous one such as 03/04/2026 is refused.
    """
    if not text.strip() or len(text) > LONGEST:
        return TimestampProblem.EMPTY
    found = readings(text)
    if len(found) > 1:
        return TimestampProblem.AMBIGUOUS
    return _plausible(next(iter(found)), setup, now) if found else TimestampProblem.UNREADABLE


def _plausible(found: datetime, setup: Setup, now: datetime) -> datetime | TimestampProblem:
    if found > now + CLOCK_SKEW:
        return TimestampProblem.FUTURE
    submitted = setup.reached.get(Milestone.SUBMITTED)
    if submitted is not None and found < submitted - CLOCK_SKEW:
        return TimestampProblem.BEFORE_SUBMIT
    return found
