"""Groups export: drop a CSV file and see what would stop a sync or break a policy. Nothing of the file is kept."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from app.exports.columns import ColumnRole
from app.exports.groups_check import GroupIssue
from app.exports.kinds import ExportKind
from app.exports.problems import Unusable
from app.exports.verdict import ExportVerdict, doubt, facts, verdict
from app.session.groups_export import GroupsExport
from app.text.legible import legible
from ui.dialogs.files import CSV, choose_file, choose_target
from ui.tools.columns import ColumnsCard
from ui.tools.export_page import ExportPage
from ui.widgets.buttons import button
from ui.widgets.cards import Note
from ui.widgets.findings import gather
from ui.widgets.layouts import REST, column, left, row, wide
from ui.widgets.text import ElidedLabel, label, rich

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from app.exports.groups_check import GroupReport
    from app.exports.reading import ReadingChoice
    from ui.session.controller import SetupController
    from ui.widgets.findings import Part

COLUMNS = (ColumnRole.NAME, ColumnRole.ID, ColumnRole.CHILDREN, ColumnRole.PARENT)
LOOKED_FOR = (
    "Names that occur twice, even if they differ only in capitals, spaces or invisible characters.",
    "Characters that Prisma Access or a filter can't accept, empty names, and distinguished names that are too long.",
    "Missing child and parent groups, if the export lists them.",
)


WORDS = 640
"""The maximum width of the words in the middle of the empty page, in pixels."""
STOPPED = "The check was stopped."


class GroupsExportPage(ExportPage):
    """The page beside the steps."""

    def __init__(self, controller: SetupController) -> None:
        super().__init__(controller, "Progress through the file", "Row", STOPPED)
        self.setObjectName("groups-export")
        self._export = GroupsExport()
        self._saving: Path | None = None
        """Where the findings are written now, or were written last."""
        self._fill_drop_card()
        self._columns = ColumnsCard(COLUMNS)
        self._columns.chosen.connect(self._check_with)
        self._columns.undone.connect(lambda: self._check_with(None))
        self._columns.opened.connect(self._refresh)
        self._doubt = Note("", "caution")
        self._doubt.setObjectName("doubt")
        upper = (wide(self._drop), self._work, self._columns, self._doubt, self._verdict)
        column(*upper, wide(self._findings, 1000), wide(self._rest, 1000), inside=self, spacing=12)
        self.setFocusProxy(self._first)
        self._say("", "muted")

    def _fill_drop_card(self) -> None:
        self._drop.given.connect(self.open_file)
        self._first = button("Choose a file", "primary", "open", name="choose-file", press=self._choose_file)
        lead = "From Entra ID, Okta, Active Directory or any other. It is read on this computer, and nothing is kept."
        words = QWidget()
        words.setMaximumWidth(WORDS)
        lines = (label("Drop a CSV of the groups here", "heading"), label(lead, "muted"), 4)
        looked_for = (Note(rich(each), "muted") for each in LOOKED_FOR)
        column(REST, *lines, *looked_for, 8, left(self._first), REST, inside=words)
        self._welcome = QWidget()
        row(REST, wide(words, 1000), REST, inside=self._welcome, margins=(8, 8, 8, 8))
        self._file = ElidedLabel("", "strong", self._drop)
        self._facts = label("", "small", self._drop)
        self._another = button("Another file", icon="open", name="another-file", press=self._choose_file)
        self._save = button("Save findings as CSV", name="save-findings", press=self._ask_where)
        about = column(self._file, self._facts, spacing=2)
        self._drop.add(wide(self._welcome), row(wide(about), self._save, self._another, spacing=8))

    def _choose_file(self) -> None:
        choose_file(self, "Choose an export of groups", CSV, self.open_file)

    # -- intents -------------------------------------------------------------------------

    def open_file(self, path: Path) -> None:
        """Check that file."""
        self._export.choose(path)
        self._check()

    def _check_with(self, choice: ReadingChoice | None) -> None:
        if self._export.read_as(choice):
            self._check()

    def _ask_where(self) -> None:
        choose_target(self, "Save the findings", "CSV (*.csv)", "findings.csv", self.save_findings)

    def save_findings(self, path: Path) -> None:
        """Check the file once more and write all findings, including those that aren't shown."""
        if self._export.order is not None:
            self._check(path)

    def _check(self, save: Path | None = None) -> None:
        self._saving = save
        self._start(self._run())

    async def _run(self) -> None:
        answer = await self._export.check(self._work.show_share, self._saving)
        if isinstance(answer, Unusable):
            self._say(answer.sentence, "bad")
            return
        report = answer.report
        rows = await gather(len(report.found), partial(_columns, report)) if report is not None else None
        self._export.keep(answer)
        self._columns.show_reading(answer.seen, changed=self._export.order is not None and self._export.order.chosen)
        found = verdict(answer)
        if self._saving is not None:
            self._say(f"The findings are in {legible(self._saving.name)}.", "good")
        elif report is None or rows is None:
            self._say(found.sentence, "caution")
        else:
            self._show_findings(GroupIssue, report.counts, rows)
            await asyncio.sleep(0)  # filling 50,000 rows and laying out the page are a turn of the event loop each
            good = found.verdict is ExportVerdict.CLEAN and report.kind is not ExportKind.UNKNOWN
            self._say(found.sentence, "good" if good else "caution")

    # -- what is shown -------------------------------------------------------------------

    def _results(self) -> Sequence[QWidget]:
        return self._findings, self._columns.first, self._another

    def _refresh(self) -> None:
        running, answer, order = self._task is not None, self._export.answer, self._export.order
        report = answer.report if answer is not None else None
        self._verdict.setVisible(bool(self._said))
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
