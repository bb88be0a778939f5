"""How a CSV is laid out: its separator, the lines before its header, and whether it has a header."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Final

from app.exports import encodings
from app.exports.columns import known
from app.exports.problems import LONGEST_FIELD, MOST_BYTES, FileProblem, UnusableFileError

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.exports.encodings import Encoding

SAMPLE: Final = 1 << 16
"""Characters that show the layout."""
SAMPLED: Final = 200
"""Rows that show the layout and the kind."""
MOST_SKIPPED: Final = 50
"""Lines before a header."""
SHOWN_LINES: Final = 8
"""First lines that the admin may choose the header from."""
SEPARATORS: Final = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}

# The line that declares the separator to a spreadsheet program, and the first line of PowerShell's Export-Csv.
_PREAMBLE: Final = re.compile(r'^(?:"?sep=(?P<sep>.)"?[,;\t|]*|"?#TYPE (?P<type>[\w.]+).*)$', re.IGNORECASE)
_BEFORE_LDIF: Final = re.compile(r"#|version: *\d+\s*$|\s*$", re.IGNORECASE)
"""Lines that may come before the first entry of LDIF."""
_LDIF: Final = re.compile(r"dn::? ", re.IGNORECASE)
_RULER: Final = re.compile(r"-{2,}(?: +-{2,})*\s*")
_LISTED: Final = re.compile(r"[\w@. ]+? +: ")
_DATA: Final = re.compile(
    r"^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$"  # a GUID
    r"|^[^@\s]+@[^@\s]+\.[^@\s]+$|^(?:CN|OU|DC)=.+,|^[\d.,:/T+Z-]*\d[\d.,:/T+Z-]*$",
    re.IGNORECASE,
)
"""What is no name of a column: a GUID, an address, a distinguished name, a number or a date."""


@dataclass(frozen=True, slots=True)
class FileShape:
    """How the file is written."""

    encoding: Encoding
    separator: str
    skipped: int
    """Lines before the header, or before the first row where there is none."""
    titled: bool
    """Whether there is a header."""
    columns: tuple[str, ...]
    """Its names, or ``Column 1`` and so on."""
    sample: tuple[tuple[str, ...], ...]
    """The first rows of data."""
    lines: tuple[str, ...] = ()
    """The first lines as they are, without those that only programs read."""
    titles: int = 0
    """How many of these are above the header."""
    declared: str = ""
    """The type that PowerShell names in front, such as ``Microsoft.ActiveDirectory.Management.ADGroup``."""


def look_at(
    source: BinaryIO,
    size: int,
    tick: Callable[[int], None],
    *,
    titled: bool | None = None,
    encoding: str | None = None,
    skipped: int | None = None,
) -> FileShape:
    """The shape of an open file of ``size`` bytes.

    ``titled``, ``encoding`` and ``skipped`` (lines above the header) are the admin's words; None where the file has to
    tell. ``tick`` gets the bytes read.

    Raises:
        UnusableFileError: It is no CSV.
    """
    if size > MOST_BYTES:
        raise UnusableFileError(FileProblem.TOO_LARGE)
    found = encodings.look_at(source, encoding, tick)
    source.seek(0)
    sample = _text(source, found).read(SAMPLE)
    _refuse_others(sample)
    lines = _lines(sample)
    if len(sample) == SAMPLE and len(lines) > 1:
        lines.pop()  # it may go on
    mark, given, declared = _preamble(lines)
    separator = given or _separator(lines[mark:])
    rows = _sampled(lines[mark:], separator)
    if not rows:  # a preamble only, or one field that is longer than any
        raise UnusableFileError(FileProblem.EMPTY if len(lines) == mark else FileProblem.BROKEN)
    if skipped is None:
        header = _header(rows)
        before = mark + rows[header][0]
    else:
        before = min(mark + skipped, len(lines) - 1)
        header = next((at for at, (start, _) in enumerate(rows) if start >= before - mark), len(rows) - 1)
    cells = rows[header][1]
    titled = _titled(cells) if titled is None else titled
    names = tuple(cell.strip() for cell in cells) if titled else ()
    names = tuple(name or f"Column {at}" for at, name in enumerate(names or ("",) * len(cells), start=1))
    data = tuple(tuple(row) for _, row in rows[header + titled :][:SAMPLED])
    shown = tuple(line.strip() for line in lines[mark : mark + SHOWN_LINES])
    return FileShape(found, separator, before, titled, names, data, shown, before - mark, declared)


def _text(source: BinaryIO, encoding: Encoding) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BufferedReader(_Borrowed(source)), encoding.name, errors=encoding.errors, newline="")


class _Borrowed(io.RawIOBase):
    """Lets a text layer go without closing the file below it."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        data = self._source.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


