"""Why an export cannot be used, as a value that renders one sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from app.text.worded import WordedEnum

MOST_BYTES: Final = 1_073_741_824
"""Bytes of a file that is read."""
MOST_ROWS: Final = 2_000_000
"""Rows of a file that is read."""
LONGEST_FIELD: Final = 16_777_216
"""Characters of one field; a longer one is mostly a quotation mark that is never closed."""


class FileProblem(WordedEnum):
    """What is wrong with the file as a whole."""

    ABSENT = "absent", "The file can't be found."
    DENIED = "denied", "This account may not read the file."
    FOLDER = "folder", "This is a folder, a pipe or a device, not a file."
    UNREADABLE = (
        "unreadable",
        "The file could not be read to its end. Copy it to this computer and check it there.",
    )
    EMPTY = "empty", "The file is empty."
    """Or has nothing but blank lines."""
    TOO_LARGE = (
        "too-large",
        f"The file has more than {MOST_BYTES:,} bytes. Export only the columns that are needed.",
    )
    TOO_MANY = "too-many", f"The file has more than {MOST_ROWS:,} rows. Export it in parts."
    WORKBOOK = "workbook", "This is a workbook. Open it in the spreadsheet program and save it as CSV."
    BINARY = (
        "binary",
        "This isn't a text file in an encoding that can be read. Export the groups as CSV in UTF-8.",
    )
    MARKUP = "markup", "This is HTML, XML or JSON. Export the groups as CSV."
    LDIF = "ldif", "This is LDIF. Export the groups as CSV, for example with csvde instead of ldifde."
    LISTING = (
        "listing",
        "This is a listing for the screen. Export the groups as CSV, for example with Export-Csv.",
    )
    BROKEN = "broken", "A quotation mark is not closed, or not doubled inside a field."
    CHANGED = "changed", "The file was changed since it was checked. Check it again."
    NOT_SAVED = "not-saved", "The findings could not be saved there. Choose another folder."
    ITSELF = "itself", "This is the export itself. Save the findings under another name."
    ENDED = "ended", "The check ended before it was done. Start it again."
    """The process that reads the file ended."""


@dataclass(frozen=True, slots=True)
class Unusable:
    """The file cannot be used."""

    problem: FileProblem
    row: int | None = None
    """The row that shows it, counted as a spreadsheet counts."""

    @property
    def sentence(self) -> str:
        """For the admin."""
        where = f" It begins in row {self.row:,}." if self.row is not None else ""
        return self.problem.words + where


class UnusableFileError(Exception):
    """Ends the reading; raised and caught inside this room."""

    def __init__(self, problem: FileProblem, row: int | None = None) -> None:
        super().__init__(problem.value)
        self.unusable = Unusable(problem, row)
