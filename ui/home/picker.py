"""Choosing the SCIM client, with what is needed before starting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from app.setup.route import ahead, in_words
from app.text.counts import counted
from ui.widgets.accessibility import give_name, number_items
from ui.widgets.badge import StepBadge
from ui.widgets.buttons import MainButton, button
from ui.widgets.cards import Card, Note
from ui.widgets.layouts import REST, clear, column, fill, row, top, wide
from ui.widgets.route_map import RouteMap
from ui.widgets.scroll import ScrollColumn
from ui.widgets.speech import describe, say
from ui.widgets.text import label, rich
from ui.widgets.tiles import Tiles

if TYPE_CHECKING:
    from app.guide.model import Guide


ROW_PADDING = 22
"""Pixels of a row's height beyond its words."""


AROUND = 32
"""Pixels of the search field's width beyond its words."""


class Picker(QWidget):
    """All guides on the left, the chosen one's prerequisites on the right."""

    chosen = Signal(str)
    cancelled = Signal()

    def __init__(self, guides: tuple[Guide, ...]) -> None:
        super().__init__()
        self._guides = {guide.id: guide for guide in guides}
        self._side = ScrollColumn(self)
        self._go = MainButton("Start this setup", name="start-setup", press=self._start)
        self._go.refused.connect(say)
        back = button("Back", icon="arrow-left", press=self.cancelled)
        column(
            label("Which SCIM client sends your users?", "title", self),
            label("The identity provider that will send users to CIE.", "muted", self),
            wide(row(wide(self._left(), 5), wide(self._side, 12), spacing=16)),
            row(back, REST, self._go),
            inside=self,
            spacing=12,
            margins=(40, 32, 40, 24),
        )
        self._choose(None)

    def _left(self) -> QVBoxLayout:
        self._search = QLineEdit(self)
        self._search.setPlaceholderText("Find a client by any of its names")
        words = self._search.fontMetrics().horizontalAdvance(self._search.placeholderText())
        self._search.setMinimumWidth(words + AROUND)
        give_name(self._search, "Find a client")
        self._search.setObjectName("find-client")
        self._search.textChanged.connect(self._filter)
        self._search.returnPressed.connect(self._start_found)
        self._nothing = label("No SCIM client has that name.", "muted", self)
        self._nothing.setVisible(False)
        self._list = QListWidget(self)
        self._list.setObjectName("clients")
        give_name(self._list, "SCIM clients")
        for guide in self._guides.values():
            item = QListWidgetItem(guide.name)
            item.setData(Qt.ItemDataRole.UserRole, guide.id)
            # Rows are measured before the style sheet applies to the list, so its padding would be missing.
            item.setSizeHint(QSize(0, self._list.fontMetrics().height() + ROW_PADDING))
            self._list.addItem(item)
        number_items(self._list)
        self._list.itemSelectionChanged.connect(self._show)
        self._list.itemActivated.connect(lambda _item: self._start())
        return column(self._search, self._nothing, wide(self._list), spacing=8)

    def _filter(self, text: str) -> None:
        wanted = text.strip().casefold()
        items = [self._list.item(at) for at in range(self._list.count())]
        for item in items:
            guide = self._guides[item.data(Qt.ItemDataRole.UserRole)]
            names = (guide.name, guide.short_name, guide.scim_client, *guide.aliases)
            item.setHidden(not any(wanted in name.casefold() for name in names))
        shown = [item for item in items if not item.isHidden()]
        self._nothing.setVisible(not shown)
        describe(self._search, "" if shown else self._nothing.text())
        number_items(self._list)
        if self._chosen not in shown:
            self._choose(shown[0] if wanted and len(shown) == 1 else None)

    @property
    def _chosen(self) -> QListWidgetItem | None:
        """The selected client. Qt's current item may be another one: it only follows the keyboard."""
        return next(iter(self._list.selectedItems()), None)

    def _choose(self, item: QListWidgetItem | None) -> None:
        self._list.setCurrentItem(item)  # type: ignore[arg-type]  # None selects nothing
        self._show()

    def _show(self) -> None:
        item = self._chosen
        self._go.show_obstacle("" if item is not None else "Choose a client first.")
        clear(self._side.column)
        if item is None:
            fill(self._side.column, label("Choose a client to see what it needs.", "muted", self), REST)
            return
        guide = self._guides[item.data(Qt.ItemDataRole.UserRole)]
        card = Card("card", self, guide.name)
        card.add(
            label(rich(guide.summary), "muted", card, rich=True, stop=True), label("What you need", "strong", card)
        )
        card.add(*(Note(rich(need.text), "muted", card) for need in guide.prerequisites))
        card.add(label(rich(guide.cadence.words), "small", card, rich=True, stop=True))
        way = Card("card", self, "What you do")
        drawn, there = RouteMap(("CIE", guide.short_name), way), ahead(guide)
        drawn.show_route(there, in_words(there, guide))
        way.add(drawn, label(in_words(there, guide), "small", way))
        answers = guide.answers({})
        for number, stage in enumerate(guide.stages, start=1):
            badge = StepBadge(way)
            badge.set_state("later", number)
            steps = sum(step.shown_under(answers) for step in stage.steps)
            words = label(stage.title, "body", way), label(counted(steps, "step"), "small", way)
            way.add(row(top(badge), wide(column(*words, spacing=2)), spacing=12))
        fill(self._side.column, Tiles(card, way, least=340), REST)

    def _start(self) -> None:
        if (item := self._chosen) is not None:
            self.chosen.emit(item.data(Qt.ItemDataRole.UserRole))

    def _start_found(self) -> None:
        """Start the chosen client, or choose the first of several that were found."""
        shown = [item for at in range(self._list.count()) if not (item := self._list.item(at)).isHidden()]
        if self._chosen is not None:
            self._start()
        elif shown:
            self._choose(shown[0])
            self._list.setFocus()
