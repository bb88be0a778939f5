"""The list of setups on the home page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMessageBox, QVBoxLayout, QWidget

from app.guide import catalog
from app.setup.sentences import setup_name, status_line
from app.setup.state import Status
from app.text.times import day
from ui.dialogs.message import MessageBox
from ui.home.welcome import Welcome
from ui.widgets.badge import Pill
from ui.widgets.buttons import IconButton, button
from ui.widgets.cards import Card, Note
from ui.widgets.scroll import ScrollColumn
from ui.widgets.text import label, rich

if TYPE_CHECKING:
    from datetime import datetime

    from PySide6.QtWidgets import QPushButton

    from app.setup.state import Setup
    from app.setup.store import FileTrouble


_TONES: Final = {
    Status.IN_PROGRESS: "accent",
    Status.WAITING: "caution",
    Status.READY: "accent",
    Status.COMPLETE: "good",
    Status.REDO: "caution",
    Status.FAILING: "bad",
}


class SetupList(ScrollColumn):
    """A row for each setup."""

    opened = Signal(str)
    deleted = Signal(str)
    handed_over = Signal(str)
    practice = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._content: QWidget | None = None
        self._continue: list[QPushButton] = []

    def show_setups(
        self,
        setups: tuple[Setup, ...],
        troubles: tuple[FileTrouble, ...],
        now: datetime,
        *,
        without_keyring: str,
        offer_practice: bool,
    ) -> None:
        """Draw all rows, after notices for the admin; without a setup, explain what one is."""
        if self._content is not None:
            self.column.removeWidget(self._content)
            self._content.hide()
            self._content.deleteLater()
        self._content = QWidget(self)
        self._continue.clear()
        column = QVBoxLayout(self._content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        if without_keyring:
            column.addWidget(Note(rich(without_keyring), "caution", self._content))
        for trouble in troubles:
            column.addWidget(Note(rich(trouble.sentence), "caution", self._content))
        if setups:
            card = Card("card", self._content)
            card.body.setContentsMargins(0, 0, 0, 0)
            card.body.setSpacing(0)
            for setup in setups:
                row = self._row(setup, now, card)
                card.body.addWidget(row)
            row.setProperty("last", "true")  # the card's own line is below it
            column.addWidget(card)
        else:
            column.addWidget(self._welcome(offer_practice))
        column.addStretch(1)
        self.column.addWidget(self._content, 1)

    def _welcome(self, offer_practice: bool) -> Welcome:
        welcome = Welcome(self._content, offer_practice=offer_practice)
        welcome.practice.connect(self.practice)
        return welcome

    def _row(self, setup: Setup, now: datetime, parent: QWidget) -> QFrame:
        frame = QFrame(parent)
        frame.setProperty("role", "setup-row")
        row = QHBoxLayout(frame)
        row.setContentsMargins(28, 18, 20, 18)
        row.setSpacing(14)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(label(setup_name(setup), "heading", frame))
        words.addWidget(label(f"{setup.client}  \u00b7  {day(setup.created, now)}", "small", frame))
        row.addLayout(words, 4)
        known = setup.guide in catalog.ids()
        line = status_line(setup) if known else f"This version has no guide for {setup.client}."
        row.addWidget(label(line, "muted", frame), 6)
        status = setup.summary.status
        complete = status is Status.COMPLETE
        pill = Pill(status.words, _TONES[status])
        pill.setMinimumWidth(104)
        row.addWidget(pill)
        continue_button = button("Open" if complete else "Continue")
        continue_button.setMinimumWidth(100)
        continue_button.setObjectName(f"continue-{setup.id}")
        continue_button.setAccessibleName(f"{'Open' if complete else 'Continue'} {setup_name(setup)}")
        continue_button.setEnabled(known)
        continue_button.clicked.connect(lambda: self.opened.emit(setup.id))
        row.addWidget(continue_button)
        self._continue.append(continue_button)
        if not setup.practice:
            give = IconButton("hand-over", f"Hand {setup_name(setup)} over to a colleague, without its secrets")
            give.setObjectName(f"hand-over-{setup.id}")
            give.clicked.connect(lambda: self.handed_over.emit(setup.id))
            row.addWidget(give)
        bin_ = IconButton("trash", f"Delete {setup_name(setup)} and its secrets")
        bin_.clicked.connect(lambda: self._ask(setup))
        row.addWidget(bin_)
        return frame

    def take_keyboard(self, setup_id: str) -> bool:
        """Focus that setup, or the first one. Return False if there is none."""
        there = [each for each in self._continue if each.objectName() == f"continue-{setup_id}"]
        for each in (there or self._continue)[:1]:
            each.setFocus()
        return bool(self._continue)

    def _ask(self, setup: Setup) -> None:
        box = MessageBox(
            self,
            f"Delete \u201c{setup_name(setup)}\u201d?",
            "Its secrets are removed too. The directory in CIE and the portal don't change.",
        )
        delete = box.addButton("Delete setup", QMessageBox.ButtonRole.DestructiveRole)
        keep = box.addButton("Keep it", QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(keep)
        box.setEscapeButton(keep)
        box.buttonClicked.connect(lambda pressed: self.deleted.emit(setup.id) if pressed is delete else None)
        box.open()
