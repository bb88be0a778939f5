"""Recognizes what the rows of an export are before they are checked.

Headers that name groups, users or members decide, and the values of a type column take precedence. If neither helps,
the kind is unknown: a wrong kind would lead to wrong advice.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from app.exports.columns import ColumnRole, Columns, Subject, plain, what
from app.text.similar import key

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from app.exports.shape import FileShape


class ExportKind(StrEnum):
    """What each row is."""

    GROUPS = "groups"
    USERS = "users"
    MEMBERS = "members"
    """A member of a group, so that a group has as many rows as members."""
    MIXED = "mixed"
    """A group or another object, depending on a column."""
    UNKNOWN = "unknown"


LISTS: Final = {
    ExportKind.GROUPS: "a list of groups",
    ExportKind.USERS: "a list of users",
    ExportKind.MEMBERS: "a list of members, one in each row",
    ExportKind.MIXED: "a mixed list of groups and other objects",
}

_MAIL: Final = re.compile(r"[^@\s,;]+@[^@\s,;]+\.[^@\s,;]+")
_MEMBERS: Final = re.compile(r"[;|\n]")
"""Between members in one cell. A comma may belong to the name of one."""
_SEVERAL: Final = re.compile(r"[;|\n]|,(?!\S*=)|\]$")


@dataclass(frozen=True, slots=True)
class Recognized:
    """What the rows are and which columns are used."""

    kind: ExportKind
    certain: bool
    """Whether the file shows it; False if there is merely no evidence against it."""
    roles: Mapping[ColumnRole, tuple[int, ...]]
    """Role → its column, followed by those to read if it is empty."""


def recognize(shape: FileShape, kind: ExportKind | None = None) -> Recognized:
    """Recognize a file. ``kind`` is the admin's choice, which takes precedence."""
    columns = Columns.of(shape.columns) if shape.titled else Columns(())
    told, certain = (kind, True) if kind is not None else _kind(shape, columns)
    return Recognized(told, certain, _roles(shape, columns, told))


# The kind ---------------------------------------------------------------------------------------


def _kind(shape: FileShape, columns: Columns) -> tuple[ExportKind, bool]:
    """What the rows are, and whether that is certain."""
    if (typed := _by_type(shape, columns)) is not None:
        return typed
    named = _naming(columns, Subject.GROUP)
    persons = _persons(shape, columns)
    members = _members(columns)
    if named and (persons or members):
        if _lists_of_groups(shape, named, persons):
            return ExportKind.USERS, True
        if members:
            return _by_members(shape, members)
        return (ExportKind.GROUPS if _all_lists(shape, persons) else ExportKind.MEMBERS), True
    neutral = columns.having(ColumnRole.NAME, Subject.ANY)
    groups = columns.about(Subject.GROUP)
    users = columns.about(Subject.USER)
    if members and neutral and not users:  # Name, MemberName
        return _by_members(shape, members)
    if columns.about(Subject.MEMBER):
        return (ExportKind.UNKNOWN, False) if named else (ExportKind.MEMBERS, True)
    if columns.having(ColumnRole.NAME, Subject.GROUP) and neutral and _other_names(shape, columns, neutral[0]):
        return ExportKind.UNKNOWN, False
    if groups and not users:
        lists = columns.having(ColumnRole.MEMBER, Subject.GROUP)
        names = [*columns.having(ColumnRole.NAME, Subject.GROUP), *neutral]
        repeated = lists and names and _differs(shape, names[0], lists[0])  # a group in a row for each member
        return _by_members(shape, lists[:1]) if repeated else (ExportKind.GROUPS, True)
    if users and not groups:
        return ExportKind.USERS, True
    if users:  # there is evidence for both
        return ExportKind.UNKNOWN, False
    return _neutral(shape, columns)


def _by_type(shape: FileShape, columns: Columns) -> tuple[ExportKind, bool] | None:
    """The kind according to a type column or PowerShell's first line, or None."""
    for at in columns.having(ColumnRole.TYPE, Subject.ANY):
        found = Counter(what(row[at]) for row in shape.sample if at < len(row) and row[at].strip())
        groups, others = found[Subject.GROUP], found[Subject.USER] + found[Subject.OWNER]
        if others and _naming(columns, Subject.GROUP):
            return ExportKind.MEMBERS, True  # the type of the member
        if groups and others:
            return ExportKind.MIXED, True
        if others and not groups and found[None] * 2 < others:
            return (ExportKind.USERS, True) if found[Subject.USER] else (ExportKind.UNKNOWN, False)
        if groups and not (columns.about(Subject.USER) or columns.about(Subject.MEMBER)):
            return None if _naming_members(columns) else (ExportKind.GROUPS, not found[None])
    declared = what(shape.declared.rpartition(".")[2]) if shape.declared else None
    if declared is Subject.USER:
        return ExportKind.USERS, True
    return (ExportKind.GROUPS, True) if declared is Subject.GROUP and not columns.about(Subject.MEMBER) else None


