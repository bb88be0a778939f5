"""The state of the practice server: directories, portal applications and resources. Nothing in it is secret."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from app.guide.vocabulary import Kind
from app.setup.journey import FULL_SYNC_PAUSE
from app.system import files
from app.values.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LIMIT_BYTES = 16_000_000
"""Bytes. Far larger than practice ever writes; a larger file is not one of ours."""

TSG_ID = "1102345678"
"""The tenant service group of the practice CIE."""


class Method(StrEnum):
    """The Authorization Method of a directory."""

    STATIC = "Static Bearer Token"
    """One generated token."""
    OIDC = "OIDC Token"
    """Tokens fetched by a service account."""


def account_name(number: int) -> str:
    """Return the name of a service account of the practice CIE."""
    return f"scim-practice-{number}@{TSG_ID}.iam.panserviceaccount"


class SyncStatus(StrEnum):
    """The Sync Status column of the Directories page."""

    NONE = "-"
    """No full sync has been started yet."""
    RUNNING = "In Progress"
    """A full sync is running."""
    SUCCESS = "Success"
    """The last full sync succeeded."""


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PracticeDirectory(_Record):
    """One directory of the practice CIE; a draft until it is submitted."""

    key: str
    """Identifies the directory in addresses of the console; not secret."""
    scim_client: str
    directory_id: str = ""
    directory_name: str = ""
    generation: int = 0
    """How many tokens were generated; only the latest is accepted."""
    method: Method = Method.STATIC
    service_account: str = ""
    submitted: bool = False
    acknowledged: bool = False
    change_timestamp: AwareDatetime | None = None
    """When the endpoint last received a change."""
    sync_started: AwareDatetime | None = None
    sync_completed: AwareDatetime | None = None
    last_success: AwareDatetime | None = None
    """When the last successful full sync ended; unchanged until the next one has ended too."""
    users: int | None = None
    """The number of users found by the last full sync."""
    groups: int | None = None
    resources: tuple[dict[str, Any], ...] = ()

    @property
    def status(self) -> SyncStatus:
        """What the Sync Status column shows."""
        if self.sync_started is None:
            return SyncStatus.NONE
        return SyncStatus.RUNNING if self.sync_completed is None else SyncStatus.SUCCESS


class PracticeApplication(_Record):
    """The provisioning application in the practice portal."""

    name: str
    lookalike: bool = False
    live: bool = True
    """False in a preview mode that sends nothing."""
    configured: bool = False
    matched_key: str = ""
    """The directory whose Base URL and token were saved, so that both can be derived again after a restart."""
    matched_generation: int = 0
    assigned: tuple[str, ...] = ()
    """Keys of the assigned users and groups."""
    started: AwareDatetime | None = None
    completed: AwareDatetime | None = None
    steady: AwareDatetime | None = None
    users: int = 0
    groups: int = 0
    fault: str = ""
    """Why the last cycle stopped."""

    @property
    def running(self) -> bool:
        """Whether a provisioning cycle is running."""
        return self.started is not None and self.completed is None and not self.fault


class _State(_Record):
    version: int = 1
    port: int | None = None
    directories: tuple[PracticeDirectory, ...] = ()
    service_accounts: int = 0
    applications: dict[str, PracticeApplication] = {}


def field_errors(directory_id: str, directory_name: str) -> tuple[str, ...]:
    """Return what is wrong with the two fields, by the rules of the CIE page."""
    given = {Kind.DIRECTORY_ID: directory_id, Kind.DIRECTORY_NAME: directory_name}
    return tuple(RULES[kind].sentence for kind, text in given.items() if not RULES[kind].form.fullmatch(text))


def sync_refusal(directory: PracticeDirectory, now: datetime) -> str | None:
    """Return why Full Sync cannot be started now; None if it can."""
    if not directory.submitted:
        return "Submit this directory first."
    if directory.status is SyncStatus.RUNNING:
        return "Sync in progress"
    if directory.sync_completed is not None:
        left = FULL_SYNC_PAUSE - (now - directory.sync_completed).total_seconds()
        if left > 0:
            return f"You can start Full Sync again in {int(left) + 1} seconds."
    return None


class ServerState:
    """The server's state, written to one file after every change."""

    def __init__(self, folder: Path, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._path = folder / "practice.json"
        self.now = clock
        state = _read(self._path)
        self.port = state.port
        self.service_accounts = state.service_accounts
        self._directories = {directory.key: directory for directory in state.directories}
        self._applications = dict(state.applications)

    @property
    def directories(self) -> tuple[PracticeDirectory, ...]:
        """All directories, including drafts, oldest first."""
        return tuple(self._directories.values())

    @property
    def accounts(self) -> dict[str, int]:
        """The service accounts: name → number."""
        return {account_name(number): number for number in range(1, self.service_accounts + 1)}

    def directory(self, key: str) -> PracticeDirectory | None:
        """Return the directory with that key."""
        return self._directories.get(key)

    def add(self, scim_client: str) -> PracticeDirectory:
        """Create a draft directory. Drafts without a token are dropped, because nothing depends on them."""
        self._directories = {k: d for k, d in self._directories.items() if d.submitted or d.generation}
        number = 1 + max((int(key) for key in self._directories), default=0)
        directory = PracticeDirectory(key=str(number), scim_client=scim_client)
        self._directories[directory.key] = directory
        self.save()
        return directory

    def change(self, key: str, **changes: object) -> PracticeDirectory:
        """Change a directory and save it."""
        directory = self._directories[key].model_copy(update=changes)
        self._directories[key] = directory
        self.save()
        return directory

    def application(self, guide: str) -> PracticeApplication | None:
        """Return the application in that guide's portal."""
        return self._applications.get(guide)

    def set_application(self, guide: str, application: PracticeApplication | None) -> None:
        """Add an application to that guide's portal, or remove it."""
        self._applications.pop(guide, None)
        if application is not None:
            self._applications[guide] = application
        self.save()

    def change_application(self, guide: str, **changes: object) -> PracticeApplication:
        """Change the application and save it. Raises KeyError if there is none."""
        changed = self._applications[guide].model_copy(update=changes)
        self.set_application(guide, changed)
        return changed

    def save(self) -> None:
        """Replace the file atomically, readable by its owner only."""
        state = _State(
            port=self.port,
            directories=self.directories,
            service_accounts=self.service_accounts,
            applications=self._applications,
        )
        # If the disk is full or gone, the consoles continue in memory; the assistant, on the same disk, reports it.
        with suppress(OSError):
            files.make_private_folder(self._path.parent)
            files.replace_atomically(self._path, state.model_dump_json().encode(), None)


def _read(path: Path) -> _State:
    try:
        if path.parent.is_symlink():
            return _State()
        return _State.model_validate(json.loads(files.read_private(path, LIMIT_BYTES)))
    except FileNotFoundError:
        return _State()
    except (ValidationError, ValueError, OSError):
        # Starting matters more than practice data, so an unreadable file is set aside.
        with suppress(OSError):
            path.replace(path.with_suffix(".unreadable"))
        return _State()
