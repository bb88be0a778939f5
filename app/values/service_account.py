"""Reads what the admin gives of a service account: its TSG ID, or the CSV file that holds its two secrets."""

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
    """What the file of a service account holds."""

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
    """The TSG ID that a Client ID carries, where it has the usual form."""
    return read_tsg_id(client_id).value if "@" in client_id else None


def read_pair(text: str) -> Pair | str:
    """Client ID and Client Secret out of the downloaded CSV file, or the sentence why they cannot be found.

    The names of its columns are not published. Both are looked for by the words in the first line, then by a row
    for each. What else is in the file is not looked at.
    """
    if len(text) > LONGEST_FILE:
        return "This file is too long for that of a service account, which holds one Client ID and one Client Secret."
    try:
        rows = [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text.lstrip("\ufeff"))) if any(row)]
    except csv.Error:
        return "This is not a CSV file."
    if len(rows) > MOST_ROWS:
        return "This file has too many lines for that of a service account."
    for table in (rows, [list(column) for column in zip(*rows, strict=False)]):
        found = _by_heads(table)
        if found is not None:
            return found
    return "No Client ID and Client Secret were found in it. Paste them one by one."


def _by_heads(rows: list[list[str]]) -> Pair | str | None:
    """Both values from a table with their names in the first line."""
    if len(rows) < 2:
        return None
    heads = [re.sub(r"[^a-z]", "", head.lower()) for head in rows[0]]
    places = {kind: [i for i, head in enumerate(heads) if head.endswith(end)] for kind, end in _ENDS.items()}
    if any(len(place) != 1 for place in places.values()):
        return None
    if len(rows) > 2:
        return "This file holds more than one service account. Paste the Client ID and Client Secret one by one."
    values = {}
    for kind, ((place,), label) in zip(_ENDS, ((places[k], LABELS[k]) for k in _ENDS), strict=True):
        reading = read(kind, rows[1][place] if place < len(rows[1]) else "")
        if reading.value is None:
            return f"The {label} in this file cannot be used. {reading.problem or ''}".strip()
        values[kind] = reading.value
    return Pair(values[Kind.CLIENT_ID], values[Kind.CLIENT_SECRET])


_ENDS: Final = {Kind.CLIENT_ID: "clientid", Kind.CLIENT_SECRET: "clientsecret"}
LABELS: Final = {Kind.CLIENT_ID: "Client ID", Kind.CLIENT_SECRET: "Client Secret"}
"""What the fields are called."""
