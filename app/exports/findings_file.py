"""Writes a CSV that a spreadsheet program can open without running anything in it."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from typing import TextIO

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""How a formula begins for a spreadsheet. Some also accept the full-width characters."""


def harmless(field: str) -> str:
    """The field with an apostrophe in front where a spreadsheet would take it for a formula (CWE-1236)."""
    return f"'{field}" if field.startswith(_FORMULA) else field


def part_of(path: Path) -> Path:
    """Where the file is while it is being written."""
    return path.with_name(f"{path.name}.part")


class FindingsFile:
    """Complete or not there: written beside its place and moved when it is done. Errors are ``OSError``."""

    def __init__(self, path: Path, headers: Sequence[str]) -> None:
        self._path = path
        # With a byte order mark, or Excel reads it in the code page of the computer.
        self._file: TextIO = part_of(path).open("w", encoding="utf-8-sig", newline="", errors="backslashreplace")
        self._writer = csv.writer(self._file)
        self._write: Callable[[Sequence[str]], object] = self._writer.writerow
        self._write(headers)

    def row(self, fields: Sequence[str]) -> None:
        """Add a row."""
        self._write([harmless(field) for field in fields])

    def done(self) -> None:
        """Put it in its place."""
        self._file.close()
        part_of(self._path).replace(self._path)

    def drop(self) -> None:
        """Leave nothing behind."""
        self._file.close()
        part_of(self._path).unlink(missing_ok=True)
