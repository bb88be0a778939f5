"""The page of the first step: prerequisites, each with a checkbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QWidget

from app.setup.journey import place
from app.text.marked import unmarked
from ui.tools.catalog import tool_links
from ui.widgets.accessibility import give_name
from ui.widgets.cards import Card, Note
from ui.widgets.choices import CheckLine
from ui.widgets.layouts import REST, column, fill, left
from ui.widgets.link import LinkButton
from ui.widgets.scroll import ScrollColumn
from ui.widgets.speech import describe
from ui.widgets.text import label, rich, spoken_elsewhere
from ui.widgets.tiles import Tiles
from ui.wizard import spoken_step

if TYPE_CHECKING:
    from app.guide.model import Prerequisite
    from ui.session.controller import SetupController


class Checklist(QWidget):
    """The prerequisites as cards."""

    def __init__(self, controller: SetupController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._controller = controller
        self._boxes: dict[str, CheckLine] = {}
        self._scroll = scroll = ScrollColumn(self)
        column(scroll, inside=self)
        guide = controller.session.guide
        about = f"The facts about {guide.short_name} were checked against their sources on {guide.verified_on}."
        if controller.session.setup.practice:
            about = "Practice: select these as if you had them."
        self._all = CheckLine("I have all of these", self)
        self._all.setObjectName("tick-all")
        self._all.clicked.connect(self._tick_all)
        needs = Tiles(*map(self._item, guide.prerequisites), least=400)
        fill(scroll.column, self._all, needs, Note(rich(about), "muted"), REST)
        self._step_id = controller.session.here.step.id
        controller.setup_changed.connect(self.refresh)
        self.refresh()

    def first_stop(self) -> QWidget:
        """Return the first box to tick, or the first one."""
        boxes = self._boxes.values()
        return next((box for box in boxes if not box.isChecked()), None) or next(iter(boxes))

    def _item(self, item: Prerequisite) -> Card:
        card = Card("card", self)
        box = CheckLine(unmarked(item.text), card)
        box.setObjectName(f"tick-{item.id}")
        box.setChecked(item.id in self._controller.session.setup.ticked)
        box.toggled.connect(lambda on: self._controller.tick(item.id, on))
        self._boxes[item.id] = box
        describe(box, item.why)
        card.add(box, spoken_elsewhere(label(rich(item.why), "muted", card, rich=True)))
        if (url := item.link) and not self._controller.session.setup.practice:
            link = LinkButton("Open this page", press=lambda: self._controller.open_link(url))
            give_name(link, f"Open this page: {box.text()}")
            card.add(left(link))
        if item.tool is not None:
            card.add(*tool_links(self._controller, item.tool))
        return card

    def _tick_all(self, on: bool) -> None:
        for name in self._boxes:
            self._controller.tick(name, on)

    def refresh(self) -> None:
        """Update the checkboxes, and the name of the step."""
        guide, setup = self._controller.session.guide, self._controller.session.setup
        give_name(self, spoken_step.name(guide, setup, place(guide, setup, self._step_id)))
        self._all.setChecked(self._boxes.keys() <= self._controller.session.setup.ticked)
        for name, box in self._boxes.items():
            on = name in self._controller.session.setup.ticked
            if box.isChecked() != on:
                with QSignalBlocker(box):
                    box.setChecked(on)
        if (left := next((box for box in self._boxes.values() if not box.isChecked()), None)) is not None:
            self._scroll.ensureWidgetVisible(left, 0, 40)
