"""The values of a column in a batch of rows, and the groups that a cell refers to."""

from __future__ import annotations

import re
from itertools import chain, repeat
from operator import contains, itemgetter
from typing import TYPE_CHECKING, Final

from app.text.similar import NameList

if TYPE_CHECKING:
    from collections.abc import Sequence

_APART: Final = re.compile(r"(?<!\\)[;|\n]")
_APART_BY_COMMAS: Final = re.compile(r"[;|,\n]")
_CN: Final = re.compile(r"^CN=((?:\\.|[^,\\])+)", re.IGNORECASE)
_TYPE_NAME: Final = re.compile(r"(?:System|Microsoft)(?:\.[A-Za-z]\w*)+(?:`\d)?(?:\[.*\])?")
_TYPE_NAMES: Final = ("System.", "Microsoft.")
"""How the names of PowerShell's types begin."""
_HEX: Final = re.compile(r"X'((?:[0-9A-Fa-f]{2})+)'")


def column(rows: Sequence[Sequence[str]], at: int) -> list[str]:
    """The cell of each row as it is written, empty where the row is too short."""
    try:
        return list(map(itemgetter(at), rows))
    except IndexError:
        return [row[at] if at < len(row) else "" for row in rows]


def values(rows: Sequence[Sequence[str]], at: int) -> list[str]:
    """What each of these cells means, without spaces at its ends."""
    cells = column(rows, at)
    joined = "".join(cells)
    if "X'" in joined or '="' in joined:
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
    wrapped = "X'" in found.joined or '="' in found.joined
    return NameList(list(map(unwrapped, names))) if wrapped else found


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
    if not any(map(str.startswith, cells, repeat(_TYPE_NAMES))):
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
    joined = "\n".join(cells)
    one_each = not (";" in joined or "|" in joined or joined.count("\n") >= len(cells))
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
