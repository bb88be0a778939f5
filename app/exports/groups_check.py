"""Checks an export of groups for what stops a sync or breaks a policy, in two passes and bounded memory.

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
from functools import lru_cache
from itertools import repeat
from operator import itemgetter
from typing import TYPE_CHECKING, Final

from app.exports.columns import ColumnRole, Subject, what
from app.exports.kinds import ExportKind
from app.exports.problems import FileProblem, UnusableFileError
from app.text.legible import is_invisible, legible, without_invisible
from app.text.similar import NameList, Sameness, key, sameness

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from app.exports.rows import RowBatch

HELD: Final = 50_000
"""Findings that are held to be shown; all are counted, and all go into the file of findings."""
LONGEST_DN: Final = 286
"""Characters of a distinguished name that is still redistributed (CYR-58031)."""
SHOWN: Final = 200
"""Characters of a name or reference in a finding."""


class GroupIssue(StrEnum):
    """What a finding is about, the most severe first."""

    SAME = "same"
    """Another group has exactly this name."""
    ALIKE = "alike"
    """Another group has this name but for capitals, spaces, invisible characters or the form of letters."""
    EMPTY = "empty"
    """No name, or one that cannot be seen."""
    LOST = "lost"
    """Letters that an earlier program replaced, by question marks or by those of another encoding."""
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
    TYPE_NAME = "type-name"
    """The name of a type of PowerShell where values belong."""


TITLES: Final = {
    GroupIssue.SAME: "Duplicate names",
    GroupIssue.ALIKE: "Nearly the same names",
    GroupIssue.EMPTY: "Empty names",
    GroupIssue.LOST: "Lost letters",
    GroupIssue.SIGNS: "Prisma Access characters",
    GroupIssue.QUOTING: "Filter characters",
    GroupIssue.UNSEEN: "Unseen characters",
    GroupIssue.LONG_DN: "Long names (DN)",
    GroupIssue.CHILD: "Missing child groups",
    GroupIssue.PARENT: "Missing parent groups",
    GroupIssue.TYPE_NAME: "Type names, no values",
}

ADVICE: Final = {
    GroupIssue.SAME: "A sync cannot complete with duplicate group names. Make them unique, then restart provisioning.",
    GroupIssue.ALIKE: "It isn't documented whether CIE distinguishes these names. Rename one to be safe.",
    GroupIssue.EMPTY: "A group needs a display name to be sent.",
    GroupIssue.LOST: "The directory may have other letters here. Export again in UTF-8, then check that file.",
    GroupIssue.SIGNS: "Prisma Access cannot commit a policy with a group whose name has one of \" ' < > &.",
    GroupIssue.QUOTING: "A client that looks a group up by its name has to quote these; some do not.",
    GroupIssue.UNSEEN: "A name typed into a policy will not match. Enter the name again in the directory.",
    GroupIssue.LONG_DN: f"Groups with a DN over {LONGEST_DN} characters are not redistributed to firewalls.",
    GroupIssue.CHILD: "Nested groups are not followed. Assign the child group as well, after its parent.",
    GroupIssue.PARENT: "Its place in the hierarchy is lost unless the parent is sent as well.",
    GroupIssue.TYPE_NAME: "PowerShell wrote the type of a list, not its values. Join them in the export (-join).",
}


WHOSE: Final = {GroupIssue.CHILD: "Child group", GroupIssue.PARENT: "Parent group"}


@dataclass(frozen=True, slots=True)
class GroupFinding:
    """One finding."""

    row: int
    """As a spreadsheet counts."""
    name: str
    """Legible, cut after ``SHOWN`` characters."""
    issue: GroupIssue
    detail: str
    """What exactly, a sentence without its full stop."""


@dataclass(slots=True)
class GroupFindings:
    """Findings column by column: with 50,000 objects the garbage collector would block the window."""

    rows: list[int] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    issues: list[str] = field(default_factory=list)
    """Values of ``GroupIssue``."""
    details: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[GroupFinding]:
        for row, name, issue, detail in zip(self.rows, self.names, self.issues, self.details, strict=True):
            yield GroupFinding(row, name, GroupIssue(issue), detail)

    def part(self, start: int, stop: int) -> tuple[list[int], list[str], list[str], list[str]]:
        """Some of them: rows, names, issues and details."""
        return self.rows[start:stop], self.names[start:stop], self.issues[start:stop], self.details[start:stop]

    def append(self, row: int, name: str, issue: str, detail: str) -> None:
        """Add one."""
        self.rows.append(row)
        self.names.append(name)
        self.issues.append(issue)
        self.details.append(detail)

    def add(self, rows: Iterable[int], names: Iterable[str], issues: Iterable[str], details: Iterable[str]) -> None:
        """Add some."""
        self.rows += rows
        self.names += names
        self.issues += issues
        self.details += details


@dataclass(slots=True)
class GroupReport:
    """The result of a check."""

    kind: ExportKind
    """As all rows say, which may be more than the first of them said."""
    rows: int = 0
    """Rows of data."""
    groups: int = 0
    """Groups in them; the rows of one group count once."""
    others: int = 0
    """Rows that are something else by their type."""
    uneven: int = 0
    """Rows with more or fewer fields than there are columns."""
    counts: Counter[GroupIssue] = field(default_factory=Counter)
    found: GroupFindings = field(default_factory=GroupFindings)
    """The first ``HELD``, in the order of the file."""


_PRISMA: Final = re.compile("[\"'<>&]")
_ONLY_SIGNS: Final = re.compile(r"[!->@-\[\]-~](?:[ ->@-\[\]-~]*[!->@-\[\]-~])?")
"""A name of ASCII characters without ``?``, backslash and spaces at an end."""
_GAPS: Final = re.compile(r"\ufffd|\?\?|\w\?\w")
"""Letters lost on the way: PowerShell 5.1 writes ASCII with ``?`` for everything else (Export-Csv, "-Encoding")."""
_GAP_AT_A_START: Final = re.compile(r"(?:^|\W)\?\w")
"""At the end of a word it may be a question."""
_SPECIAL: Final = "\"'<>&\\?"
"""ASCII characters that lead to a finding."""
_APART: Final = re.compile(r"(?<!\\)[;|\n]")
_CN: Final = re.compile(r"^CN=((?:\\.|[^,\\])+)", re.IGNORECASE)
_TYPE_NAME: Final = re.compile(r"(?:System|Microsoft)(?:\.[A-Za-z]\w*)+(?:`\d)?(?:\[.*\])?")
_HEX: Final = re.compile(r"X'((?:[0-9A-Fa-f]{2})+)'")
_GARBLED: Final = re.compile(
    "[\u00c2-\u00f4][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]"
)
"""UTF-8 that was read as Windows-1252: the first byte of a character, and one that only continues one."""


class _Strange(dict[str, bool]):
    """Which characters are invisible or replace a lost one, filled on demand."""

    def __missing__(self, character: str) -> bool:
        strange = is_invisible(character) or (character.isspace() and character not in " \n") or character == "\ufffd"
        return self.setdefault(character, (strange or character in "\ufe0e\ufe0f") and character != "\n")


_STRANGE = _Strange()
_SLOTS: Final = 1 << 23


class GroupsCheck:
    """Checks one export: ``survey`` reads every row, ``judge`` reads again the rows that depend on others.

    Its memory grows by 12 bytes for each row, and with the names that occur more than once.
    """

    def __init__(
        self,
        kind: ExportKind,
        roles: Mapping[ColumnRole, Sequence[int]],
        width: int,
        write: Callable[[GroupFinding], None] | None = None,
        *,
        chosen: bool = False,
    ) -> None:
        """``roles`` says which columns hold what and has ``ColumnRole.NAME``; ``width`` is the number of columns.

        ``write`` gets every finding in the order of the file, also those that are not held. ``chosen`` is whether the
        admin named the kind, so that the rows do not change it.
        """
        self.report = GroupReport(kind)
        self._chosen = chosen
        self._roles = roles
        self._width = width
        self._write = write
        self._names_at = tuple(roles[ColumnRole.NAME])
        self._typed = ColumnRole.TYPE in roles
        by_type = ColumnRole.MEMBER in roles and ColumnRole.MEMBER_TYPE in roles
        self._nested = by_type or ColumnRole.CHILDREN in roles or ColumnRole.PARENT in roles
        self._pairs = kind is ExportKind.MEMBERS
        """Whether one name in several rows is one group, since a row is a member."""
        self._late = self._nested or self._pairs or write is not None
        """Whether ``judge`` reports all findings: they depend on other rows, or are written in the order of the file.
        Otherwise it only compares names that occur more than once."""
        self._marks = array("q")
        """For each group the hash of the name's key, 0 where there is none, so that it is worked out only once."""
        self._numbers = array("I")
        """The number of each of these rows."""
        self._identities = array("q")
        """Where groups are nested, the hashes of ids and distinguished names."""
        self._wanted: set[int] = set()
        """Hashes of what a child or parent may be called; later those that are in the export."""
        self._repeated: set[int] = set()
        """Hashes of the keys that occur more than once."""
        self._repeats = array("I")
        """Which of the groups have these."""
        self._first: dict[int, tuple[int, str]] = {}
        """For each repeated key the first row and the name as it is written there."""
        self._hashes: dict[int, int] = {}
        """The hash of that name instead, for keys that were met when findings were only counted."""
        self._met: set[int] = set()
        """Groups that were judged; an export may have a row for each member."""
        self._listed: set[ColumnRole] = set()
        """Columns with a type name that was reported."""
        self._held_out = False
        """Whether findings are only counted: ``HELD`` is reached and none are written."""
        self._ascii = True
        """Whether all names are ASCII, as if other letters had been replaced."""

    # -- the first look ------------------------------------------------------------------

    def survey(self, batches: Iterable[RowBatch]) -> None:
        """Read every row: which names occur, which of them repeatedly, and what references may mean."""
        report, long_dn = self.report, ColumnRole.DN in self._roles
        for batch in batches:
            report.rows += len(batch.rows)
            widths = Counter(map(len, batch.rows))
            report.uneven += len(batch.rows) - widths[self._width]
            numbers, rows = self._groups_of(batch)
            names = self._names_of(rows)
            self._ascii = self._ascii and not names.beyond
            folded = names.keys()
            self._marks.extend(map(hash, folded))
            self._numbers.extend(numbers)
            if self._nested:
                self._learn(rows)
            if not self._late:
                for at in sorted(self._odd(rows, names, blank="" in folded)):
                    if self._held_out and _ONLY_SIGNS.fullmatch(names.names[at]) and not long_dn:
                        report.counts[GroupIssue.SIGNS] += 1
                    else:
                        self._judge_alone(numbers[at], rows[at], names.names[at], hash(folded[at]))
        self._repeated, self._repeats = _repeats(self._marks)
        self._wanted = self._wanted.intersection(self._marks) | self._wanted.intersection(self._identities)
        report.groups, report.others = len(self._marks), report.rows - len(self._marks)
        self._settle()

    def _settle(self) -> None:
        """Decide what the rows are after reading all of them."""
        report = self.report
        if self._chosen or report.kind not in (ExportKind.GROUPS, ExportKind.UNKNOWN):
            return
        if self._typed and report.others and report.groups:
            report.kind = ExportKind.MIXED
        elif self._mostly_repeats():
            report.kind, self._pairs = ExportKind.UNKNOWN, True
            self._judge_all_late()

    def _mostly_repeats(self) -> bool:
        """Whether most rows repeat a name and there is no ID, as in a list of members with unknown headers."""
        groups = len(self._marks)
        if ColumnRole.ID in self._roles or ColumnRole.DN in self._roles or self._width < 2 or groups < 4:
            return False
        return len(self._repeats) - len(self._repeated) >= groups / 2

    def _judge_all_late(self) -> None:
        """Discard the findings, since several rows turned out to be one group."""
        self._late = True
        self._repeated = {self._marks[at] for at in self._repeats}
        self.report.counts.clear()
        self.report.found, self._held_out = GroupFindings(), False
        self.report.groups = len(self._marks)
        for kept in (self._met, self._first, self._hashes, self._listed):
            kept.clear()

    def _learn(self, rows: Sequence[Sequence[str]]) -> None:
        for row in rows:
            for role in (ColumnRole.ID, ColumnRole.DN, ColumnRole.MAIL):
                if cell := self._cell(row, role):
                    self._identities.append(hash(cell.casefold()))
            for _, reference in self._references(row):
                self._wanted.update(self._meanings(reference))

    def _meanings(self, reference: str) -> tuple[int, ...]:
        """The hashes of what a reference may be: a distinguished name, the name in its first part, an ID or a name."""
        return _meanings(reference, by_name=ColumnRole.DN not in self._roles)

    # -- the second look -----------------------------------------------------------------

    def judge(
        self, every: Callable[[], Iterable[RowBatch]], only: Callable[[Sequence[int]], Iterable[RowBatch]]
    ) -> None:
        """Find what depends on other rows. ``every`` reads all rows again, ``only`` the rows with these numbers.

        Raises:
            UnusableFileError: The rows are not the same as before.
        """
        if not self._late:
            alone, self.report.found, self._held_out = self.report.found, GroupFindings(), False
            numbers = array("I", map(self._numbers.__getitem__, self._repeats))
            self._numbers, self._repeated = array("I"), set()
            self._compare_all(only(numbers))
            if not self._late:
                self.report.found = _merged(self.report.found, alone)
                return
        self._judge_all(every())

    def _compare_all(self, batches: Iterable[RowBatch]) -> None:
        """Compare the rows whose names occur more than once. Their other findings are known."""
        done = 0
        for batch in batches:
            names = self._names_of(batch.rows).names
            marks = [self._marks[at] for at in self._repeats[done : done + len(names)]]
            done += len(names)
            if self._goes_on_within(batch.rows, marks):
                self._judge_all_late()
                return
            for number, name, mark in zip(batch.numbers, names, marks, strict=True):
                if self._held_out:
                    self._count(name, mark)
                else:
                    self._compare(number, name, mark)

    def _count(self, name: str, mark: int) -> None:
        """Count what ``_compare`` would find, and keep a hash instead of a name."""
        if (before := self._first.get(mark)) is not None:
            exact = before[1] == name
        elif (known := self._hashes.get(mark)) is not None:
            exact = known == hash(name)
        else:
            self._hashes[mark] = hash(name)
            return
        if not self._has_gaps(name):
            self.report.counts[GroupIssue.SAME if exact else GroupIssue.ALIKE] += 1

    def _goes_on_within(self, rows: Sequence[Sequence[str]], marks: Sequence[int]) -> bool:
        """Whether any of the rows belongs to a group that was already judged. Marks all as judged."""
        if ColumnRole.ID not in self._roles and ColumnRole.DN not in self._roles:
            return False
        at = self._roles.get(ColumnRole.ID, (0,))[0]
        if ColumnRole.ID in self._roles and all(map(at.__lt__, map(len, rows))):
            numbers = [row[at].casefold() for row in rows]
        else:
            numbers = list(map(self._number, rows))
        groups = list(map(hash, zip(marks, numbers, strict=True)))
        if "" in numbers:
            groups = [group for group, number in zip(groups, numbers, strict=True) if number]
        met = self._met
        again = not met.isdisjoint(groups) or len(set(groups)) < len(groups)
        met.update(groups)
        return again

    def _number(self, row: Sequence[str]) -> str:
        """What distinguishes the group from others with its name."""
        return (self._cell(row, ColumnRole.ID) or self._cell(row, ColumnRole.DN)).casefold()

    def _judge_all(self, batches: Iterable[RowBatch]) -> None:
        """Judge every row, in the order of the file."""
        done, repeated, nested = 0, self._repeated, self._nested
        for batch in batches:
            numbers, rows = self._groups_of(batch)
            marks = self._marks[done : done + len(rows)]
            if len(marks) < len(rows):
                raise UnusableFileError(FileProblem.CHANGED)  # it grew meanwhile
            done += len(rows)
            names = self._names_of(rows)
            odd = range(len(rows)) if nested else self._odd(rows, names, blank=0 in marks)
            doubtful = {at for at, mark in enumerate(marks) if mark in repeated}
            for at in sorted(doubtful.union(odd)):
                row, name, mark = rows[at], names.names[at], marks[at]
                if (at in doubtful or not mark) and self._goes_on(row, name, mark):
                    self.report.groups -= 1
                    self._judge_references(numbers[at], row, name)
                    continue
                if at in doubtful:
                    self._compare(numbers[at], name, mark)
                self._judge_alone(numbers[at], row, name, mark)

    def _goes_on(self, row: Sequence[str], name: str, mark: int) -> bool:
        """Whether the row belongs to a group that was already judged, such as its next member."""
        number = self._number(row)
        if not mark and not (self._pairs and number):
            return self._pairs  # a user without a group
        if not number and not self._pairs:
            return False
        group = hash((mark, number or name))
        if group in self._met:
            return True
        self._met.add(group)
        return False

    def _compare(self, number: int, name: str, mark: int) -> None:
        first = self._first.setdefault(mark, (number, name))
        if first[0] == number or self._has_gaps(name):
            return
        exact = first[1] == name
        issue = GroupIssue.SAME if exact else GroupIssue.ALIKE
        how = Sameness.EXACT if exact else sameness(first[1], name)
        other = "" if exact else f", {legible(first[1], SHOWN)}"
        self._take(number, name, issue, f"{how.words.capitalize()} as in row {first[0]:,}{other}")

    def _odd(self, rows: Sequence[Sequence[str]], batch: NameList, *, blank: bool) -> set[int]:
        """The places in a batch that may have findings without regard to other rows.

        ``blank`` is whether any of the names may have no visible character.
        """
        names, joined = batch.names, batch.joined
        if not batch.in_lines:
            return set(range(len(names)))
        odd: set[int] = set()
        for character in _SPECIAL:
            if character in joined:
                odd.update([at for at, name in enumerate(names) if character in name])
        if "\n " in joined or " \n" in joined or joined[:1] == " " or joined[-1:] == " ":
            odd.update(at for at, name in enumerate(names) if name[:1] == " " or name[-1:] == " ")
        if batch.beyond and (any(map(_STRANGE.__getitem__, batch.characters)) or _GARBLED.search(batch.others)):
            odd.update(batch.beyond)
        if blank or not batch.clean:
            odd.update(at for at, name in enumerate(names) if not (name.strip() and name.isprintable()))
        for dn in self._roles.get(ColumnRole.DN, ())[:1]:
            odd.update(at for at, row in enumerate(rows) if dn < len(row) and len(row[dn]) > LONGEST_DN)
        return odd

    def _judge_alone(self, number: int, row: Sequence[str], name: str, mark: int) -> None:
        """Report the findings of a row that do not depend on other names."""
        if not mark:
            self._take(number, name, GroupIssue.EMPTY, "No visible character" if name.strip() else "No name")
            return
        if lost := self._lost(name):
            self._take(number, name, GroupIssue.LOST, lost)
        if found := _PRISMA.findall(name):
            self._take(number, name, GroupIssue.SIGNS, "Has " + " ".join(dict.fromkeys(found)))
        if "\\" in name:
            self._take(number, name, GroupIssue.QUOTING, "Has a backslash")
        if name != name.strip() or (not (name.isascii() and name.isprintable()) and without_invisible(name) != name):
            shown = legible(name, SHOWN)
            self._take(number, name, GroupIssue.UNSEEN, "A space at an end" if shown == name else shown.strip())
        self._judge_references(number, row, name)

    def _lost(self, name: str) -> str:
        """How the name shows that letters were lost, or an empty text."""
        if self._has_gaps(name):
            return "Has ? or \ufffd where a letter may have been"
        if name.isascii() or not _GARBLED.search(name):
            return ""
        try:
            meant = name.encode("cp1252").decode("utf-8")
        except UnicodeError:
            return ""
        return f"Reads like {legible(meant, SHOWN)} in the wrong encoding"

    def _has_gaps(self, name: str) -> bool:
        """Whether letters were replaced by a placeholder, so that equal names prove nothing."""
        if "?" not in name and "\ufffd" not in name:
            return False
        return _GAPS.search(name) is not None or (self._ascii and _GAP_AT_A_START.search(name) is not None)

    def _judge_references(self, number: int, row: Sequence[str], name: str) -> None:
        if ColumnRole.DN in self._roles and len(dn := self._cell(row, ColumnRole.DN)) > LONGEST_DN:
            self._take(number, name, GroupIssue.LONG_DN, f"{len(dn)} characters")
        if not self._nested:
            return
        for issue, reference in self._references(row):
            if self._wanted.isdisjoint(self._meanings(reference)):
                self._take(number, name, issue, f"{WHOSE[issue]} {legible(reference, SHOWN)} is not in the export")
        for role in (ColumnRole.CHILDREN, ColumnRole.PARENT, ColumnRole.MEMBER):
            if role not in self._listed and _TYPE_NAME.fullmatch(cell := self._cell(row, role)):
                self._listed.add(role)
                self._take(number, name, GroupIssue.TYPE_NAME, f"{legible(cell, 80)} is written instead of the values")

    # -- cells ---------------------------------------------------------------------------

    def _groups_of(self, batch: RowBatch) -> tuple[Sequence[int], list[list[str]]]:
        """The rows that are groups by their type, and their numbers."""
        if not self._typed:
            return batch.numbers, batch.rows
        places = [at for at, row in enumerate(batch.rows) if self._is_group(row)]
        return [batch.numbers[at] for at in places], [batch.rows[at] for at in places]

    def _is_group(self, row: Sequence[str]) -> bool:
        return what(self._cell(row, ColumnRole.TYPE)) in (Subject.GROUP, None)

    def _names_of(self, rows: Sequence[Sequence[str]]) -> NameList:
        """The name in each row, from the next column where the first has none."""
        return names_in(rows, self._names_at)

    def _references(self, row: Sequence[str]) -> list[tuple[GroupIssue, str]]:
        """The child and parent groups that a row names."""
        children = _references(self._cell(row, ColumnRole.CHILDREN))
        if what(self._cell(row, ColumnRole.MEMBER_TYPE)) is Subject.GROUP:
            children = (*children, self._cell(row, ColumnRole.MEMBER))
        parents = _references(self._cell(row, ColumnRole.PARENT))
        return [*zip(repeat(GroupIssue.CHILD), children), *zip(repeat(GroupIssue.PARENT), parents)]

    def _cell(self, row: Sequence[str], role: ColumnRole) -> str:
        for at in self._roles.get(role, ())[:1]:
            if at < len(row):
                return unwrapped(row[at].strip())
        return ""

    def _take(self, number: int, name: str, issue: GroupIssue, detail: str) -> None:
        report = self.report
        report.counts[issue] += 1
        if self._held_out:
            return
        shown = legible(name, SHOWN)
        held = len(report.found)
        if held < HELD:
            report.found.append(number, shown, issue.value, detail)
        if self._write is not None:
            self._write(GroupFinding(number, shown, issue, detail))
        else:
            self._held_out = held + 1 >= HELD


