"""The rows of an export, one after the other, never all at once."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, BinaryIO, Final

from app.exports.problems import LONGEST_FIELD, MOST_ROWS, Problem, UnusableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from app.exports.shape import Shape

EVERY: Final = 2048
"""Rows between two words about how far it is."""


def rows(source: BinaryIO, shape: Shape, tick: Callable[[int], None]) -> Iterator[tuple[int, list[str]]]:
    """Each row of data with its number as a spreadsheet counts; blank ones are counted and left out.

    ``tick`` gets the bytes read. Sets the limit of the csv module, so it belongs into a process of its own.

    Raises:
        UnusableError: A row is no CSV, or there are too many.
    """
    source.seek(0)
    csv.field_size_limit(LONGEST_FIELD)
    text = io.TextIOWrapper(source, shape.encoding, newline="")
    number = 0
    try:
        for _ in range(shape.skipped):
            text.readline()
        number = shape.skipped
        left = 1 if shape.titled else 0
        for row in csv.reader(text, delimiter=shape.separator, strict=True):
            number += 1
            if number % EVERY == 0:
                tick(source.tell())
            if left and any(map(str.strip, row)):
                left -= 1
            elif row:
                yield number, row
            if number > MOST_ROWS + shape.skipped + 1:
                raise UnusableError(Problem.TOO_MANY)
    except csv.Error:
        raise UnusableError(Problem.BROKEN, number + 1) from None
    except UnicodeDecodeError:
        raise UnusableError(Problem.CHANGED) from None
    finally:
        text.detach()
