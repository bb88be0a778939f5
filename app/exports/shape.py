"""How a CSV is written: its encoding, its separator, and whether its first row names the columns."""

from __future__ import annotations

import codecs
import csv
import io
import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, BinaryIO, Final

from app.exports.columns import known
from app.exports.problems import MOST_BYTES, Problem, UnusableError

if TYPE_CHECKING:
    from collections.abc import Callable

CHUNK: Final = 1 << 20
"""Bytes that are looked at together."""
SAMPLE: Final = 1 << 16
"""Characters that the separator is told from."""
SEPARATORS: Final = (",", ";", "\t", "|")

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark begins alike
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WORKBOOKS: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_WINDOWS: Final = bytes({*range(1, 0x100)} - {0x81, 0x8D, 0x8F, 0x90, 0x9D})
"""What Windows-1252 can hold; it leaves five places empty."""
_CONTROL: Final = bytes({*range(0x20)} - {9, 10, 12, 13})
"""Stands in text by accident only: more than one in a hundred bytes is no text."""

# The line by which a spreadsheet program is told the separator, and the one that PowerShell's Export-Csv begins with.
_PREAMBLE: Final = re.compile(r'^(?:"?sep=(?P<sep>.)"?|#TYPE .*)$', re.IGNORECASE)
_DATA: Final = re.compile(
    r"^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$"  # a GUID
    r"|^[^@\s]+@[^@\s]+\.[^@\s]+$|^(?:CN|OU|DC)=.+,|^[\d.,:/T+Z-]*\d[\d.,:/T+Z-]*$",
    re.IGNORECASE,
)
"""What is no name of a column: a GUID, an address, a distinguished name, a number or a date."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How the file is written."""

    encoding: str
    """As Python calls it."""
    separator: str
    skipped: int
    """Lines before the header that say something about the file."""
    titled: bool
    """Whether the first row names the columns."""
    columns: tuple[str, ...]
    """Their names, or ``Column 1`` and so on."""
    first: tuple[str, ...]
    """The first row of data, to recognise the columns by."""

    @property
    def assumed(self) -> bool:
        """Whether nothing in the file shows its encoding, so that the usual one of Windows is tried."""
        return self.encoding == "cp1252"

    @property
    def words(self) -> str:
        """Encoding and separator for the admin."""
        encoding = _ENCODINGS.get(self.encoding, self.encoding.upper())
        separator = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}.get(self.separator, self.separator)
        return f"{encoding}, {separator}"


_ENCODINGS: Final = {
    "utf-8-sig": "UTF-8",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "cp1252": "Windows-1252",
}


def look_at(source: BinaryIO, size: int, titled: bool | None, tick: Callable[[int], None]) -> Shape:
    """The shape of an open file of ``size`` bytes; ``titled`` is what the admin says of the first row.

    Reads the whole file once, so that no wrong encoding shows up a million rows later. ``tick`` gets the bytes read.

    Raises:
        UnusableError: It is no CSV.
    """
    if size > MOST_BYTES:
        raise UnusableError(Problem.TOO_LARGE)
    encoding = _encoding(source, tick)
    source.seek(0)
    sample = _text(source, encoding).read(SAMPLE)
    if not sample.strip(' \t\r\n,;|"\ufeff'):
        raise UnusableError(Problem.EMPTY)
    if sample.lstrip()[:1] in ("<", "{", "["):
        raise UnusableError(Problem.MARKUP)
    lines = sample.splitlines(keepends=True)
    if len(sample) == SAMPLE and len(lines) > 1:
        lines.pop()  # it may go on
    skipped, given = _preamble(lines)
    separator = given or _separator(lines[skipped:])
    rows = [row for row in _sampled(lines[skipped:], separator, 50) if any(cell.strip() for cell in row)]
    if not rows:  # a preamble only, or one field that is longer than any
        raise UnusableError(Problem.EMPTY if len(lines) == skipped else Problem.BROKEN)
    titled = _titled(rows[0]) if titled is None else titled
    columns = tuple(cell.strip() for cell in rows[0]) if titled else ()
    columns = tuple(name or f"Column {at}" for at, name in enumerate(columns or ("",) * len(rows[0]), start=1))
    first = tuple(rows[1] if titled and len(rows) > 1 else () if titled else rows[0])
    return Shape(encoding, separator, skipped, titled, columns, first)


def _text(source: BinaryIO, encoding: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BufferedReader(_Borrowed(source)), encoding, newline="")


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


def _encoding(source: BinaryIO, tick: Callable[[int], None]) -> str:
    chunk = source.read(CHUNK)
    if not chunk:
        raise UnusableError(Problem.EMPTY)
    if chunk.startswith(_WORKBOOKS):
        raise UnusableError(Problem.WORKBOOK)
    encoding = next((name for mark, name in _MARKS if chunk.startswith(mark)), None) or _without_mark(chunk[:4096])
    decoder = codecs.getincrementaldecoder(encoding)()
    good, windows, control, done = True, encoding == "utf-8", 0, 0
    while chunk:
        done += len(chunk)
        tick(done)
        good = good and _decodes(decoder, chunk)
        windows = windows and not chunk.translate(None, _WINDOWS)
        if encoding.startswith("utf-8"):
            control += len(chunk) - len(chunk.translate(None, _CONTROL))
        if not (good or windows) or control * 100 > done:
            raise UnusableError(Problem.BINARY)
        chunk = source.read(CHUNK)
    if good and _decodes(decoder, b"", final=True):
        return encoding
    if windows:
        return "cp1252"
    raise UnusableError(Problem.BINARY)


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False) -> bool:
    try:
        return "\0" not in decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False


def _without_mark(start: bytes) -> str:
    """UTF-16 without its mark has a zero byte beside every letter of the header."""
    if start[1::2].count(0) * 2 > len(start[1::2]) and not start[::2].count(0):
        return "utf-16-le"
    if start[::2].count(0) * 2 > len(start[::2]) and not start[1::2].count(0):
        return "utf-16-be"
    return "utf-8"


def _preamble(lines: list[str]) -> tuple[int, str | None]:
    found = _PREAMBLE.match(lines[0].rstrip("\r\n")) if lines else None
    return (0, None) if found is None else (1, found["sep"])


def _separator(lines: list[str]) -> str:
    """The separator that gives most rows as many fields as the first."""

    def score(separator: str) -> tuple[bool, float, int]:
        rows = [row for row in _sampled(lines, separator, 50) if row]
        width = len(rows[0]) if rows else 0
        same = sum(len(row) == width for row in rows) / max(1, len(rows))
        return width > 1, same, width

    return max(SEPARATORS, key=score)


def _sampled(lines: list[str], separator: str, most: int) -> list[list[str]]:
    try:
        return list(islice(csv.reader(lines, delimiter=separator), most))
    except csv.Error:
        return []


def _titled(cells: list[str]) -> bool:
    if any(known(cell) for cell in cells):
        return True
    return not any(_DATA.match(cell.strip()) for cell in cells)
