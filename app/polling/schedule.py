"""When to look next: often while the first data is due, rarely later, and less often after failures."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.scim.changes import ChangesSeen, LookFailed

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from app.guide.model import Cadence

SOONEST = 30.0
"""Seconds. No look follows the previous one sooner, unless the admin requests it."""
LATEST = 900.0
"""Seconds. The longest pause, so that a change is noticed within 15 minutes."""


UNKNOWN_MINUTES = 30
"""Replaces a duration or an interval that no source states. It decides how often to look and is never shown."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """How long the first data usually takes, in minutes, and what the estimate is based on."""

    shortest: float
    longest: float
    objects: int | None
    """The number of assigned objects behind the estimate; None if only the general range is known."""


def expectation(cadence: Cadence, objects: int | None) -> Expectation:
    """Return the documented range, extended by the documented estimate for that many objects."""
    shortest, longest = cadence.first_minutes or (0.0, UNKNOWN_MINUTES)
    if objects and cadence.per_object_minutes:
        least, most = cadence.per_object_minutes
        return Expectation(max(shortest, least * objects), max(shortest * 2.0, most * objects), objects)
    return Expectation(shortest, longest, None)


def pause(
    cadence: Cadence,
    waited: float,
    failures: int,
    retry_after: float | None,
    random: Callable[[], float],
) -> float:
    """Return the seconds until the next look.

    A fortieth of the client's interval while first data is due, a tenth afterwards; doubled with each failure in a
    row; at least what ``Retry-After`` asks for (RFC 9110 section 10.2.3); spread by ten percent so that many assistants
    do not query at the same time. ``random`` returns 0 to 1.
    """
    interval = (cadence.interval_minutes or UNKNOWN_MINUTES) * 60.0
    longest = cadence.first_minutes[1] if cadence.first_minutes else UNKNOWN_MINUTES
    base = max(SOONEST, interval / (40.0 if waited < longest * 60.0 else 10.0))
    slowed = min(LATEST, base * 2.0 ** min(failures, 8))
    spread = slowed * (0.9 + 0.2 * random())
    return max(spread, retry_after or 0.0)


@dataclass(frozen=True, slots=True)
class TimestampSchedule:
    """Schedules the looks for the SCIM Change Timestamp. Stops once a change is seen."""

    cadence: Cadence
    since: datetime
    """When provisioning was started, UTC."""

    def failed(self, result: ChangesSeen | LookFailed) -> bool:
        """Return whether the look got no answer."""
        return isinstance(result, LookFailed)

    def pause(self, result: ChangesSeen | LookFailed, looked: datetime, failures: int) -> float | None:
        """Return the seconds until the next look; None if there is nothing left to look for."""
        if isinstance(result, ChangesSeen) and result.found:
            return None
        asked = result.retry_after if isinstance(result, LookFailed) else None
        return pause(self.cadence, (looked - self.since).total_seconds(), failures, asked, random.random)
