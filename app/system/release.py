"""Describes this copy of the program as its build recorded it: version, download address and included software.

Nothing here uses the network: the program never checks for a new version.
"""

from __future__ import annotations

from dataclasses import dataclass

from app import __version__
from app.system.paths import resources

FOLDER = "release"
"""A folder in the resources that a build fills; a checkout has none."""

DOWNLOADS, LICENSES = "downloads.txt", "licenses.txt"


@dataclass(frozen=True, slots=True)
class Release:
    """This copy of the program."""

    version: str
    downloads: str
    """The address of new versions; empty if the builder named none."""
    licenses: str
    """The licenses of everything included; empty in a checkout, whose libraries are installed separately."""

    @property
    def update_hint(self) -> str:
        """Where to get new versions, in one or two sentences."""
        if self.downloads:
            return "New versions are available at this address. The program doesn't check for updates."
        return "Ask whoever gave you this package for a newer version. The program doesn't check for updates."


def read() -> Release:
    """Read what the build recorded. Blocks for a few milliseconds."""
    return Release(__version__, _text(DOWNLOADS), _text(LICENSES))


def _text(name: str) -> str:
    file = resources() / FOLDER / name
    return file.read_text(encoding="utf-8").strip() if file.exists() else ""
