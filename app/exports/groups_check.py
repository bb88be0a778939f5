"""Checks an export of groups for what stops a sync or breaks a policy, in bounded memory.

Every row is read once, column by column in batches: a loop in Python for each row would take longer than reading it.
Only rows whose findings are shown or written are read again, for their texts.

Sources: Palo Alto Networks, "Troubleshoot Cloud Identity Engine Issues" (duplicate group names; nested groups), the
restrictions of Prisma Access (five characters that groups must not contain), known issue CYR-58031 (286 characters of
a distinguished name); RFC 7644 section 3.4.2.2 (how a filter quotes a name).
"""

from __future__ import annotations

import re
from array import array
from collections import Counter
from dataclasses import dataclass, field
from itertools import compress, count, islice, repeat
from operator import contains, ne, not_
from struct import pack
from typing import TYPE_CHECKING, Final

from app.exports.cells import (
    all_distinguished,
    column,
    common_name,
    names_in,
    references_in,
    type_names_in,
    uneven,
    unwrapped,
    values,
)
from app.exports.columns import ColumnRole, Subject, what
from app.exports.kinds import ExportKind
from app.exports.problems import FileProblem, UnusableFileError
from app.text.legible import is_invisible, legible, without_invisible
from app.text.similar import NameList, Sameness, key, sameness
from app.text.worded import WordedEnum

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from app.exports.rows import RowBatch

HELD: Final = 50_000
"""Findings that are held to be shown; all are counted, and all go into the file of findings."""
LONGEST_DN: Final = 286
"""Characters of a distinguished name that is still redistributed (CYR-58031)."""
SHOWN: Final = 200
"""Characters of a name or reference in a finding."""


class GroupIssue(WordedEnum):
    """What a finding is about, the most severe first. The words are a title and advice."""

    SAME = (
        "same",
        "Duplicate names",
        "A sync cannot complete with duplicate group names. Make them unique, then restart provisioning.",
    )
    ALIKE = (
        "alike",
        "Nearly the same names",
        "It isn't documented whether CIE distinguishes these names. Rename one to be safe.",
    )
    """Names that differ only in capitals, spaces, invisible characters or the form of letters."""
    EMPTY = "empty", "Empty names", "A group needs a display name to be sent."
    """No name, or one that cannot be seen."""
    LOST = (
        "lost",
        "Lost letters",
        "The directory may have other letters here. Export again in UTF-8, then check that file.",
    )
    """Letters that an earlier program replaced, by question marks or by those of another encoding."""
    SIGNS = (
        "signs",
        "Prisma Access characters",
        "Prisma Access cannot commit a policy with a group whose name has one of \" ' < > &.",
    )
    QUOTING = (
        "quoting",
        "Filter characters",
        "A client that looks a group up by its name has to quote these; some do not.",
    )
    UNSEEN = (
        "unseen",
        "Unseen characters",
        "A name typed into a policy will not match. Enter the name again in the directory.",
    )
    """Characters that cannot be seen, or spaces at an end."""
    LONG_DN = (
        "long-dn",
        "Long names (DN)",
        f"Groups with a DN over {LONGEST_DN} characters are not redistributed to firewalls.",
    )
    CHILD = (
        "child",
        "Missing child groups",
        "Nested groups are not followed. Assign the child group as well, after its parent.",
    )
    PARENT = "parent", "Missing parent groups", "Its place in the hierarchy is lost unless the parent is sent as well."
    TYPE_NAME = (
        "type-name",
        "Type names, no values",
        "PowerShell wrote the type of a list, not its values. Join them in the export (-join).",
    )
    """The name of a type of PowerShell where values belong."""


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
_GAPS: Final = re.compile(r"\ufffd|\?\?|\w\?\w")
"""Letters lost on the way: PowerShell 5.1 writes ASCII with ``?`` for everything else (Export-Csv, "-Encoding")."""
_GAP_AT_A_START: Final = re.compile(r"(?:^|\W)\?\w")
"""At the end of a word it may be a question."""
_GARBLED: Final = re.compile(
    "[\u00c2-\u00f4][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]"
)
"""UTF-8 that was read as Windows-1252: the first byte of a character, and one that only continues one."""
_PART: Final = 1 << 16

