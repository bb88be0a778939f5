"""Test Connection: the checks one under the other, and beside them what a failed one means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.diagnosis.findings import sent_lines, sentence, title
from app.setup.journey import place
from ui.widgets.badge import StepBadge
from ui.widgets.cards import Card
from ui.widgets.link import LinkButton
from ui.widgets.scroll import ScrollColumn
from ui.widgets.text import label
from ui.wizard.portal_error import PortalErrorCard

if TYPE_CHECKING:
    from app.diagnosis.causes import Diagnosis
    from app.scim.ladder import Finding
    from ui.wizard.desk import Desk


class RungRow(QFrame):
    """One check."""

    def __init__(self, finding: Finding | None, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("role", "rung")
        verdict = finding.verdict.value if finding else "not-tried"
        if finding is not None and finding.observation.value == "plain-practice":
            verdict = "not-tried"  # there is no certificate to look at
        badge = StepBadge(self)
        badge.set_state({"passed": "done", "failed": "failed", "warned": "stale"}.get(verdict, "later"), None)
        words = QVBoxLayout()
        words.setSpacing(2)
        tried = verdict in ("passed", "failed", "warned")
        words.addWidget(label(name, "strong" if tried else "muted", self, wrap=False))
        words.addWidget(label(sentence(finding) if finding else "Not tried", "small", self))
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 9, 16, 9)
        row.setSpacing(12)
        row.addWidget(badge, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        if finding is not None and finding.seconds is not None and tried:
            row.addWidget(label(f"{finding.seconds * 1000:,.0f} ms", "small", self, wrap=False))


class ConnectionPage(QWidget):
    """The page of the Test Connection step."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._drawn: object = None
        self._ladder = Card("card", self)
        self._ladder.body.setContentsMargins(0, 0, 0, 0)
        self._ladder.body.setSpacing(0)
        left = ScrollColumn(self)
        left.column.setContentsMargins(0, 0, 0, 0)
        left.column.addWidget(self._ladder)
        left.column.addStretch(1)
        side = ScrollColumn(self)
        self._side = QVBoxLayout()
        self._side.setSpacing(10)
        side.column.addLayout(self._side)
        side.column.addWidget(PortalErrorCard(desk, side, "Did the portal show an error?"))
        side.column.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(14)
        row.addWidget(left, 11)
        row.addWidget(side, 9)
        desk.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Redraw the checks and what they mean."""
        assistant = self._desk.assistant
        picture = (assistant.findings, self._desk.testing, self._desk.notice, assistant.fetches_tokens)
        if picture == self._drawn:
            return
        self._drawn = picture
        from app.scim.ladder import Rung

        found = {finding.rung: finding for finding in self._desk.assistant.findings}
        _clear(self._ladder.body)
        for rung in Rung:
            if rung is Rung.ISSUED and not self._desk.assistant.fetches_tokens:
                continue
            self._ladder.body.addWidget(RungRow(found.get(rung), title(rung), self._ladder))
        _clear(self._side)
        self._fill_side()

    def _fill_side(self) -> None:
        from app.diagnosis.causes import explain

        assistant = self._desk.assistant
        if self._desk.testing:
            self._note("Testing", "Each check has its own time limit, 20 seconds in all.")
        elif self._desk.notice:
            self._note("The test did not run", self._desk.notice)
        elif not assistant.findings:
            name = assistant.guide.short_name
            self._note("Nothing is changed", f"The test only reads. It asks the same kind of question as {name}.")
        else:
            diagnosis = explain(assistant.findings, assistant.guide, assistant.setup)
            if diagnosis is None:
                self._note(
                    "From this computer the connection works",
                    f"{assistant.guide.short_name} connects from its own network. Its own test comes later.",
                )
            else:
                self._side.addWidget(self._causes(diagnosis))
        if assistant.findings:
            self._side.addWidget(self._sent())

    def _note(self, heading: str, text: str) -> None:
        card = Card("card", self)
        card.body.addWidget(label(heading, "heading", card))
        card.body.addWidget(label(text, "muted", card))
        self._side.addWidget(card)

    def _causes(self, diagnosis: Diagnosis) -> Card:
        card = Card("card-bad", self)
        card.body.addWidget(label(diagnosis.title, "bad-heading", card))
        assistant = self._desk.assistant
        linked: set[str] = set()
        evidence = ""
        for cause in diagnosis.causes:
            card.body.addWidget(label(cause.sentence, "body", card))
            if cause.evidence != evidence:  # said once for all that rest on it
                card.body.addWidget(label(cause.evidence, "small", card))
            evidence = cause.evidence
            if cause.step in (None, assistant.here.step.id) or cause.step in linked:
                continue
            assert cause.step is not None
            linked.add(cause.step)
            target = place(assistant.guide, assistant.setup, cause.step)
            link = LinkButton(f"Go to step {target.number}, {target.step.title}")
            link.setObjectName(f"cause-{cause.step}")
            link.clicked.connect(lambda _checked=False, step=cause.step: self._desk.go(step))
            card.body.addWidget(link, 0, Qt.AlignmentFlag.AlignLeft)
        if assistant.may_skip_test:
            skip = LinkButton(f"Go on without this test, since {assistant.guide.short_name} may still get through")
            skip.setObjectName("skip-test")
            skip.clicked.connect(self._desk.skip_test)
            card.body.addWidget(skip, 0, Qt.AlignmentFlag.AlignLeft)
        return card

    def _sent(self) -> Card:
        card = Card("card", self)
        card.body.addWidget(label("What was sent", "heading", card))
        lines = sent_lines(self._desk.assistant.findings)
        card.body.addWidget(label("\n".join(lines), "mono", card))
        copy = LinkButton("Copy redacted details")
        copy.setObjectName("copy-details")
        copy.clicked.connect(lambda: self._desk.clipboard.copy_plain("\n".join(lines), "details"))
        card.body.addWidget(copy, 0, Qt.AlignmentFlag.AlignLeft)
        return card


def _clear(layout: QVBoxLayout) -> None:
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
