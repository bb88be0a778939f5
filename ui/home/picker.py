"""Choosing the SCIM client, with what is needed before starting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from ui.widgets.buttons import button
from ui.widgets.cards import Card, Note
from ui.widgets.layouts import clear
from ui.widgets.scroll import ScrollColumn
from ui.widgets.text import label, rich

if TYPE_CHECKING:
    from app.guide.model import Guide


ROW_PADDING = 22
"""Pixels of a row's height beyond its words."""


class Picker(QWidget):
    """All guides on the left, the chosen one's prerequisites on the right."""

    chosen = Signal(str)
    cancelled = Signal()

    def __init__(self, guides: tuple[Guide, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._guides = {guide.id: guide for guide in guides}
        column = QVBoxLayout(self)
        column.setContentsMargins(40, 34, 40, 20)
        column.setSpacing(12)
        column.addWidget(label("Which SCIM client sends your users?", "title", self))
        column.addWidget(label("The identity provider that will send users to CIE.", "muted", self))
        body = QHBoxLayout()
        body.setSpacing(16)
        body.addLayout(self._left(), 5)
        self._side = ScrollColumn(self)
        body.addWidget(self._side, 7)
        column.addLayout(body, 1)
        column.addLayout(self._buttons())
        self._list.setCurrentRow(0)

    def _left(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(8)
        self._search = QLineEdit(self)
        self._search.setPlaceholderText("Find a client by any of its names")
        self._search.setAccessibleName("Find a client")
        self._search.setObjectName("find-client")
        self._search.textChanged.connect(self._filter)
        self._search.returnPressed.connect(self._start)
        self._nothing = label("No SCIM client has that name.", "muted", self)
        self._nothing.setVisible(False)
        self._list = QListWidget(self)
        self._list.setObjectName("clients")
        self._list.setAccessibleName("SCIM clients")
        for guide in self._guides.values():
            item = QListWidgetItem(guide.name)
            item.setData(Qt.ItemDataRole.UserRole, guide.id)
            # Rows are measured before the style sheet applies to the list, so its padding would be missing.
            item.setSizeHint(QSize(0, self._list.fontMetrics().height() + ROW_PADDING))
            self._list.addItem(item)
        self._list.currentItemChanged.connect(lambda item, _previous: self._show(item))
        self._list.itemActivated.connect(lambda _item: self._start())
        column.addWidget(self._search)
        column.addWidget(self._nothing)
        column.addWidget(self._list, 1)
        return column

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        back = button("Back", icon="arrow-left")
        back.clicked.connect(self.cancelled)
        self._go = button("Start this setup", "primary")
        self._go.setObjectName("start-setup")
        self._go.clicked.connect(self._start)
        row.addWidget(back)
        row.addStretch(1)
        row.addWidget(self._go)
        return row

    def _filter(self, text: str) -> None:
        wanted = text.strip().casefold()
        for row in range(self._list.count()):
            item = self._list.item(row)
            guide = self._guides[item.data(Qt.ItemDataRole.UserRole)]
            names = (guide.name, guide.short_name, guide.scim_client, *guide.aliases)
            item.setHidden(not any(wanted in name.casefold() for name in names))
        shown = [self._list.item(row) for row in range(self._list.count()) if not self._list.item(row).isHidden()]
        if self._list.currentItem() not in shown:
            self._list.setCurrentRow(self._list.row(shown[0]) if shown else -1)
        self._nothing.setVisible(not shown)
        self._go.setEnabled(bool(shown))

    def _show(self, item: QListWidgetItem | None) -> None:
        clear(self._side.column)
        if item is None:
            return
        guide = self._guides[item.data(Qt.ItemDataRole.UserRole)]
        card = Card("card", self)
        card.body.addWidget(label(guide.name, "heading", card))
        card.body.addWidget(label(rich(guide.summary), "muted", card, rich=True))
        card.body.addWidget(label("What you need", "strong", card))
        for need in guide.prerequisites:
            card.body.addWidget(Note(rich(need.text), "muted", card))
        card.body.addWidget(label(rich(guide.cadence.words), "small", card, rich=True))
        self._side.column.addWidget(card)
        self._side.column.addStretch(1)

    def _start(self) -> None:
        item = self._list.currentItem()
        if item is not None and not item.isHidden():
            self.chosen.emit(item.data(Qt.ItemDataRole.UserRole))
