"""Recognizes by its header what a column of an export contains, from the tables in ``resources/exports``.

``headers.csv`` has a row for each header that a product is known to write, with its source. ``words.csv`` contains the
words that headers consist of, so that ``Gruppen-Anzeigename`` is understood without a row of its own.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final

from app.system.paths import resources

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


class ColumnRole(StrEnum):
    """What a column is used for."""

    NAME = "name"
    """The name of the group, or of the user in an export of users."""
    ID = "id"
    """What distinguishes two groups with one name."""
    DN = "dn"
    """The distinguished name."""
    TYPE = "type"
    """What the row is: a group, or something else."""
    CHILDREN = "children"
    """The groups inside the group."""
    MEMBER = "member"
    """Members of every kind; counted as groups only where another column says so."""
    MEMBER_TYPE = "member_type"
    """What the member is."""
    PARENT = "parent"
    """The groups that the row's object is in."""
    USER_NAME = "user_name"
    """The user's name at sign-in."""
    MAIL = "mail"
    """A mail address; users and groups have them."""


LABELS: Final = {
    ColumnRole.NAME: "Name",
    ColumnRole.ID: "ID",
    ColumnRole.CHILDREN: "Child groups",
    ColumnRole.PARENT: "Parent group",
    ColumnRole.MEMBER: "Member",
    ColumnRole.USER_NAME: "User name",
}
"""The columns that the admin may choose."""


class Subject(StrEnum):
    """The kind of object a column describes."""

    GROUP = "group"
    MEMBER = "member"
    """A member of the row's group."""
    USER = "user"
    OWNER = "owner"
    """Another object, such as an owner or creator."""
    ANY = ""
    """The object of the row, whatever its kind."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a header says."""

    role: ColumnRole | None
    """None if the column only shows what the rows are."""
    subject: Subject
    rank: int
    """Place in the table: of two columns for one role the lower one is likelier."""


_WORDS: Final = re.compile(r"[^\W\d_]+|\d+")
_CAMEL: Final = re.compile(r"(?<=[a-z\u00df-\u00ff])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_BRACKETS: Final = re.compile(r"\[([^\]]*)\]")
_JOINTS: Final = frozenset({"n", "s", "e", "d", "l"})
"""Letters between the parts of a compound, or what an apostrophe leaves of an article."""


def plain(header: str) -> str:
    """A header in lower case without spaces and punctuation: ``Display Name`` and ``display_name`` are the same."""
    return "".join(filter(str.isalnum, header.casefold()))


@cache
def _headers() -> Mapping[str, Meaning]:
    with (resources() / "exports/headers.csv").open(encoding="utf-8", newline="") as file:
        return {
            plain(row["header"]): Meaning(ColumnRole(row["role"]) if row["role"] else None, Subject(row["of"]), rank)
            for rank, row in enumerate(csv.DictReader(file))
        }


@cache
def _words() -> Mapping[str, str]:
    with (resources() / "exports/words.csv").open(encoding="utf-8", newline="") as file:
        return {row["word"].casefold(): row["meaning"] for row in csv.DictReader(file)}


@cache
def meaning(header: str) -> Meaning | None:
    """The meaning of a header, or None if it is unknown and its words are too.

    Templates add a property or a remark in brackets (``Name [displayName] Required``); each part is tried.
    """
    whole = _BRACKETS.sub(" ", header)
    inside = _BRACKETS.findall(header)
    before = header.partition("[")[0]
    for text in (header, before, *inside, whole):
        if known := _headers().get(plain(text)):
            return known
    return next(filter(None, (_composed(text) for text in (before, *inside) if text.strip())), None)


def known(header: str) -> bool:
    """Whether the header is one that is known."""
    return meaning(header) is not None


def _composed(text: str) -> Meaning | None:
    """The meaning of a header whose words are all known."""
    pieces: list[str] = []
    for token in _WORDS.findall(_CAMEL.sub(" ", text)):
        parts = _segmented(token.casefold())
        if parts is None:
            return None
        pieces += parts
    says = [_words().get(piece, "of") for piece in pieces]
    return _read(says)


