"""Findings: their kinds with counts on the left, the rows of the chosen kind on the right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from app.export.findings_file import harmless
from ui.widgets.buttons import button
from ui.widgets.cards import Card
from ui.widgets.table import ResultTable
from ui.widgets.text import label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ui.widgets.table import Row

KINDS_WIDTH = 240
"""Pixels."""


@dataclass(frozen=True, slots=True)
class FindingKind:
    """A line of the list."""

    id: str
    title: str
    count: int
    advice: str
    """What it means and what to do; shown above the rows."""


class FindingsView(QWidget):
    """What a look brought. Copies as tab-separated values, in which no spreadsheet finds a formula."""

    copied = Signal(str, int)
    """The text to be copied, and how many rows it has."""

    def __init__(self, headers: Sequence[str], widths: Sequence[int], parent: QWidget) -> None:
        super().__init__(parent)
        self._headers = headers
        self._kinds: list[FindingKind] = []
        self._list = QListWidget(self)
        self._list.setObjectName("kinds")
        self._list.setAccessibleName("Kinds of findings")
        self._list.setFixedWidth(KINDS_WIDTH)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.currentRowChanged.connect(self._choose)
        self._filter = QLineEdit(self)
        self._filter.setObjectName("filter")
        self._filter.setAccessibleName("Filter the rows")
        self._filter.setPlaceholderText("Filter")
        self._filter.setClearButtonEnabled(True)
        self._filter.textChanged.connect(self._narrow)
        copy = button("Copy rows", icon="copy")
        copy.setObjectName("copy-rows")
        copy.setToolTip("The selected rows, or all that are shown")
        copy.clicked.connect(self._copy)
        self.table = ResultTable(headers, widths, "Findings", self)
        self.table.on_copy = self._copy
        self._advice = label("", "muted", self)
        self._below = label("", "small", self)
        tools = QHBoxLayout()
        tools.setSpacing(8)
        tools.addWidget(self._filter, 1)
        tools.addWidget(copy)
        frame = Card("card", self)
        frame.body.setContentsMargins(1, 1, 1, 1)
        frame.body.addWidget(self.table)
        right = QVBoxLayout()
        right.setSpacing(8)
        right.addLayout(tools)
        right.addWidget(self._advice)
        right.addWidget(frame, 1)
        right.addWidget(self._below)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(14)
        row.addWidget(self._list)
        row.addLayout(right, 1)
        self.setFocusProxy(self._list)

    def show_findings(self, kinds: Sequence[FindingKind], rows: Sequence[Row], total: int) -> None:
        """Show them; ``total`` is how many there are, also those that are not among ``rows``."""
        kept = self._kind.id if self._kind is not None else None
        self._kinds = [FindingKind("", "All", total, ""), *(kind for kind in kinds if kind.count)]
        self.table.rows.set_rows(rows)
        self._total = total
        self._list.clear()
        for kind in self._kinds:
            item = QListWidgetItem(f"{kind.title}, {kind.count:,}", self._list)
            item.setToolTip(item.text())
        ids = [kind.id for kind in self._kinds]
        self._list.setCurrentRow(ids.index(kept) if kept in ids else 0)

    @property
    def _kind(self) -> FindingKind | None:
        at = self._list.currentRow()
        return self._kinds[at] if 0 <= at < len(self._kinds) else None

    def _choose(self, _row: int) -> None:
        self._advice.setText(self._kind.advice if self._kind is not None else "")
        self._advice.setVisible(bool(self._advice.text()))
        self._narrow()

    def _narrow(self) -> None:
        kind = self._kind
        self.table.rows.set_filter(self._filter.text(), (kind.id or None) if kind is not None else None)
        shown, every = len(self.table.rows.shown), kind.count if kind is not None else 0
        self._below.setText(f"{shown:,} of {every:,} shown" if shown != every else f"{shown:,} shown")

    def _copy(self) -> None:
        rows = self.table.chosen()
        lines = ["\t".join(self._headers)]
        lines += ["\t".join(harmless(" ".join(str(cell).split())) for cell in row.cells) for row in rows]
        self.copied.emit("\n".join(lines), len(rows))
