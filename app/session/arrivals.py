"""What arrived at the endpoint of the open setup, compared with an export of the portal. Nothing is stored."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from app.exports.columns import ColumnRole
from app.exports.kinds import ExportKind
from app.exports.problems import Unusable
from app.exports.reading import ExportOrder, ReadingChoice, names, texts
from app.exports.verdict import doubt
from app.scim.arrivals import HELD, Arrival, ArrivalKind

if TYPE_CHECKING:
    from array import array
    from collections.abc import Callable
    from pathlib import Path

    from app.exports.reading import Exported
    from app.scim.arrivals import ArrivalProgress, ArrivalReport
    from app.session.connection import Connection

ROLES: Final = {False: ColumnRole.USER_NAME, True: ColumnRole.NAME}
"""Whether the export is one of groups → the column to compare."""

UNSURE: Final = "Nothing in the export shows whether it lists users or groups. It was compared as groups."
OTHER_EXPORT: Final = {
    True: "This export lists users. Choose **Users export** for it.",
    False: "This export lists groups. Choose **Groups export** for it.",
}
"""Whether groups were asked for → what to do instead."""


@dataclass(frozen=True, slots=True)
class ArrivalProblem:
    """Why nothing was read or compared."""

    sentence: str


@dataclass(frozen=True, slots=True)
class ColumnWanted:
    """The column to compare is not evident: the admin has to choose it."""


class Arrivals:
    """Reads what arrived, and the export to compare with. Not thread-safe: one event loop."""

    def __init__(self, connection: Connection) -> None:
        self.report: ArrivalReport | None = None
        """The last result."""
        self.order: ExportOrder | None = None
        """The export to compare with."""
        self.groups = False
        """Whether that is an export of groups."""
        self.exported: Exported | None = None
        """What was read of it; its names are None until the column is known."""
        self.unnamed = ""
        """Why the names that have not arrived could only be counted."""
        self._connection = connection

    @property
    def doubts(self) -> list[str]:
        """What is not certain about the export that was compared."""
        if self.exported is None or self.exported.names is None:
            return []
        seen = self.exported.seen
        kind = "" if seen.kind_certain or not self.groups else UNSURE
        return [each for each in (kind, doubt(seen)) if each]

    @property
    def compared(self) -> int | None:
        """How many names of the export are compared; None without an export."""
        exported = self.exported
        return len(exported.names) if exported is not None and exported.names is not None else None

    async def look(
        self, on_progress: Callable[[ArrivalProgress], None], *, everything: bool
    ) -> ArrivalReport | ArrivalProblem:
        """Read a sample, or everything, which a comparison needs."""
        exported = self.exported.names.unmarked_copy() if self.exported and self.exported.names is not None else None
        report = await self._connection.arrived(
            everything=everything or exported is not None,
            on_progress=on_progress,
            users=None if self.groups else exported,
            groups=exported if self.groups else None,
        )
        if isinstance(report, str):
            return ArrivalProblem(report)
        self.unnamed = ""
        if exported is not None and (report.groups if self.groups else report.users).complete:
            await self._add_missing(report, await asyncio.to_thread(lambda: exported.unmarked))
        self.report = report
        return report

    async def _add_missing(self, report: ArrivalReport, missed: array[int]) -> None:
        report.counts[ArrivalKind.MISSING] = len(missed)
        if not missed or self.order is None:
            return
        found = await texts(self.order, ROLES[self.groups], missed)
        if isinstance(found, Unusable):
            self.unnamed = found.sentence
            return
        groups, free = self.groups, max(0, HELD - len(report.rows))
        report.rows += await asyncio.to_thread(
            lambda: [Arrival(ArrivalKind.MISSING, groups, name, (f"{row:,}",)) for row, name in found[:free]]
        )

    async def compare(
        self,
        path: Path,
        on_share: Callable[[float], None],
        on_progress: Callable[[ArrivalProgress], None],
        *,
        groups: bool | None = None,
    ) -> ArrivalReport | ArrivalProblem | ColumnWanted:
        """Read an export, then everything at the endpoint. ``groups`` is None if the file should tell."""
        self.exported = None
        return await self._compare(ExportOrder(path), on_share, on_progress, groups)

    async def compare_as(
        self,
        choice: ReadingChoice | None,
        on_share: Callable[[float], None],
        on_progress: Callable[[ArrivalProgress], None],
    ) -> ArrivalReport | ArrivalProblem | ColumnWanted:
        """Compare with the same export, read as the admin chose, or as recognized for None.

        Raises ValueError if there is none.
        """
        if self.order is None:
            raise ValueError("no export was read")
        order = ExportOrder(self.order.path) if choice is None else self.order.choosing(choice)
        return await self._compare(order, on_share, on_progress, self.groups)

    async def _compare(
        self,
        order: ExportOrder,
        on_share: Callable[[float], None],
        on_progress: Callable[[ArrivalProgress], None],
        groups: bool | None,
    ) -> ArrivalReport | ArrivalProblem | ColumnWanted:
        answer = await names(order, ROLES[bool(groups)], on_share)
        if isinstance(answer, Unusable):
            return ArrivalProblem(answer.sentence)
        kind, certain = answer.seen.kind, answer.seen.kind_certain
        if groups is None and kind is not ExportKind.USERS:
            return await self._compare(order, on_share, on_progress, groups=True)
        if certain and not order.chosen and (kind is ExportKind.USERS) is bool(groups):
            return ArrivalProblem(OTHER_EXPORT[bool(groups)])
        self.groups, self.exported = bool(groups), answer
        self.order = replace(order, stamp=answer.seen.stamp)
        if answer.names is None:
            return ColumnWanted()
        return await self.look(on_progress, everything=True)
