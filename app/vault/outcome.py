"""What came of asking the keyring, as a value, with its sentence for the screen."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class VaultStatus(StrEnum):
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
    DENIED = "denied"
    """The keyring's prompt was cancelled, or answered with a denial."""
    UNTRUSTED = "untrusted"
    """The keyring did not accept a password, or the signature of the program."""
    REFUSED = "refused"
    """The keyring did not do it and reported an error."""
    GONE = "gone"
    """The keyring is no longer there."""
    UNANSWERED = "unanswered"
    """No answer within the time limit; usually a prompt that is still open."""
    DISCARDED = "discarded"
    """The keyring reported success, and holds what it held before."""
    MISMATCH = "mismatch"
    """What was read back is not what was written."""
    INCOMPLETE = "incomplete"
    """A part of the value is missing."""
    ALTERED = "altered"
    """The value is not the one that was stored."""


SENTENCES: Mapping[VaultStatus, str] = MappingProxyType(
    {
        VaultStatus.READY: "The keyring is ready.",
        VaultStatus.STORED: "Kept in the keyring.",
        VaultStatus.MEMORY: "This computer offers no keyring, so the value is held only until the program closes.",
        VaultStatus.READ: "Read from the keyring.",
        VaultStatus.ABSENT: "The keyring does not hold this value. Paste it again.",
        VaultStatus.DELETED: "Removed from the keyring.",
        VaultStatus.LOCKED: "The keyring is locked. Unlock it, then try again.",
        VaultStatus.DENIED: "The prompt of the keyring was cancelled or denied. Try again, and allow it.",
        VaultStatus.UNTRUSTED: "The keyring did not accept the password or the signature of the assistant. Try again; "
        "if the password was right, install the assistant anew.",
        VaultStatus.REFUSED: "The keyring did not accept the request. Open the keyring's own program to see why.",
        VaultStatus.GONE: "The keyring is no longer there. Start it, then try again.",
        VaultStatus.UNANSWERED: "The keyring has not answered. Look for its prompt, answer it, then try again.",
        VaultStatus.DISCARDED: "The keyring reported success, but did not keep the value.",
        VaultStatus.MISMATCH: "The keyring did not give back what was stored in it.",
        VaultStatus.INCOMPLETE: "A part of this value is missing in the keyring. Paste the value again.",
        VaultStatus.ALTERED: "This value was changed in the keyring by something else. Paste it again.",
    }
)

DAMAGED = frozenset({VaultStatus.MISMATCH, VaultStatus.INCOMPLETE, VaultStatus.ALTERED})
"""What is there is of no use, so a new value may take its place."""

LOST = frozenset({VaultStatus.ABSENT, VaultStatus.INCOMPLETE, VaultStatus.ALTERED})
"""The value has to be given again."""

SHUT = frozenset({VaultStatus.LOCKED, VaultStatus.DENIED, VaultStatus.UNANSWERED})
"""Asking for a further value would bring back the prompt that was just dismissed."""

HELD = "The value is held until the program closes."
"""Added where the keyring does not have the value but this run still does."""


class VaultError(Exception):
    """What a keyring did, where its library has no error for it."""

    def __init__(self, status: VaultStatus) -> None:
        super().__init__(status)
        self.status = status


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of one call; a value, if any, never shows in ``repr``."""

    status: VaultStatus
    value: str | None = field(default=None, repr=False)
    held: bool = False
    """Whether this run holds the value in memory because the keyring did not prove that it has it."""

    @property
    def kept(self) -> bool:
        """Whether the value put is safe for now: in the keyring or, failing that, in this run's memory."""
        return self.status is VaultStatus.STORED or self.held

    @property
    def sentence(self) -> str:
        """One or two sentences for the screen, resolved when shown."""
        if self.held and self.status not in (VaultStatus.MEMORY, VaultStatus.READ):
            return f"{SENTENCES[self.status]} {HELD}"
        return SENTENCES[self.status]


@dataclass(frozen=True, slots=True)
class Holdings:
    """What the keyring holds of ours, as far as it can be seen without a prompt."""

    status: VaultStatus
    """READ, or why it cannot be told."""
    keys: frozenset[tuple[str, str]] = frozenset()
    """Setup id and value name, which is empty where only that there is something can be seen."""

    def names(self, setup_id: str) -> frozenset[str]:
        """The values of that setup."""
        return frozenset(name for owner, name in self.keys if owner == setup_id)


@dataclass(frozen=True, slots=True)
class Ready:
    """What looking for a keyring found."""

    status: VaultStatus
    """READY, MEMORY or UNANSWERED."""
    name: str
    """The keyring's name for the screen."""

    @property
    def usable(self) -> bool:
        """Whether secrets outlive this run."""
        return self.status is VaultStatus.READY

    @property
    def sentence(self) -> str:
        """One sentence for the screen."""
        return SENTENCES[self.status]
