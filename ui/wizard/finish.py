"""The end: what was set up, the counts side by side, and what comes next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from app.guide.model import Milestone
from app.setup.times import clock
from ui.widgets.cards import Card, Note
from ui.widgets.scroll import ScrollColumn
from ui.widgets.text import label

if TYPE_CHECKING:
    from ui.wizard.desk import Desk


class Finish(QWidget):
    """Shown once Full Sync is complete."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("finish")
        self._desk = desk
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        scroll = ScrollColumn(self)
        outer.addWidget(scroll)
        scroll.column.addWidget(self._facts())
        scroll.column.addWidget(self._counts())
        scroll.column.addWidget(self._after())
        scroll.column.addStretch(1)

    def _facts(self) -> Card:
        setup, guide = self._desk.assistant.setup, self._desk.assistant.guide
        rows = [("SCIM client", guide.name)]
        rows += [
            (spec.label, setup.values[name])
            for name, spec in guide.values.items()
            if name in setup.values and spec.derived_from is not None
        ]
        words = {
            Milestone.SUBMITTED: "Submitted in CIE",
            Milestone.STARTED: "Provisioning started",
            Milestone.FULL_SYNC: "Full Sync started",
            Milestone.FINISHED: "Sync Status Success",
        }
        rows += [(words[m], clock(setup.reached[m])) for m in words if m in setup.reached]
        if setup.sighting is not None:
            rows.insert(-2, ("SCIM Change Timestamp", clock(setup.sighting.at)))
        rows.append(("Base URL and token", self._desk.assistant.vault.name))
        card = Card("card", self)
        card.body.addWidget(label("What was set up", "heading", card))
        grid = QGridLayout()
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        for index, (name, value) in enumerate(rows):
            grid.addWidget(label(name, "muted", card, wrap=False), index, 0)
            grid.addWidget(label(value, "body", card), index, 1)
        card.body.addLayout(grid)
        return card

    def _counts(self) -> Card:
        setup = self._desk.assistant.setup
        card = Card("card", self)
        card.body.addWidget(label("Counts", "heading", card))
        synced = setup.synced
        pairs = (
            ("Users", setup.values.get("portal_users"), synced.users if synced else None),
            ("Groups", setup.values.get("portal_groups"), synced.groups if synced else None),
        )
        for name, portal, cie in pairs:
            if portal is None or cie is None:
                continue
            same = int(portal) == cie
            text = f"{name}: {int(portal):,} in the portal, {cie:,} in CIE."
            more = "" if same else " They differ. Skipped objects are listed in the portal's provisioning logs."
            card.body.addWidget(Note(text + more, "good" if same else "caution", card))
        return card

    def _after(self) -> Card:
        card = Card("card", self)
        card.body.addWidget(label("What comes next", "heading", card))
        guide = self._desk.assistant.guide
        for text in (
            f"{guide.cadence.words}",
            "A firewall pulls the directory on its own schedule, by default once an hour, and needs its own full sync.",
            "Use the users and groups in a policy rule and check one user you know.",
        ):
            card.body.addWidget(Note(text.replace("**", ""), "muted", card))
        return card