def _naming_members(columns: Columns) -> bool:
    return bool(columns.having(ColumnRole.MEMBER, Subject.GROUP, Subject.MEMBER))


def _naming(columns: Columns, subject: Subject) -> list[int]:
    """The columns that name or number that subject."""
    roles = (ColumnRole.NAME, ColumnRole.ID, ColumnRole.MAIL)
    return [at for role in roles for at in columns.having(role, subject)]


def _members(columns: Columns) -> list[int]:
    """The columns that name the member of a row."""
    return columns.having(ColumnRole.MEMBER, Subject.MEMBER)


def _by_members(shape: FileShape, members: Sequence[int]) -> tuple[ExportKind, bool]:
    """The kind by the columns of members, which hold one in each cell, all of a group, or only their number."""
    cells = [row[at].strip() for row in shape.sample for at in members if at < len(row) and row[at].strip()]
    if sum(1 for cell in cells if _MEMBERS.search(cell)) * 2 > len(cells):
        return ExportKind.GROUPS, True
    numbers = all(map(str.isdecimal, cells)) and not any("id" in plain(shape.columns[at]) for at in members)
    return (ExportKind.GROUPS, False) if cells and numbers else (ExportKind.MEMBERS, True)


def _persons(shape: FileShape, columns: Columns) -> list[int]:
    """The columns that name a user, as far as they are filled."""
    roles = (ColumnRole.USER_NAME, ColumnRole.NAME, ColumnRole.ID, ColumnRole.MAIL)
    found = [at for role in roles for at in columns.having(role, Subject.USER)]
    # Beside the name of a group, a plain name or address belongs to a member.
    if columns.having(ColumnRole.NAME, Subject.GROUP) and not columns.about(Subject.MEMBER):
        plain = (ColumnRole.NAME, ColumnRole.MAIL) if not found else ()
        group = columns.having(ColumnRole.NAME, Subject.GROUP)[0]
        found += [at for role in plain for at in columns.having(role, Subject.ANY) if _differs(shape, group, at)]
    return [at for at in found if _filled(shape, at)]


def _differs(shape: FileShape, group: int, at: int) -> bool:
    """Whether rows of one group have different values there, which then belong to members."""
    values: dict[str, set[str]] = {}
    for row in shape.sample:
        if max(group, at) < len(row):
            values.setdefault(row[group], set()).add(row[at])
    return any(len(each) > 1 for each in values.values())


def _filled(shape: FileShape, at: int) -> bool:
    return any(at < len(row) and row[at].strip() for row in shape.sample) or not shape.sample


def _lists_of_groups(shape: FileShape, named: Sequence[int], persons: Sequence[int]) -> bool:
    """Whether each row is a user with all groups in one cell."""
    lists = sum(1 for row in shape.sample for at in named if at < len(row) and _SEVERAL.search(row[at]))
    who = Counter(row[persons[0]] for row in shape.sample if persons and persons[0] < len(row))
    return lists * 2 > len(shape.sample) and max(who.values(), default=0) == 1


def _other_names(shape: FileShape, columns: Columns, neutral: int) -> bool:
    """Whether a second column of names differs from the group's: another name of the group, or of a member."""
    group = columns.having(ColumnRole.NAME, Subject.GROUP)[0]
    pairs = [(row[group], row[neutral]) for row in shape.sample if max(group, neutral) < len(row) and row[neutral]]
    return sum(1 for one, other in pairs if key(one) != key(other)) * 2 > len(pairs)


def _all_lists(shape: FileShape, persons: Sequence[int]) -> bool:
    """Whether these columns hold all users of a group in a cell, or their number."""
    cells = [row[at] for row in shape.sample for at in persons if at < len(row) and row[at].strip()]
    return bool(cells) and sum(1 for cell in cells if _SEVERAL.search(cell) or cell.strip().isdecimal()) * 2 > len(
        cells
    )


def _neutral(shape: FileShape, columns: Columns) -> tuple[ExportKind, bool]:
    """The kind if no header helps: groups, unless a column may belong to users."""
    if not columns.having(ColumnRole.NAME, Subject.ANY):
        return ExportKind.UNKNOWN, False
    mails = bool(columns.having(ColumnRole.MAIL, Subject.ANY)) or any(map(_is_mail, zip(*_square(shape), strict=True)))
    accounts = "samaccountname" in map(str.casefold, shape.columns)  # users have one, and most lists of them show it
    strange = any(each is None and _filled(shape, at) for at, each in enumerate(columns.meanings))
    if mails or accounts or strange:
        return ExportKind.UNKNOWN, False
    return ExportKind.GROUPS, False


