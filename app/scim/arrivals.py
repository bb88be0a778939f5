"""Reads what arrived at the endpoint: counts, the newest changes, and what is missing or unusual in users and groups.

Read-only. Memory is bounded whatever the size of the directory: counters, hashes and a limited number of rows.
Sources: Microsoft's tutorial for the gallery app (required attributes), "Cloud Identity Engine Attributes (SCIM)"
(userName becomes the User Principal Name), "Troubleshoot Cloud Identity Engine Issues" (duplicate group names).
"""

from __future__ import annotations

import heapq
import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any, Final

from app.scim.listing import last_modified
from app.scim.pages import PAGE, PageReader
from app.text.legible import legible
from app.text.similar import digest
from app.text.worded import WordedEnum

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from app.net import ReadOnlyClient
    from app.scim.endpoint import Endpoint
    from app.scim.pages import ReadingStopped, ResourcePage
    from app.scim.tokens import Bearer, NotIssued
    from app.text.similar import Digests

HELD: Final = 50_000
"""Rows kept to be shown; all are counted."""
SAMPLE: Final = 500
"""Users, and groups, to read unless all are wanted: the first two pages and the last three."""
NEWEST: Final = 20
"""Newest changes of users, and of groups, to show."""
SHOWN: Final = 200
"""Characters of a name to show."""

REQUIRED: Final = ("userName", "active", "displayName", "name.givenName", "name.familyName", "name.formatted")
"""What CIE requires of a user; of a group it requires ``displayName``."""


class ArrivalKind(WordedEnum):
    """What a row reports. The words are a title, advice, and the detail of a row."""

    INCOMPLETE = (
        "incomplete",
        "Missing attributes",
        "Map these attributes in the portal, then have it send the users again.",
        "No {values}",
    )
    """A user or group without a required attribute."""
    FORM = (
        "form",
        "User name form",
        "CIE uses userName as the User Principal Name. Policies that name users otherwise won't match.",
        "Not in the form name@domain",
    )
    """A user name that is not a UPN or mail address."""
    SAME = (
        "same",
        "Duplicate groups",
        "A sync can't complete with duplicate group names. Make them unique, then restart provisioning.",
        "Another group has the same name",
    )
    ALIKE = (
        "alike",
        "Nearly identical groups",
        "It isn't documented whether CIE distinguishes these names. Rename one to be safe.",
        "Another group has nearly the same name",
    )
    """Names that differ only in case, spaces, invisible characters or letter forms."""
    NO_MEMBERS = (
        "no-members",
        "Groups without members",
        "A policy with this group may match no one. Members may be unassigned or arrive later.",
        "No members",
    )
    RESERVED = (
        "signs",
        "Reserved characters",
        "Prisma Access can't commit a policy with a group whose name has one of \" ' < > &.",
        "Has {values}",
    )
    MISSING = (
        "missing",
        "Missing here",
        "Not assigned, out of scope, or not sent yet. The portal's provisioning log shows which.",
        "Row {values} of the export",
    )
    """In the export, but not arrived."""
    EXTRA = (
        "extra",
        "Not in the export",
        "Assigned after the export, or left from before. Compare with a new export.",
        "Not in the export",
    )
    """Arrived, but not in the export."""
    NEWEST = "newest", "Newest changes", "", "{change} {time}"


_UPN: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_RESERVED: Final = re.compile("[\"'<>&]")


@dataclass(frozen=True, slots=True)
class Arrival:
    """One row."""

    kind: ArrivalKind
    group: bool
    """Whether it is about a group rather than a user."""
    name: str
    """Legible, cut after ``SHOWN`` characters."""
    values: tuple[str, ...] = ()
    """The missing attributes of ``INCOMPLETE``, the characters of ``RESERVED``, the row of ``MISSING``."""
    at: datetime | None = None
    """When ``NEWEST`` was changed, UTC."""
    created: bool = False
    """Whether that change created it."""


