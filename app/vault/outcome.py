"""What came of asking the keyring, as a value, with its sentence for the screen."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Status(StrEnum):
    """How a call to the keyring ended."""

    READY = "ready"
    """A usable keyring was found."""
    STORED = "stored"
    """Written to the keyring, and read back equal."""
    MEMORY = "memory"
    """There is no usable keyring: held for this run only."""
    READ = "read"
    """The value was read."""
    ABSENT = "absent"
    """The keyring holds no such value."""
    DELETED = "deleted"
    """The keyring was asked afterwards and no longer holds the value."""
    LOCKED = "locked"
    """The keyring is locked, and its prompt was dismissed or could not be shown."""
    REFUSED = "refused"
    """The keyring did not do it: it reported an error, or cannot hold a value of this length."""
    UNANSWERED = "unanswered"
    """No answer within the time limit; usually a prompt that is still open."""
    UNSEARCHABLE = "unsearchable"
    """The keyring offers no look at what it holds."""
    MISMATCH = "mismatch"
    """What was read back is not what was written, or is nothing."""


SENTENCES: Mapping[Status, str] = MappingProxyType(
    {
        Status.READY: "The keyring is ready.",
        Status.STORED: "Kept in the keyring.",
        Status.MEMORY: "This computer offers no keyring, so the value is held only until the program closes.",
        Status.READ: "Read from the keyring.",
        Status.ABSENT: "The keyring does not hold this value. Paste it again.",
        Status.DELETED: "Removed from the keyring.",
        Status.LOCKED: "The keyring is locked. Unlock it, then try again.",
        Status.REFUSED: "The keyring did not accept the request. Open the keyring's own program to see why.",
        Status.UNANSWERED: "The keyring has not answered. Look for its prompt, answer it, then try again.",
        Status.UNSEARCHABLE: "This keyring cannot be searched. Its own program shows what it holds.",
        Status.MISMATCH: "The keyring did not give back what was stored in it.",
    }
)

HELD = "The value is held until the program closes."
"""Added where the keyring does not have the value but this run still does."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of one call; a value, if any, never shows in ``repr``."""

    status: Status
    value: str | None = field(default=None, repr=False)
    held: bool = False
    """Whether this run holds the value in memory because the keyring did not prove that it has it."""

    @property
    def kept(self) -> bool:
        """Whether the value put is safe for now: in the keyring or, failing that, in this run's memory."""
        return self.status is Status.STORED or self.held

    @property
    def sentence(self) -> str:
        """One or two sentences for the screen, resolved when shown."""
        if self.held and self.status in (Status.LOCKED, Status.REFUSED, Status.UNANSWERED, Status.MISMATCH):
            return f"{SENTENCES[self.status]} {HELD}"
        return SENTENCES[self.status]


@dataclass(frozen=True, slots=True)
class Holdings:
    """What the keyring holds of ours, as far as it can be seen without a prompt."""

    status: Status
    """READ, or why it cannot be told."""
    keys: frozenset[tuple[str, str]] = frozenset()
    """Setup id and value name."""

    def names(self, setup_id: str) -> frozenset[str]:
        """The values of that setup."""
        return frozenset(name for owner, name in self.keys if owner == setup_id)


@dataclass(frozen=True, slots=True)
class Ready:
    """What looking for a keyring found."""

    status: Status
    """READY, MEMORY or UNANSWERED."""
    name: str
    """The keyring's name for the screen."""

    @property
    def usable(self) -> bool:
        """Whether secrets outlive this run."""
        return self.status is Status.READY

    @property
    def sentence(self) -> str:
        """One sentence for the screen."""
        return SENTENCES[self.status]
