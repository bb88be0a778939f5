"""Reads what identifies a service account: its TSG ID, or the CSV file with its two secrets."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field
from typing import Final

from app.guide.vocabulary import Kind
from app.values.rules import TSG_DIGITS, Reading, derive, read

LONGEST_FILE: Final = 16_384
"""Characters or bytes; the file has two lines."""

MOST_ROWS: Final = 20


@dataclass(frozen=True, slots=True)
class Pair:
    """The content of a service account's file."""

    client_id: str = field(repr=False)
    client_secret: str = field(repr=False)


def read_tsg_id(text: str) -> Reading:
    """The number of a tenant service group, also with ``tsg_id:`` in front or at the end of a Client ID."""
    clean = re.sub(r"^tsg_id:\s*", "", text.strip(), flags=re.IGNORECASE)
    scope = derive(Kind.SCOPE, clean if "@" in clean else f"tsg_id:{clean}")
    if scope.value is None:
        return Reading(problem=f"A TSG ID is a number of {TSG_DIGITS}. It is part of the Client ID, after the @.")
    found = scope.value.removeprefix("tsg_id:")
    return Reading(found, repairs=() if found == text.strip() else ("the number alone taken",))


def tsg_id_in(client_id: str) -> str | None:
    """The TSG ID in a Client ID of the usual form."""
    return read_tsg_id(client_id).value if "@" in client_id else None


def read_pair(text: str) -> Pair | str:
    """Client ID and Client Secret from the downloaded CSV file, or the sentence that says why they are not found.

    The names of its columns are not published. Both are searched by the words in the first row, then in the first
    column. Everything else in the file is ignored.
    """
    if len(text) > LONGEST_FILE:
        return "This file is too long. The file of a service account has one Client ID and one Client Secret."
    try:
        rows = [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text.lstrip("\ufeff"))) if any(row)]
    except csv.Error:
        return "This is not a CSV file."
    if len(rows) > MOST_ROWS:
        return "This file has too many lines to be the file of a service account."
    for table in (rows, [list(column) for column in zip(*rows, strict=False)]):
        found = _by_heads(table)
        if found is not None:
            return found
    return "No Client ID and Client Secret were found in it. Paste them one by one."


def _by_heads(rows: list[list[str]]) -> Pair | str | None:
    """Both values from a table with their names in the first row."""
    if len(rows) < 2:
        return None
    heads = [re.sub(r"[^a-z]", "", head.lower()) for head in rows[0]]
    columns = {kind: [i for i, head in enumerate(heads) if head.endswith(end)] for kind, end in _ENDS.items()}
    if any(len(found) != 1 for found in columns.values()):
        return None
    if len(rows) > 2:
        return "This file has more than one service account. Paste the Client ID and Client Secret one by one."
    values = {}
    for kind in _ENDS:
        (column,) = columns[kind]
        reading = read(kind, rows[1][column] if column < len(rows[1]) else "")
        if reading.value is None:
            return f"The {LABELS[kind]} in this file cannot be used. {reading.problem or ''}".strip()
        values[kind] = reading.value
    return Pair(values[Kind.CLIENT_ID], values[Kind.CLIENT_SECRET])


_ENDS: Final = {Kind.CLIENT_ID: "clientid", Kind.CLIENT_SECRET: "clientsecret"}
LABELS: Final = {Kind.CLIENT_ID: "Client ID", Kind.CLIENT_SECRET: "Client Secret"}
"""The labels of the fields."""