# What is known of a group after the survey, in a byte: findings that do not depend on other names.
_GAP, _GAP_IF_ASCII, _GARBLED_BIT, _SIGNS, _QUOTING, _UNSEEN, _LONG_DN, _REFERENCES = (1 << bit for bit in range(8))
_OF_A_GROUP: Final = _GAP | _GAP_IF_ASCII | _GARBLED_BIT | _SIGNS | _QUOTING | _UNSEEN | _LONG_DN
_SIGN_BITS: Final = {**dict.fromkeys("\"'<>&", _SIGNS), "\\": _QUOTING}
# And in another byte: a finding about its name beside the others.
_SAME, _ALIKE, _EMPTY = 1, 2, 3
_IS_REPEATED: Final = bytes(beside in (_SAME, _ALIKE) for beside in range(256))
_COUNTED: Final = {
    _GAP | _GARBLED_BIT: GroupIssue.LOST,
    _SIGNS: GroupIssue.SIGNS,
    _QUOTING: GroupIssue.QUOTING,
    _UNSEEN: GroupIssue.UNSEEN,
    _LONG_DN: GroupIssue.LONG_DN,
}
_REFERRING: Final = {
    ColumnRole.CHILDREN: GroupIssue.CHILD,
    ColumnRole.MEMBER: GroupIssue.CHILD,
    ColumnRole.PARENT: GroupIssue.PARENT,
}


class _Strange(dict[str, bool]):
    """Which characters are invisible, white space or replace a lost one, filled on demand."""

    def __missing__(self, character: str) -> bool:
        strange = is_invisible(character) or (character.isspace() and character not in " \n") or character == "\ufffd"
        return self.setdefault(character, (strange or character in "\ufe0e\ufe0f") and character != "\n")


_STRANGE = _Strange()


