"""Why an export cannot be used, as a value that renders one sentence."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

MOST_BYTES: Final = 1_073_741_824
"""Bytes of a file that is read."""
MOST_ROWS: Final = 2_000_000
"""Rows of a file that is read."""
LONGEST_FIELD: Final = 16_777_216
"""Characters of one field; a longer one is mostly a quotation mark that is never closed."""


class FileProblem(StrEnum):
    """What is wrong with the file as a whole."""

    ABSENT = "absent"
    """There is no such file, or it was removed while it was read."""
    DENIED = "denied"
    """This account may not read it."""
    FOLDER = "folder"
    """It is a folder, or nothing that can be read like a file."""
    UNREADABLE = "unreadable"
    """The disk or the network did not give it."""
    EMPTY = "empty"
    """There is nothing in it, or nothing but blank lines."""
    TOO_LARGE = "too-large"
    """More bytes than ``MOST_BYTES``."""
    TOO_MANY = "too-many"
    """More rows than ``MOST_ROWS``."""
    WORKBOOK = "workbook"
    """A spreadsheet program's own file."""
    BINARY = "binary"
    """No text in an encoding that is known."""
    MARKUP = "markup"
    """HTML, XML or JSON."""
    LDIF = "ldif"
    """The interchange format of LDAP."""
    LISTING = "listing"
    """What a command shows on the screen, saved as it is."""
    BROKEN = "broken"
    """A row that no CSV can have."""
    CHANGED = "changed"
    """Another file than the one that was checked before."""
    NOT_SAVED = "not-saved"
    """The findings could not be written."""
    ITSELF = "itself"
    """The findings would replace the export."""
    ENDED = "ended"
    """The process that reads it ended."""


SENTENCES: Final = {
    FileProblem.ABSENT: "The file is no longer there.",
    FileProblem.DENIED: "This account may not read the file.",
    FileProblem.FOLDER: "This is a folder, not a file.",
    FileProblem.UNREADABLE: "The file could not be read to its end. Copy it to this computer and check it there.",
    FileProblem.EMPTY: "The file is empty.",
    FileProblem.TOO_LARGE: f"The file has more than {MOST_BYTES:,} bytes. Export only the columns that are needed.",
    FileProblem.TOO_MANY: f"The file has more than {MOST_ROWS:,} rows. Export it in parts.",
    FileProblem.WORKBOOK: "This is a workbook. Open it in the spreadsheet program and save it as CSV.",
    FileProblem.BINARY: "This isn't a text file in an encoding that can be read. Export the groups as CSV in UTF-8.",
    FileProblem.MARKUP: "This is HTML, XML or JSON. Export the groups as CSV.",
    FileProblem.LDIF: "This is LDIF. Export the groups as CSV, for example with csvde instead of ldifde.",
    FileProblem.LISTING: "This is a listing for the screen. Export the groups as CSV, for example with Export-Csv.",
    FileProblem.BROKEN: "A quotation mark is not closed, or not doubled inside a field.",
    FileProblem.CHANGED: "The file was changed since it was checked. Check it again.",
    FileProblem.NOT_SAVED: "The findings could not be saved there. Choose another folder.",
    FileProblem.ITSELF: "This is the export itself. Save the findings under another name.",
    FileProblem.ENDED: "The check ended before it was done. Start it again.",
}


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
        return SENTENCES[self.problem] + where


class UnusableFileError(Exception):
    """Ends the reading; raised and caught inside this room."""

    def __init__(self, problem: FileProblem, row: int | None = None) -> None:
        super().__init__(problem.value)
        self.unusable = Unusable(problem, row)
