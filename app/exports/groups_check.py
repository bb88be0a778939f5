"""Looks through an export of groups for what stops a sync or breaks a policy, in two passes and bounded memory.

Sources: Palo Alto Networks, "Troubleshoot Cloud Identity Engine Issues" (duplicate group names; nested groups), the
restrictions of Prisma Access (five characters that groups must not contain), known issue CYR-58031 (286 characters of
a distinguished name); RFC 7644 section 3.4.2.2 (how a filter quotes a name).
"""

from __future__ import annotations

import re
from array import array
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from app.exports.columns import Role
from app.exports.problems import Problem, UnusableError
from app.text.legible import legible, without_invisible
from app.text.similar import WORDS, Sameness, key, sameness

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

HELD: Final = 50_000
"""Findings that are held to be shown; all are counted, and all go into the file of findings."""
LONGEST_DN: Final = 286
"""Characters of a distinguished name that is still redistributed (CYR-58031)."""
SHOWN: Final = 200
"""Characters of a name or reference in a finding."""


class Kind(StrEnum):
    """What a finding is about, the gravest first."""

    SAME = "same"
    """Another group has exactly this name."""
    ALIKE = "alike"
    """Another group has this name but for capitals, spaces, invisible characters or the form of letters."""
    EMPTY = "empty"
    """No name, or one that cannot be seen."""
    SIGNS = "signs"
    """Characters that groups of Prisma Access must not contain."""
    QUOTING = "quoting"
    """Characters that a filter has to quote."""
    UNSEEN = "unseen"
    """Characters that cannot be seen, or spaces at an end."""
    LONG_DN = "long-dn"
    """A distinguished name that is not redistributed."""
    CHILD = "child"
    """A child group that is not in the export."""
    PARENT = "parent"
    """A parent group that is not in the export."""


TITLES: Final = {
    Kind.SAME: "Duplicate names",
    Kind.ALIKE: "Nearly the same names",
    Kind.EMPTY: "Empty names",
    Kind.SIGNS: "Prisma Access signs",
    Kind.QUOTING: "Filter characters",
    Kind.UNSEEN: "Unseen characters",
    Kind.LONG_DN: "Long names (DN)",
    Kind.CHILD: "Missing child groups",
    Kind.PARENT: "Missing parent groups",
}

ADVICE: Final = {
    Kind.SAME: "A sync cannot complete with duplicate group names. Make them unique, then restart provisioning.",
    Kind.ALIKE: "Whether CIE tells these apart is not published. Another name removes the doubt.",
    Kind.EMPTY: "A group needs a display name to be sent.",
    Kind.SIGNS: "Prisma Access cannot commit a policy with a group whose name has one of \" ' < > &.",
    Kind.QUOTING: "A client that looks a group up by its name has to quote these; some do not.",
    Kind.UNSEEN: "A name typed into a policy will not match. Write the name anew in the directory.",
    Kind.LONG_DN: f"Groups with a distinguished name over {LONGEST_DN} characters are not redistributed to firewalls.",
    Kind.CHILD: "Nested groups are not followed. Assign the child group as well, after its parent.",
    Kind.PARENT: "Its place in the hierarchy is lost unless the parent is sent as well.",
}


WHOSE: Final = {Kind.CHILD: "Child group", Kind.PARENT: "Parent group"}


@dataclass(frozen=True, slots=True)
class Found:
    """One finding."""

    row: int
    """As a spreadsheet counts."""
    name: str
    """Legible, cut after ``SHOWN`` characters."""
    kind: Kind
    detail: str
    """What exactly, a sentence without its full stop."""


@dataclass(slots=True)
class Findings:
    """Findings column by column: 50,000 objects take the garbage collector longer than a window may stand still."""

    rows: list[int] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    """Values of ``Kind``."""
    details: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Found]:
        for row, name, kind, detail in zip(self.rows, self.names, self.kinds, self.details, strict=True):
            yield Found(row, name, Kind(kind), detail)

    def part(self, start: int, stop: int) -> tuple[list[int], list[str], list[str], list[str]]:
        """Some of them: rows, names, kinds and details."""
        return self.rows[start:stop], self.names[start:stop], self.kinds[start:stop], self.details[start:stop]

    def add(self, rows: Iterable[int], names: Iterable[str], kinds: Iterable[str], details: Iterable[str]) -> None:
        """Add some."""
        self.rows += rows
        self.names += names
        self.kinds += kinds
        self.details += details


