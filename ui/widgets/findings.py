"""Findings: their kinds with counts on the left, the rows of the chosen kind on the right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QLineEdit, QListWidget, QListWidgetItem, QWidget

from app.exports.findings_file import harmless
from ui.tasks import in_turns
from ui.widgets.accessibility import give_name, number_items
from ui.widgets.buttons import button
from ui.widgets.cards import Card
from ui.widgets.layouts import column, row, wide
from ui.widgets.table import ResultTable, Rows
from ui.widgets.text import label

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Part = tuple[Sequence[str], Sequence[str] | Sequence[int], Sequence[str], Sequence[str]]
    """A number of rows: the kinds of their findings, and three columns."""

TOGETHER = 4000
"""Rows created per turn of the event loop."""
KINDS_WIDTH = 216
"""Pixels."""


@dataclass(frozen=True, slots=True)
class FindingKind:
    """A line of the list."""

    id: str
    title: str
    count: int
    advice: str
    """What it means and what to do; shown above the rows."""


async def gather(many: int, part: Callable[[int, int], Part]) -> Rows:
    """Return rows to show, created by ``part(start, end)`` with a turn of the event loop after some thousand."""
    rows = Rows(3)

    def add(start: int) -> None:
        rows.add(*part(start, start + TOGETHER))

    await in_turns(range(0, many, TOGETHER), add, together=1)
    return rows


class FindingsView(QWidget):
    """Findings by kind, with the rows of the chosen kind."""

    copying = Signal()
    """The rows returned by ``text`` should be copied."""

    def __init__(self, headers: Sequence[str]) -> None:
        super().__init__()
        self._headers = headers
        self._kinds: list[FindingKind] = []
        self._list = QListWidget(self)
        self._list.setObjectName("kinds")
        give_name(self._list, "Kinds of findings")
        self._list.setFixedWidth(KINDS_WIDTH)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.currentRowChanged.connect(self._narrow)
        self._filter = QLineEdit(self)
        self._filter.setObjectName("filter")
        give_name(self._filter, "Filter the rows")
        self._filter.setPlaceholderText("Filter")
        self._filter.setClearButtonEnabled(True)
        self._filter.textChanged.connect(self._narrow)
        hint = "The selected rows, or all that are shown"
        copy = button("Copy rows", icon="copy", name="copy-rows", press=self.copying, hint=hint)
        self.table = ResultTable(headers, "Findings", self)
        self.table.on_copy = self.copying.emit
        self._advice = label("", "muted", self)
        self._below = label("", "small", self)
        frame = Card("card", self)
        frame.body.setContentsMargins(1, 1, 1, 1)
        frame.add(self.table)
        tools = row(wide(self._filter), copy, spacing=8)
        right = column(tools, self._advice, wide(frame), self._below, spacing=8)
        row(self._list, wide(right), inside=self, spacing=16)
        self.setFocusProxy(self._list)

    def show_findings(self, kinds: Sequence[FindingKind], rows: Rows, total: int) -> None:
        """Show findings; ``total`` counts all of them, including those not in ``rows``."""
        kept = self._kind.id if self._kind is not None else None
        self._kinds = [FindingKind("", "All", total, ""), *(kind for kind in kinds if kind.count)]
        with QSignalBlocker(self._list):  # otherwise the rows would be sorted and filtered for each change of the list
            self._list.clear()
            for kind in self._kinds:
                item = QListWidgetItem(f"{kind.title}, {kind.count:,}", self._list)
                item.setToolTip(item.text())
            number_items(self._list)
            ids = [kind.id for kind in self._kinds]
            self._list.setCurrentRow(ids.index(kept) if kept in ids else 0)
        self.table.rows.set_rows(rows, self._group)
        self._describe()

    @property
    def _kind(self) -> FindingKind | None:
        at = self._list.currentRow()
        return self._kinds[at] if 0 <= at < len(self._kinds) else None

    @property
    def _group(self) -> str | None:
        return (self._kind.id or None) if self._kind is not None else None

    def _narrow(self) -> None:
        self.table.rows.set_filter(self._filter.text(), self._group)
        self._describe()

    def _describe(self) -> None:
        kind = self._kind
        self._advice.setText(kind.advice if kind is not None else "")
        self._advice.setVisible(bool(self._advice.text()))
        shown, every = len(self.table.rows.shown), kind.count if kind is not None else 0
        self._below.setText(f"{shown:,} of {every:,} shown" if shown != every else f"{shown:,} shown")

    async def text(self) -> tuple[str, int]:
        """Return the rows to copy as tab-separated values, safe from spreadsheet formulas, and their number."""
        rows, chosen = self.table.rows.all, self.table.chosen()

        def line(row: int) -> str:
            return "\t".join(harmless(" ".join(str(cell).split())) for cell in rows.cells(row))

        lines = await in_turns(chosen, line)
        return "\n".join(["\t".join(self._headers), *lines]), len(chosen)
