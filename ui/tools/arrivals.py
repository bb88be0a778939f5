"""What arrived: users and groups at the endpoint, in numbers and rows, compared with an export. Nothing is stored."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from app.diagnosis.arrivals import ArrivalVerdict, counts, detail, limits, verdict, verdict_of
from app.scim.arrivals import SAMPLE, ArrivalKind
from app.session.arrivals import ROLES, ArrivalProblem, Arrivals, ColumnWanted
from app.text.counts import counted
from app.text.legible import legible
from app.text.times import span
from ui.dialogs.files import CSV, choose_file
from ui.tools.columns import ColumnsCard
from ui.tools.export_page import ExportPage
from ui.widgets.buttons import button
from ui.widgets.cards import Card, Note
from ui.widgets.findings import gather
from ui.widgets.layouts import column, row, wide
from ui.widgets.text import label, rich

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from app.exports.reading import ReadingChoice
    from app.scim.arrivals import Arrival, ArrivalProgress, ArrivalReport
    from ui.session.controller import SetupController
    from ui.widgets.findings import Part
    from ui.widgets.table import Rows

LOOKED_FOR = (
    "How many users and groups there are, and the newest changes.",
    "Users without an attribute that CIE needs, and user names that aren't in the form name@domain.",
    "Groups that share a name, have no members, or have characters that Prisma Access can't accept.",
    "Compared with an export of the portal: who has not arrived, and who should not have.",
)


STOPPED = "Stopped before everything was read."


class ArrivedPage(ExportPage):
    """The page beside the steps."""

    def __init__(self, controller: SetupController) -> None:
        super().__init__(controller, "Reading progress", "What", STOPPED)
        self.setObjectName("arrived")
        self._arrivals = Arrivals(controller.session.connection)
        self._columns = {group: ColumnsCard((role,)) for group, role in ROLES.items()}
        for card in self._columns.values():
            card.chosen.connect(self._compare_with)
            card.undone.connect(lambda: self._compare_with(None))
            card.opened.connect(self._refresh)
        self._fill_drop_card()
        upper = (*self._columns.values(), self._work, self._verdict)
        column(
            self._counts_card(),
            wide(self._drop),
            *upper,
            wide(self._findings, 1000),
            wide(self._rest, 1000),
            inside=self,
            spacing=12,
        )
        self.setFocusProxy(self._sample)
        self._say("", "muted")

    def _counts_card(self) -> Card:
        self._users, self._groups = label("Users", "strong"), label("Groups", "strong")
        self._limit = label(f"Read-only. Up to {SAMPLE} users and groups each are read, or all of them.", "muted")
        self._sample = button(
            "Look now", "primary", "refresh", name="look-sample", press=partial(self.look, full=False)
        )
        self._all = button("Read all", name="look-all", press=partial(self.look, full=True))
        self._looked_for = QWidget()
        column(*(Note(rich(line), "muted") for line in LOOKED_FOR), inside=self._looked_for, margins=(0, 8, 0, 0))
        words = column(self._users, self._groups, self._limit, spacing=2)
        card = Card("card")
        card.add(row(wide(words), self._all, self._sample, spacing=8), self._looked_for)
        return card

    def _fill_drop_card(self) -> None:
        self._drop.given.connect(lambda path: self.compare(path, groups=None))
        self._compared = label("", "muted")
        choices = (
            button(words, icon="open", name=name, press=partial(self._choose, title, groups))
            for groups, words, name, title in (
                (False, "Users export", "compare-users", "Choose an export of users"),
                (True, "Groups export", "compare-groups", "Choose an export of groups"),
            )
        )
        self._drop.add(row(wide(self._compared), *choices, spacing=8))

    # -- intents -------------------------------------------------------------------------

    def look(self, *, full: bool) -> None:
        """Look at a sample, or at everything, which a comparison needs."""
        self._start(self._look(full=full))

    def _choose(self, title: str, groups: bool) -> None:
        choose_file(self, title, CSV, partial(self.compare, groups=groups))

    def compare(self, path: Path, *, groups: bool | None) -> None:
        """Read an export, then everything at the endpoint. ``groups`` is None if the file itself should decide."""
        self._start(self._compare(path, groups))

    def _compare_with(self, choice: ReadingChoice | None) -> None:
        self._start(self._compare_as(choice))

    # -- work ----------------------------------------------------------------------------

    async def _look(self, *, full: bool) -> None:
        await self._take(await self._arrivals.look(self._show_progress, everything=full))

    async def _compare(self, path: Path, groups: bool | None) -> None:
        found = await self._arrivals.compare(path, self._work.show_share, self._show_progress, groups=groups)
        self._show_columns()
        await self._take(found)

    async def _compare_as(self, choice: ReadingChoice | None) -> None:
        found = await self._arrivals.compare_as(choice, self._work.show_share, self._show_progress)
        self._show_columns()
        await self._take(found)

    def _show_columns(self) -> None:
        exported, order = self._arrivals.exported, self._arrivals.order
        if exported is not None and order is not None:
            self._columns[self._arrivals.groups].show_reading(exported.seen, changed=order.chosen)

    async def _take(self, found: ArrivalReport | ArrivalProblem | ColumnWanted) -> None:
        match found:
            case ArrivalProblem():
                self._say(found.sentence, "bad")
            case ColumnWanted():
                self._say("Choose the column to compare, then compare.", "caution")
            case _:
                self._show_result(found, await gather(len(found.rows), partial(_columns, found.rows)))

    # -- what is shown -------------------------------------------------------------------

    def _show_progress(self, progress: ArrivalProgress) -> None:
        what = "Groups" if progress.group else "Users"
        words = f"{what}, {progress.read:,} of {progress.of:,}"
        if progress.pause is not None:
            words = f"The endpoint is rate limiting requests. Waiting {span(progress.pause)}."
        self._work.show_share(progress.read / max(1, progress.of), words)

    def _show_result(self, report: ArrivalReport, rows: Rows) -> None:
        kinds = [kind for kind in ArrivalKind if report.counts[kind]]
        self._show_findings(kinds, report.counts, rows)
        self._users.setText(counts("users", report.users))
        self._groups.setText(counts("groups", report.groups))
        notes = [*limits(report), *filter(None, (self._arrivals.unnamed,)), *self._arrivals.doubts]
        careful = bool(notes) or verdict_of(report) is ArrivalVerdict.FINDINGS
        tone = "caution" if careful else "good" if report.users.read else "muted"
        self._say(" ".join(filter(None, (verdict(report), *notes))), tone)

    def _results(self) -> Sequence[QWidget]:
        return self._findings, self._sample

    def _refresh(self) -> None:
        running, arrivals = self._task is not None, self._arrivals
        looked, compared = arrivals.report is not None, arrivals.order is not None
        for press in (self._sample, self._all):
            press.setEnabled(not running)
        self._compared.setText(
            f"Compared with {legible(arrivals.order.path.name)}, "
            f"{counted(arrivals.compared, 'group' if arrivals.groups else 'user')}."
            if arrivals.order is not None and arrivals.compared is not None
            else "Drop an export of the portal here, to see what is missing and what is extra."
        )
        choosing = self._columns[arrivals.groups].is_open
        crowded = choosing and arrivals.compared is not None  # the choices take the smallest window's height
        found = arrivals.report is not None and bool(arrivals.report.counts.total()) and not running and not choosing
        self._limit.setVisible(not looked)
        self._looked_for.setVisible(not (looked or running or compared))
        self._users.setVisible(looked)
        self._groups.setVisible(looked)
        self._work.setVisible(running)
        self._verdict.setVisible(bool(self._said) and not crowded)
        self._findings.setVisible(found)
        self._rest.setVisible(not found and (looked or running or compared))
        for groups, card in self._columns.items():
            card.setVisible(compared and groups == arrivals.groups and not running)


def _columns(arrivals: list[Arrival], start: int, stop: int) -> Part:
    some = arrivals[start:stop]
    whats = ["Group" if each.group else "User" for each in some]
    return [each.kind.value for each in some], whats, [each.name for each in some], [detail(each) for each in some]
