"""The result of a keyring call as a value, with its sentence for the screen."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.text.worded import WordedEnum


class VaultStatus(WordedEnum):
    """How a keyring call ended."""

    READY = "ready", "The keyring is ready."
    STORED = "stored", "Saved in the keyring."
    """And read back and found equal."""
    MEMORY = "memory", "This computer has no keyring. The value is kept in memory until the program closes."
    READ = "read", "Read from the keyring."
    ABSENT = "absent", "The keyring doesn't have this value. Paste it again."
    DELETED = "deleted", "Removed from the keyring."
    """The keyring was queried again to confirm it."""
    LOCKED = "locked", "The keyring is locked. Unlock it, then try again."
    """And its prompt was dismissed or could not be shown."""
    DENIED = "denied", "The keyring's prompt was canceled or denied. Try again and allow access."
    UNTRUSTED = (
        "untrusted",
        "The keyring rejected the password or the assistant's signature. Try again. If the password was right, "
        "reinstall the assistant.",
    )
    REFUSED = "refused", "The keyring rejected the request. Open the keyring's own program to see why."
    GONE = "gone", "The keyring is no longer running. Start it, then try again."
    UNANSWERED = "unanswered", "The keyring hasn't answered. Look for its prompt, answer it, then try again."
    """No answer within the time limit, usually because a prompt is still open."""
    DISCARDED = "discarded", "The keyring reported success but didn't save the value."
    """It still holds its previous content."""
    MISMATCH = "mismatch", "The keyring returned something other than what was saved in it."
    EMPTY = "empty", "The keyring has an entry for this value, but it is empty. Paste the value again."
    INCOMPLETE = "incomplete", "Part of this value is missing from the keyring. Paste the value again."
    ALTERED = "altered", "Another program changed this value in the keyring. Paste the value again."
    INVALID = "invalid", "The keyring has something else in the place of this value. Paste the value again."
    """It does not pass the rules of a captured one, so another program or an earlier version stored it."""


DAMAGED = frozenset({VaultStatus.MISMATCH, VaultStatus.EMPTY, VaultStatus.INCOMPLETE, VaultStatus.ALTERED})
"""The stored content is unusable, so a new value may replace it."""

NEEDS_REENTRY = frozenset({VaultStatus.ABSENT, VaultStatus.INCOMPLETE, VaultStatus.ALTERED, VaultStatus.INVALID})
"""The admin has to enter the value again."""

CLOSED = {
    VaultStatus.LOCKED: "is locked",
    VaultStatus.DENIED: "denied access",
    VaultStatus.UNANSWERED: "doesn't answer",
}
"""Asking for another value would bring back the prompt that was just dismissed. With what to say after its name."""

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
            return f"{self.status.words} {HELD}"
        return self.status.words


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
        return self.status.words