@dataclass(slots=True)
class Report:
    """What a check brought."""

    rows: int = 0
    """Rows that are groups."""
    others: int = 0
    """Rows that are something else by their type."""
    uneven: int = 0
    """Rows with more or fewer fields than there are columns."""
    counts: Counter[Kind] = field(default_factory=Counter)
    found: Findings = field(default_factory=Findings)
    """The first ``HELD``, in the order of the file."""


_PRISMA: Final = re.compile("[\"'<>&]")
_ODD: Final = re.compile(r"[\\\x00-\x1f\x7f]|^\s|\s$|[^\x20-\x7e]")
_APART: Final = re.compile(r"(?<!\\)[;|\n]")
_CN: Final = re.compile(r"^CN=((?:\\.|[^,\\])+)", re.IGNORECASE)
_NOT_GROUPS: Final = frozenset({"user", "person", "contact", "computer", "organizationalunit", "device", "container"})


class GroupsCheck:
    """One export: ``survey`` reads it once, ``judge`` a second time. Its memory grows with the names alone."""

    def __init__(self, roles: Mapping[Role, int], width: int, write: Callable[[Found], None] | None = None) -> None:
        """``roles`` says which column holds what and has ``Role.NAME``; ``width`` is the number of columns.

        ``write`` gets every finding, also those that are not held.
        """
        self.report = Report()
        self._roles = roles
        self._width = width
        self._write = write
        self._at = roles[Role.NAME]
        by_type = Role.MEMBER in roles and Role.MEMBER_TYPE in roles
        self._nested = by_type or Role.CHILDREN in roles or Role.PARENT in roles
        self._dn = Role.DN in roles
        self._marks = array("q")
        """For each row the hash of the name's key, 0 where there is none, so that it is worked out only once."""
        self._names: set[int] = set()
        """Hashes of the keys of all names."""
        self._references: set[int] = set()
        """Hashes of ids and distinguished names, where groups are nested."""
        self._repeated: set[int] = set()
        """Hashes of the keys that occur more than once."""
        self._first: dict[int, tuple[int, str]] = {}
        """For each repeated key the first row and the name as it is written there."""
        self._told: set[int] = set()
        """Groups of repeated names that were looked at; an export may have a row for each member."""
        self._before = ""

    def survey(self, rows: Iterable[tuple[int, list[str]]]) -> None:
        """Learn which names occur, which more than once, and what a reference may mean."""
        names, repeated, keep = self._names, self._repeated, self._marks.append
        at, typed = self._at, Role.TYPE in self._roles
        for _number, row in rows:
            if typed and not self._is_group(row):
                continue
            name = key(row[at]) if at < len(row) else ""
            mark = (hash(name) or 1) if name else 0
            keep(mark)
            if mark in names:
                repeated.add(mark)
            elif mark:
                names.add(mark)
            if self._nested:
                self._references.update(hash(self._cell(row, role).casefold()) for role in (Role.ID, Role.DN))

    def judge(self, rows: Iterable[tuple[int, list[str]]]) -> None:
        """Find what is wrong; the second look at the same rows.

        Raises:
            UnusableError: There are more rows than before.
        """
        if not self._nested:
            self._names = set()  # only references are looked up in it
        typed, report, at, marks = Role.TYPE in self._roles, self.report, self._at, self._marks
        for number, row in rows:
            if typed and not self._is_group(row):
                report.others += 1
                continue
            if report.rows == len(marks):
                raise UnusableError(Problem.CHANGED)  # it grew meanwhile
            report.rows += 1
            if len(row) != self._width:
                report.uneven += 1
            name = row[at] if at < len(row) else ""
            self._judge_name(number, row, name, marks[report.rows - 1])
            if self._nested:
                self._judge_nesting(number, row, name)
            self._before = name

    def _judge_name(self, number: int, row: Sequence[str], name: str, mark: int) -> None:
        if not mark:
            self._take(number, name, Kind.EMPTY, "No visible character" if name.strip() else "No name")
            return
        if mark in self._repeated:
            if self._goes_on(row, name, mark):
                return
            self._compare(number, name, mark)
        if signs := _PRISMA.findall(name):
            self._take(number, name, Kind.SIGNS, "Has " + " ".join(dict.fromkeys(signs)))
        if _ODD.search(name):
            self._judge_signs(number, name)
        if self._dn and len(self._cell(row, Role.DN)) > LONGEST_DN:
            self._take(number, name, Kind.LONG_DN, f"{len(self._cell(row, Role.DN))} characters")

    def _goes_on(self, row: Sequence[str], name: str, mark: int) -> bool:
        """Whether the row tells more of a group that was looked at: by its id, or as the next of its members."""
        if Role.ID not in self._roles:
            return Role.MEMBER in self._roles and name == self._before
        group = hash((mark, self._cell(row, Role.ID).casefold()))
        if group in self._told:
            return True
        self._told.add(group)
        return False

    def _compare(self, number: int, name: str, mark: int) -> None:
        first = self._first.setdefault(mark, (number, name))
        if first[0] == number:
            return
        how = sameness(first[1], name)
        other = "" if how is Sameness.EXACT else f", {legible(first[1], SHOWN)}"
        kind = Kind.SAME if how is Sameness.EXACT else Kind.ALIKE
        self._take(number, name, kind, f"{WORDS[how].capitalize()} as in row {first[0]:,}{other}")

    def _judge_signs(self, number: int, name: str) -> None:
        if "\\" in name:
            self._take(number, name, Kind.QUOTING, "Has a backslash")
        if name != name.strip() or without_invisible(name) != name:
            shown = legible(name, SHOWN)
            self._take(number, name, Kind.UNSEEN, "A space at an end" if shown == name else shown.strip())

    def _judge_nesting(self, number: int, row: Sequence[str], name: str) -> None:
        children = _references(self._cell(row, Role.CHILDREN))
        if self._cell(row, Role.MEMBER_TYPE).casefold().rpartition(".")[2].removeprefix("#") == "group":
            children.append(self._cell(row, Role.MEMBER))
        for kind, references in ((Kind.CHILD, children), (Kind.PARENT, _references(self._cell(row, Role.PARENT)))):
            for reference in references:
                if not self._is_known(reference):
                    self._take(number, name, kind, f"{WHOSE[kind]} {legible(reference, SHOWN)} is not in the export")

    def _is_known(self, reference: str) -> bool:
        if hash(reference.casefold()) in self._references or self._is_name(reference):
            return True
        common = None if Role.DN in self._roles else _CN.match(reference)
        return common is not None and self._is_name(common[1].replace("\\", ""))

    def _is_name(self, reference: str) -> bool:
        return (hash(key(reference)) or 1) in self._names

    def _is_group(self, row: Sequence[str]) -> bool:
        # Active Directory writes the whole inheritance, the class itself at the end.
        last = re.split(r"[;|,\s]+", self._cell(row, Role.TYPE).strip(" ;|,").casefold())[-1]
        return last not in _NOT_GROUPS

    def _cell(self, row: Sequence[str], role: Role) -> str:
        at = self._roles.get(role)
        return row[at].strip() if at is not None and at < len(row) else ""

    def _take(self, number: int, name: str, kind: Kind, detail: str) -> None:
        found = Found(number, legible(name, SHOWN), kind, detail)
        self.report.counts[kind] += 1
        if len(self.report.found) < HELD:
            self.report.found.add([found.row], [found.name], [found.kind.value], [found.detail])
        if self._write is not None:
            self._write(found)


def _references(cell: str) -> list[str]:
    """The groups that a field names: apart by semicolon, bar or line, by comma only without distinguished names."""
    if not cell or "PropertyValueCollection" in cell or "System.Object[]" in cell:  # a PowerShell slip
        return []
    parts = _APART.split(cell) if "=" in cell else re.split(r"[;|,\n]", cell)
    return [part.strip() for part in parts if part.strip()]