class GroupsCheck:
    """Checks one export: ``survey`` reads every row, ``judge`` reads again those whose findings are shown or written.

    Its memory grows by 22 to 38 bytes for each row, and 12 for each reference.
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
        self._at = {role: columns[0] for role, columns in roles.items()}
        self._names_at = tuple(roles[ColumnRole.NAME])
        self._width = width
        self._write = write
        self._pairs = kind is ExportKind.MEMBERS
        """Whether one name in several rows is one group, since a row is a member."""
        self._referring = [
            role
            for role in (ColumnRole.CHILDREN, ColumnRole.MEMBER, ColumnRole.PARENT)
            if role in roles and (role is not ColumnRole.MEMBER or ColumnRole.MEMBER_TYPE in roles)
        ]
        """Columns that refer to other groups."""
        numbered = [role for role in (ColumnRole.ID, ColumnRole.DN) if role in roles]
        self._numbered = numbered
        """Columns of what distinguishes a group from others with its name; the second where the first is empty."""
        # One item for each row that is a group; "place" is its index.
        self._rows = array("I")
        """As a spreadsheet counts."""
        self._marks = array("q")
        """The hash of the name's key, 0 where nothing of a name is visible."""
        self._names = array("q")
        """The hash of the name."""
        self._numbers = array("q")
        """The hash of what distinguishes it, 0 without any; nothing where no column does."""
        self._met: set[int] = set()
        """The hashes of some groups, where groups have many rows."""
        self._folds = None if numbered or self._pairs else False
        """Whether they do, once it is known."""
        self._own = bytearray()
        self._beside = bytearray()
        # One item for each further name of a group, and for each reference.
        self._identities = array("q")
        """Hashes of distinguished names and mail addresses, where groups refer to others."""
        self._references = {issue: (array("q"), array("I")) for issue in (GroupIssue.CHILD, GroupIssue.PARENT)}
        """The hash of each reference, and the place of the group that refers."""
        self._by_name = False
        """Whether any reference may be the name of a group."""
        self._absent: set[int] = set()
        """The hashes of references to groups that are not in the export, as far as these findings are shown."""
        self._type_names: dict[ColumnRole, int] = {}
        """Columns with the name of a type, and the first place that has one."""
        self._ascii = True
        """Whether all names are ASCII, as if other letters had been replaced."""
        self._firsts: dict[int, tuple[int, str]] = {}
        """For each place that has a repeated name first: its row and the name."""

    # -- the first look ------------------------------------------------------------------

    def survey(self, batches: Iterable[RowBatch]) -> None:
        """Read every row, and count all findings."""
        report = self.report
        for batch in batches:
            report.rows += len(batch.rows)
            report.uneven += uneven(batch.rows, self._width)
            numbers, rows = self._groups_of(batch)
            report.others += len(batch.rows) - len(rows)
            if rows:
                self._note(numbers, rows)
        gap = _GAP if self._ascii else 0
        self._own = self._own.translate(
            bytes(own & ~_GAP_IF_ASCII | gap * bool(own & _GAP_IF_ASCII) for own in range(256))
        )
        surplus = self._compare()
        if not (self._chosen or report.kind not in (ExportKind.GROUPS, ExportKind.UNKNOWN)):
            if ColumnRole.TYPE in self._at and report.others and report.groups:
                report.kind = ExportKind.MIXED
            elif self._as_of_members(surplus):
                report.kind, self._pairs = ExportKind.UNKNOWN, True
                self._compare()
        self._look_up()
        self._count()

    def _groups_of(self, batch: RowBatch) -> tuple[Sequence[int], Sequence[Sequence[str]]]:
        """The rows that are groups by their type, and their numbers."""
        if ColumnRole.TYPE not in self._at:
            return batch.numbers, batch.rows
        types = column(batch.rows, self._at[ColumnRole.TYPE])
        groups = [kind is None or kind is Subject.GROUP for kind in map(what, types)]
        return list(compress(batch.numbers, groups)), list(compress(batch.rows, groups))

    def _note(self, numbers: Sequence[int], rows: Sequence[Sequence[str]]) -> None:
        """Keep what is needed of these groups."""
        names = names_in(rows, self._names_at)
        self._ascii = self._ascii and not names.beyond
        keys, texts = names.keys(), names.names
        own, odd = _signs(names), _odd(names)
        for at in odd:
            if keys[at]:
                own[at] |= _faults(texts[at])
        whose = self._numbers_of(rows) if self._numbered else []
        kept = self._kept(keys, texts, whose, rows) if self._folds is not False else range(len(rows))
        if len(kept) < len(rows):
            rows, keys, texts = [rows[at] for at in kept], [keys[at] for at in kept], [texts[at] for at in kept]
            numbers, whose = [numbers[at] for at in kept], [whose[at] for at in kept] if whose else []
            own = bytearray(map(own.__getitem__, kept))
        start = len(self._marks)
        self._rows.extend(numbers)
        _add_hashes(self._marks, keys)
        _add_hashes(self._names, texts)
        _add_hashes(self._numbers, whose)
        if ColumnRole.DN in self._at and rows and max(map(len, column(rows, self._at[ColumnRole.DN]))) > LONGEST_DN:
            for at, dn in enumerate(values(rows, self._at[ColumnRole.DN])):
                own[at] |= _LONG_DN * (len(dn) > LONGEST_DN)
        self._own += own
        if self._referring and rows:
            for role in (ColumnRole.DN, ColumnRole.MAIL):
                if role in self._at and role not in self._numbered[:1]:
                    _add_hashes(self._identities, _folded(values(rows, self._at[role])))
            for role in self._referring:
                self._note_references(role, start, rows)

    def _numbers_of(self, rows: Sequence[Sequence[str]]) -> list[str]:
        """What distinguishes each group from others with its name, or an empty text."""
        columns = [self._at[role] for role in self._numbered]
        numbers = _folded(column(rows, columns[0]))
        return _folded(names_in(rows, columns).names) if "" in numbers else numbers

    def _kept(
        self, keys: list[str], names: list[str], whose: list[str], rows: Sequence[Sequence[str]]
    ) -> Sequence[int]:
        """The rows without those that say nothing new: further rows of a group that is known, such as its members."""
        if self._pairs:
            whose = [number or name for number, name in zip(whose, names, strict=True)] if whose else names
        met, kept = self._met, list[int]()
        marks = list(map(hash, zip(keys, whose, strict=True))) if whose else []
        known = map(met.__contains__, marks)
        always = not (self._pairs or all(whose))
        for at in range(len(marks)) if always else compress(count(), map(not_, known)):
            if (mark := marks[at]) not in met or (always and not whose[at]):
                kept.append(at)
                met.add(mark)
        if len(met) > _PART:
            met.clear()  # rows of one group are mostly together; the others are found later
        if self._folds is None:
            self._folds = self._pairs or len(kept) * 2 < len(rows)
        if not self._folds:
            return range(len(rows))
        if self._referring and len(kept) < len(rows):
            referring = set(kept)
            for role in self._referring:
                filled = column(rows, self._at[ColumnRole.MEMBER_TYPE if role is ColumnRole.MEMBER else role])
                all_ = role is not ColumnRole.MEMBER
                referring.update(
                    [at for at, cell in enumerate(filled) if cell and (all_ or what(cell) is Subject.GROUP)]
                )
            kept = sorted(referring)
        return kept

    def _note_references(self, role: ColumnRole, start: int, rows: Sequence[Sequence[str]]) -> None:
        cells = values(rows, self._at[role])
        if role not in self._type_names and (types := type_names_in(cells)):
            self._type_names[role] = start + types[0]
        places, meant = self._refer(role, cells, rows)
        hashes, referring = self._references[_REFERRING[role]]
        _add_hashes(hashes, self._meant(meant))
        referring.frombytes(pack(f"{len(places)}I", *map(start.__add__, places)))

    def _refer(
        self, role: ColumnRole, cells: Sequence[str], rows: Sequence[Sequence[str]]
    ) -> tuple[Sequence[int], Sequence[str]]:
        """The groups that these cells of a column refer to, and the place of the cell of each."""
        if role is not ColumnRole.MEMBER:
            return references_in(cells)
        kinds = map(what, column(rows, self._at[ColumnRole.MEMBER_TYPE]))
        places = [at for at, kind in enumerate(kinds) if kind is Subject.GROUP and cells[at]]
        return places, [cells[at] for at in places]

    def _missing(self, rows: Sequence[Sequence[str]]) -> dict[int, list[tuple[GroupIssue, str]]]:
        """The references in these rows to groups that are not in the export, by the place of the row."""
        missing: dict[int, list[tuple[GroupIssue, str]]] = {}
        for role in self._referring if self._absent else ():
            places, meant = self._refer(role, values(rows, self._at[role]), rows)
            absent = list(map(self._absent.__contains__, map(hash, self._meant(meant))))
            for place, each in zip(compress(places, absent), compress(meant, absent), strict=True):
                missing.setdefault(place, []).append((_REFERRING[role], each))
        return missing

    def _meant(self, meant: Sequence[str]) -> list[str]:
        """What each reference is found by: a distinguished name, the name in it if no column has one, an ID or name."""
        if ColumnRole.DN in self._at:
            if all_distinguished(meant):
                return list(map(str.casefold, meant))
            self._by_name = True
            return [each.casefold() if "=" in each else key(each) for each in meant]
        self._by_name = True
        return NameList(list(map(common_name, meant))).keys()

    # -- what depends on other rows ------------------------------------------------------

    def _compare(self) -> int:
        """Find the names that occur more than once; returns how many rows repeat an earlier one.

        Only the first row of a group has findings about its name.
        """
        marks, names, own = self._marks, self._names, self._own
        beside = self._beside = bytearray(len(marks))
        goes_on = bytearray(len(marks))
        """Which rows belong to the group of an earlier one, such as its next member."""
        surplus = 0
        unique = True
        for quarter in _quarters(marks):
            if unique := unique and _unique(marks, quarter):
                continue
            first: dict[int, int] = {}
            met: set[int] = set()
            for start in range(0, len(marks), _PART):
                chosen = quarter[start : start + _PART]
                places = list(compress(range(start, len(marks)), chosen))
                before = list(map(first.setdefault, compress(marks[start : start + _PART], chosen), places))
                again = bytes(map(ne, places, before)) if before != places else b""
                for at, earlier in zip(compress(places, again), compress(before, again), strict=True):
                    mark = marks[at]
                    surplus += mark != 0
                    if whose := self._whose(at):
                        met.add(hash((mark, self._whose(earlier))))
                        if (group := hash((mark, whose))) in met:
                            goes_on[at] = 1
                            continue
                        met.add(group)
                    if mark and not own[at] & _GAP:
                        beside[at] = _SAME if names[at] == names[earlier] else _ALIKE
            for at in compress(range(len(marks)), map(not_, marks)) if 0 in first else ():
                goes_on[at] |= self._pairs and not (self._numbers and self._numbers[at])  # a member without a group
                beside[at] = 0 if goes_on[at] else _EMPTY
        for at in compress(range(len(marks)), goes_on) if 1 in goes_on else ():
            own[at] &= ~_OF_A_GROUP
        self.report.groups = len(marks) - goes_on.count(1)
        return surplus

    def _whose(self, at: int) -> int:
        """The hash of what distinguishes a group from others with its name, 0 without any."""
        number = self._numbers[at] if self._numbers else 0
        return number or (self._names[at] if self._pairs else 0)

    def _as_of_members(self, surplus: int) -> bool:
        """Whether most rows repeat a name and there is no ID, as in a list of members with unknown headers."""
        groups = len(self._marks)
        return not self._numbered and self._width > 1 and groups >= 4 and surplus >= groups / 2

    def _look_up(self) -> None:
        """Find the references to groups that are not in the export."""
        for issue, (hashes, places) in self._references.items():
            if not hashes:
                continue
            absent = _absent(hashes, (*((self._marks,) if self._by_name else ()), self._numbers, self._identities))
            for place in compress(places, absent):
                self._own[place] |= _REFERENCES
            self._absent.update(islice(compress(hashes, absent), HELD if self._write is None else None))
            if 1 in absent:
                self.report.counts[issue] = absent.count(1)
        for place in self._type_names.values():
            self._own[place] |= _REFERENCES

    def _count(self) -> None:
        counts = self.report.counts
        for bits, issue in _COUNTED.items():
            if found := self._own.translate(bytes(own & bits != 0 for own in range(256))).count(1):
                counts[issue] = found
        for value, issue in ((_SAME, GroupIssue.SAME), (_ALIKE, GroupIssue.ALIKE), (_EMPTY, GroupIssue.EMPTY)):
            if found := self._beside.count(value):
                counts[issue] = found
        if self._type_names:
            counts[GroupIssue.TYPE_NAME] = len(self._type_names)

    # -- the second look -----------------------------------------------------------------

    def judge(self, only: Callable[[Sequence[int]], Iterable[RowBatch]]) -> None:
        """Say what was found, in the order of the file. ``only`` reads the rows with these numbers again.

        Raises:
            UnusableFileError: The rows are not the same as before.
        """
        most = None if self._write is not None else HELD
        found = int.from_bytes(self._own) | int.from_bytes(self._beside)
        places = array("I", islice(compress(count(), found.to_bytes(len(self._own))), most))
        wanted = bytearray(places[-1] + 1 if places else 0)
        for at in places:
            wanted[at] = 1
        if repeated := set(compress(self._marks, self._beside[: len(wanted)].translate(_IS_REPEATED))):
            for at in compress(range(len(wanted)), map(repeated.__contains__, self._marks)):
                if (mark := self._marks[at]) in repeated:
                    repeated.remove(mark)
                    wanted[at] |= 2
            places = array("I", compress(count(), wanted))
        done = 0
        for batch in only(array("I", map(self._rows.__getitem__, places))):
            missing = self._missing(batch.rows)
            for place, name in enumerate(names_in(batch.rows, self._names_at).names):
                if done == len(places):
                    raise UnusableFileError(FileProblem.CHANGED)
                at = places[done]
                done += 1
                if wanted[at] & 2:
                    self._firsts[self._marks[at]] = (self._rows[at], name)
                if wanted[at] & 1:
                    self._judge(at, batch.rows[place], name, missing.get(place, ()))
        if done < len(places):
            raise UnusableFileError(FileProblem.CHANGED)

    def _judge(self, at: int, row: Sequence[str], name: str, missing: Iterable[tuple[GroupIssue, str]]) -> None:
        """Say what was found about one group."""
        own, beside = self._own[at], self._beside[at]
        if beside == _EMPTY:
            self._take(at, name, GroupIssue.EMPTY, "No visible character" if name.strip() else "No name")
        elif beside:
            number, first = self._firsts[self._marks[at]]
            how = sameness(first, name)
            issue, other = (
                (GroupIssue.SAME, "") if how is Sameness.EXACT else (GroupIssue.ALIKE, f", {legible(first, SHOWN)}")
            )
            self._take(at, name, issue, f"{how.words.capitalize()} as in row {number:,}{other}")
        if own & _OF_A_GROUP:
            self._judge_name(at, row, name, own)
        for issue, reference in missing:
            self._take(at, name, issue, f"{WHOSE[issue]} {legible(reference, SHOWN)} is not in the export")
        for role, place in self._type_names.items():
            if place == at:
                cell = legible(self._cell(row, role), 80)
                self._take(at, name, GroupIssue.TYPE_NAME, f"{cell} is written instead of the values")

    def _judge_name(self, at: int, row: Sequence[str], name: str, own: int) -> None:
        """Say what was found about a group by itself."""
        if own & _GAP:
            self._take(at, name, GroupIssue.LOST, "Has ? or \ufffd where a letter may have been")
        elif own & _GARBLED_BIT:
            self._take(at, name, GroupIssue.LOST, f"Reads like {legible(_in_utf8(name), SHOWN)} in the wrong encoding")
        if own & _SIGNS:
            self._take(at, name, GroupIssue.SIGNS, "Has " + " ".join(dict.fromkeys(_PRISMA.findall(name))))
        if own & _QUOTING:
            self._take(at, name, GroupIssue.QUOTING, "Has a backslash")
        if own & _UNSEEN:
            shown = legible(name, SHOWN)
            self._take(at, name, GroupIssue.UNSEEN, "A space at an end" if shown == name else shown.strip())
        if own & _LONG_DN:
            self._take(at, name, GroupIssue.LONG_DN, f"{len(self._cell(row, ColumnRole.DN))} characters")

    def _cell(self, row: Sequence[str], role: ColumnRole) -> str:
        at = self._at[role]
        return unwrapped(row[at].strip()) if at < len(row) else ""

    def _take(self, at: int, name: str, issue: GroupIssue, detail: str) -> None:
        number, shown = self._rows[at], legible(name, SHOWN)
        if len(self.report.found) < HELD:
            self.report.found.append(number, shown, issue, detail)
        if self._write is not None:
            self._write(GroupFinding(number, shown, issue, detail))