@dataclass(slots=True)
class ResourceTally:
    """The users or the groups that were read."""

    total: int | None = None
    """How many there are; None if the endpoint does not list them."""
    read: int = 0
    inactive: int = 0
    """Users whose ``active`` is false."""
    stopped: ReadingStopped | None = None
    """Why the reading ended early."""
    complete: bool = False
    """Whether all were read."""
    more: bool = False
    """Whether there are more than ``total``, which the endpoint caps."""


@dataclass(slots=True)
class ArrivalReport:
    """The result of reading."""

    users: ResourceTally = field(default_factory=ResourceTally)
    groups: ResourceTally = field(default_factory=ResourceTally)
    counts: Counter[ArrivalKind] = field(default_factory=Counter)
    rows: list[Arrival] = field(default_factory=list)
    has_members: bool = False
    """Whether any group came with members. If none did, the endpoint does not return members."""


@dataclass(frozen=True, slots=True)
class ArrivalProgress:
    """How much was read so far."""

    group: bool
    read: int
    of: int
    pause: float | None = None
    """Seconds that the endpoint asked to wait, while waiting."""


class ArrivalReader:
    """Reads users and groups once."""

    def __init__(
        self,
        client: ReadOnlyClient,
        endpoint: Endpoint,
        bearer: Callable[[bool], Awaitable[Bearer | NotIssued]],
        *,
        everything: bool,
        on_progress: Callable[[ArrivalProgress], None],
        users: Digests | None = None,
        groups: Digests | None = None,
    ) -> None:
        """``users`` and ``groups`` are the names in an export; each is marked when it arrives."""
        self.result = ArrivalReport()
        self._client = client
        self._endpoint = endpoint
        self._bearer = bearer
        self._everything = everything
        self._on_progress = on_progress
        self._exported = {False: users, True: groups}
        self._exact: set[int] = set()
        self._keys: set[int] = set()
        self._newest: dict[bool, list[tuple[datetime, int, Arrival]]] = {False: [], True: []}
        self._turn = count()
        self._empty = 0
        self._empties: list[Arrival] = []

    async def run(self) -> ArrivalReport:
        """Read, leaving out what the endpoint does not offer."""
        await self._kind(self.result.users, "/Users", ("id", "userName", "active", "displayName", "meta", "name"))
        await self._kind(self.result.groups, "/Groups", ("id", "displayName", "meta", "members"))
        if self.result.has_members:
            for row in self._empties:
                self._keep(row)
            self.result.counts[ArrivalKind.NO_MEMBERS] = self._empty
        newest = [row for heap in self._newest.values() for _at, _turn, row in sorted(heap, reverse=True)]
        self.result.counts[ArrivalKind.NEWEST] = len(newest)
        self.result.rows += newest
        return self.result

    async def _kind(self, tally: ResourceTally, path: str, attributes: tuple[str, ...]) -> None:
        group = path == "/Groups"

        def report(pause: float | None = None) -> None:
            self._on_progress(ArrivalProgress(group, tally.read, self._goal(tally.total or 0), pause))

        pages = PageReader(self._client, self._endpoint, self._bearer, path, attributes, report)
        async for page in pages.read(1, None if self._everything else 2 * PAGE):
            self._take(page, tally, group=group)
            report()
        tally.stopped = pages.stopped
        if tally.stopped is None and tally.total is None:
            tally.total = 0
        rest = self._rest(tally, more=pages.more)
        if rest is not None and tally.stopped is None:
            async for page in pages.read(rest, SAMPLE - tally.read):
                self._take(page, tally, group=group)
                report()
            tally.stopped = pages.stopped
        tally.more = pages.more
        all_read = tally.total is not None and tally.read >= tally.total and not tally.more
        tally.complete = tally.stopped is None and all_read
        if not self._everything and not tally.complete and tally.stopped is None:
            newest = await pages.sorted_by_change(NEWEST)
            for each in newest.resources if newest is not None else ():
                self._note_change(each, group=group)

    def _goal(self, total: int) -> int:
        return total if self._everything else min(total, SAMPLE)

    def _rest(self, tally: ResourceTally, *, more: bool) -> int | None:
        """Where a sample continues after its first pages: the last resources are the likeliest to be new."""
        if self._everything or tally.total is None:
            return None
        if tally.read >= tally.total:
            return tally.read + 1 if more else None
        return max(tally.read + 1, tally.total - (SAMPLE - 2 * PAGE) + 1)

    def _take(self, page: ResourcePage, tally: ResourceTally, *, group: bool) -> None:
        tally.total = page.total
        tally.read += len(page.resources)
        for each in page.resources:
            self._note_change(each, group=group)
            if group:
                self._group(each, has_members=page.trimmed or bool(each.get("members")))
            elif not page.trimmed:
                self._user(each)

    def _user(self, user: dict[str, Any]) -> None:
        name = _text(user.get("userName"))
        missing = [each for each in REQUIRED if not _is_there(user, each)]
        if user.get("active") is False:
            self.result.users.inactive += 1
        if missing:
            self._add(ArrivalKind.INCOMPLETE, name or _text(user.get("displayName")), *missing)
        if name and not _UPN.fullmatch(name):
            self._add(ArrivalKind.FORM, name)
        self._compare(name, group=False)

    def _group(self, group: dict[str, Any], *, has_members: bool) -> None:
        name = _text(group.get("displayName"))
        if not name.strip():
            self._add(ArrivalKind.INCOMPLETE, _text(group.get("id")), "displayName", group=True)
            return
        key, exact = digest(name), hash(name)
        if exact in self._exact:
            self._add(ArrivalKind.SAME, name, group=True)
        elif key in self._keys:
            self._add(ArrivalKind.ALIKE, name, group=True)
        self._exact.add(exact)
        self._keys.add(key)
        if reserved := _RESERVED.findall(name):
            self._add(ArrivalKind.RESERVED, name, *dict.fromkeys(reserved), group=True)
        if has_members:
            self.result.has_members = True
        else:
            self._empty += 1
            if len(self._empties) < HELD:
                self._empties.append(Arrival(ArrivalKind.NO_MEMBERS, group=True, name=legible(name, SHOWN)))
        self._compare(name, group=True)

    def _compare(self, name: str, *, group: bool) -> None:
        exported = self._exported[group]
        if exported is not None and name and not exported.mark(digest(name)):
            self._add(ArrivalKind.EXTRA, name, group=group)

    def _note_change(self, each: dict[str, Any], *, group: bool) -> None:
        at = last_modified(each)
        if at is None:
            return
        name = _text(each.get("displayName" if group else "userName")) or _text(each.get("id"))
        heap = self._newest[group]
        row = Arrival(ArrivalKind.NEWEST, group, legible(name, SHOWN), at=at, created=_was_created(each))
        if any(other == row for _at, _turn, other in heap):
            return  # the sample had it already
        entry = (at, next(self._turn), row)
        if len(heap) < NEWEST:
            heapq.heappush(heap, entry)
        else:
            heapq.heappushpop(heap, entry)

    def _add(self, kind: ArrivalKind, name: str, *values: str, group: bool = False) -> None:
        self.result.counts[kind] += 1
        self._keep(Arrival(kind, group, legible(name, SHOWN), values))

    def _keep(self, row: Arrival) -> None:
        if len(self.result.rows) < HELD:
            self.result.rows.append(row)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _is_there(user: dict[str, Any], path: str) -> bool:
    first, _, second = path.partition(".")
    value = user.get(first)
    if second:
        value = value.get(second) if isinstance(value, dict) else None
    return isinstance(value, bool) if path == "active" else bool(_text(value).strip())


def _was_created(each: dict[str, Any]) -> bool:
    """Whether the last change created the resource."""
    meta = each.get("meta")
    created, changed = (meta.get("created"), meta.get("lastModified")) if isinstance(meta, dict) else (None, None)
    return created is not None and created == changed
