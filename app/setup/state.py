"""The state of one setup: everything the program saves about it. No secrets."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from app.text.worded import WordedEnum

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from app.values.api_regions import Access

API_SECRETS: Final = ("directory-sync-api.client-id", "directory-sync-api.client-secret")
"""Keyring names of the Directory Sync API's Client ID and Client Secret. A guide's value names contain no dot."""


class Status(WordedEnum):
    """The state of a whole setup. ``app.setup.status`` computes it. The words are a label and a line."""

    IN_PROGRESS = "in-progress", "In progress", "Step {number} of {total}, {title}"
    WAITING = "waiting", "Waiting", "{wait}"
    """CIE has to act next, see ``Wait``."""
    READY = "ready", "Ready", "Ready for Full Sync"
    COMPLETE = "complete", "Complete", "Full Sync is complete"
    REDO = "redo", "Redo needed", "Redo step {number} of {total}, {title}"
    """The next step was done before, but a value it depends on has changed."""
    FAILING = "failing", "Failing", "The last Test Connection failed"
    """With the secrets that are in the keyring now."""


class Wait(WordedEnum):
    """What a setup waits for."""

    TIMESTAMP = "timestamp", "Waiting for the SCIM Change Timestamp"
    FULL_SYNC = "full-sync", "Waiting for Full Sync to finish"
    """As the Directory Sync API reports it."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What a list shows about a setup without reading its guide."""

    status: Status = Status.IN_PROGRESS
    wait: Wait | None = None
    """What is checked in the background, whatever the status is."""
    number: int = 0
    """The number of the step that the status refers to, counting visible steps from 1; 0 if there is none."""
    total: int = 0
    """Number of visible steps."""
    title: str = ""
    """The title of that step."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Numbers of users and groups, as reported by the endpoint, the API or the admin."""

    users: int
    groups: int


@dataclass(frozen=True, slots=True)
class Sighting:
    """An observed SCIM Change Timestamp."""

    at: datetime
    """The timestamp itself, UTC."""
    seen_at: datetime
    """When it was seen, UTC."""
    entered: bool
    """Whether the admin copied it from the Directories page. Otherwise the endpoint reported it."""
    counts: Counts | None = None
    """What the endpoint held at that time, if it reported that."""
    grew: bool = False
    """No time was reported, but there were more users or groups than before; ``at`` is when that was seen."""


@dataclass(frozen=True, slots=True)
class CheckRecord:
    """The result of one check of the connection test, with the values of the enums in ``app.scim``."""

    check: str
    verdict: str
    observation: str
    seconds: float | None = None
    details: Mapping[str, str | int] = field(default_factory=dict)
    """The kept fields of ``app.scim.details``."""


@dataclass(frozen=True, slots=True)
class ControlRecord:
    """How the service answered a made-up token, so that none is sent again for the same secrets."""

    capture: int
    """``Setup.captures`` at that time."""
    verdict: str
    observation: str
    """Values of the enums in ``app.scim``."""


MOST_RUNS: Final = 20
"""Runs of Test Connection to keep; older ones are dropped."""


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

    A *step* is *done* when the admin or the program completed it. A done step is *stale* when a value it depends on
    has changed since; it then has to be redone.
    """

    id: str
    """32 lowercase hexadecimal digits."""
    guide: str
    """The guide's id."""
    client: str
    """The SCIM client's name, for lists, which don't read the guide."""
    name: str
    """The value that names the setup; empty until it is captured. ``app.setup.sentences.setup_name`` returns what is
shown."""
    created: datetime
    changed: datetime
    practice: bool = False
    position: str = ""
    """The id of the open step; empty until the setup is first opened."""
    done: Mapping[str, datetime] = field(default_factory=dict)
    """Step → when it was completed."""
    stale: frozenset[str] = frozenset()
    answers: Mapping[str, str] = field(default_factory=dict)
    """Branch → chosen option."""
    values: Mapping[str, str] = field(default_factory=dict)
    """Captured values that aren't secret."""
    kept: Mapping[str, datetime] = field(default_factory=dict)
    """Secret value → when it was captured. The value itself is only in the keyring."""
    ticked: frozenset[str] = frozenset()
    """Prerequisites and confirmations that the admin selected."""
    reached: Mapping[str, datetime] = field(default_factory=dict)
    """Milestone → when it was reached."""
    received: frozenset[str] = frozenset()
    """Milestones that were reached according to a hand-over file, and not here since."""
    unconfirmed: frozenset[str] = frozenset()
    """Values from a hand-over file that console addresses contain. The admin confirms them at the first Open."""
    sighting: Sighting | None = None
    baseline: Counts | None = None
    """The fewest users and groups that the endpoint held after Submit; None until it was asked."""
    synced: Counts | None = None
    """What the Directories page showed after Full Sync."""
    sync_ended: datetime | None = None
    """When CIE was first seen reporting the end of a Full Sync."""
    api: Access | None = None
    """The address and account of the Directory Sync API; None until the admin enters some of it."""
    captures: int = 0
    """How often a secret was captured, removed or found changed. It tells one pair of values from the next."""
    control: ControlRecord | None = None
    without_control: bool = False
    """The admin switched the made-up token off."""
    runs: tuple[RunRecord, ...] = ()
    """The last runs of Test Connection, newest last."""
    tags: tuple[str, ...] = ()
    """Words by which the admin groups setups, as ``app.values.tags`` reads them. Monitoring shows the first one."""
    summary: Summary = Summary()
    """Computed at the last save."""

    def is_done(self, step_id: str) -> bool:
        """Return whether the step was completed and doesn't have to be redone."""
        return step_id in self.done and step_id not in self.stale

    def with_(self, **changes: object) -> Setup:
        """Return a copy with these fields replaced."""
        return replace(self, **changes)  # type: ignore[arg-type]
