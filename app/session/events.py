"""What an open setup reports to whoever listens: one event for each kind of change."""

from __future__ import annotations

from enum import StrEnum


class SessionEvent(StrEnum):
    """Something that changed in an open setup. The new state is read from the session."""

    SETUP = "setup"
    """The state of the setup: a step, a value, an answer, a milestone."""
    TEST = "test"
    """Test Connection found something, ended, or its findings no longer count."""
    WAIT = "wait"
    """A wait began, looked, or ended without what it waited for."""
    API = "api"
    """The Directory Sync API was asked, or what it is asked with changed."""
    KEYRING = "keyring"
    """The keyring was found locked, or open again."""
    SAVING = "saving"
    """Something is in memory only, or no longer."""
    TIMESTAMP_SEEN = "timestamp-seen"
    """A wait in the background saw the SCIM Change Timestamp."""
    FULL_SYNC_ENDED = "full-sync-ended"
    """A wait in the background saw CIE report the end of the Full Sync."""
