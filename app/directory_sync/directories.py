"""Reads the list of directories in an answer of the Directory Sync API, without trusting anything in it.

The API's description gives one example and no schema, so only the necessary fields are required.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from app.scim.listing import MOST_RESOURCES, read_object
from app.scim.observation import Observation
from app.text.legible import legible

if TYPE_CHECKING:
    from app.net import Answer

MOST_DIRECTORIES: Final = 1_000
"""No tenant has more."""

LONGEST_WORD: Final = 120
"""Characters of a name, type or status to show."""

LONGEST_LINE: Final = 300
"""Characters of a log line to show."""

MOST_LINES: Final = 20
"""Log lines to show."""

_EARLIEST, _LATEST = 946_684_800, 4_102_444_800
"""Seconds since 1970: the years 2000 to 2100. Anything else is not the time of a sync, or has another unit."""


@dataclass(frozen=True, slots=True)
class Directory:
    """One directory as CIE reports it. Its texts are legible and bounded."""

    name: str
    """``domain``: the Directory Name of a SCIM directory, as far as the description says."""
    kind: str = ""
    """``type``, such as ``Active Directory``. Its value for a SCIM directory is not documented."""
    users: int | None = None
    groups: int | None = None
    """None if the answer does not say."""
    status: str = ""
    """``status.description``; only ``cache_applied`` is documented."""
    last_success: datetime | None = None
    """``status.lastSuccessUpdatedOn``: the end of CIE's own last sync, UTC, by CIE's clock."""
    status_since: datetime | None = None
    """``status.statusUpdatedOn``, UTC."""
    log: tuple[str, ...] = ()
    log_left_out: int = 0
    """Log lines that are not in ``log``."""


def read_directories(answer: Answer) -> tuple[Directory, ...] | Observation:
    """The directories in the body, or what is there instead."""
    result = read_result(answer)
    if isinstance(result, Observation):
        return result
    if not isinstance(result, list) or len(result) > MOST_DIRECTORIES:
        return Observation.WRONG_SHAPE
    found = tuple(_directory(each) for each in result if isinstance(each, dict) and isinstance(each.get("domain"), str))
    return found if len(found) == len(result) else Observation.WRONG_SHAPE


def read_result(answer: Answer) -> Any | Observation:
    """The content of the envelope that every operation uses: ``{"success": true, "result": ...}``."""
    data = read_object(answer)
    if isinstance(data, Observation):
        return data
    if data.get("success") is False:
        return Observation.SERVER_ERROR
    return data.get("result", Observation.WRONG_SHAPE)


def _directory(data: dict[str, Any]) -> Directory:
    counts, status, log = _part(data, "count"), _part(data, "status"), data.get("log")
    lines = log if isinstance(log, list) else [log] if log else []
    return Directory(
        name=_word(data["domain"]),
        kind=_word(data.get("type")),
        users=read_count(counts.get("user")),
        groups=read_count(counts.get("group")),
        status=_word(status.get("description")),
        last_success=read_time(status.get("lastSuccessUpdatedOn")),
        status_since=read_time(status.get("statusUpdatedOn")),
        log=tuple(_line(line) for line in lines[:MOST_LINES]),
        log_left_out=max(0, len(lines) - MOST_LINES),
    )


def _part(data: dict[str, Any], name: str) -> dict[str, Any]:
    part = data.get(name)
    return part if isinstance(part, dict) else {}


def _word(value: object) -> str:
    return legible(value.strip(), LONGEST_WORD) if isinstance(value, str) else ""


def _line(value: object) -> str:
    """A log line, whose format is not documented: text as it is, anything else as JSON."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return legible(" ".join(text[: 4 * LONGEST_LINE].split()), LONGEST_LINE)


def read_count(value: object) -> int | None:
    """A number of objects; None for any other value."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST_RESOURCES else None


def read_time(value: object) -> datetime | None:
    """A time in seconds since 1970; None for any other value."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not _EARLIEST <= value <= _LATEST:
        return None
    return datetime.fromtimestamp(int(value), UTC)
