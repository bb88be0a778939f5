"""What arrived: users and groups at the endpoint, in numbers and rows, compared with an export. Nothing is stored."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.diagnosis.arrivals import ADVICE, TITLES
from app.diagnosis.findings import SENTENCES
from app.exports.columns import Role
from app.exports.problems import Unusable
from app.exports.reading import Order, names, texts
from app.scim.arrivals import HELD, SAMPLE, Arrival, ArrivalKind
from app.text.counts import counted
from app.text.legible import legible
from app.text.times import clock, span
from ui.tasks import in_turns
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

    from app.exports.reading import Exported
    from app.scim.arrivals import ArrivalProgress, ArrivalReport, ResourceTally
    from ui.session.controller import SetupController
    from ui.widgets.findings import Part
    from ui.widgets.table import Rows

ROLES = {False: Role.USER_NAME, True: Role.NAME}
"""Whether the export is one of groups → the column that is compared."""

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
        self._task: Task[None] | None = None
        self._result: ArrivalReport | None = None
        self._order: Order | None = None
        """The export to compare with."""
        self._groups = False
        """Whether it is one of groups."""
        self._exported: Exported | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addWidget(self._counts_card())
        column.addWidget(self._compare_card())
        self._columns = {group: ColumnsCard((role,), self) for group, role in ROLES.items()}
        for card in self._columns.values():
            card.chosen.connect(self._compare_with)
            column.addWidget(card)
        self._work = WorkCard("Share of what is read", self)
        self._work.stopped.connect(self._stop)
        column.addWidget(self._work)
        self._verdict = Note("", "muted", self)
        column.addWidget(self._verdict)
        self._findings = FindingsView(("What", "Name", "Finding"), (56, 205, 0), self)
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
        self._start(self._look(everything=everything or self._exported is not None))

    def _choose(self, *, groups: bool) -> None:
        self._groups = groups
        self._drop.choose(f"Choose an export of {'groups' if groups else 'users'}", self._compare_chosen)

    def _compare_chosen(self, path: Path) -> None:
        self.compare(path, groups=self._groups)

    def compare(self, path: Path, *, groups: bool | None) -> None:
        """Read an export, then everything at the endpoint. ``groups`` is None where the file has to tell."""
        self._exported = None
        self._start(self._compare(Order(path), groups))

    def _compare_with(self, columns: dict[Role, int | None], titled: bool) -> None:
        if self._order is not None:
            self._start(self._compare(replace(self._order, columns=columns, titled=titled), self._groups))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        if self._task is not None:
            self._task.cancel()
        held = self._holds_keyboard()
        self._work.show_share(0, "")
        self._task = self._controller.look_into(self._whole(work))
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
        exported = self._exported.names.fresh() if self._exported and self._exported.names is not None else None
        result = await self._controller.session.connection.arrived(
            everything=everything,
            on_progress=self._show_progress,
            users=None if self._groups else exported,
            groups=exported if self._groups else None,
        )
        if isinstance(result, str):
            self._tell(result, "bad")
            return
        if exported is not None and (result.groups if self._groups else result.users).complete:
            missed = await asyncio.get_running_loop().run_in_executor(None, lambda: exported.missed)
            await self._add_missing(result, missed)
        rows = await gather(len(result.rows), partial(_columns, result.rows))
        self._result = result
        self._show_result(result, rows)

    async def _add_missing(self, result: ArrivalReport, missed: Any) -> None:
        result.counts[ArrivalKind.MISSING] = len(missed)
        if not missed or self._order is None:
            return
        found = await texts(self._order, ROLES[self._groups], missed)
        if isinstance(found, Unusable):
            self._controller.announced.emit(found.sentence)
            return
        groups = self._groups

        def missing(one: tuple[int, str]) -> Arrival:
            return Arrival(ArrivalKind.MISSING, groups, one[1], f"Row {one[0]:,} of the export")

        result.rows += await in_turns(found[: max(0, HELD - len(result.rows))], missing)

    async def _compare(self, order: Order, groups: bool | None) -> None:
        role = Role.USER_NAME if not groups else Role.NAME
        answer = await names(order, role, self._work.show_share)
        if isinstance(answer, Unusable):
            self._tell(answer.sentence, "bad")
            return
        if groups is None and not answer.seen.tells_users:
            await self._compare(order, groups=True)
            return
        self._groups = bool(groups)
        self._order = replace(order, stamp=answer.seen.stamp)
        self._exported = answer if answer.names is not None else None
        self._columns[self._groups].show_columns(answer.seen)
        if answer.names is None:
            self._tell("Which column is to be compared? Choose it, then compare.", "caution")
            return
        await self._look(everything=True)

    # -- what is shown -------------------------------------------------------------------

    def _show_progress(self, progress: ArrivalProgress) -> None:
        what = "Groups" if progress.group else "Users"
        words = f"{what}, {progress.read:,} of {progress.of:,}"
        if progress.pause is not None:
            words = f"The endpoint wants a pause of {span(progress.pause)}"
        self._work.show_share(progress.read / max(1, progress.of), words)

    def _show_result(self, result: ArrivalReport, rows: Rows) -> None:
        shown = [kind for kind in ArrivalKind if result.counts[kind]]
        kinds = [FindingKind(k.value, TITLES[k], result.counts[k], ADVICE[k]) for k in shown]
        self._findings.show_findings(kinds, rows, result.counts.total())
        self._users.setText(_line("users", result.users))
        self._groups_line.setText(_line("groups", result.groups))
        problems = result.counts.total() - result.counts[ArrivalKind.NEWEST]
        sentences = _stops(result)
        if not result.members_told and result.groups.read:
            sentences.append("The endpoint does not offer members, so that empty groups cannot be told.")
        tone = "caution" if problems or any(sentences) else "good" if result.users.read else "muted"
        self._tell(" ".join(filter(None, (_verdict(result, problems), *sentences))), tone)

    def _tell(self, sentence: str, tone: str) -> None:
        self._verdict.set_text(rich(sentence), tone)
        self._verdict.setVisible(bool(sentence))
        if sentence:
            self._controller.announced.emit(sentence)
        self._refresh()

    def _refresh(self) -> None:
        running = self._task is not None
        self._work.setVisible(running)
        for group, card in self._columns.items():
            card.setVisible(self._order is not None and group == self._groups and not running)
        for press in (self._sample, self._all):
            press.setEnabled(not running)
        what = "group" if self._groups else "user"
        self._compared.setText(
            f"Compared with {legible(self._order.path.name)}, {counted(len(self._exported.names), what)}."
            if self._order is not None and self._exported is not None and self._exported.names is not None
            else "Drop an export of the portal here, to see what is missing and what is extra."
        )
        told = self._result is None
        self._told.setVisible(told)
        self._looked_for.setVisible(told)
        self._users.setVisible(not told)
        self._groups_line.setVisible(not told)
        found = self._result is not None and bool(self._result.counts.total()) and not running
        self._findings.setVisible(found)
        self._rest.setVisible(not found)


def _verdict(result: ArrivalReport, problems: int) -> str:
    if problems:
        newest = " The newest changes are listed as well." if result.counts[ArrivalKind.NEWEST] else ""
        return f"{counted(problems, 'finding')}.{newest}"
    if result.users.read or result.groups.read:
        return "Nothing is missing or odd in what was read."
    if result.users.complete and not result.users.total:
        return "Nothing has arrived yet."
    offered = [share for share in (result.users, result.groups) if share.stopped is None or share.stopped.offered]
    return "" if offered else "The endpoint offers no lists, so that nothing can be told from here."


def _columns(arrivals: list[Arrival], start: int, stop: int) -> Part:
    some = arrivals[start:stop]
    details = [each.detail if each.at is None else f"{each.detail} {clock(each.at)}" for each in some]
    whats = ["Group" if each.group else "User" for each in some]
    return [each.kind.value for each in some], whats, [each.name for each in some], details


def _line(what: str, share: ResourceTally) -> str:
    if share.total is None and share.stopped is not None and share.stopped.offered:
        return f"{what.capitalize()}: not known"
    if share.total is None:
        return f"The endpoint does not list {what}."
    words = counted(share.total, what.removesuffix("s"))
    if share.read < share.total:
        words += f", {share.read:,} of them read"
    return f"{words}, {share.inactive:,} not active" if share.inactive else words


def _stops(result: ArrivalReport) -> list[str]:
    """Why not everything was read, once for what stopped for the same reason."""
    stopped: dict[str, list[str]] = {}
    for what, share in (("users", result.users), ("groups", result.groups)):
        if share.stopped is not None and share.stopped.offered:
            stopped.setdefault(SENTENCES[share.stopped.observation], []).append(what)
    return [f"Not all {' and '.join(whats)} could be read. {why}." for why, whats in stopped.items()]