def _read(says: Sequence[str]) -> Meaning | None:
    """One meaning from words. With two subjects the head of the phrase decides: first before ``of``, or last."""
    subjects = [each for each in says if each in ("group", "user", "member", "owner", "other")]
    if "other" in subjects:
        return None
    between = "of" in says and len(subjects) > 1
    subject = Subject((subjects[0] if between else subjects[-1]) if subjects else "")
    if "member" in subjects and subject is Subject.GROUP and says[-1] != "group":
        subject = Subject.MEMBER
    rank = 10_000  # after every header of the table
    if "owner" in subjects:
        return Meaning(None, Subject.OWNER, rank)
    if "group" in subjects and "parent" in says:
        return Meaning(ColumnRole.PARENT, Subject.GROUP, rank)
    if "group" in subjects and ("child" in says or subjects == ["member", "group"]):
        return Meaning(ColumnRole.CHILDREN, Subject.GROUP, rank)
    if "count" in says:
        return Meaning(None, Subject.GROUP, rank) if "member" in subjects else None
    role = next((_ROLES[each] for each in ("login", "mail", "type", "id", "name") if each in says), None)
    if role is ColumnRole.ID and "name" in says and "id" not in says[-1:]:
        role = ColumnRole.NAME
    if role is ColumnRole.TYPE and subject is not Subject.ANY:
        return Meaning(ColumnRole.MEMBER_TYPE if subject is Subject.MEMBER else None, subject, rank)
    if role is None and subject is Subject.ANY:
        return None
    if role is ColumnRole.USER_NAME and subject is Subject.ANY:
        subject = Subject.USER  # only users sign in
    bare = {Subject.GROUP: ColumnRole.NAME, Subject.USER: ColumnRole.NAME, Subject.MEMBER: ColumnRole.MEMBER}
    if role is None:
        return Meaning(bare[subject], subject, rank)
    if subject is Subject.MEMBER:
        role = ColumnRole.MEMBER
    return Meaning(role, subject, rank)


_ROLES: Final = {
    "login": ColumnRole.USER_NAME,
    "mail": ColumnRole.MAIL,
    "type": ColumnRole.TYPE,
    "id": ColumnRole.ID,
    "name": ColumnRole.NAME,
}


def _segmented(token: str) -> list[str] | None:
    """A word, or a compound of known words without a space, such as ``gruppenanzeigename``."""
    if token in _words():
        return [token]
    if len(token) > 60:
        return None
    best: list[list[str] | None] = [[], *[None] * len(token)]
    for end in range(1, len(token) + 1):
        for start in range(end):
            before, piece = best[start], token[start:end]
            joint = piece in _JOINTS and start > 0 and end < len(token)
            fits = piece in _words() and (len(piece) > 2 or not piece.isascii() or piece == "id")
            if before is not None and (fits or joint):
                found = [*before, piece]
                if best[end] is None or len(found) < len(best[end] or ()):
                    best[end] = found
    return best[-1]


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns of a file hold what."""

    meanings: tuple[Meaning | None, ...]

    @classmethod
    def of(cls, headers: Iterable[str]) -> Columns:
        """The columns under these headers."""
        return cls(tuple(map(meaning, headers)))

    def having(self, role: ColumnRole | None, *subjects: Subject) -> list[int]:
        """The columns of a role about any of these subjects, the likeliest first."""
        found = [
            (each.rank, at)
            for at, each in enumerate(self.meanings)
            if each is not None and each.role is role and each.subject in subjects
        ]
        return [at for _, at in sorted(found)]

    def about(self, subject: Subject) -> list[int]:
        """All columns about that subject."""
        return [at for at, each in enumerate(self.meanings) if each is not None and each.subject is subject]


@lru_cache(4096)
def what(value: str) -> Subject | None:
    """The kind of object that a cell of a type column names: group, user, or ``Subject.OWNER`` for any other.

    Active Directory writes the whole inheritance with the class itself at the end, Graph a name with dots, and consoles
    words in their language. None if it contains no known word.
    """
    last = re.split(r"[;|,\s]*[;|,]\s*|\s+(?=\S+$)", value.strip(" ;|,"))[-1] if ";" in value else value
    text = plain(last.partition(",")[0] if last[:3].upper() == "CN=" else last)
    found = {says for word, says in _type_words() if word in text}
    if "group" in found:
        return Subject.GROUP
    if "user" in found:
        return Subject.USER
    return Subject.OWNER if "other" in found else None


@cache
def _type_words() -> tuple[tuple[str, str], ...]:
    return tuple((plain(word), says) for word, says in _words().items() if says in ("group", "user", "other"))
