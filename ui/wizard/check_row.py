"""One check of Test Connection: its state, and when opened, what was exchanged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QWidget

from app.diagnosis.findings import meaning, sentence
from app.diagnosis.ticket import lines, ticket
from app.scim.finding import Verdict
from ui.theme.style import restyle
from ui.widgets.badge import StepBadge
from ui.widgets.buttons import IconButton
from ui.widgets.facts import FactTable
from ui.widgets.layouts import column, fill, left, row, top, wide
from ui.widgets.link import LinkButton
from ui.widgets.speech import describe
from ui.widgets.text import label, spoken_elsewhere

if TYPE_CHECKING:
    from PySide6.QtGui import QMouseEvent

    from app.scim.finding import Check, Finding

_BADGES = {Verdict.PASSED: "done", Verdict.FAILED: "failed", Verdict.WARNED: "warned"}


class CheckRow(QFrame):
    """A row that shows the state and result of its check."""

    copied = Signal(str)
    """The lines of this check, to copy."""

    def __init__(self, check: Check, parent: QWidget) -> None:
        super().__init__(parent)
        spoken_elsewhere(self)  # the button for the details says it
        self.setProperty("role", "check")
        self.setObjectName(f"check-{check.value}")
        self._check = check
        self._shown: tuple[Finding | None, bool] | None = None
        self._finding: Finding | None = None
        self._badge = StepBadge(self)
        self._name = label(check.words, "muted", self)
        self._sentence = label("", "small", self)
        self._time = label("", "small", self, wrap=False)
        purpose = f"Details of: {check.words}"
        self._more = IconButton("chevron-right", purpose, name=f"details-{check.value}", press=self.turn)
        keep = self._more.sizePolicy()
        keep.setRetainSizeWhenHidden(True)  # keeps the times aligned
        self._more.setSizePolicy(keep)
        self._details = QWidget(self)
        self._details.hide()
        words = column(self._name, self._sentence, spacing=2)
        head = row(top(self._badge), wide(words), top(self._time), top(self._more), spacing=12)
        self._column = column(head, self._details, inside=self, spacing=8, margins=(16, 8, 8, 8))
        self.show_finding(None, running=False)

    def show_finding(self, finding: Finding | None, *, running: bool) -> None:
        """Show the check's finding. ``running`` means that it is in progress."""
        if (finding, running) == self._shown:
            return
        self._shown, self._finding = (finding, running), finding
        verdict = finding.verdict if finding is not None else Verdict.NOT_TRIED
        tried = verdict in _BADGES
        self._badge.set_state("current" if running else _BADGES.get(verdict, "later"), None)
        restyle(self._name, "role", "strong" if tried or running else "muted")
        text = "Checking \u2026" if running else sentence(finding) if finding else "Not tried"
        self._sentence.setText(text)
        seconds = finding.seconds if finding is not None and tried else None
        self._time.setText("" if seconds is None else f"{seconds * 1000:,.0f} ms")
        self._more.setVisible(finding is not None and bool(lines(finding)))
        describe(self._more, f"{verdict.words}. {text}")
        self._close()

    @property
    def is_open(self) -> bool:
        """Whether the details are open."""
        return not self._details.isHidden()

    def turn(self) -> None:
        """Open or close the details."""
        if self.is_open:
            self._close()
        elif self._finding is not None and not self._more.isHidden():
            self._fill(self._finding)
            self._details.show()
            self._more.show_purpose("chevron-down", f"Close the details of: {self._check.words}")

    def _close(self) -> None:
        self._details.hide()
        self._more.show_purpose("chevron-right", f"Details of: {self._check.words}")

    def _fill(self, finding: Finding) -> None:
        fresh = QWidget(self)
        details = column(inside=fresh, spacing=8, margins=(32, 2, 8, 2))
        words = meaning(finding) if finding.verdict is Verdict.FAILED else ""  # a remark's is shown beside the rows
        if words:
            fill(details, label(words, "body", fresh))
        name, press = f"copy-{self._check.value}", lambda: self.copied.emit(ticket([finding]))
        facts = FactTable(lines(finding), name_role="small", value_role="mono")
        fill(details, facts, left(LinkButton("Copy this check", name=name, press=press)))
        self._column.replaceWidget(self._details, fresh)
        self._details.deleteLater()
        self._details = fresh

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """A click anywhere on the head toggles the details."""
        if event.button() is Qt.MouseButton.LeftButton and (not self.is_open or event.pos().y() < self._details.y()):
            self.turn()
        super().mouseReleaseEvent(event)
