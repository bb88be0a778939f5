"""Groups export: drop a CSV, and see what would stop a sync or break a policy. Nothing of the file is kept."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from app.exports.columns import ColumnRole
from app.exports.groups_check import ADVICE, TITLES, GroupIssue
from app.exports.kinds import ExportKind
from app.exports.problems import Unusable
from app.exports.reading import Checked
from app.exports.verdict import ExportVerdict, doubt, facts, verdict
from app.session.groups_export import GroupsExport
from app.text.legible import legible
from ui.tools.columns import ColumnsCard
from ui.widgets.buttons import button
from ui.widgets.cards import Note
from ui.widgets.drop import DropCard
from ui.widgets.findings import FindingKind, FindingsView, gather
from ui.widgets.text import ElidedLabel, label, rich
from ui.widgets.work import WorkCard

if TYPE_CHECKING:
    from asyncio import Task

    from app.exports.groups_check import GroupReport
    from app.exports.reading import ReadingChoice
    from app.exports.verdict import VerdictText
    from ui.session.controller import SetupController
    from ui.widgets.findings import Part
    from ui.widgets.table import Rows

COLUMNS = (ColumnRole.NAME, ColumnRole.ID, ColumnRole.CHILDREN, ColumnRole.PARENT)
LOOKED_FOR = (
    "Names that occur twice, also where they differ only in capitals, spaces or characters that cannot be seen.",
    "Characters that Prisma Access or a filter cannot take, empty names, and distinguished names that are too long.",
    "Child and parent groups that are missing, where the export tells of them.",
)


class GroupsExportPage(QWidget):
    """The page beside the steps."""

    def __init__(self, controller: SetupController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("groups-export")
        self._controller = controller
        self._export = GroupsExport()
        self._saving: Path | None = None
        """Where the findings go that are written now, or were written last."""
        self._task: Task[None] | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addWidget(self._drop_card(), 1)
        self._work = WorkCard("Share of the file that was read", self)
        self._work.stopped.connect(self._stop)
        column.addWidget(self._work)
        self._columns = ColumnsCard(COLUMNS, self)
        self._columns.chosen.connect(self._check_with)
        self._columns.undone.connect(lambda: self._check_with(None))
        self._columns.opened.connect(lambda _open: self._refresh())
        column.addWidget(self._columns)
        self._doubt = Note("", "caution", self)
        column.addWidget(self._doubt)
        self._verdict = Note("", "muted", self)
        column.addWidget(self._verdict)
        self._findings = FindingsView(("Row", "Name", "Finding"), (56, 150, 0), self)
        self._findings.copying.connect(lambda: controller.copy_rows(self._findings.text()))
        column.addWidget(self._findings, 1000)
        self._rest = QWidget(self)
        column.addWidget(self._rest, 1000)
        self._tell("", "muted")

    def _drop_card(self) -> DropCard:
        self._drop = DropCard(self)
        self._drop.setObjectName("drop")
        self._drop.given.connect(self.open_file)
        self._drop.refused.connect(lambda sentence: self._tell(sentence, "bad"))
        self._welcome = QWidget(self._drop)
        middle = QHBoxLayout(self._welcome)
        words = QVBoxLayout()
        middle.addStretch(1)
        middle.addLayout(words, 1000)
        middle.addStretch(1)
        words.addStretch(1)
        words.addWidget(label("Drop a CSV of the groups here", "heading", self._welcome))
        told = (
            "From Entra ID, Okta, Active Directory or any other. It is read on this computer and nothing of it is kept."
        )
        words.addWidget(label(told, "muted", self._welcome))
        words.addSpacing(4)
        for each in LOOKED_FOR:
            words.addWidget(Note(rich(each), "muted", self._welcome))
        words.addSpacing(8)
        self._first = button("Choose a file", "primary", "open")
        self._first.setObjectName("choose-file")
        self._first.clicked.connect(self._choose_file)
        words.addWidget(self._first, 0, Qt.AlignmentFlag.AlignLeft)
        words.addStretch(1)
        self._file = ElidedLabel("", "strong", self._drop)
        self._facts = label("", "small", self._drop)
        self._another = button("Another file", icon="open")
        self._another.setObjectName("another-file")
        self._another.clicked.connect(self._choose_file)
        self._save = button("Save findings as CSV")
        self._save.setObjectName("save-findings")
        self._save.clicked.connect(self._ask_where)
        about = QVBoxLayout()
        about.setSpacing(1)
        about.addWidget(self._file)
        about.addWidget(self._facts)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addLayout(about, 1)
        row.addWidget(self._save)
        row.addWidget(self._another)
        self._drop.body.addWidget(self._welcome, 1)
        self._drop.body.addLayout(row)
        self.setFocusProxy(self._first)
        self.setTabOrder(self._another, self._save)  # Tab passes by what stands before a focus proxy
        return self._drop

    def _choose_file(self) -> None:
        self._drop.choose("Choose an export of groups")

    # -- intents -------------------------------------------------------------------------

    def open_file(self, path: Path) -> None:
        """Check that file."""
        self._export.choose(path)
        self._start()

    def _check_with(self, choice: ReadingChoice | None) -> None:
        if self._export.read_as(choice):
            self._start()

    def _start(self, save: Path | None = None) -> None:
        if self._task is not None:
            self._task.cancel()
        held = self._holds_keyboard()
        self._saving = save
        self._work.show_share(0)
        self._task = self._controller.run_tool_task(self._run())
        self._tell("", "muted")
        if held:
            self._work.setFocus()

    def _holds_keyboard(self) -> bool:
        """Whether the keyboard is on this page, which then says where it goes when its widgets change."""
        focused = self.window().focusWidget()
        return focused is not None and self.isAncestorOf(focused)

    def _stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None
            self._tell("The check was stopped.", "muted")

    async def _run(self) -> None:
        answer = await self._export.check(self._work.show_share, self._saving)
        report = answer.report if isinstance(answer, Checked) else None
        rows = await gather(len(report.found), partial(_columns, report)) if report is not None else None
        held = self._holds_keyboard()
        self._task = None
        self._take(answer, rows)
        if held:
            shown = (self._findings, self._columns.first) if self._export.answer is not None else ()
            (next((w for w in shown if w.isVisibleTo(self)), self._another)).setFocus()

    def _take(self, answer: Checked | Unusable, rows: Rows | None) -> None:
        if isinstance(answer, Unusable):
            self._tell(answer.sentence, "bad")
            return
        self._export.keep(answer)
        order = self._export.order
        self._columns.show_reading(answer.seen, changed=order is not None and order.chosen)
        told = verdict(answer)
        if self._saving is not None:
            self._tell(f"The findings are in {legible(self._saving.name)}.", "good")
        elif answer.report is None or rows is None:
            self._tell(told.sentence, "caution")
        else:
            self._show_report(answer.report, rows, told)

    def _ask_where(self) -> None:
        dialog = QFileDialog(self.window(), "Save the findings", "findings.csv", "CSV (*.csv)")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("csv")
        dialog.fileSelected.connect(lambda name: self.save_findings(Path(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def save_findings(self, path: Path) -> None:
        """Check the file once more and write all findings, also those that are not held."""
        if self._export.order is not None:
            self._start(path)

    # -- what is shown -------------------------------------------------------------------

    def _show_report(self, report: GroupReport, rows: Rows, told: VerdictText) -> None:
        kinds = [FindingKind(k.value, TITLES[k], report.counts[k], ADVICE[k]) for k in GroupIssue]
        self._findings.show_findings(kinds, rows, report.counts.total())
        good = told.verdict is ExportVerdict.CLEAN and report.kind is not ExportKind.UNKNOWN
        self._tell(told.sentence, "good" if good else "caution")

    def _tell(self, sentence: str, tone: str) -> None:
        self._verdict.set_text(rich(sentence), tone)
        self._verdict.setVisible(bool(sentence))
        if sentence:
            self._controller.announced.emit(sentence)
        self._refresh()

    def _refresh(self) -> None:
        running, answer, order = self._task is not None, self._export.answer, self._export.order
        report = answer.report if answer is not None else None
        self._welcome.setVisible(order is None)
        self._file.setText(legible(order.path.name) if order is not None else "")
        self._facts.setText(", ".join(facts(answer)) if answer is not None else "")
        self._facts.setVisible(answer is not None)
        unsure = doubt(answer.seen) if answer is not None and not running else ""
        self._doubt.set_text(rich(unsure), "caution")
        self._doubt.setVisible(bool(unsure))
        self._another.setVisible(order is not None)
        self.setFocusProxy(self._first if order is None else self._another)
        self._save.setVisible(bool(report and report.counts))
        self._save.setEnabled(not running)
        self._work.setVisible(running)
        self._columns.setVisible(answer is not None and not running)
        found = bool(report and report.counts) and (self._saving is not None or not (running or self._columns.is_open))
        self._findings.setVisible(found)
        self._rest.setVisible(not found and order is not None)


def _columns(report: GroupReport, start: int, stop: int) -> Part:
    rows, names, kinds, details = report.found.part(start, stop)
    return kinds, rows, names, details
