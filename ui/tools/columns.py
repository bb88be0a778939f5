"""How an export was read, and what the admin may choose instead: columns, kind of rows, encoding and header."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QWidget

from app.exports.columns import LABELS
from app.exports.encodings import CHOICES
from app.exports.kinds import ExportKind
from app.exports.reading import ReadingChoice
from app.text.legible import legible
from ui.widgets.accessibility import give_name
from ui.widgets.buttons import button
from ui.widgets.cards import Card
from ui.widgets.choices import CheckLine
from ui.widgets.disclosure import DisclosureLink
from ui.widgets.layouts import REST, clear, column, left, row, wide
from ui.widgets.text import ElidedLabel, label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.exports.columns import ColumnRole
    from app.exports.reading import ExportReading

SAMPLE = 24
"""Characters of the first row that are shown beside a column's name."""
PREVIEWED = 5
"""Columns of the first rows that are shown."""
ROWS_ARE = {
    ExportKind.GROUPS: "A group",
    ExportKind.MEMBERS: "A member of a group",
    ExportKind.MIXED: "A group or something else",
    ExportKind.USERS: "A user",
    ExportKind.UNKNOWN: "Not known",
}


class ColumnsCard(QWidget):
    """One line if everything was recognized, or a card for choices."""

    chosen = Signal(object)
    """A ``ReadingChoice``."""
    opened = Signal()
    """The card was opened, so that it needs the height of the page, or closed."""
    undone = Signal()
    """The admin discards all choices."""

    def __init__(self, roles: Sequence[ColumnRole]) -> None:
        """The first role is the one that is needed."""
        super().__init__()
        self.setObjectName("columns")
        self._roles = roles
        self._shown: dict[QComboBox, int] = {}
        """What each choice was when the file was read."""
        self._card = Card("card")
        self._opener = DisclosureLink("Columns", name="open-columns", opens=self._card)
        self._preview = QGridLayout()
        self._preview.setHorizontalSpacing(16)
        self._preview.setVerticalSpacing(0)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(4)
        self._boxes = {role: self._choice(LABELS[role], f"column-{role.value.replace('_', '-')}") for role in roles}
        self._kind = self._choice("Each row is", "rows-are")
        self._encoding = self._choice("Encoding", "encoding")
        self._header = self._choice("Header", "header-line")
        self._grid.setColumnStretch(1, 1)
        self._grid.setColumnStretch(3, 1)
        self._card.add(self._preview, self._grid)
        self._titled = CheckLine("Names the columns", self._card)
        self._titled.setObjectName("titled")
        self._undo = button("Undo choices", name="undo-choices", press=self.undone)
        self._again = button("Check again", name="check-again", press=self._choose)
        last = row(wide(self._titled), self._again, spacing=8)
        self._grid.addLayout(last, self._grid.count() // 4, 2, 1, 2)  # beside the last choice, or below it
        column(row(left(self._opener), REST, self._undo), self._card, inside=self, spacing=4)
        self._opener.turned.connect(lambda _open: self.opened.emit())

    def _choice(self, name: str, object_name: str) -> QComboBox:
        """A labeled box in the next place of the grid."""
        at = self._grid.count() // 2
        text = label(name, "strong", self._card, wrap=False)
        box = QComboBox(self._card)
        box.setObjectName(object_name)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.setMinimumContentsLength(16)
        text.setBuddy(box)
        give_name(box, name)
        box.currentIndexChanged.connect(self._refresh)
        self._grid.addWidget(text, at // 2, at % 2 * 2)
        self._grid.addWidget(box, at // 2, at % 2 * 2 + 1)
        return box

    def show_reading(self, seen: ExportReading, *, changed: bool) -> None:
        """Show how the file was read, and open the card where the first role was not recognized.

        ``changed`` is whether the admin chose any of it.
        """
        for role, box in self._boxes.items():
            items: list[tuple[str, object]] = [("Choose a column" if role is self._roles[0] else "none", None)]
            for at, header in enumerate(seen.headers):
                sample = seen.rows[0][at].strip() if seen.rows and at < len(seen.rows[0]) else ""
                items.append((legible(header, 40) + (f" ({legible(sample, SAMPLE)})" if sample else ""), at))
            self._fill(box, items, seen.roles.get(role))
        self._fill(self._kind, [(words, kind) for kind, words in ROWS_ARE.items()], seen.kind)
        encodings = [(words, name) for name, words in CHOICES.items()]
        if seen.encoding not in CHOICES:
            encodings.append((seen.label, seen.encoding))
        self._fill(self._encoding, encodings, seen.encoding)
        lines = [(f"Line {at + 1}: {legible(line, 40)}", at) for at, line in enumerate(seen.lines) if line]
        self._fill(self._header, lines, seen.skipped)
        self._titled.setChecked(seen.titled)
        self._undo.setVisible(changed)
        columns = [(LABELS[role], seen.roles.get(role)) for role in self._roles]
        taken = [f"{name} from {legible(seen.headers[at], 40)}" for name, at in columns if at is not None]
        self._opener.setText(f"Columns: {', '.join(taken)}" if taken else "Columns")
        self._show_rows(seen)
        self._opener.turn(on=seen.roles.get(self._roles[0]) is None)
        self._refresh()

    def _fill(self, box: QComboBox, items: Sequence[tuple[str, object]], current: object) -> None:
        at = next((at for at, (_, value) in enumerate(items) if value == current), 0)
        with QSignalBlocker(box):
            box.clear()
            for words, value in items:
                box.addItem(words, value)
            box.setCurrentIndex(at)
        self._shown[box] = at

    def _show_rows(self, seen: ExportReading) -> None:
        """The header and the first rows, of the columns that are used before others."""
        clear(self._preview)
        used = list(dict.fromkeys([*seen.roles.values(), *range(len(seen.headers))]))[:PREVIEWED]
        for place, at in enumerate(sorted(used)):
            cells = [(seen.headers[at], "strong"), *((row[at] if at < len(row) else "", "") for row in seen.rows)]
            for line, (text, role) in enumerate(cells):
                self._preview.addWidget(ElidedLabel(legible(text, 60), role or "muted", self._card), line, place)
            self._preview.setColumnStretch(place, 1)

    @property
    def is_open(self) -> bool:
        """Whether the card is shown."""
        return self._opener.is_open

    @property
    def first(self) -> QComboBox:
        """The column that is needed."""
        return self._boxes[self._roles[0]]

    def _refresh(self) -> None:
        self._again.setEnabled(self.first.currentData() is not None or self._is_changed(self._encoding, self._header))

    def _is_changed(self, *boxes: QComboBox) -> bool:
        return any(box.currentIndex() != self._shown.get(box) for box in boxes)

    def _choose(self) -> None:
        kind = self._kind.currentData() if self._is_changed(self._kind) else None
        header = self._is_changed(self._header)
        self.chosen.emit(
            ReadingChoice(
                columns={role: box.currentData() for role, box in self._boxes.items() if self._is_changed(box)},
                titled=None if header else self._titled.isChecked(),
                kind=None if kind in (None, ExportKind.UNKNOWN) else ExportKind(kind),
                encoding=self._encoding.currentData() if self._is_changed(self._encoding) else None,
                skipped=self._header.currentData() if header else None,
            )
        )
