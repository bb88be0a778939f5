"""Which column of an export holds what: as recognised, and to be chosen where it was not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.exports.columns import LABELS, Role
from app.text.legible import legible
from ui.widgets.buttons import button
from ui.widgets.cards import Card
from ui.widgets.choices import CheckLine
from ui.widgets.opener import Opener
from ui.widgets.text import label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.exports.reading import Seen

SAMPLE = 24
"""Characters of the first row that stand beside a column's name."""


class ColumnsCard(QWidget):
    """One line while everything is recognised; a card where something is to be chosen."""

    chosen = Signal(object, bool)  # a dict would come out with plain texts for its keys
    """Role → column or None, and whether the first row names the columns."""

    def __init__(self, roles: Sequence[Role], parent: QWidget) -> None:
        """The first role is the one that is needed."""
        super().__init__(parent)
        self.setObjectName("columns")
        self._roles = roles
        self._opener = Opener("Columns")
        self._opener.setObjectName("open-columns")
        self._card = Card("card", self)
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        self._boxes: dict[Role, QComboBox] = {}
        for at, role in enumerate(roles):
            name = label(LABELS[role], "strong", self._card, wrap=False)
            box = QComboBox(self._card)
            box.setObjectName(f"column-{role.value}")
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(16)
            name.setBuddy(box)
            box.setAccessibleName(LABELS[role])
            box.currentIndexChanged.connect(self._refresh)
            grid.addWidget(name, at // 2, at % 2 * 2)
            grid.addWidget(box, at // 2, at % 2 * 2 + 1)
            self._boxes[role] = box
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(3, 1)
        self._card.body.addLayout(grid)
        self._titled = CheckLine("The first row names the columns", self._card)
        self._titled.setObjectName("titled")
        self._again = button("Check with these columns")
        self._again.setObjectName("check-again")
        self._again.clicked.connect(self._choose)
        row = QHBoxLayout()
        row.addWidget(self._titled, 1)
        row.addWidget(self._again)
        self._card.body.addLayout(row)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self._opener, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self._card)
        self._opener.opens(self._card)

    def show_columns(self, seen: Seen) -> None:
        """Show what was recognised, and open the card where the first role was not."""
        for role, box in self._boxes.items():
            box.blockSignals(True)  # noqa: FBT003 - Qt's signature
            box.clear()
            box.addItem("none" if role is not self._roles[0] else "Choose a column", None)
            for at, header in enumerate(seen.headers):
                sample = seen.first[at].strip() if at < len(seen.first) else ""
                words = legible(header, 40) + (f" ({legible(sample, SAMPLE)})" if sample else "")
                box.addItem(words, at)
            column = seen.roles.get(role)
            box.setCurrentIndex(0 if column is None else column + 1)
            box.blockSignals(False)  # noqa: FBT003
        self._titled.setChecked(seen.titled)
        columns = [(LABELS[role], seen.roles.get(role)) for role in self._roles]
        taken = [f"{name} from {legible(seen.headers[at], 40)}" for name, at in columns if at is not None]
        self._opener.setText(f"Columns: {', '.join(taken)}" if taken else "Columns")
        self._opener.turn(on=seen.roles.get(self._roles[0]) is None)
        self._refresh()

    @property
    def first(self) -> QComboBox:
        """The column that is needed."""
        return self._boxes[self._roles[0]]

    def _refresh(self) -> None:
        self._again.setEnabled(self.first.currentData() is not None)

    def _choose(self) -> None:
        self.chosen.emit({role: box.currentData() for role, box in self._boxes.items()}, self._titled.isChecked())
