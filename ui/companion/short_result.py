"""The last Test Connection for the companion: its result in two lines, and a card with what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from app.diagnosis.runs import findings_of, headline
from app.scim.finding import Verdict
from app.text.times import clock
from ui.widgets.badge import StepBadge
from ui.widgets.layouts import clear, column, fill, row, wide
from ui.widgets.text import label
from ui.wizard.test_results import ResultCard, remarks_card, result_card, running_words

if TYPE_CHECKING:
    from ui.session.controller import SetupController


NOT_TESTED = "Not tested yet"


class ShortResult(QWidget):
    """A badge, when the last test was, and its result."""

    def __init__(self, controller: SetupController) -> None:
        super().__init__()
        self._controller = controller
        self._badge = StepBadge(self)
        self._when = label("", "strong", self)
        self._what = label("", "small", self)
        words = column(self._when, self._what, spacing=2)
        row(self._badge, wide(words), inside=self, spacing=12, margins=(0, 4, 0, 4))
        for signal in (controller.setup_changed, controller.test_changed):
            signal.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show the running test, or the last one."""
        runs = self._controller.session.setup.runs
        if self._controller.testing:
            state, (when, what) = "current", running_words(self._controller)
        elif not runs:
            state, when, what = "later", NOT_TESTED, "The test only reads data."
        else:
            verdicts = {finding.verdict for finding in findings_of(runs[-1])}
            warned = "warned" if Verdict.WARNED in verdicts else "done"
            state = "failed" if Verdict.FAILED in verdicts else warned
            when, what = f"Last test: {clock(runs[-1].at)}", headline(runs[-1])
        self._badge.set_state(state, None)
        self._when.setText(when)
        self._what.setText(what)


class ResultCards(QWidget):
    """The result of this session's test, and its remarks. They are outside the card of the step, which says its own."""

    def __init__(self, controller: SetupController) -> None:
        super().__init__()
        self._controller = controller
        self._drawn: object = None
        self.result: ResultCard | None = None
        """The result, if there is one."""
        self._cards = column(inside=self, spacing=8)
        controller.test_changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show the result once the test has ended."""
        testing = self._controller.session.testing
        picture = (testing.findings, testing.problem, self._controller.testing)
        if picture == self._drawn:
            return
        self._drawn = picture
        clear(self._cards)
        self.result = None if self._controller.testing else result_card(self._controller, self)
        if self.result is not None:
            fill(self._cards, self.result)
            if (remarks := remarks_card(self._controller, self)) is not None:
                fill(self._cards, remarks)