def _square(shape: FileShape) -> Iterable[tuple[str, ...]]:
    width = len(shape.columns)
    return [(*row[:width], *("",) * (width - len(row))) for row in shape.sample]


def _is_mail(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if cell.strip()]
    return bool(filled) and sum(1 for cell in filled if _MAIL.fullmatch(cell.strip())) * 2 > len(filled)


# The columns ------------------------------------------------------------------------------------


def _roles(shape: FileShape, columns: Columns, kind: ExportKind) -> dict[ColumnRole, tuple[int, ...]]:
    """The columns of each role, as far as that kind of list has it."""
    any_, group, member, user = Subject.ANY, Subject.GROUP, Subject.MEMBER, Subject.USER
    taken: dict[ColumnRole, list[int]] = {}
    of_groups = kind is not ExportKind.USERS
    own = columns.having(ColumnRole.NAME, group) if of_groups else []
    in_pairs = kind is ExportKind.MEMBERS
    whose_neutral_is_a_person = in_pairs and (bool(own) or not (_members(columns) or _naming_members(columns)))
    names = [*own] if whose_neutral_is_a_person else [*own, *columns.having(ColumnRole.NAME, any_)]
    if not of_groups:
        names = [*columns.having(ColumnRole.NAME, any_), *columns.having(ColumnRole.NAME, user)]
    taken[ColumnRole.NAME] = _best_filled(shape, names)
    neutral_too = () if whose_neutral_is_a_person else (any_,)
    mail = columns.having(ColumnRole.MAIL, group)
    taken[ColumnRole.ID] = (
        [*columns.having(ColumnRole.ID, group, *neutral_too), *mail]
        if of_groups
        else columns.having(ColumnRole.ID, any_, user)
    )
    taken[ColumnRole.DN] = columns.having(ColumnRole.DN, any_, group) if not whose_neutral_is_a_person else []
    types = _type_column(shape, columns)
    taken[ColumnRole.TYPE] = [] if whose_neutral_is_a_person else types
    taken[ColumnRole.CHILDREN] = columns.having(ColumnRole.CHILDREN, group) if of_groups else []
    taken[ColumnRole.PARENT] = columns.having(ColumnRole.PARENT, any_, group) if of_groups and not in_pairs else []
    taken[ColumnRole.MEMBER] = columns.having(ColumnRole.MEMBER, group, member) if of_groups else []
    if in_pairs and not taken[ColumnRole.MEMBER]:
        persons = (ColumnRole.USER_NAME, ColumnRole.NAME, ColumnRole.MAIL, ColumnRole.ID)
        taken[ColumnRole.MEMBER] = [
            at for role in persons for at in columns.having(role, user, *((any_,) if whose_neutral_is_a_person else ()))
        ]
    taken[ColumnRole.MEMBER_TYPE] = columns.having(ColumnRole.MEMBER_TYPE, member) if of_groups else []
    if whose_neutral_is_a_person and not (columns.about(user) and _only_groups(shape, types)):
        taken[ColumnRole.MEMBER_TYPE] += types
    taken[ColumnRole.USER_NAME] = [
        *columns.having(ColumnRole.USER_NAME, user),
        *columns.having(ColumnRole.MAIL, user, any_),
    ]
    if of_groups:
        taken[ColumnRole.MAIL] = columns.having(ColumnRole.MAIL, group, *neutral_too)
    used: set[int] = set()
    roles: dict[ColumnRole, tuple[int, ...]] = {}
    for role, found in taken.items():
        free = tuple(at for at in found if at not in used or role in (ColumnRole.USER_NAME, ColumnRole.MAIL))
        if free:
            roles[role] = free if role is ColumnRole.NAME else free[:1]
            used.add(free[0])
    return roles


def _type_column(shape: FileShape, columns: Columns) -> list[int]:
    """The type column with known values. A type of another sort, such as a role, does not help."""
    return [
        at
        for at in columns.having(ColumnRole.TYPE, Subject.ANY)
        if any(at < len(row) and what(row[at]) is not None for row in shape.sample)
    ]


def _only_groups(shape: FileShape, types: Sequence[int]) -> bool:
    """Whether a type is that of the row's group: every row says so, while its member is a user."""
    return all(what(row[at]) is Subject.GROUP for row in shape.sample for at in types if at < len(row))


def _best_filled(shape: FileShape, names: list[int]) -> list[int]:
    """Columns of names, the first of those first that are filled in most rows: most groups of Active Directory have no
    DisplayName.
    """
    rows = shape.sample
    if not rows:
        return names
    filled = {at: sum(1 for row in rows if at < len(row) and key(row[at])) for at in names}
    most = max(filled.values(), default=0)
    enough = [at for at in names if filled[at] * 10 >= most * 9]
    return [*enough, *(at for at in names if at not in enough)]