def _merged(first: GroupFindings, second: GroupFindings) -> GroupFindings:
    """Two lists of findings in the order of their rows, as many as are held."""
    every = GroupFindings()
    for each in (first, second):
        every.add(*each.part(0, len(each)))
    order = sorted(range(len(every)), key=every.rows.__getitem__)[:HELD]
    merged = GroupFindings()
    columns = (every.rows, every.names, every.issues, every.details)
    merged.add(*([column[at] for at in order] for column in columns))  # type: ignore[arg-type]
    return merged


def names_in(rows: Sequence[Sequence[str]], columns: Sequence[int]) -> NameList:
    """The name in each row: from the first of the columns that has one there."""
    at = columns[0]
    try:
        names = list(map(itemgetter(at), rows))
    except IndexError:
        names = [row[at] if at < len(row) else "" for row in rows]
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


def _repeats(marks: array[int]) -> tuple[set[int], array[int]]:
    """The numbers that occur more than once, without 0, and their places.

    A set of a million numbers would take 90 MB. One byte for each of 8 million remainders finds the few that may be a
    second one, and only those are counted.
    """
    slots, last = bytearray(_SLOTS), _SLOTS - 1
    likely: set[int] = set()
    for mark in marks:
        slot = mark & last
        if slots[slot]:
            likely.add(mark)
        else:
            slots[slot] = 1
    del slots
    places = [at for at, mark in enumerate(marks) if mark in likely]
    found = list(map(marks.__getitem__, places))
    repeated = {mark for mark, count in Counter(found).items() if count > 1 and mark}
    return repeated, array("I", [at for at, mark in zip(places, found, strict=True) if mark in repeated])


@lru_cache(1 << 16)
def _meanings(reference: str, *, by_name: bool) -> tuple[int, ...]:
    folded = reference.casefold()
    if (common := _CN.match(reference)) is not None:
        return (hash(key(common[1].replace("\\", ""))) if by_name else hash(folded),)
    return (hash(folded), hash(key(reference)))


@lru_cache(1 << 16)
def _references(cell: str) -> tuple[str, ...]:
    """The groups in a field, separated by semicolon, bar or line, or by comma unless they are distinguished names."""
    if not cell or _TYPE_NAME.fullmatch(cell):
        return ()
    parts = _APART.split(cell) if "=" in cell else re.split(r"[;|,\n]", cell)
    return tuple(part.strip() for part in parts if part.strip())
