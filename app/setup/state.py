"""The state of one setup: everything the program remembers about it, and nothing secret."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from app.values.api_regions import Access

API_SECRETS: Final = ("directory-sync-api.client-id", "directory-sync-api.client-secret")
"""Client ID and Client Secret of the Directory Sync API in the keyring; the dot keeps them apart from every value of a
guide."""


class Status(StrEnum):
    """The state of a whole setup. ``app.setup.status`` computes it."""

    IN_PROGRESS = "in-progress"
    """Steps are left to do."""
    WAITING = "waiting"
    """CIE has to do something next, see ``Wait``."""
    READY = "ready"
    """Full Sync is the next step and may be started."""
    COMPLETE = "complete"
    """Full Sync was completed."""
    REDO = "redo"
    """The next step was done before; a value it rests on changed."""
    FAILING = "failing"
    """The newest Test Connection failed with the secrets that are in the keyring now."""


class Wait(StrEnum):
    """What a setup waits for."""

    TIMESTAMP = "timestamp"
    """The SCIM Change Timestamp of the directory."""
    FULL_SYNC = "full-sync"
    """The end of the Full Sync, as the Directory Sync API reports it."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What a list shows of a setup without reading its guide."""

    status: Status = Status.IN_PROGRESS
    wait: Wait | None = None
    """What is looked for in the background, whatever the status is."""
    number: int = 0
    """The step that the status is about, counted from 1 over the steps shown; 0 where there is none."""
    total: int = 0
    """Steps shown."""
    title: str = ""
    """The title of that step."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many users and groups somebody reported."""

    users: int
    groups: int


@dataclass(frozen=True, slots=True)
class Sighting:
    """A SCIM Change Timestamp that was seen."""

    at: datetime
    """The timestamp itself, UTC."""
    seen_at: datetime
    """When it was seen, UTC."""
    entered: bool
    """Whether the admin typed it from the Directories page, rather than the endpoint reporting it."""
    counts: Counts | None = None
    """What the endpoint held at that moment, where it said so."""


@dataclass(frozen=True, slots=True)
class CheckRecord:
    """The result of one check of the connection test, with the values of the enums in ``app.scim``."""

    check: str
    verdict: str
    observation: str
    seconds: float | None = None
    details: Mapping[str, str | int] = field(default_factory=dict)
    """The kept fields of ``app.scim.details``."""


MOST_RUNS: Final = 20
"""Runs of Test Connection that are kept; an older one is forgotten."""


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One run of Test Connection."""

    at: datetime
    """When it ended, UTC."""
    checks: tuple[CheckRecord, ...]

    @property
    def failed(self) -> bool:
        """Whether a check failed."""
        return any(check.verdict == "failed" for check in self.checks)


@dataclass(frozen=True, slots=True)
class Setup:
    """One admin connecting one SCIM client to one CIE directory. Times are UTC.

    A *step* is *done* when the admin or the program completed it. A done step is *stale*
    when a value it rested on has changed since; it is then to be redone.
    """

    id: str
    """32 lower-case hexadecimal digits."""
    guide: str
    """The guide's id."""
    client: str
    """The SCIM client's name, for lists that do not read the guide."""
    name: str
    """The value that names it; empty until that is captured. ``app.setup.sentences.setup_name`` is what is shown."""
    created: datetime
    changed: datetime
    practice: bool = False
    position: str = ""
    """The step that is open on the screen; empty before the first look."""
    done: Mapping[str, datetime] = field(default_factory=dict)
    """Step → when it was completed."""
    stale: frozenset[str] = frozenset()
    answers: Mapping[str, str] = field(default_factory=dict)
    """Branch → chosen option."""
    values: Mapping[str, str] = field(default_factory=dict)
    """Captured values that are not secret."""
    kept: Mapping[str, datetime] = field(default_factory=dict)
    """Secret value → when it was captured. The value itself is in the keyring only."""
    ticked: frozenset[str] = frozenset()
    """Prerequisites and confirmations that the admin ticked."""
    reached: Mapping[str, datetime] = field(default_factory=dict)
    """Milestone → when it was reached."""
    sighting: Sighting | None = None
    synced: Counts | None = None
    """What the Directories page showed after Full Sync."""
    sync_ended: datetime | None = None
    """When CIE was seen to report the end of a Full Sync."""
    api: Access | None = None
    """How the Directory Sync API is reached; None while nothing of it was given."""
    runs: tuple[RunRecord, ...] = ()
    """The last runs of Test Connection, the newest at the end."""
    summary: Summary = Summary()
    """As of the last save."""

    def with_(self, **changes: object) -> Setup:
        """A copy with those fields replaced."""
        return replace(self, **changes)  # type: ignore[arg-type]
