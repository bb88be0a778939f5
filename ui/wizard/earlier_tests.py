"""Earlier runs of Test Connection, each comparable with the latest."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from app.diagnosis.runs import compare, headline, outcome
from app.text.counts import counted
from app.text.times import clock
from ui.widgets.accessibility import give_name
from ui.widgets.cards import Card
from ui.widgets.layouts import clear, left
from ui.widgets.link import LinkButton
from ui.widgets.text import label

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from app.setup.state import RunRecord
    from ui.session.controller import SetupController

SHOWN = 3
"""Runs listed at first."""


class EarlierTests(Card):
    """A list, newest first, with the differences under the chosen run."""

    def __init__(self, controller: SetupController, parent: QWidget) -> None:
        super().__init__("card", parent)
        self._controller = controller
        self._runs: tuple[RunRecord, ...] | None = None
        self._chosen: RunRecord | None = None
        self._all = False
        controller.setup_changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Update the list after a run."""
        runs = self._controller.session.setup.runs
        if runs != self._runs:
            self._runs, self._chosen, self._all = runs, None, False
            self._draw()

    def _draw(self) -> None:
        clear(self.body)
        earlier = list(reversed((self._runs or ())[:-1]))
        self.setVisible(bool(earlier))
        if not earlier:
            return
        self.add(label("Earlier tests", "heading", self))
        for index, run in enumerate(earlier if self._all else earlier[:SHOWN]):
            link = LinkButton(clock(run.at), name=f"earlier-{index}", press=partial(self._choose, run, index))
            give_name(link, f"Compare with the test at {clock(run.at)}. {headline(run)}")
            self.add(left(link), label(headline(run), "small", self))
            if run is self._chosen:
                self._differences(run)
        if len(earlier) > SHOWN and not self._all:
            self.add(left(LinkButton(f"Show all {len(earlier)}", name="earlier-all", press=self._show_all)))

    def _choose(self, run: RunRecord, index: int) -> None:
        self._chosen = None if run is self._chosen else run
        self._draw()
        self._take_keyboard(f"earlier-{index}")
        if self._chosen is not None and self._runs:
            count = len(compare(run, self._runs[-1]))
            self._controller.announced.emit(
                f"Different from the latest test: {counted(count, 'check')}." if count else "No differences."
            )

    def _show_all(self) -> None:
        self._all = True
        self._draw()
        self._take_keyboard(f"earlier-{SHOWN}")

    def _take_keyboard(self, name: str) -> None:
        if (link := self.findChild(LinkButton, name)) is not None:
            link.setFocus()

    def _differences(self, run: RunRecord) -> None:
        assert self._runs
        found = compare(run, self._runs[-1])
        if not found:
            self.add(label("No differences from the latest test.", "body", self))
        for each in found:
            self.add(label(each.check.words, "strong", self))
            self.add(label(f"Then: {outcome(each.was)}", "body", self))
            self.add(label(f"Latest: {outcome(each.now)}", "body", self))
