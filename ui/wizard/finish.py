"""The page of a complete setup: a summary, the counts side by side, and what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.guide.vocabulary import PORTAL_COUNTS, Kind, Milestone
from app.text.times import recorded
from ui.widgets.accessibility import make_stop
from ui.widgets.cards import Card, Note
from ui.widgets.facts import FactTable
from ui.widgets.layouts import REST, fill, left
from ui.widgets.link import LinkButton
from ui.widgets.scroll import ScrollColumn
from ui.widgets.tiles import Tiles

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from ui.session.controller import SetupController

FROM_FILE = ", according to the hand-over file"


class Finish(ScrollColumn):
    """Summary, counts and next steps."""

    def __init__(self, controller: SetupController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("finish")
        self._controller = controller
        self._facts_card = self._facts()
        fill(self.column, Tiles(self._facts_card, self._counts(), self._after(), least=400), REST)

    def first_stop(self) -> QWidget:
        """Return the facts, with the title of the page as their name."""
        return self._facts_card

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
        rows += [
            (words[m], recorded(setup.reached[m]) + (FROM_FILE if m in setup.received else ""))
            for m in words
            if m in setup.reached
        ]
        if setup.sighting is not None:
            seen = "First change seen" if setup.sighting.grew else "SCIM Change Timestamp"
            rows.insert(-2, (seen, recorded(setup.sighting.at)))
        rows.append(("Secrets", self._controller.session.vault.name))
        card = Card("card", self, "What was set up")
        view = self._controller.step_view
        make_stop(card, f"{view.title}. {view.lead}")
        card.add(FactTable(rows))
        return card

    def _counts(self) -> Card:
        setup = self._controller.session.setup
        card = Card("card", self, "Counts")
        synced = setup.synced
        pairs = (
            ("Users", setup.values.get(PORTAL_COUNTS[0]), synced.users if synced else None),
            ("Groups", setup.values.get(PORTAL_COUNTS[1]), synced.groups if synced else None),
        )
        for name, portal, cie in pairs:
            if cie is None:
                continue
            if portal is None:
                card.add(Note(f"{name}: {cie:,} in CIE.", "muted", card))
                continue
            same = int(portal) == cie
            text = f"{name}: {int(portal):,} in the portal, {cie:,} in CIE."
            if cie < int(portal):
                text += " They differ. Some may have been skipped, or a sync may still be running."
            elif not same:
                text += " They differ. Check the number that you noted."
            card.add(Note(text, "good" if same else "caution", card))
        card.add(left(LinkButton("Correct the counts", name="correct-counts", press=self._controller.go_to_last_step)))
        return card

    def _after(self) -> Card:
        card = Card("card", self, "What's next")
        for text in (
            "Firewalls update separately, every 60 minutes by default. Each must also complete a full sync.",
            "Use the users and groups in a policy rule and check one user you know.",
        ):
            card.add(Note(text, "muted", card))
        return card
