"""The values of a column in a batch of rows, and the groups that a cell refers to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain, repeat
from operator import contains, itemgetter
from typing import Final, overload

from app.text.similar import NameList

_APART: Final = re.compile(r"(?<!\\)[;|\n]")
_APART_BY_COMMAS: Final = re.compile(r"[;|,\n]")
_CN: Final = re.compile(r"^CN=((?:\\.|[^,\\])+)", re.IGNORECASE)
_TYPE_NAME: Final = re.compile(r"(?:System|Microsoft)(?:\.[A-Za-z]\w*)+(?:`\d)?(?:\[.*\])?")
_TYPE_NAMES: Final = ("System.", "Microsoft.")
"""How the names of PowerShell's types begin."""
_HEX: Final = re.compile(r"X'((?:[0-9A-Fa-f]{2})+)'")


class EvenRows(Sequence[list[str]]):
    """Rows of one width, all cells in one list: faster than a list for each row, and a column is a slice of it."""

    __slots__ = ("_cells", "_step", "width")

    def __init__(self, cells: list[str], width: int, step: int) -> None:
        """``step`` is the distance between the first cells of two rows."""
        self._cells = cells
        self._step = step
        self.width = width

    @classmethod
    def split(cls, lines: str, separator: str) -> EvenRows | None:
        """Lines without quotation marks, or None if one is blank or has another width."""
        cells = lines.replace("\n", f"{separator}\n{separator}").split(separator)
        breaks = lines.count("\n")
        width = cells.index("\n") if breaks else len(cells)
        even = len(cells) == breaks + (breaks + 1) * width and cells[width :: width + 1].count("\n") == breaks
        return cls(cells, width, width + 1) if even and (width > 1 or "" not in cells) else None

    @classmethod
    def quoted(cls, lines: str, separator: str) -> EvenRows | None:
        """Lines with each field in quotation marks, or empty as PowerShell writes null.

        None if that is not so, a line has another width, or a field contains a quotation mark or line break.
        """
        found = cls._quoted(lines, separator)
        return cls._quoted(_filled(lines, separator), separator) if found is None else found

    @classmethod
    def _quoted(cls, lines: str, separator: str) -> EvenRows | None:
        pieces = lines.split('"')
        cells, between = pieces[1::2], pieces[2:-1:2]
        breaks = lines.count("\n")
        if len(pieces) % 2 == 0 or pieces[0] or pieces[-1] or between.count("\n") != breaks:
            return None
        width = between.index("\n") + 1 if breaks else len(cells)
        even = len(cells) == (breaks + 1) * width and between[width - 1 :: width].count("\n") == breaks
        return cls(cells, width, width) if even and between.count(separator) + breaks == len(between) else None

    def column(self, at: int) -> list[str]:
        """The cells of a column; empty ones if there is none."""
        return self._cells[at :: self._step] if at < self.width else [""] * len(self)

    def __len__(self) -> int:
        return (len(self._cells) + self._step - 1) // self._step

    def __iter__(self) -> Iterator[list[str]]:
        for start in range(0, len(self._cells), self._step):
            yield self._cells[start : start + self.width]

    @overload
    def __getitem__(self, at: int) -> list[str]: ...
    @overload
    def __getitem__(self, at: slice) -> list[list[str]]: ...
    def __getitem__(self, at: int | slice) -> list[str] | list[list[str]]:
        if isinstance(at, slice):
            return list(self)[at]
        start = range(0, len(self._cells), self._step)[at]
        return self._cells[start : start + self.width]


def _filled(lines: str, separator: str) -> str:
    """The lines with quotation marks in each empty field."""
    empty = f'{separator}""'
    while separator * 2 in lines:
        lines = lines.replace(separator * 2, empty + separator)
    lines = lines.replace(f"{separator}\n", f"{empty}\n").replace(f"\n{separator}", f'\n""{separator}')
    return '""' * lines.startswith(separator) + lines + '""' * lines.endswith(separator)


def uneven(rows: Sequence[Sequence[str]], width: int) -> int:
    """How many rows have another width."""
    if isinstance(rows, EvenRows):
        return len(rows) * (rows.width != width)
    return len(rows) - list(map(len, rows)).count(width)


