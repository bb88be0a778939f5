"""The page of the first step: prerequisites, each with a checkbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.tools.catalog import offered
from ui.widgets.cards import Card, Note
from ui.widgets.choices import CheckLine
from ui.widgets.link import LinkButton
from ui.widgets.scroll import ScrollColumn
from ui.widgets.text import label, rich

if TYPE_CHECKING:
    from app.guide.model import Prerequisite
    from ui.session.controller import SetupController


class Checklist(QWidget):
    """The prerequisites as cards."""

    def __init__(self, controller: SetupController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._controller = controller
        self._boxes: dict[str, CheckLine] = {}
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        scroll = ScrollColumn(self)
        outer.addWidget(scroll)
        guide = controller.session.guide
        for item in guide.prerequisites:
            scroll.column.addWidget(self._item(item))
        if not controller.session.setup.practice:
            about = f"The facts about {guide.short_name} were checked against their sources on {guide.verified_on}."
            scroll.column.addWidget(Note(rich(about), "muted", self))
        else:
            scroll.column.addWidget(Note("Practice: select these as if you had them.", "muted", self))
        scroll.column.addStretch(1)
        self.setFocusProxy(next(iter(self._boxes.values())))
        controller.setup_changed.connect(self.refresh)

    def _item(self, item: Prerequisite) -> Card:
        card = Card("card", self)
        box = CheckLine(item.text.replace("**", ""), card)
        box.setObjectName(f"tick-{item.id}")
        box.setChecked(item.id in self._controller.session.setup.ticked)
        box.toggled.connect(lambda on: self._controller.tick(item.id, on))
        self._boxes[item.id] = box
        card.body.addWidget(box)
        card.body.addWidget(label(rich(item.why), "muted", card, rich=True))
        if item.link and not self._controller.session.setup.practice:
            link = LinkButton("Open this page")
            url = item.link
            link.clicked.connect(lambda: self._controller.open_link(url))
            card.body.addWidget(link, 0, Qt.AlignmentFlag.AlignLeft)
        pages = offered(self._controller.session)
        if item.tool is not None and item.tool in pages:
            tool = item.tool
            look = LinkButton(pages[tool].invitation)
            look.setObjectName(f"look-{tool.value}")
            look.clicked.connect(lambda: self._controller.open_tool(tool))
            card.body.addWidget(look, 0, Qt.AlignmentFlag.AlignLeft)
        return card

    def refresh(self) -> None:
        """Update the checkboxes."""
        for name, box in self._boxes.items():
            on = name in self._controller.session.setup.ticked
            if box.isChecked() != on:
                box.blockSignals(True)  # noqa: FBT003 - Qt's signature
                box.setChecked(on)
                box.blockSignals(False)  # noqa: FBT003
