"""What a Test Connection means, as cards for the page of the test and for the companion."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.diagnosis.findings import meaning, sentence
from app.scim.finding import Verdict
from ui.widgets.cards import Card
from ui.widgets.causes import CauseList
from ui.widgets.layouts import left
from ui.widgets.link import LinkButton
from ui.widgets.text import label

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from app.diagnosis.causes import Diagnosis
    from ui.session.controller import SetupController


def failure_card(controller: SetupController, diagnosis: Diagnosis, parent: QWidget) -> Card:
    """Return the likely causes of a failed test, with the steps to revisit."""
    card = Card("card-bad", parent, diagnosis.title)
    session = controller.session
    card.add(CauseList(diagnosis.causes, "cause", controller.go, card))
    if session.testing.may_skip:
        words = f"Skip this test. {session.guide.short_name} may still be able to connect."
        card.add(left(LinkButton(words, name="skip-test", press=controller.skip_test)))
    return card


def remarks_card(controller: SetupController, parent: QWidget) -> Card | None:
    """Return the remarks, which don't fail the test, with what they mean; None without any."""
    odd = [f for f in controller.session.testing.findings if f.verdict is Verdict.WARNED]
    if not odd:
        return None
    card = Card("card", parent, "Remarks" if len(odd) > 1 else "A remark")
    for finding in odd:
        card.add(label(f"{finding.check.words}: {sentence(finding)}.", "strong", card))
        if words := meaning(finding):
            card.add(label(words, "body", card))
    return card


def again_link(controller: SetupController) -> LinkButton:
    """Return the link that repeats a test that passed."""
    again = LinkButton("Test again", name="test-again", press=controller.test)
    again.setEnabled(not controller.testing)
    return again
