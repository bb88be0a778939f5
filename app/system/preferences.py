"""What the admin of this account prefers in every setup: one small file in the data folder.

A preference is a field of ``Preferences`` with a default, so that files of earlier versions stay valid. What a later
version has added is kept when this one writes.
"""

from __future__ import annotations

import json
import threading
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from app.system import files

if TYPE_CHECKING:
    from pathlib import Path

NAME: Final = "preferences.json"
KEPT: Final = f"{NAME}.bak"
"""A file that could not be used, once a preference was changed."""
LIMIT_BYTES: Final = 65_536


class Edge(StrEnum):
    """Where the admin wants the companion."""

    FREE = "free"
    """Where it was put."""
    RIGHT = "right"
    LEFT = "left"

    @property
    def following(self) -> Edge:
        """Return the edge that the key chooses after this one."""
        edges = list(Edge)
        return edges[(edges.index(self) + 1) % len(edges)]


@dataclass(frozen=True, slots=True)
class Preferences:
    """The preferences, each with its default."""

    companion_edge: Edge = Edge.RIGHT


class PreferencesFile:
    """The file, and what it said. Both methods block."""

    def __init__(self, folder: Path) -> None:
        """``folder`` is the data folder; practice shares the file with it."""
        self._path = folder / NAME
        self.current = Preferences()
        self._guard = threading.Lock()

    def read(self) -> str:
        """Read the preferences. Return why the file can't be used, so that the defaults apply; empty if all is well."""
        try:
            self.current = _validated(self._content())
        except FileNotFoundError:
            return ""
        except (OSError, ValueError) as error:
            why = files.reason(error) if isinstance(error, OSError) else "its content isn't valid"
            return f"{self._path.name} can't be used: {why}. The defaults apply, and the file is kept."
        return ""

    def change(self, wanted: Preferences) -> str:
        """Save what is different. Return why it lasts only until the program ends; empty if it is saved."""
        with self._guard:
            before, self.current = asdict(self.current), wanted
            return self._save({name: value for name, value in asdict(wanted).items() if value != before[name]})

    def _save(self, changed: dict[str, Any]) -> str:
        try:
            try:
                content, previous = self._content(), None
                _validated(content)
            except FileNotFoundError:
                content, previous = {}, None
            except ValueError:
                content, previous = {}, self._path.with_name(KEPT)
            files.make_base_folder(self._path.parent)
            written = json.dumps(content | changed, indent=1)
            files.replace_atomically(self._path, f"{written}\n".encode(), previous)
        except OSError as error:
            return f"This choice lasts until the program ends, because it couldn't be saved: {files.reason(error)}."
        return ""

    def _content(self) -> dict[str, Any]:
        """Return what the file says, not yet validated. Raises OSError or ValueError."""
        content: object = json.loads(files.read_private(self._path, LIMIT_BYTES))
        if not isinstance(content, dict):
            raise ValueError("not an object")
        return content


def remove(folder: Path) -> None:
    """Remove the file, and one that could not be used. Raises OSError."""
    for name in (NAME, KEPT):
        files.remove(folder / name)


def _validated(content: dict[str, Any]) -> Preferences:
    """Return the preferences of a file; what this version doesn't know is ignored. Raises ValueError."""
    from pydantic import TypeAdapter  # not needed for the first window

    return TypeAdapter(Preferences).validate_python(content)
