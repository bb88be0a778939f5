"""The result of a keyring call as a value, with its sentence for the screen."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class VaultStatus(StrEnum):
    """How a keyring call ended."""

    READY = "ready"
    """A usable keyring was found."""
    STORED = "stored"
    """Written to the keyring, read back and found equal."""
    MEMORY = "memory"
    """No usable keyring: the value is held in memory until the program closes."""
    READ = "read"
    """The value was read."""
    ABSENT = "absent"
    """The keyring has no such value."""
    DELETED = "deleted"
    """The value is gone; the keyring was queried again to confirm it."""
    LOCKED = "locked"
    """The keyring is locked, and its prompt was dismissed or could not be shown."""
    DENIED = "denied"
    """The keyring's prompt was canceled or denied."""
    UNTRUSTED = "untrusted"
    """The keyring rejected a password, or the program's code signature."""
    REFUSED = "refused"
    """The keyring reported an error and did nothing."""
    GONE = "gone"
    """The keyring is no longer there."""
    UNANSWERED = "unanswered"
    """No answer within the time limit, usually because a prompt is still open."""
    DISCARDED = "discarded"
    """The keyring reported success but still holds its previous content."""
    MISMATCH = "mismatch"
    """The value read back differs from the value written."""
    EMPTY = "empty"
    """The keyring has an entry for the value, but nothing in it."""
    INCOMPLETE = "incomplete"
    """A part of the value is missing."""
    ALTERED = "altered"
    """The value differs from the one that was stored."""


SENTENCES: Mapping[VaultStatus, str] = MappingProxyType(
    {
        VaultStatus.READY: "The keyring is ready.",
        VaultStatus.STORED: "Saved in the keyring.",
        VaultStatus.MEMORY: "This computer has no keyring. The value is kept in memory until the program closes.",
        VaultStatus.READ: "Read from the keyring.",
        VaultStatus.ABSENT: "The keyring doesn't have this value. Paste it again.",
        VaultStatus.DELETED: "Removed from the keyring.",
        VaultStatus.LOCKED: "The keyring is locked. Unlock it, then try again.",
        VaultStatus.DENIED: "The keyring's prompt was canceled or denied. Try again and allow access.",
        VaultStatus.UNTRUSTED: "The keyring rejected the password or the assistant's signature. Try again. "
        "If the password was right, reinstall the assistant.",
        VaultStatus.REFUSED: "The keyring rejected the request. Open the keyring's own program to see why.",
        VaultStatus.GONE: "The keyring is no longer running. Start it, then try again.",
        VaultStatus.UNANSWERED: "The keyring hasn't answered. Look for its prompt, answer it, then try again.",
        VaultStatus.DISCARDED: "The keyring reported success but didn't save the value.",
        VaultStatus.MISMATCH: "The keyring returned something other than what was saved in it.",
        VaultStatus.EMPTY: "The keyring has an entry for this value, but it is empty. Paste the value again.",
        VaultStatus.INCOMPLETE: "Part of this value is missing from the keyring. Paste the value again.",
        VaultStatus.ALTERED: "Another program changed this value in the keyring. Paste the value again.",
    }
)

DAMAGED = frozenset({VaultStatus.MISMATCH, VaultStatus.EMPTY, VaultStatus.INCOMPLETE, VaultStatus.ALTERED})
"""The stored content is unusable, so a new value may replace it."""

NEEDS_REENTRY = frozenset({VaultStatus.ABSENT, VaultStatus.INCOMPLETE, VaultStatus.ALTERED})
"""The admin has to enter the value again."""

PROMPTS_AGAIN = frozenset({VaultStatus.LOCKED, VaultStatus.DENIED, VaultStatus.UNANSWERED})
"""Asking for another value would bring back the prompt that was just dismissed."""

HELD = "The value is kept in memory until the program closes."
"""Added to the sentence when the value is in memory but not in the keyring."""


class VaultError(Exception):
    """A keyring failure that its library has no exception for."""

    def __init__(self, status: VaultStatus) -> None:
        super().__init__(status)
        self.status = status


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of one call to the keyring. A value, if there is one, never shows in ``repr``."""

    status: VaultStatus
    value: str | None = field(default=None, repr=False)
    held: bool = False
    """Whether the value is in memory because the keyring has not confirmed that it has it."""

    @property
    def kept(self) -> bool:
        """Whether the value is safe for now: in the keyring, or failing that in memory."""
        return self.status is VaultStatus.STORED or self.held

    @property
    def sentence(self) -> str:
        """One or two sentences for the screen."""
        if self.held and self.status not in (VaultStatus.MEMORY, VaultStatus.READ):
            return f"{SENTENCES[self.status]} {HELD}"
        return SENTENCES[self.status]


@dataclass(frozen=True, slots=True)
class StoredValues:
    """The setup values that the keyring has, as far as they can be listed without a prompt."""

    status: VaultStatus
    """READ, or why they cannot be listed."""
    keys: frozenset[tuple[str, str]] = frozenset()
    """Pairs of setup id and value name. The name is empty if the keyring shows only that a setup has values."""

    def names(self, setup_id: str) -> frozenset[str]:
        """Return the names of that setup's values."""
        return frozenset(name for owner, name in self.keys if owner == setup_id)


@dataclass(frozen=True, slots=True)
class Ready:
    """The result of looking for a keyring."""

    status: VaultStatus
    """READY, MEMORY or UNANSWERED."""
    name: str
    """The keyring's name for the screen."""

    @property
    def usable(self) -> bool:
        """Whether secrets survive the end of the program."""
        return self.status is VaultStatus.READY

    @property
    def sentence(self) -> str:
        """One sentence for the screen."""
        return SENTENCES[self.status]