def column(rows: Sequence[Sequence[str]], at: int) -> list[str]:
    """The cell of each row as it is written, empty where the row is too short."""
    if isinstance(rows, EvenRows):
        return rows.column(at)
    try:
        return list(map(itemgetter(at), rows))
    except IndexError:
        return [row[at] if at < len(row) else "" for row in rows]


def values(rows: Sequence[Sequence[str]], at: int) -> list[str]:
    """What each of these cells means, without spaces at its ends."""
    cells = column(rows, at)
    if _any_wrapped("".join(cells)):
        return [unwrapped(cell.strip()) for cell in cells]
    return list(map(str.strip, cells))


def names_in(rows: Sequence[Sequence[str]], columns: Sequence[int]) -> NameList:
    """The name in each row: from the first of the columns that has one there."""
    names = column(rows, columns[0])
    if len(columns) > 1 and ("" in names or not all(map(str.strip, names))):
        for place, name in enumerate(names):
            if not name.strip():
                row = rows[place]
                names[place] = next((row[at] for at in columns if at < len(row) and row[at].strip()), name)
    found = NameList(names)
    return NameList(list(map(unwrapped, names))) if _any_wrapped(found.joined) else found


def _any_wrapped(joined: str) -> bool:
    """Whether any of these cells may be wrapped. A single character is found many times as fast as two."""
    return ("'" in joined and "X'" in joined) or ('"' in joined and '="' in joined)


def unwrapped(cell: str) -> str:
    """The meaning of a cell: csvde writes text beyond ASCII as ``X'...'``, some exports wrap digits in ``="..."``."""
    if cell.startswith('="') and cell.endswith('"') and len(cell) > 2:
        return cell[2:-1]
    if not cell.startswith("X'") or (found := _HEX.fullmatch(cell)) is None:
        return cell
    try:
        text = bytes.fromhex(found[1]).decode("utf-8")
    except UnicodeDecodeError:
        return cell  # binary, such as an objectGUID
    return text if text.isprintable() else cell


def is_type_name(cell: str) -> bool:
    """Whether PowerShell wrote the type of a list instead of its values."""
    return cell.startswith(_TYPE_NAMES) and _TYPE_NAME.fullmatch(cell) is not None


def all_distinguished(texts: Sequence[str]) -> bool:
    """Whether each of these texts is a distinguished name, as far as an equals sign shows it."""
    return all(map(contains, texts, repeat("=")))


def type_names_in(cells: Sequence[str]) -> list[int]:
    """The places of cells in which PowerShell wrote the type of a list instead of its values."""
    joined = "".join(cells)
    if not any(name in joined for name in _TYPE_NAMES):
        return []
    return [at for at, cell in enumerate(cells) if is_type_name(cell)]


def references(cell: str) -> list[str]:
    """The groups in a field, separated by semicolon, bar or line, or by comma unless they are distinguished names."""
    if is_type_name(cell):
        return []
    if "=" not in cell:
        parts = _APART_BY_COMMAS.split(cell)
    elif ";" in cell or "|" in cell or "\n" in cell:
        parts = _APART.split(cell)
    else:
        return [cell] if cell else []
    return [part for each in parts if (part := each.strip())]


def references_in(cells: Sequence[str]) -> tuple[Sequence[int], Sequence[str]]:
    """All groups that cells refer to, and the place of each cell."""
    joined = "".join(cells)
    one_each = not (";" in joined or "|" in joined or "\n" in joined)
    if one_each and all_distinguished(cells):
        return range(len(cells)), cells
    places = [at for at, cell in enumerate(cells) if cell]
    filled = list(filter(None, cells))
    if one_each and all_distinguished(filled):
        return places, filled
    parts = list(map(references, filled))
    return [at for at, found in zip(places, parts, strict=True) for _ in found], list(chain.from_iterable(parts))


def common_name(reference: str) -> str:
    """The name in the first part of a distinguished name; any other reference as it is."""
    if reference[:3] not in ("CN=", "cn=") or (found := _CN.match(reference)) is None:
        return reference
    return found[1].replace("\\", "")
