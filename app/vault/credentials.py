"""Reads the secrets that systemd passes to a unit as files in ``$CREDENTIALS_DIRECTORY`` (systemd.exec(5)).

They are read only where the command line says so, and never written. Their names are the id of the setup, a period and
the name of the value, such as ``<id>.base-url`` and ``<id>.token``.
"""

from __future__ import annotations

import asyncio
import os
import stat
from pathlib import Path
from typing import Final

from app.vault.outcome import Outcome, VaultStatus

VARIABLE: Final = "CREDENTIALS_DIRECTORY"
LIMIT_BYTES: Final = 65_536
"""Far above any Base URL or token."""

_FLAGS: Final = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0)

_WORDS: Final = {
    VaultStatus.REFUSED: "The file of its credential can't be read.",
    VaultStatus.INVALID: "Its credential holds something else.",
}


class UnitCredentials:
    """The credentials of the unit that this process runs in."""

    name: Final = "the credentials of this unit"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def get(self, setup_id: str, name: str) -> Outcome:
        """Return READ with the value, ABSENT, INVALID, or REFUSED if its file cannot be read."""
        return await asyncio.to_thread(self._read, f"{setup_id}.{name.replace('_', '-')}")

    @staticmethod
    def words(status: VaultStatus) -> str:
        """Return a sentence that says why there is no value."""
        return _WORDS.get(status, status.words)

    def _read(self, name: str) -> Outcome:
        try:
            # The file may be root's, readable by an access list (systemd 257), so its owner shows nothing.
            with os.fdopen(os.open(self._folder / name, _FLAGS), "rb") as file:
                if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                    return Outcome(VaultStatus.REFUSED)
                content = file.read(LIMIT_BYTES + 1)
        except FileNotFoundError:
            return Outcome(VaultStatus.ABSENT)
        except OSError:
            return Outcome(VaultStatus.REFUSED)
        try:
            value = content.decode()
        except UnicodeDecodeError:
            return Outcome(VaultStatus.INVALID)
        if len(content) > LIMIT_BYTES:
            return Outcome(VaultStatus.INVALID)
        return Outcome(VaultStatus.READ, value.removesuffix("\n"))  # systemd-creds keeps the line break of an editor


def unit_credentials() -> UnitCredentials | None:
    """Return the credentials of this unit; None outside of one that has any."""
    folder = os.environ.get(VARIABLE)
    return UnitCredentials(Path(folder)) if folder else None
