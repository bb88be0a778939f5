"""The exit codes that all sub-commands share, so that a script tells them apart by number."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """What an exit code says. No sub-command uses all of them."""

    PASSED = 0
    """Every check passed, the text was recognized, or the export has no finding."""
    FAILED = 1
    """A check failed, nothing was recognized, or the export has findings or is not a list of groups."""
    USAGE = 2
    """The command line or the input is wrong."""
    NO_SETUP = 3
    """There is no such setup, more than one of that name, or its file cannot be read."""
    NO_SECRETS = 4
    """The keyring cannot be reached, is locked, or lacks a secret."""
    FORBIDDEN = 5
    """The computer's policy forbids it, or cannot be read."""
    LIMIT = 6
    """A limit on time or size was reached."""
    NOT_WRITTEN = 7
    """The output could not be written."""
    INTERNAL = 8
    """A bug; its kind and place are on standard error."""
