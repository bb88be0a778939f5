"""PingFederate's ``provmgr`` command from the table that ``--show-channels`` prints.

Ping documents the columns (ID, Name, Connection ID, Status of connection and channel, users and dirty
records, Source, Target), but shows no example (Ping, "Outbound provisioning CLI"). The table is therefore
read tolerantly: columns separated by pipes, tabs or two spaces, with or without headings and rulers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.guide.builders.shape import BuilderForm, Built, Input, picked

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

LINUX = "Linux: ./provmgr.sh"
WINDOWS = "Windows: provmgr.bat"
LISTED = 8
"""Channels named in a problem; more are only counted."""

SYSTEM = Input("system", "Server", "The system that PingFederate runs on", choices=(LINUX, WINDOWS))
TABLE = Input("table", "What --show-channels printed", "Paste the whole table with its headings", lines=6)
CHANNEL = Input("channel", "Channel, if there are several", "Its name, Connection ID or ID")

_BOTH = re.compile(r"\b((?:in)?active)\s*\|\s*((?:in)?active)\b", re.IGNORECASE)
_STATUS = re.compile(r"\b(?:in)?active\b", re.IGNORECASE)
_ID = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Channel:
    """One row of the table."""

    id: str
    """ASCII digits only, because it becomes part of a command line."""
    name: str
    connection: str
    """Connection ID; empty where the columns cannot be distinguished."""
    inactive: bool
    status_seen: bool

    def describe(self) -> str:
        """Its name for the admin, e.g. ``3 (Berlin, corp)``."""
        names = ", ".join(name[:40] for name in (self.name, self.connection) if name)
        return f"{self.id} ({names})" if names else self.id


@dataclass(frozen=True, slots=True)
class _Columns:
    """The positions of the columns; without headings, the order that Ping documents."""

    split: Callable[[str], list[str]] | None = None
    id: int = 0
    name: int = 1
    connection: int = 2


def build(given: Mapping[str, str]) -> Built:
    """``./provmgr.sh -c 3 --reset-all``; of the pasted text, only the digits of the ID become part of it."""
    windows = picked(given, SYSTEM) == WINDOWS
    program = "provmgr.bat" if windows else "./provmgr.sh"
    table, wanted = given.get("table", ""), given.get("channel", "").strip()
    if not table.strip():
        return Built(None, f"Nothing was pasted. Run {program} --show-channels and paste what it prints.")
    channels, headed = read_channels(table)
    chosen = _choose(channels, wanted, headed=headed)
    if isinstance(chosen, str):
        return Built(None, chosen)
    notes = [*_notes(chosen), *(["In PowerShell, put .\\ in front of the command."] if windows else [])]
    return Built(f"{program} -c {chosen.id} --reset-all", notes=tuple(notes))


def read_channels(table: str) -> tuple[tuple[Channel, ...], bool]:
    """The channels of a pasted table without repeated rows, and whether it has headings."""
    columns, headed, channels = _Columns(), False, []
    for raw in table.splitlines():
        line = _BOTH.sub(r"\1/\2", re.sub("[\u2502\u2503\u2551\u2506\u250a]", "|", raw)).strip()
        if heading := _heading(line):
            columns, headed = heading, True
        elif channel := _row(line, columns):
            channels.append(channel)
    return tuple(dict.fromkeys(channels)), headed


def _pipes(line: str) -> list[str]:
    return [cell.strip() for cell in line.removeprefix("|").removesuffix("|").split("|")]


def _tabs(line: str) -> list[str]:
    return [cell.strip() for cell in line.split("\t")]


def _gaps(line: str) -> list[str]:
    return re.split(r"\s{2,}", line.strip())


_SPLITS: tuple[Callable[[str], list[str]], ...] = (_tabs, _pipes, _gaps)
"""In this order: a Source in the last column may contain pipes, a padded cell may contain spaces."""


def _heading(line: str) -> _Columns | None:
    for split in _SPLITS:
        cells = [cell.lower() for cell in split(line)]
        id_at = _first(cells, r"(channel )?(id|#|no\.?)|channel")
        name_at = _first(cells, r"(channel )?name")
        if id_at is not None and name_at is not None:
            connection = _first(cells, r"(sp )?connection( id| name)?|connection.*id.*")
            return _Columns(split, id_at, name_at, -1 if connection is None else connection)
    words = line.lower().split()
    return _Columns() if {"id", "name"} <= set(words) and "status" in words else None


def _first(cells: list[str], pattern: str) -> int | None:
    return next((at for at, cell in enumerate(cells) if re.fullmatch(pattern, cell)), None)


def _row(line: str, columns: _Columns) -> Channel | None:
    for split in _SPLITS:
        cells, at = split(line), columns if split is columns.split else _Columns()
        if len(cells) >= 3 and at.id < len(cells) and _ID.fullmatch(cells[at.id]):
            connection = _cell(cells, at.connection)
            rest = [c for column, c in enumerate(cells) if column not in (at.id, at.name, at.connection)]
            return _channel(cells[at.id], _cell(cells, at.name), connection, rest)
    return _loose_row(line)


def _loose_row(line: str) -> Channel | None:
    """A row with single spaces only: the ID is certain, name and connection cannot be separated."""
    match = re.fullmatch(r"([0-9]{1,9}) +(.+?) +(\S*\b(?:in)?active\b.*)", " ".join(line.split()), re.IGNORECASE)
    if match is None:
        return None
    words = match[2].split()
    name, connection = words if len(words) == 2 else (match[2], "")
    return _channel(match[1], name, connection, match[3].split())


def _cell(cells: list[str], column: int) -> str:
    return cells[column] if 0 <= column < len(cells) else ""


def _channel(number: str, name: str, connection: str, rest: list[str]) -> Channel:
    """The status is read from cells without ``://``, so that a Source containing the word does not count."""
    if _STATUS.fullmatch(connection):  # an empty column was lost between the spaces
        connection, rest = "", [connection, *rest]
    found = [word.lower() for cell in rest if "://" not in cell for word in _STATUS.findall(cell)]
    return Channel(number, name, connection, "inactive" in found, len(found) >= 2)


