"""A table of many rows that sorts, filters and passes on rows to copy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QEvent, QItemSelectionModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView, QWidget

from ui.widgets.accessibility import give_name
from ui.widgets.speech import ANNOUNCES, say
from ui.widgets.text import tip

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtGui import QKeyEvent, QResizeEvent, QShowEvent

ROW_HEIGHT = 30
"""Pixels."""
MEASURED = 100
"""Rows whose width is measured."""
_ANSWERED = frozenset(
    map(
        int,
        (
            Qt.ItemDataRole.DisplayRole,
            Qt.ItemDataRole.AccessibleTextRole,
            Qt.ItemDataRole.ToolTipRole,
            Qt.ItemDataRole.TextAlignmentRole,
        ),
    )
)
"""What a cell has. Qt also asks for other roles of each cell that it measures."""
_ORDERS = {Qt.SortOrder.AscendingOrder: "ascending", Qt.SortOrder.DescendingOrder: "descending"}

Index = QModelIndex | QPersistentModelIndex


class Rows:
    """Many rows, column by column. A column holds texts or numbers; numbers are sorted as numbers.

    With 50,000 rows as objects, garbage collection would block the window for too long. What sorting and filtering need
    is computed as rows are added, because computing it all at once would block the window as well.
    """

    def __init__(self, width: int) -> None:
        """``width`` in columns."""
        self.groups: list[str] = []
        """What each row can be filtered by in addition to its text."""
        self.columns: tuple[list[str] | list[int], ...] = tuple([] for _ in range(width))
        self.sortable: tuple[list[str] | list[int], ...] = tuple([] for _ in range(width))
        """The columns, with texts case-folded."""
        self.lines: list[str] = []
        """Each row as one case-folded text."""

    def __len__(self) -> int:
        return len(self.groups)

    def add(self, groups: Sequence[str], *columns: Sequence[str] | Sequence[int]) -> None:
        """Add rows, given column by column. Some thousand rows take a few milliseconds."""
        self.groups += groups
        folded = [[cell if isinstance(cell, int) else cell.casefold() for cell in column] for column in columns]
        for at, column in enumerate(columns):
            self.columns[at].extend(column)  # type: ignore[arg-type]
            self.sortable[at].extend(folded[at])  # type: ignore[arg-type]
        self.lines += ["\n".join(map(str, row)) for row in zip(*folded, strict=True)]

    def cells(self, row: int) -> tuple[str | int, ...]:
        """Return one row."""
        return tuple(column[row] for column in self.columns)


class RowsModel(QAbstractTableModel):
    """Sorts and filters in Python's own lists: a proxy model would query each of 50,000 rows many times."""

    def __init__(self, headers: Sequence[str], parent: QWidget) -> None:
        super().__init__(parent)
        self._headers = headers
        self.all = Rows(len(headers))
        """All rows, including those hidden by the filter."""
        self._ordered: list[int] = []
        self._shown: list[int] = []
        self._text = ""
        self._group: str | None = None
        self._order: tuple[int, Qt.SortOrder] | None = None
        self.remark = -1, ""
        """A column, and what a screen reader says with its first cell."""

    @property
    def shown(self) -> Sequence[int]:
        """The rows of ``all`` that pass the filter, in their order."""
        return self._shown

    def set_rows(self, rows: Rows, group: str | None = None) -> None:
        """Replace all rows and show those of a group (None for all). The filter's text is kept."""
        self.all, self._group = rows, group
        self._sort()
        self._arrange()

    def set_filter(self, text: str, group: str | None) -> None:
        """Show the rows of a group (None for all) that contain a text, ignoring case."""
        self._text, self._group = text.casefold(), group
        self._arrange()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column, also rows added later. -1 restores the original order."""
        wanted = None if column < 0 else (column, order)
        if wanted != self._order:  # Qt asks twice
            self._order = wanted
            self._sort()
            self._arrange()

    def _sort(self) -> None:
        self._ordered = list(range(len(self.all)))
        if self._order is not None:
            column, order = self._order
            key = self.all.sortable[column].__getitem__
            self._ordered.sort(key=key, reverse=order is Qt.SortOrder.DescendingOrder)

    def _arrange(self) -> None:
        self.beginResetModel()
        shown, text, group = self._ordered, self._text, self._group
        groups, lines = self.all.groups, self.all.lines  # local names: 50,000 rows within one turn of the event loop
        if group is not None:
            shown = [row for row in shown if groups[row] == group]
        if text:
            shown = [row for row in shown if text in lines[row]]
        self._shown = shown
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008 - Qt's name and default
        """Return the number of visible rows."""
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008 - Qt's name and default
        """Return the number of columns."""
        return 0 if parent.isValid() else len(self._headers)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the text of a cell, also as its tooltip, since a column may be too narrow for it.

        A screen reader also gets the number of the row with its first cell: it says a row cell by cell.
        """
        if role not in _ANSWERED:
            return None
        cell = self.all.columns[index.column()][self._shown[index.row()]]
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{cell:,}" if isinstance(cell, int) else cell
        if role == Qt.ItemDataRole.AccessibleTextRole:
            row = f"row {index.row() + 1:,} of {len(self._shown):,}" if index.column() == 0 else ""
            remark = self.remark[1] if (index.row(), index.column()) == (0, self.remark[0]) else ""
            return ", ".join(filter(None, (str(cell), row, remark)))
        if role == Qt.ItemDataRole.ToolTipRole and isinstance(cell, str):
            return tip(cell)
        if role == Qt.ItemDataRole.TextAlignmentRole and isinstance(cell, int):
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return None

    def name(self, column: int) -> str:
        """Return the name of a column."""
        return self._headers[column]

    def headerData(  # noqa: N802 - Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return the name of a column."""
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self.name(section)
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            number = bool(self._shown) and isinstance(self.all.columns[section][0], int)
            side = Qt.AlignmentFlag.AlignRight if number else Qt.AlignmentFlag.AlignLeft
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        return None


class ResultTable(QTableView):
    """Rows with a header that sorts, as Enter does. Tab leaves the table, Ctrl+C copies through ``on_copy``.

    Columns are as wide as their rows need, until the admin moves one.
    """

    def __init__(self, headers: Sequence[str], name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._fitting = False
        self._by_hand = False
        self._needs: list[int] = []
        """The width that each column needs. Measuring it takes up to 10 ms, and a table is laid out several times."""
        self._column = 0
        """The one that was sorted by last."""
        self.rows = RowsModel(headers, self)
        self.on_copy: Callable[[], None] = lambda: None
        self.setModel(self.rows)
        self.setObjectName("rows")
        give_name(self, name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setSortingEnabled(True)
        self.verticalHeader().setVisible(False)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSortIndicatorClearable(True)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        header.setResizeContentsPrecision(MEASURED)
        header.sectionResized.connect(self._resized)
        header.sortIndicatorChanged.connect(self._say_order)
        self.selectionModel().currentChanged.connect(self._forget_order)
        self.rows.modelReset.connect(self._measure_again)

    def _resized(self) -> None:
        self._by_hand = self._by_hand or not self._fitting

    def _measure_again(self) -> None:
        """Forget what the columns need, and share out the width where it is seen."""
        self._needs = []
        if self.isVisible():
            self._fit()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Measure again in another font or style."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._measure_again()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Share out the width among rows that came while the table was hidden."""
        super().showEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Share out the width: no column is cut while another one has more than it needs."""
        if self._by_hand:
            return
        header, count = self.horizontalHeader(), self.rows.columnCount()
        if not self._needs:
            self._needs = [max(header.sectionSizeHint(at), self.sizeHintForColumn(at)) for at in range(count)]
        needs = self._needs
        left = self.viewport().width()
        self._fitting = True
        for done, at in enumerate(sorted(range(count), key=needs.__getitem__)):
            width = min(needs[at], left // (count - done))
            # The widest column also takes the width that no other needs.
            self.setColumnWidth(at, left if done == count - 1 else width)
            left -= width
        self._fitting = False

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Share out the width again."""
        super().resizeEvent(event)
        self._fit()

    def chosen(self) -> list[int]:
        """Return the selected rows in their order, or all visible rows if none is selected."""
        picked = sorted(index.row() for index in self.selectionModel().selectedRows())
        return [self.rows.shown[at] for at in picked] or list(self.rows.shown)

    def _sort_by(self, column: int) -> None:
        """Sort by a column: first ascending, then descending, then in the original order."""
        header, up, down = self.horizontalHeader(), *_ORDERS
        order = header.sortIndicatorOrder() if header.sortIndicatorSection() == column else None
        header.setSortIndicator(-1 if order is down else column, down if order is up else up)

    def _say_order(self, column: int, order: Qt.SortOrder) -> None:
        """Say the order; in the table with the cell above all others, because Orca says nothing else of a table."""
        words = f"sorted by {self.rows.name(column)}, {_ORDERS[order]}" if column >= 0 else "in the original order"
        self._column = column if column >= 0 else self._column
        if ANNOUNCES or not self.hasFocus():
            say(words.capitalize())
            return
        cell = self.rows.index(0, self._column)
        self.selectionModel().setCurrentIndex(cell, QItemSelectionModel.SelectionFlag.NoUpdate)
        self.rows.remark = cell.column(), words

    def _forget_order(self) -> None:
        self.rows.remark = -1, ""

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Sort with Enter, and copy through the program's own clipboard code, not Qt's."""
        from PySide6.QtGui import QKeySequence

        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self._sort_by(self.currentIndex().column())
            return
        if event.matches(QKeySequence.StandardKey.Copy):
            self.on_copy()
            return
        super().keyPressEvent(event)
