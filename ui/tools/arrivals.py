"""What arrived: users and groups at the endpoint, in numbers and rows, compared with an export. Nothing is stored."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.diagnosis.arrivals import ADVICE, TITLES, ArrivalVerdict, counts, detail, limits, verdict, verdict_of
from app.scim.arrivals import SAMPLE, ArrivalKind
from app.session.arrivals import ROLES, ArrivalProblem, Arrivals, ColumnWanted
from app.text.counts import counted
from app.text.legible import legible
from app.text.times import span
from ui.tools.columns import ColumnsCard
from ui.widgets.buttons import button
from ui.widgets.cards import Card, Note
from ui.widgets.drop import DropCard
from ui.widgets.findings import FindingKind, FindingsView, gather
from ui.widgets.text import label, rich
from ui.widgets.work import WorkCard

if TYPE_CHECKING:
    from asyncio import Task
    from collections.abc import Coroutine
    from pathlib import Path
    from typing import Any

    from app.exports.reading import ReadingChoice
    from app.scim.arrivals import Arrival, ArrivalProgress, ArrivalReport
    from ui.session.controller import SetupController
    from ui.widgets.findings import Part
    from ui.widgets.table import Rows

LOOKED_FOR = (
    "How many users and groups there are, and the newest changes.",
    "Users without an attribute that CIE needs, and user names that are not in the form name@domain.",
    "Groups that share a name, have no members, or have characters that Prisma Access cannot take.",
    "Compared with an export of the portal: who has not arrived, and who should not have.",
)


class ArrivedPage(QWidget):
    """The page beside the steps."""

    def __init__(self, controller: SetupController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("arrived")
        self._controller = controller
        self._arrivals = Arrivals(controller.session.connection)
        self._task: Task[None] | None = None
        self._choosing_groups = False
        """Which export the open dialog asks for."""
        self._said = ""
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        self._counts = self._counts_card()
        column.addWidget(self._counts)
        column.addWidget(self._compare_card())
        self._columns = {group: ColumnsCard((role,), self) for group, role in ROLES.items()}
        for card in self._columns.values():
            card.chosen.connect(self._compare_with)
            card.undone.connect(lambda: self._compare_with(None))
            card.opened.connect(lambda _open: self._refresh())
            column.addWidget(card)
        self._work = WorkCard("Share of what is read", self)
        self._work.stopped.connect(self._stop)
        column.addWidget(self._work)
        self._verdict = Note("", "muted", self)
        column.addWidget(self._verdict)
        self._findings = FindingsView(("What", "Name", "Finding"), (64, 197, 0), self)
        self._findings.copying.connect(lambda: controller.copy_rows(self._findings.text()))
        column.addWidget(self._findings, 1000)
        self._rest = QWidget(self)
        column.addWidget(self._rest, 1)
        self._tell("", "muted")

    def _counts_card(self) -> Card:
        card = Card("card", self)
        words = QVBoxLayout()
        words.setSpacing(2)
        self._users = label("Users", "strong", card)
        self._groups_line = label("Groups", "strong", card)
        told = f"Read-only. Up to {SAMPLE} users and groups each are read, or all of them."
        self._told = label(told, "muted", card)
        for each in (self._users, self._groups_line, self._told):
            words.addWidget(each)
        self._sample = button("Look now", "primary", "refresh")
        self._sample.setObjectName("look-sample")
        self._sample.clicked.connect(lambda: self.look(everything=False))
        self._all = button("Read all")
        self._all.setObjectName("look-all")
        self._all.clicked.connect(lambda: self.look(everything=True))
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addLayout(words, 1)
        row.addWidget(self._all)
        row.addWidget(self._sample)
        card.body.addLayout(row)
        self._looked_for = QWidget(card)
        notes = QVBoxLayout(self._looked_for)
        notes.setContentsMargins(0, 6, 0, 0)
        for line in LOOKED_FOR:
            notes.addWidget(Note(rich(line), "muted", self._looked_for))
        card.body.addWidget(self._looked_for)
        self.setFocusProxy(self._sample)
        self.setTabOrder(self._sample, self._all)  # Tab passes by what stands before a focus proxy
        return card

    def _compare_card(self) -> DropCard:
        self._drop = DropCard(self)
        self._drop.setObjectName("drop")
        self._drop.given.connect(lambda path: self.compare(path, groups=None))
        self._drop.refused.connect(lambda sentence: self._tell(sentence, "bad"))
        self._compared = label("", "muted", self._drop)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._compared, 1)
        for group, words in ((False, "Users export"), (True, "Groups export")):
            choose = button(words, icon="open")
            choose.setObjectName(f"compare-{'groups' if group else 'users'}")
            choose.clicked.connect(lambda _checked=False, which=group: self._choose(groups=which))
            row.addWidget(choose)
        self._drop.body.addLayout(row)
        return self._drop

    # -- intents -------------------------------------------------------------------------

    def look(self, *, everything: bool) -> None:
        """Look at a sample, or at everything, which a comparison needs."""
        self._start(self._look(everything=everything))

    def _choose(self, *, groups: bool) -> None:
        self._choosing_groups = groups
        self._drop.choose(f"Choose an export of {'groups' if groups else 'users'}", self._compare_chosen)

    def _compare_chosen(self, path: Path) -> None:
        self.compare(path, groups=self._choosing_groups)

    def compare(self, path: Path, *, groups: bool | None) -> None:
        """Read an export, then everything at the endpoint. ``groups`` is None if the file should tell."""
        self._start(self._compare(path, groups))

    def _compare_with(self, choice: ReadingChoice | None) -> None:
        self._start(self._compare_as(choice))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        if self._task is not None:
            self._task.cancel()
        held = self._holds_keyboard()
        self._work.show_share(0, "")
        self._task = self._controller.run_tool_task(self._whole(work))
        self._tell("", "muted")
        if held:
            self._work.setFocus()

    async def _whole(self, work: Coroutine[Any, Any, None]) -> None:
        await work
        held = self._holds_keyboard()
        self._task = None
        self._refresh()
        if held:
            (self._findings if self._findings.isVisibleTo(self) else self._sample).setFocus()

    def _stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None
            self._tell("Stopped before everything was read.", "muted")
            self._sample.setFocus()

    def _holds_keyboard(self) -> bool:
        focused = self.window().focusWidget()
        return focused is not None and self.isAncestorOf(focused)

    # -- work ----------------------------------------------------------------------------

    async def _look(self, *, everything: bool) -> None:
        await self._take(await self._arrivals.look(self._show_progress, everything=everything))

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
                self._tell(found.sentence, "bad")
            case ColumnWanted():
                self._tell("Choose the column to compare, then compare.", "caution")
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
        shown = [kind for kind in ArrivalKind if report.counts[kind]]
        kinds = [FindingKind(k.value, TITLES[k], report.counts[k], ADVICE[k]) for k in shown]
        self._findings.show_findings(kinds, rows, report.counts.total())
        self._users.setText(counts("users", report.users))
        self._groups_line.setText(counts("groups", report.groups))
        notes = [*limits(report), *filter(None, (self._arrivals.unnamed,)), *self._arrivals.doubts]
        careful = bool(notes) or verdict_of(report) is ArrivalVerdict.FINDINGS
        tone = "caution" if careful else "good" if report.users.read else "muted"
        self._tell(" ".join(filter(None, (verdict(report), *notes))), tone)

    def _tell(self, sentence: str, tone: str) -> None:
        self._verdict.set_text(rich(sentence), tone)
        self._said = sentence
        if sentence:
            self._controller.announced.emit(sentence)
        self._refresh()

    def _refresh(self) -> None:
        running, arrivals = self._task is not None, self._arrivals
        told = arrivals.report is None
        for press in (self._sample, self._all):
            press.setEnabled(not running)
        what = "group" if arrivals.groups else "user"
        self._compared.setText(
            f"Compared with {legible(arrivals.order.path.name)}, {counted(arrivals.compared, what)}."
            if arrivals.order is not None and arrivals.compared is not None
            else "Drop an export of the portal here, to see what is missing and what is extra."
        )
        choosing = self._columns[arrivals.groups].is_open
        crowded = choosing and arrivals.compared is not None  # the choices take the smallest window's height
        found = arrivals.report is not None and bool(arrivals.report.counts.total()) and not running and not choosing
        shown: dict[QWidget, bool] = {
            self._told: told,
            self._looked_for: told and not running and arrivals.order is None,
            self._users: not told,
            self._groups_line: not told,
            self._work: running,
            self._verdict: bool(self._said) and not crowded,
            self._findings: found,
            self._rest: not found,
        }
        for group, card in self._columns.items():
            shown[card] = arrivals.order is not None and group == arrivals.groups and not running
        for each, visible in shown.items():
            if not visible:
                each.hide()
        self._counts.updateGeometry()  # the window grows if it has to, so hide first, and let the page know
        for each, visible in shown.items():
            if visible:
                each.show()


def _columns(arrivals: list[Arrival], start: int, stop: int) -> Part:
    some = arrivals[start:stop]
    whats = ["Group" if each.group else "User" for each in some]
    return [each.kind.value for each in some], whats, [each.name for each in some], [detail(each) for each in some]
