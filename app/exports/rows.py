"""The rows of an export in batches, never all at once."""

from __future__ import annotations

import csv
import io
import os
from bisect import bisect_left, bisect_right
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING, BinaryIO, Final

from app.exports.cells import EvenRows
from app.exports.problems import LONGEST_FIELD, MOST_ROWS, FileProblem, UnusableFileError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from app.exports.shape import FileShape

BATCH: Final = 512
"""Rows that are worked on together: a loop in Python for each row would take longer than reading it."""


CHUNK: Final = 1 << 16
"""Characters that are split together: few enough to stay in the cache of a processor. A small file has 32 chunks."""

SMALLEST: Final = 1 << 12
"""Characters of a chunk, however small the file is."""


@dataclass(frozen=True, slots=True)
class RowBatch:
    """Some rows in the order of the file, without blank ones."""

    numbers: Sequence[int]
    """The number of each row as a spreadsheet counts."""
    rows: Sequence[list[str]]


class ExportRows:
    """The rows of data of an open file; may be read again and again."""

    def __init__(self, source: BinaryIO, shape: FileShape, tick: Callable[[int], None]) -> None:
        """``tick`` gets the bytes read."""
        self._source = source
        self._shape = shape
        self._tick = tick
        self._chunk = max(SMALLEST, min(CHUNK, os.fstat(source.fileno()).st_size >> 5))
        self._a_line_each = False
        """Whether each row was one line when all were read."""

    def all(self) -> Iterator[RowBatch]:
        """Every row.

        Sets the limit of the csv module, so it belongs into a process of its own.

        Raises:
            UnusableFileError: A row is no CSV, or there are too many.
        """
        number, header = self._shape.skipped, self._shape.titled
        most = MOST_ROWS + number + header
        with self._text() as text:
            try:
                for rows in self._rows(text):
                    first, number = number + 1, number + len(rows)
                    if number > most:
                        raise UnusableFileError(FileProblem.TOO_MANY)
                    if header:
                        above = next((at for at, row in enumerate(rows, start=1) if any(map(str.strip, row))), 0)
                        most += above - 1
                        header, first, rows = not above, first + (above or len(rows)), rows[above:] if above else []  # noqa: PLW2901
                    self._tick(self._source.tell())
                    yield _without_blanks(first, rows)
            except csv.Error:
                raise UnusableFileError(FileProblem.BROKEN, number + 1) from None
            except UnicodeDecodeError:
                raise UnusableFileError(FileProblem.CHANGED) from None

    def _rows(self, text: io.TextIOWrapper) -> Iterator[Sequence[list[str]]]:
        """All rows, blank ones too: split while all fields are quoted or none is, in half the time, then parsed.

        ``tests/exports/test_rows.py`` compares both for any text.
        """
        separator, rest = self._shape.separator, ""
        while chunk := text.read(self._chunk):
            rest += chunk
            body, end, after = rest.rpartition("\n")
            if not end:
                break
            rows: Sequence[list[str]] | None
            if '"' in body:
                rows = EvenRows.quoted(body, separator)
            else:
                rows = EvenRows.split(body, separator) or [
                    line.split(separator) if line else [] for line in body.split("\n")
                ]
            if rows is None:
                break
            rest = after
            yield rows
        csv.field_size_limit(LONGEST_FIELD)
        # Chained: a generator that goes would close the file below.
        reader = csv.reader(chain(_lines_of(rest, text), text), delimiter=separator, strict=True)
        count, parsed = 0, list[list[str]]()
        try:
            while True:
                parsed = []
                parsed.extend(islice(reader, BATCH))  # what was read stays in it where a row is broken
                if not parsed:
                    break
                count += len(parsed)
                yield parsed
        except csv.Error:
            yield parsed
            raise
        self._a_line_each = reader.line_num == count

    def only(self, wanted: Sequence[int]) -> Iterator[RowBatch]:
        """The rows of these numbers, which are sorted. Where each row is a line, the others are not taken apart.

        Raises:
            UnusableFileError: The file is not the one that was read to its end before.
        """
        if not wanted:
            return
        if not self._a_line_each:
            yield from self._picked(wanted)
            return
        at, line = 0, self._shape.skipped + 1
        with self._text() as text:
            try:
                rest = ""
                while at < len(wanted) and (chunk := text.read(self._chunk)):
                    *lines, rest = (rest + chunk).split("\n")
                    end = bisect_left(wanted, line + len(lines), at)
                    numbers = wanted[at:end]
                    rows = self._parsed([lines[each - line] for each in numbers])
                    if len(rows) != len(numbers):
                        raise UnusableFileError(FileProblem.CHANGED)
                    at, line = end, line + len(lines)
                    self._tick(self._source.tell())
                    yield RowBatch(numbers, rows)
                if at < len(wanted):
                    if len(wanted) - at > 1 or wanted[at] != line or not rest:
                        raise UnusableFileError(FileProblem.CHANGED)
                    yield RowBatch(wanted[at:], self._parsed([rest]))
            except (UnicodeDecodeError, csv.Error):
                raise UnusableFileError(FileProblem.CHANGED) from None

    def _parsed(self, lines: list[str]) -> list[list[str]]:
        if '"' in "".join(lines):
            return list(csv.reader(lines, delimiter=self._shape.separator))
        return [line.split(self._shape.separator) for line in lines]

    def _picked(self, wanted: Sequence[int]) -> Iterator[RowBatch]:
        at = 0
        for batch in self.all():
            end = bisect_right(wanted, batch.numbers[-1], at) if batch.numbers else at
            if end > at:
                chosen = set(wanted[at:end])
                places = [place for place, number in enumerate(batch.numbers) if number in chosen]
                yield RowBatch([batch.numbers[place] for place in places], [batch.rows[place] for place in places])
            at = end

    @contextmanager
    def _text(self) -> Iterator[io.TextIOWrapper]:
        self._source.seek(0)
        encoding = self._shape.encoding
        text = io.TextIOWrapper(self._source, encoding.name, errors=encoding.errors)  # all line ends become \n
        try:
            for _ in range(self._shape.skipped):
                text.readline()
            yield text
        finally:
            text.detach()


def _lines_of(rest: str, text: io.TextIOWrapper) -> list[str]:
    """The lines of what was read already; the last of them may go on in the file."""
    lines = io.StringIO(rest).readlines()
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += text.readline()
    return lines


def _without_blanks(first: int, rows: Sequence[list[str]]) -> RowBatch:
    if isinstance(rows, EvenRows) or all(rows):
        return RowBatch(range(first, first + len(rows)), rows)
    kept = [at for at, row in enumerate(rows) if row]
    return RowBatch([first + at for at in kept], [rows[at] for at in kept])