def _folded(cells: list[str]) -> list[str]:
    return list(map(str.casefold, map(str.strip, cells)))


def _add_hashes(hashes: array[int], texts: Sequence[str]) -> None:
    """Add the hash of each text. An array takes single numbers half as fast."""
    hashes.frombytes(pack(f"{len(texts)}q", *map(hash, texts)))


def _signs(batch: NameList) -> bytearray:
    """The findings of each name for characters that lead to one wherever they are."""
    bits = 0
    for character, bit in _SIGN_BITS.items():
        if character in batch.joined:
            bits |= int.from_bytes(bytes(map(contains, batch.names, repeat(character)))) * bit
    return bytearray(bits.to_bytes(len(batch.names)))


def _odd(batch: NameList) -> set[int]:
    """The places of names that may have other findings of their own."""
    names, joined = batch.names, batch.joined
    if not batch.in_lines:
        return set(range(len(names)))
    odd: set[int] = set()
    if "?" in joined:
        odd.update([at for at, name in enumerate(names) if "?" in name])
    if "\n " in joined or " \n" in joined or joined[:1] == " " or joined[-1:] == " ":
        odd.update([at for at, name in enumerate(names) if name[:1] == " " or name[-1:] == " "])
    if batch.beyond and (any(map(_STRANGE.__getitem__, batch.characters)) or _GARBLED.search(batch.others)):
        odd.update(batch.beyond)
    if not batch.clean:
        odd.update([at for at, name in enumerate(names) if not name.isprintable()])
    return odd


