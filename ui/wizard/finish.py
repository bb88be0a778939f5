"""The page of a complete setup: a summary, the counts side by side, and what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.guide.vocabulary import PORTAL_COUNTS, Kind, Milestone
from app.text.times import recorded
from ui.widgets.cards import Card, Note
from ui.widgets.facts import FactTable
from ui.widgets.link import LinkButton
from ui.widgets.scroll import ScrollColumn
from ui.widgets.text import label

if TYPE_CHECKING:
    from ui.session.controller import SetupController


class Finish(QWidget):
    """Summary, counts and next steps."""

    def __init__(self, controller: SetupController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("finish")
        self._controller = controller
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        scroll = ScrollColumn(self)
        outer.addWidget(scroll)
        scroll.column.addWidget(self._facts())
        scroll.column.addWidget(self._counts())
        scroll.column.addWidget(self._after())
        scroll.column.addStretch(1)

    def _facts(self) -> Card:
        setup, guide = self._controller.session.setup, self._controller.session.guide
        rows = [("SCIM client", guide.name)]
        rows += [
            (spec.label, setup.values[name])
            for name, spec in guide.values.items()
            if name in setup.values and spec.kind in (Kind.DIRECTORY_ID, Kind.DIRECTORY_NAME)
        ]
        words = {
            Milestone.SUBMITTED: "Submitted in CIE",
            Milestone.STARTED: "Provisioning started",
            Milestone.FULL_SYNC: "Full Sync started",
            Milestone.FINISHED: "Sync Status Success",
        }
        rows += [(words[m], recorded(setup.reached[m])) for m in words if m in setup.reached]
        if setup.sighting is not None:
            seen = "First change seen" if setup.sighting.grew else "SCIM Change Timestamp"
            rows.insert(-2, (seen, recorded(setup.sighting.at)))
        rows.append(("Secrets", self._controller.session.vault.name))
        card = Card("card", self)
        card.body.addWidget(label("What was set up", "heading", card))
        facts = FactTable(card)
        for name, value in rows:
            facts.add(name, value)
        card.body.addWidget(facts)
        return card

    def _counts(self) -> Card:
        setup = self._controller.session.setup
        card = Card("card", self)
        card.body.addWidget(label("Counts", "heading", card))
        synced = setup.synced
        pairs = (
            ("Users", setup.values.get(PORTAL_COUNTS[0]), synced.users if synced else None),
            ("Groups", setup.values.get(PORTAL_COUNTS[1]), synced.groups if synced else None),
        )
        for name, portal, cie in pairs:
            if cie is None:
                continue
            if portal is None:
                card.body.addWidget(Note(f"{name}: {cie:,} in CIE.", "muted", card))
                continue
            same = int(portal) == cie
            text = f"{name}: {int(portal):,} in the portal, {cie:,} in CIE."
            less = cie < int(portal)
            reason = (
                "Some may have been skipped, or a sync may still be running."
                if less
                else "Check the number that you noted."
            )
            more = "" if same else f" They differ. {reason}"
            card.body.addWidget(Note(text + more, "good" if same else "caution", card))
        correct = LinkButton("Correct the counts")
        correct.setObjectName("correct-counts")
        correct.clicked.connect(self._controller.correct)
        card.body.addWidget(correct, 0, Qt.AlignmentFlag.AlignLeft)
        return card

    def _after(self) -> Card:
        card = Card("card", self)
        card.body.addWidget(label("What's next", "heading", card))
        for text in (
            "A firewall pulls the directory on its own schedule, by default once an hour, and needs its own full sync.",
            "Use the users and groups in a policy rule and check one user you know.",
        ):
            card.body.addWidget(Note(text.replace("**", ""), "muted", card))
        return card
