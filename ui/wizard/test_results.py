"""What a Test Connection means, as cards for the page of the test and for the companion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.diagnosis.findings import meaning, sentence, summary
from app.scim.finding import Verdict
from app.session.testing import ConnectionTestState
from ui.widgets.accessibility import make_stop
from ui.widgets.cards import Card
from ui.widgets.causes import CauseList
from ui.widgets.layouts import left
from ui.widgets.link import LinkButton
from ui.widgets.text import label, spoken_elsewhere

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from app.diagnosis.causes import Diagnosis
    from ui.session.controller import SetupController


TIME_LIMITS: Final = "Each check has its own time limit, 20 seconds in total."


def running_words(controller: SetupController) -> tuple[str, str]:
    """Return a heading and a sentence for a running test, which may still wait for the keyring."""
    waits = controller.busy_line
    return ("The test hasn't started", waits) if waits else ("Testing", TIME_LIMITS)


class ResultCard(Card):
    """The result of a test. It takes the focus at the end of a test that the main button ran, and so says it."""

    def __init__(self, role: str, heading: str, result: str, words: str, parent: QWidget) -> None:
        """``words`` is what follows from the result, such as the first cause."""
        super().__init__(role, parent, heading)
        spoken_elsewhere(self)  # its name says the first cause, and Tab reaches them all
        make_stop(self, f"{result}. {words}")


def result_card(controller: SetupController, parent: QWidget) -> ResultCard | None:
    """Return the result of this session's test; None before the first one and while one is running."""
    session, testing = controller.session, controller.session.testing
    match testing.state:
        case ConnectionTestState.NOT_RUN:
            heading = "The test did not run"
            card = ResultCard("card", heading, heading, testing.problem, parent)
            card.add(label(testing.problem, "muted", card))
        case ConnectionTestState.PASSED:
            words = f"{session.guide.short_name} connects from its own network. You run its own test later."
            heading = "The connection works from this computer"
            card = ResultCard("card", heading, summary(testing.findings), words, parent)
            again = LinkButton("Test again", name="test-again", press=controller.test)
            again.setEnabled(not controller.testing)
            card.add(label(words, "muted", card), left(again))
        case ConnectionTestState.FAILED if (diagnosis := testing.diagnosis) is not None:
            card = _failure_card(controller, diagnosis, parent)
        case _:
            return None
    return card


def _failure_card(controller: SetupController, diagnosis: Diagnosis, parent: QWidget) -> ResultCard:
    """Return the likely causes of a failed test, with the steps to revisit."""
    session = controller.session
    first = diagnosis.causes[0].sentence if diagnosis.causes else ""
    card = ResultCard("card-bad", diagnosis.title, summary(session.testing.findings), first, parent)
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
