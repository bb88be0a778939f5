"""Checks a file of device identities: IMEI, IMSI and APN.

The file has at most 500 records of three required columns in the order IMEI, IMSI, APN, and the portal
reports a line that fails (PAN, "Configure SASE 5G"). The columns follow 3GPP TS 23.003. Sentences name
lines, never an identity.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.guide.builders.shape import BuilderForm, Built, Input
from app.text.counts import counted

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping

MOST_RECORDS = 500
SHOWN = 5
"""Lines that are named; more are only counted."""

COLUMNS = ("IMEI", "IMSI", "APN")
LONGEST_NETWORK_ID = 63
"""Octets of the network identifier as encoded, one more than as written (TS 23.003 section 9.1.1)."""
LONGEST_APN = 100
"""Octets of network and operator identifier as encoded (TS 23.003 section 9.1)."""

_LABEL = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?")  # RFC 1035 2.3.1 with RFC 1123 2.1
_OPERATOR = re.compile(r"\.mnc[0-9]{3}\.mcc[0-9]{3}\.gprs$", re.IGNORECASE)  # TS 23.003 section 9.1.2
_SHORTENED = re.compile(r"[0-9]+([.,][0-9]+)?[eE]\+?[0-9]+")
"""A long number as a spreadsheet shows it, with the decimal separator of its language."""
_NUMBER = re.compile(rf"[0-9]+|{_SHORTENED.pattern}")
_OTHER_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}

_HEADED = "The first line holds headings. Remove it if the portal reports that line."

TEXT = Input("text", "Content of the CSV file", "For example 356938035643809,262011234567890,internet.example", lines=8)


@dataclass(frozen=True, slots=True)
class Record:
    """One line of the file."""

    line: int
    """Counted from 1, as an editor does."""
    cells: tuple[str, ...]
    text: str = ""
    """As it was pasted."""

    @property
    def complete(self) -> bool:
        """Whether the three columns are there."""
        return len(self.cells) == 3 and all(self.cells)


def build(given: Mapping[str, str]) -> Built:
    """A summary of a file that can be uploaded, or the lines to correct."""
    lines = re.split(r"\r\n|\r|\n", given.get("text", "").removeprefix("\ufeff"))
    records = [Record(number, _cells(line), line) for number, line in enumerate(lines, 1) if line.strip()]
    if problem := _separator_problem(records):
        return Built(None, problem)
    headed = bool(records) and bool(set(_named(records[0])) & set(COLUMNS))
    if headed and _named(records[0]) != COLUMNS:
        if _named(records[0])[:3] == COLUMNS and not any(records[0].cells[3:]):
            return Built(None, "The headings end with a comma, which adds an empty column. Remove it from each line.")
        return Built(None, "The headings are not in the order IMEI, IMSI, APN. Change the order of the columns.")
    records = records[1:] if headed else records
    if problem := _problem(records):
        return Built(None, problem)
    return Built(_summary(records), notes=(*([_HEADED] if headed else []), *_notes(records)))


def _named(record: Record) -> tuple[str, ...]:
    return tuple(cell.upper() for cell in record.cells)


def check_digit_fits(imei: str) -> bool:
    """Whether the last of 15 digits is the Luhn check digit of the others (TS 23.003 annex B)."""
    doubled = [int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(imei)]
    return sum(number // 10 + number % 10 for number in doubled) % 10 == 0


def _cells(line: str) -> tuple[str, ...]:
    """The cells of one line; a quoted cell never continues on the next line, because no column allows that."""
    try:
        return tuple(cell.strip() for cell in next(csv.reader([line], skipinitialspace=True), []))
    except csv.Error:  # a cell longer than csv's limit
        return (line.strip(),)


def _problem(records: list[Record]) -> str | None:
    if not records:
        return "There are no records. Paste the content of the file."
    found = {record.line: why for record in records if (why := _fault(record))}
    for earlier, later in _repeated((r.line, r.cells) for r in records if r.complete):
        found.setdefault(later, f"repeats line {earlier}")
    parts = [f"Line {line}: {found[line]}." for line in sorted(found)[:SHOWN]]
    if len(found) > SHOWN:
        parts.append(f"And {len(found) - SHOWN} more lines.")
    if len(records) > MOST_RECORDS:
        parts.insert(0, f"There are {len(records)} records, and {MOST_RECORDS} fit into a file. Split it.")
    return " ".join(parts) or None


def _separator_problem(records: list[Record]) -> str | None:
    """Whether the columns are separated by something else, where a comma may be a decimal separator."""
    if not records:
        return None
    first = records[0]
    other = next((each for each in _OTHER_SEPARATORS if each in first.text), None)
    if other is None:
        return None
    cells = [cell.strip(" \"'=") for cell in first.text.split(other)]
    numbers = len(cells) >= 3 and all(_NUMBER.fullmatch(cell) or cell.upper() in COLUMNS for cell in cells[:2])
    if len(first.cells) > 1 and not numbers:
        return None
    texts = (cell for record in records for cell in record.text.split(other))
    shortened = any(_SHORTENED.fullmatch(cell.strip(" \"'=")) for cell in texts)
    problem = f"The columns are separated by {_OTHER_SEPARATORS[other]}. Save the file as CSV with commas."
    if shortened:
        problem += " A spreadsheet also shortened the numbers. Format their columns as text first."
    return problem


def _fault(record: Record) -> str | None:
    """What is wrong with a line, as the end of a sentence."""
    if len(record.cells) > 3 and not any(record.cells[3:]):
        return f"has {len(record.cells)} columns, the last is empty, remove the comma at its end"
    if len(record.cells) > 3 and re.search(rf"(^|,)\s*{_SHORTENED.pattern}\s*,", record.text):
        return "has a number that was shortened by a spreadsheet, format the column as text"
    if len(record.cells) != 3:
        return f"has {len(record.cells)} columns, 3 are needed"
    for name, cell in zip(COLUMNS, record.cells, strict=True):
        if not cell:
            return f"the {name} is missing"
    imei, imsi, apn = record.cells
    return _imei_fault(imei) or _imsi_fault(imsi) or _apn_fault(apn)


def _imei_fault(imei: str) -> str | None:
    """TS 23.003 section 6.2.1: 8 digits of type, 6 of serial number, 1 check digit."""
    if re.fullmatch(r"[0-9]{15}", imei):
        return None
    if re.fullmatch(r"[0-9]{14}", imei):
        return "the IMEI has 14 digits, its check digit is missing"
    if re.fullmatch(r"[0-9]{16}", imei):
        return "the IMEI has 16 digits, this is an IMEISV with the version of the software"
    return _number_fault("IMEI", imei, "15 are needed")


def _imsi_fault(imsi: str) -> str | None:
    """TS 23.003 section 2.2: at most 15 digits, of them 3 of the country, 2 or 3 of the network, then the number."""
    if re.fullmatch(r"[0-9]{6,15}", imsi):
        return None
    return _number_fault("IMSI", imsi, "6 to 15 are allowed")


def _number_fault(name: str, cell: str, rule: str) -> str:
    if cell.startswith('="'):
        return f'the {name} is written as ="...", as a spreadsheet keeps digits, enter the digits alone'
    if cell.startswith(("'", "\u2019")):
        return f"the {name} has an apostrophe in front, as a spreadsheet keeps digits, remove it"
    if _SHORTENED.fullmatch(cell):
        return f"the {name} was shortened by a spreadsheet, format the column as text"
    if re.fullmatch(r"[0-9]+", cell):
        return f"the {name} has {len(cell)} digits, {rule}"
    return f"the {name} has to be digits only"


def _apn_fault(apn: str) -> str | None:
    network = _OPERATOR.sub("", apn)
    if not all(_LABEL.fullmatch(label) for label in network.split(".")):
        return "the APN has letters, digits and hyphens, in parts with dots between them"
    if len(network) + 1 > LONGEST_NETWORK_ID or len(apn) + 1 > LONGEST_APN:
        return f"the APN is too long, {LONGEST_NETWORK_ID - 1} characters fit"
    return None


def _repeated(keyed: Iterable[tuple[int, Hashable]]) -> list[tuple[int, int]]:
    """Pairs of the line where a key was first seen and a later one that has it again."""
    seen: dict[Hashable, int] = {}
    return [(seen[key], line) for line, key in keyed if seen.setdefault(key, line) != line]


def _summary(records: list[Record]) -> str:
    apns = sorted({record.cells[2].lower() for record in records})
    named = ", ".join(apns[:3]) + (f" and {len(apns) - 3} more" if len(apns) > 3 else "")
    return f"{counted(len(records), 'record')} of {MOST_RECORDS}, each with IMEI, IMSI and APN. APN: {named}."


def _notes(records: list[Record]) -> tuple[str, ...]:
    """What the portal may accept. A device may have two APNs, so only a repeated whole line is an error."""
    found = {
        "The check digit of the IMEI does not fit": [r.line for r in records if not check_digit_fits(r.cells[0])],
        "The IMEI occurred in an earlier line": [late for _, late in _repeated((r.line, r.cells[0]) for r in records)],
        "The IMSI occurred in an earlier line": [late for _, late in _repeated((r.line, r.cells[1]) for r in records)],
        "TS 23.003 reserves this beginning or end of an APN": [r.line for r in records if _reserved(r.cells[2])],
    }
    return tuple(f"{what}: {_places(lines)}." for what, lines in found.items() if lines)


def _reserved(apn: str) -> bool:
    network = _OPERATOR.sub("", apn).lower()
    return network.startswith(("rac", "lac", "sgsn", "rnc")) or f".{network}".endswith(".gprs")


def _places(lines: list[int]) -> str:
    shown = ", ".join(str(line) for line in lines[:SHOWN])
    more = f" and {len(lines) - SHOWN} more" if len(lines) > SHOWN else ""
    return f"{'line' if len(lines) == 1 else 'lines'} {shown}{more}"


FORM = BuilderForm((TEXT,), "Result of the check", build, title="Check the file")