def _lines(sample: str) -> list[str]:
    """Lines as a file has them: ``str.splitlines`` also parts at characters that a name may hold, such as U+2028."""
    return re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$", sample)


def _refuse_others(sample: str) -> None:
    """Raise for text that is something else than a CSV."""
    if not sample.strip(' \t\r\n,;|"\ufeff'):
        raise UnusableFileError(FileProblem.EMPTY)
    if sample.lstrip()[:1] in ("<", "{", "["):
        raise UnusableFileError(FileProblem.MARKUP)
    if _LDIF.match(next((line for line in _lines(sample) if not _BEFORE_LDIF.match(line)), "")):
        raise UnusableFileError(FileProblem.LDIF)
    lines = [line for line in sample.splitlines()[:40] if line.strip()]
    ruler = any(_RULER.fullmatch(line) for line in lines[1:3])
    if ruler or (len(lines) > 2 and sum(1 for line in lines if _LISTED.match(line)) * 10 > len(lines) * 9):
        raise UnusableFileError(FileProblem.LISTING)


def _preamble(lines: list[str]) -> tuple[int, str | None, str]:
    """How many lines only programs read, the separator that one of them gives, and the type that one names."""
    count, separator, declared = 0, None, ""
    for line in lines[:2]:
        found = _PREAMBLE.match(line.rstrip("\r\n"))
        if found is None:
            break
        count, separator, declared = count + 1, found["sep"] or separator, found["type"] or declared
    return count, separator, declared


def _separator(lines: list[str]) -> str:
    """The separator that gives most rows the same number of fields, more than one."""

    def score(separator: str) -> tuple[bool, float, int]:
        widths = Counter(len(row) for _, row in _sampled(lines, separator))
        if not widths:
            return False, 0, 0
        width, same = max(widths.items(), key=lambda item: (item[0] > 1, item[1]))
        return width > 1, same / widths.total(), width

    best = max(SEPARATORS, key=score)
    first = lines[0].strip(' "\r\n') if lines else ""
    if known(first) and not any(separator in first for separator in SEPARATORS):
        rows = [row for _, row in _sampled(lines, best)][:8]
        if not any(map(_names_columns, rows)):  # one column, and separators belong to names
            return min(SEPARATORS, key=lambda separator: sum(line.count(separator) for line in lines))
    return best


def _sampled(lines: list[str], separator: str) -> list[tuple[int, list[str]]]:
    """The first rows that are not blank, each with the lines above it."""
    rows: list[tuple[int, list[str]]] = []
    csv.field_size_limit(LONGEST_FIELD)
    reader = csv.reader(lines, delimiter=separator)
    above = 0
    try:
        for row in reader:
            if any(map(str.strip, row)):
                rows.append((above, row))
            if len(rows) > SAMPLED:
                break
            above = reader.line_num
    except csv.Error:
        return []
    return rows


def _header(rows: list[tuple[int, list[str]]]) -> int:
    """Which of the rows is the header: the first as wide as most rows, where that or no other has known names.

    Titles above it, such as the name and the date of a report, fill a cell or two.
    """
    widths = Counter(len(row) for _, row in rows)
    usual = max(widths, key=lambda width: (widths[width], width))
    wide = [
        at
        for at, (above, row) in enumerate(rows)
        if above <= MOST_SKIPPED and len(row) == usual and sum(1 for cell in row if cell.strip()) * 2 > usual
    ]
    if not wide:
        return 0
    first = wide[0]
    if usual == 1:
        return 0
    if not any(map(known, rows[first][1])):
        for at in wide[1:8]:
            if _names_columns(rows[at][1]):
                return at
    return first


def _names_columns(cells: list[str]) -> bool:
    """Whether these are names of columns for certain, so that what is above them is not."""
    filled = [cell for cell in cells if cell.strip()]
    count = sum(map(known, filled))
    return count > 1 and count * 2 >= len(filled)


def _titled(cells: list[str]) -> bool:
    if any(known(cell) for cell in cells):
        return True
    return not any(_DATA.match(cell.strip()) for cell in cells)
