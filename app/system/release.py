"""What this copy of the program is: version, where new ones are, and what it takes along, as its build told.

Nothing here asks the network: the program never looks for a new version by itself.
"""

from __future__ import annotations

from dataclasses import dataclass

from app import __version__
from app.system.paths import resources

FOLDER = "release"
"""Below the resources; a build fills it, a checkout has none."""

DOWNLOADS, PARTS = "downloads.txt", "parts.txt"


@dataclass(frozen=True, slots=True)
class Release:
    """One copy of the program."""

    version: str
    downloads: str
    """The address where new versions are; empty where whoever built it named none."""
    parts: str
    """The licences of all that is in it; empty in a checkout, whose libraries are installed on their own."""

    @property
    def newer(self) -> str:
        """Where new versions come from, in one sentence."""
        if self.downloads:
            return "New versions are at this address. The program does not look by itself."
        return "Ask whoever gave you this package whether there is a newer one. The program does not look by itself."


def read() -> Release:
    """Read what the build wrote down. Blocks for a few milliseconds."""
    return Release(__version__, _text(DOWNLOADS), _text(PARTS))


def _text(name: str) -> str:
    file = resources() / FOLDER / name
    return file.read_text(encoding="utf-8").strip() if file.exists() else ""
