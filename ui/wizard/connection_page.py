"""The page of Test Connection: the checks, and beside them what they mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from app.diagnosis.offers import rows
from app.diagnosis.runs import headline
from app.diagnosis.ticket import sent_lines, ticket
from app.scim.finding import Check
from app.session.testing import ConnectionTestState
from app.setup.journey import place, test_step
from app.text.times import clock
from ui.tools.portal_error import PortalErrorCard
from ui.widgets.accessibility import make_stop
from ui.widgets.cards import Card
from ui.widgets.choices import CheckLine
from ui.widgets.facts import FactTable
from ui.widgets.layouts import REST, clear, column, fill, left, row, wide
from ui.widgets.link import LinkButton
from ui.widgets.scroll import ScrollColumn
from ui.widgets.text import label
from ui.widgets.tiles import Tiles
from ui.wizard import spoken_step
from ui.wizard.check_row import CheckRow
from ui.wizard.earlier_tests import EarlierTests
from ui.wizard.test_results import ResultCard, remarks_card, result_card, running_words

if TYPE_CHECKING:
    from app.scim.capabilities import ServiceOffer
    from ui.session.controller import SetupController


CHECKS, CARD = 560, 340
"""The maximum width of the checks and the minimum width of a card beside them, in pixels."""


class ConnectionPage(QWidget):
    """The checks on the left, the results on the right."""

    HOLDS_GROUPS = True
    """Its checks have the name of the step. Orca 48 leaves out the name of a group inside another one."""

    def __init__(self, controller: SetupController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._controller = controller
        self._drawn: object = None
        self.result: ResultCard | None = None
        """The result of the last test, if it is shown."""
        self._checks = Card("card", self)
        self._checks.body.setContentsMargins(0, 0, 0, 0)
        self._checks.body.setSpacing(0)
        self._rows = {each: CheckRow(each, self._checks) for each in Check}
        for check in self._rows.values():
            check.copied.connect(lambda text: controller.copy_built(text, "Check"))
            self._checks.add(check)
        check.setProperty("last", "true")  # the card's border is below it
        checks, side = ScrollColumn(self), ScrollColumn(self)
        self._made_up = CheckLine("Send a made-up token as well", self)
        self._made_up.setObjectName("made-up-token")
        self._made_up.toggled.connect(controller.send_made_up_token)
        why = label(
            "It shows that the service checks tokens. Once the service has rejected one, no other is sent for this "
            "Base URL and token. Turn this off if the service blocks clients after a rejected token.",
            *("small", self),
        )
        for each in (self._made_up, why):
            each.setVisible(not controller.session.setup.practice)
        fill(checks.column, self._checks, self._made_up, why, REST)
        self._side, self._results = column(), Tiles(least=CARD)
        checks.setMaximumWidth(CHECKS)
        error_reader = PortalErrorCard(controller, side, "Did the portal show an error?")
        fill(side.column, self._side, Tiles(EarlierTests(controller, side), error_reader, least=CARD), REST)
        row(wide(checks, 11), wide(side, 9), inside=self, spacing=16)
        for signal in (controller.setup_changed, controller.test_changed):
            signal.connect(self.refresh)
        self.refresh()

    def first_stop(self) -> QWidget:
        """Return the checks, which say what the test is for."""
        return self._checks

    def refresh(self) -> None:
        """Show the checks and what they mean."""
        session, testing = self._controller.session, self._controller.session.testing
        words = spoken_step.description(session.guide, test_step(session.guide))
        here = place(session.guide, session.setup, test_step(session.guide).id)
        make_stop(self._checks, spoken_step.name(session.guide, session.setup, here), words)
        self._made_up.setChecked(not session.setup.without_control)
        at_work = (testing.state, testing.current, testing.running, self._controller.testing)
        picture = (testing.findings, at_work, testing.checks, testing.offer, self._controller.busy_line)
        if picture == self._drawn:
            return
        self._drawn = picture
        found = {finding.check: finding for finding in testing.findings}
        for check, check_row in self._rows.items():
            check_row.setVisible(check in testing.checks)
            check_row.show_finding(found.get(check), running=check is testing.current)
        clear(self._side)
        self._results = Tiles(least=CARD)
        self._fill_side()
        fill(self._side, self._results)

    def _fill_side(self) -> None:
        session = self._controller.session
        self.result = result_card(self._controller, self)
        if self.result is not None:
            self._results.add(self.result)
        match session.testing.state:
            case ConnectionTestState.RUNNING:
                self._note(*running_words(self._controller))
            case ConnectionTestState.NOT_YET:
                words = f"The test only reads. It sends the same kinds of requests as {session.guide.short_name}."
                if session.setup.runs:
                    last = session.setup.runs[-1]
                    words += f"\n\nLast test, {clock(last.at)}: {headline(last)}."
                self._note("Nothing is changed", words)
            case ConnectionTestState.FAILED | ConnectionTestState.PASSED:
                self._fill_results()

    def _fill_results(self) -> None:
        session = self._controller.session
        if (remarks := remarks_card(self._controller, self)) is not None:
            self._results.add(remarks)
        if session.testing.offer is not None:
            self._results.add(self._offer(session.testing.offer))
        elif session.testing.running:
            self._note("What this service offers", "Asking \u2026")
        self._results.add(self._sent())

    def _note(self, heading: str, text: str) -> None:
        card = Card("card", self, heading)
        card.add(label(text, "muted", card, stop=True))
        self._results.add(card)

    def _offer(self, offer: ServiceOffer) -> Card:
        card = Card("card", self, "What this service offers")
        card.setObjectName("offer")
        card.add(FactTable(rows(offer)), label("Nothing here decides whether the test passes.", "small", card))
        return card

    def _sent(self) -> Card:
        findings = self._controller.session.testing.findings
        copy = LinkButton(
            "Copy redacted details",
            name="copy-details",
            press=lambda: self._controller.copy_built(ticket(findings), "Details"),
        )
        card = Card("card", self, "What was sent")
        card.add(label("\n".join(sent_lines(findings)) or "No request was sent.", "mono", card), left(copy))
        return card
