"""Reads a date and a time as pages, logs and people write them, whatever the computer's language is.

Qt calls ``setlocale``, after which ``strptime`` knows months and AM or PM in the language of the desktop only. So
months, AM and PM, and forms are this program's own: English names, and numbers in any order.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Final

from app.text.times import MONTHS, in_utc

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST: Final = 100
"""Characters of a text that may be a time; a browser's longest form, with the zone in words, has some 70."""

_ZONES: Final = {"est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7}
"""Hours beside UTC (RFC 5322 section 4.3, obs-zone)."""

_ZONE = (
    rf"(?P<zone>z|(?:utc|gmt)?(?P<offset> ?[+-][0-9]{{1,2}}(?::?[0-9]{{2}})?)|utc|gmt|(?P<named>{'|'.join(_ZONES)}))"
)
_COMMENT = r"(?: ?\([^()]*\))?"
_TIME = (
    r"(?P<hour>[0-9]{1,2})(?P<colon>[:.])(?P<minute>[0-9]{2})"
    r"(?:(?P=colon)(?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]{1,9}))?)?(?: ?(?P<half>[ap])\.?m\.?)?"
)
_FORMS = (
    re.compile(rf"(?P<date>.{{6,40}}?)(?:t|,? ?at |[ ,]+){_TIME}(?: ?{_ZONE})?{_COMMENT}"),
    re.compile(rf"{_TIME}(?: ?{_ZONE})?{_COMMENT}[ ,]+(?P<date>.{{6,40}})"),
    re.compile(rf"(?P<date>[^0-9]{{3,20}}[0-9]{{1,2}}) {_TIME}(?: ?{_ZONE})? (?P<year>[0-9]{{4}})"),
    re.compile(
        r"(?P<date>[0-9]{8})t(?P<hour>[0-9]{2})(?P<minute>[0-9]{2})(?P<second>[0-9]{2})?"
        rf"(?P<fraction>(?!))?(?P<half>(?!))?{_ZONE}?"
    ),
)
"""Date and time, time and date, ``Nov 24 14:05:09 UTC 2026``, and the basic form of ISO 8601."""

_WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?[., ]+)?"
_MONTH = r"(?P<name>[a-z]{3,9})\.?"
_DAY = r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th|\.)?"
_YEAR = r"(?P<year>[0-9]{4})"
_NAMED = tuple(
    re.compile(form)
    for form in (
        rf"{_WEEKDAY}{_MONTH}[ -]?{_DAY}[ ,-]+{_YEAR}",
        rf"{_WEEKDAY}{_DAY}[ -]?(?:of )?{_MONTH}[ ,-]*{_YEAR}",
        rf"{_YEAR}[ -]{_MONTH}[ -]{_DAY}",
    )
)
_YEAR_FIRST = re.compile(
    r"([0-9]{4})(?:[/.-] ?|\u5e74 ?)([0-9]{1,2})(?:[/.-] ?|\u6708 ?)([0-9]{1,2})(?:\.|\u65e5)?"
    r"|([0-9]{4})([0-9]{2})([0-9]{2})"
)
_NUMBERS = re.compile(r"([0-9]{1,2})([/.-]) ?([0-9]{1,2})\2 ?([0-9]{4}|[0-9]{2})\.?")


def readings(text: str) -> frozenset[datetime]:
    """The moments that a text may mean, in UTC: none where it is no time, two where day and month may be exchanged.

    A time without a zone is of this computer's zone. Of a fraction, microseconds are kept.
    """
    clean = re.sub(r"[\u200e\u200f\u202a-\u202e\u2066-\u2069]", "", text).replace("\u2212", "-")
    clean = re.sub(r"\s+", " ", clean).strip().lower()
    if len(clean) > LONGEST:
        return frozenset()
    for form in _FORMS:
        if (found := form.fullmatch(clean)) is None:
            continue
        date, parts = found["date"], found.groupdict()
        days = set(_dates(f"{date} {parts['year']}" if parts.get("year") else date))
        moments = {moment for day in days if (moment := _moment(day, parts)) is not None}
        if moments:
            return frozenset(moments)
    return frozenset()


def _dates(text: str) -> Iterator[tuple[int, int, int]]:
    """Year, month and day, in each order that makes a date."""
    if found := _YEAR_FIRST.fullmatch(text):
        year, at, day = (int(part) for part in found.groups() if part is not None)
        yield year, at, day
    elif found := _NUMBERS.fullmatch(text):
        first, second, last = int(found[1]), int(found[3]), int(found[4])
        short = len(found[4]) == 2
        year = last + 2000 if short else last
        yield from ((year, second, first), (year, first, second))
        if short:
            yield first + 2000, second, last
    else:
        for form in _NAMED:
            if (found := form.fullmatch(text)) and (month := _month(found["name"])):
                yield int(found["year"]), month, int(found["day"])


def _month(name: str) -> int | None:
    """Its number: the whole English name, or its first three letters or, of September, four."""
    for number, month in enumerate(MONTHS, start=1):
        if name in (month.lower(), month[:3].lower()) or (name == "sept" and number == 9):
            return number
    return None


def _moment(date: tuple[int, int, int], parts: dict[str, str | None]) -> datetime | None:
    hour = int(parts["hour"] or 0)
    if half := parts["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "p" else 0)
    microsecond = int((parts["fraction"] or "")[:6].ljust(6, "0"))
    try:
        written = datetime(  # noqa: DTZ001 - the zone is set below
            *date, hour, int(parts["minute"] or 0), int(parts["second"] or 0), microsecond
        )
        zone = _zone(parts)
        return in_utc(written.astimezone() if zone is None else written.replace(tzinfo=zone))
    except (ValueError, OverflowError, OSError):  # no such day or zone; the latter at the ends of the calendar
        return None


def _zone(parts: dict[str, str | None]) -> timezone | None:
    if name := parts["named"]:
        return timezone(timedelta(hours=_ZONES[name]))
    if offset := parts["offset"]:
        digits = offset.strip()[1:].replace(":", "")
        hours, minutes = (int(digits[:-2]), int(digits[-2:])) if len(digits) > 2 else (int(digits), 0)
        span = timedelta(hours=hours, minutes=minutes)
        return timezone(-span if "-" in offset else span)
    return UTC if parts["zone"] else None