def _faults(name: str) -> int:
    """The other findings about a name by itself, as bits."""
    bits = 0
    if "?" in name or "\ufffd" in name:
        bits = _GAP if _GAPS.search(name) else _GAP_IF_ASCII if _GAP_AT_A_START.search(name) else 0
    plain = name.isascii()
    if not plain and _in_utf8(name):
        bits |= _GARBLED_BIT
    if plain and name.isprintable():
        unseen = name[:1] == " " or name[-1:] == " "
    else:
        unseen = name != name.strip() or without_invisible(name) != name
    return bits | _UNSEEN * unseen


def _in_utf8(name: str) -> str:
    """What a name says in the right encoding, or an empty text if this one is right."""
    if not _GARBLED.search(name):
        return ""
    try:
        return name.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return ""


def _unique(hashes: array[int], chosen: bytes) -> bool:
    """Whether each of the chosen hashes is there once, and none is 0. Faster than finding those that are not."""
    once = set(compress(hashes, chosen))
    return len(once) == chosen.count(1) and 0 not in once


def _absent(hashes: array[int], known: Sequence[array[int]]) -> bytearray:
    """Which of the hashes are not among the known ones, as ones and zeros."""
    few: set[int] = set()
    for start in range(0, len(hashes), _PART):
        few.update(hashes[start : start + _PART])
        if len(few) > 4 * _PART:
            few.clear()
            break
    else:
        few.difference_update(*known)
        few = set(few)  # as small as what is left
        return bytearray(map(few.__contains__, hashes)) if few else bytearray(len(hashes))
    absent = bytearray(len(hashes))
    for quarter, *others in zip(_quarters(hashes), *map(_quarters, known), strict=True):
        missing = set(compress(hashes, quarter))
        missing.difference_update(*map(compress, known, others))
        if missing:
            found = map(missing.__contains__, compress(hashes, quarter))
            for at in compress(compress(count(), quarter), found):
                absent[at] = 1
    return absent


def _quarters(hashes: array[int]) -> Iterator[bytes]:
    """Which of the hashes are in each quarter, as ones and zeros. Equal hashes are in the same one.

    A set of a million hashes takes 90 MB, and a processor waits for most of its entries.
    """
    last_bytes = bytes(memoryview(hashes).cast("B")[:: hashes.itemsize])
    return (last_bytes.translate(bytes(byte & 3 == quarter for byte in range(256))) for quarter in range(4))