def _choose(channels: tuple[Channel, ...], wanted: str, *, headed: bool) -> Channel | str:
    """The intended channel, or a problem."""
    if not channels:
        return _none_found(headed=headed)
    numbers = [channel.id for channel in channels]
    if len(set(numbers)) < len(numbers):
        return "One ID belongs to different channels. Paste the output of one run only."
    if not wanted:
        return channels[0] if len(channels) == 1 else f"Choose a channel. There are {_listing(channels)}."
    fitting = [c for c in channels if c.id == wanted] or [
        c for c in channels if _plain(wanted) in (_plain(c.name), _plain(c.connection))
    ]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        return f"Several channels fit. Enter the ID of one of them: {_listing(tuple(fitting))}."
    return f"No channel has this name or ID. There are {_listing(channels)}."


def _none_found(*, headed: bool) -> str:
    if headed:
        return "The table has no channels. This node does not provision, or the connection was not saved."
    return "No channel was found in this text. Paste the whole table that --show-channels prints."


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _listing(channels: tuple[Channel, ...]) -> str:
    shown = "; ".join(channel.describe() for channel in channels[:LISTED])
    return shown if len(channels) <= LISTED else f"{shown}; and {len(channels) - LISTED} more"


def _notes(channel: Channel) -> list[str]:
    notes = [f"This is the channel {channel.describe()}."]
    if channel.inactive:
        notes.append("It is inactive, or its connection is. Activate both first: nothing is sent otherwise.")
    elif not channel.status_seen:
        notes.append("Its status cannot be read from this text. Channel and connection have to be active.")
    if not (channel.name and channel.connection):
        notes.append("The columns could not be identified with certainty. Compare the ID with the first column.")
    return notes


FORM = BuilderForm((SYSTEM, TABLE, CHANNEL), "Command", build, title="Write the command")
