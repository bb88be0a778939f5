"""Detects the end of a Full Sync: CIE's own last success, compared with when the admin started it."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final, TypeAlias

from app.directory_sync.client import CLOCK_RESOLUTION, ApiFailure, DirectoryList
from app.scim.observation import Observation
from app.text.worded import WordedEnum

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from app.directory_sync.directories import Directory

SOONEST: Final = 60.0
"""Seconds between two looks at least, unless the admin asks."""

LATEST: Final = 900.0
"""Seconds; the longest pause."""

CONFIRMING: Final = timedelta(minutes=10)
"""How long after starting Full Sync an admin may confirm that it was started."""

REFUSED: Final = frozenset(
    {
        Observation.CLIENT_REFUSED,
        Observation.UNAUTHORIZED,
        Observation.FORBIDDEN,
        Observation.NOT_FOUND,
        Observation.NO_SECRET,
        Observation.MALFORMED,
    }
)
"""Failures that looking again cannot fix."""


class FullSyncProgress(WordedEnum):
    """What CIE's last success says about a Full Sync."""

    COMPLETED = (
        "completed",
        "CIE reports a sync completed at {at}. A sync of changes may still be running: compare the counts with "
        "the Directories page before you confirm.",
    )
    """A sync ended after the start, and the directory has users or groups."""
    EMPTY = "empty", "CIE reports a sync completed at {at}, without users and groups so far."
    """Or the directory does not report their number."""
    JUST_BEFORE = (
        "just-before",
        "CIE's last sync ended at {at}, shortly before you confirmed that Full Sync was started. It may be this "
        "one. Compare **Sync Status** on the Directories page.",
    )
    WAITING = "waiting", "CIE does not report the end of this Full Sync yet. {last}"
    """The last success is older, or there was none yet."""
    NOT_LISTED = "not-listed", ""
    """No directory has the Directory Name."""
    AMBIGUOUS = "ambiguous", ""
    """More than one directory has the Directory Name."""


@dataclass(frozen=True, slots=True)
class FullSyncState:
    """The state of the directory at one look."""

    progress: FullSyncProgress
    directory: Directory | None = None

    @property
    def ended(self) -> bool:
        """Whether a sync has ended since the start."""
        return self.progress is FullSyncProgress.COMPLETED


ApiAnswer: TypeAlias = DirectoryList | ApiFailure


def full_sync_state(listed: DirectoryList, name: str, started: datetime | None) -> FullSyncState:
    """The progress of a Full Sync that the admin confirmed at ``started`` (UTC), for the directory of that name.

    The success is in CIE's time, the start in this computer's; the difference that the answer's Date header shows is
    taken into account. CIE also syncs changes on its own, so a success after the start shows that a sync ended, but not
    which one.
    """
    found = listed.named(name)
    if len(found) != 1:
        return FullSyncState(FullSyncProgress.AMBIGUOUS if found else FullSyncProgress.NOT_LISTED)
    (directory,) = found
    if directory.last_success is None or started is None:
        return FullSyncState(FullSyncProgress.WAITING, directory)
    begun = started + timedelta(seconds=(listed.ahead or 0.0) - CLOCK_RESOLUTION)
    if directory.last_success >= begun:
        there = bool(directory.users or directory.groups)
        return FullSyncState(FullSyncProgress.COMPLETED if there else FullSyncProgress.EMPTY, directory)
    near = directory.last_success >= begun - CONFIRMING
    return FullSyncState(FullSyncProgress.JUST_BEFORE if near else FullSyncProgress.WAITING, directory)


def pause(waited: float, failures: int, asked: float | None, chance: Callable[[], float]) -> float:
    """Seconds until the next look: a tenth of the time waited, at least 60, doubled with each failure in a row.

    At most 900, but never less than ``asked`` (Retry-After, RFC 9110 section 10.2.3). ``chance`` returns 0 to 1 and
    adds up to a tenth, so that many assistants do not ask at the same time.
    """
    base = max(SOONEST, waited / 10.0)
    return max(min(LATEST, base * 2.0 ** min(failures, 8)) * (1.0 + 0.1 * chance()), asked or 0.0)


@dataclass(frozen=True, slots=True)
class FullSyncSchedule:
    """Paces the looks for the end of a Full Sync, and stops once it is seen or the API refuses."""

    name: str
    """The Directory Name."""
    started: datetime
    """When the admin said that Full Sync was started, UTC."""

    def failed(self, result: ApiAnswer) -> bool:
        """Whether the look got no list."""
        return isinstance(result, ApiFailure)

    def pause(self, result: ApiAnswer, looked: datetime, failures: int) -> float | None:
        """Seconds until the next look; None if there is nothing left to wait for."""
        if isinstance(result, ApiFailure):
            ended = result.observation in REFUSED
        else:
            ended = full_sync_state(result, self.name, self.started).ended
        if ended:
            return None
        asked = result.retry_after if isinstance(result, ApiFailure) else None
        return pause((looked - self.started).total_seconds(), failures, asked, random.random)
