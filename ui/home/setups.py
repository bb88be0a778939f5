"""The list of setups on the home page."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QWidget

from app.guide import catalog
from app.setup.sentences import setup_name, status_line
from app.setup.state import Status
from app.text.times import day
from ui.dialogs.message import MessageBox
from ui.home import OPENING
from ui.home.welcome import Welcome
from ui.widgets.accessibility import give_name
from ui.widgets.badge import Pill
from ui.widgets.buttons import IconButton, button
from ui.widgets.cards import Card, Note
from ui.widgets.layouts import REST, clear, column, fill, row, wide
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


AT_ONCE: Final = 10
"""Rows that are drawn at once: more than the usual window shows."""
AHEAD: Final = 100
"""Device-independent pixels below the window in which rows are drawn."""


class SetupList(ScrollColumn):
    """A row for each setup."""

    opened = Signal(str)
    deleted = Signal(str)
    handed_over = Signal(str)
    tagged = Signal(str, object)
    """Setup id, and its new tags."""
    practice = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.column.setSpacing(12)
        self._continue: list[QPushButton] = []
        self._card: Card | None = None
        self._rest: list[Setup] = []
        """Those whose rows aren't drawn yet, the next one last."""
        self._now: datetime | None = None
        bar = self.verticalScrollBar()
        bar.valueChanged.connect(self._draw_ahead)
        bar.rangeChanged.connect(self._draw_ahead)

    def show_setups(
        self,
        setups: tuple[Setup, ...],
        troubles: tuple[FileTrouble, ...],
        now: datetime,
        *,
        without_keyring: str,
        offer_practice: bool,
    ) -> None:
        """Draw the first rows, after notices for the admin; without a setup, explain what one is."""
        self._card, self._rest, self._now = None, list(reversed(setups)), now
        clear(self.column)
        self._continue.clear()
        notices = [without_keyring] if without_keyring else []
        notices += [trouble.sentence for trouble in troubles]
        fill(self.column, *(Note(rich(notice), "caution") for notice in notices))
        if setups:
            self._card = card = Card("card")
            card.body.setContentsMargins(0, 0, 0, 0)
            card.body.setSpacing(0)
            self._draw(AT_ONCE)
            fill(self.column, card, REST)
        else:
            fill(self.column, REST, Welcome(self.practice if offer_practice else None), REST, REST)

    def _draw(self, count: int) -> None:
        """Draw the rows of the next setups."""
        if self._card is None or self._now is None:
            return
        rows = [self._row(self._rest.pop(), self._now) for _ in range(min(count, len(self._rest)))]
        if rows and not self._rest:
            rows[-1].setProperty("last", "true")  # the card's own line is below it
        # In a widget of their own: Qt lays out all rows of a visible layout again for each one that is added to it.
        together = QWidget()
        column(*rows, inside=together, spacing=0)
        self._card.add(together)

    def _draw_ahead(self) -> None:
        """Draw more rows, twice as many each time, once the last ones come into view."""
        bar = self.verticalScrollBar()
        if self._rest and bar.maximum() - bar.value() < AHEAD:
            self._draw(len(self._continue))

    def _row(self, setup: Setup, now: datetime) -> QFrame:
        name, status = setup_name(setup), setup.summary.status
        frame = QFrame()
        frame.setProperty("role", "setup-row")
        about = [setup.client, day(setup.created, now), *([", ".join(setup.tags)] if setup.tags else [])]
        created = label("  \u00b7  ".join(about), "small", frame)
        words = column(label(name, "heading", frame), created, spacing=2)
        known = setup.guide in catalog.ids()
        state = status_line(setup) if known else f"This version has no guide for {setup.client}."
        pill = Pill(status.words, _TONES[status])
        pill.setMinimumWidth(104)
        verb = "Open" if status is Status.COMPLETE else "Continue"
        continue_button = button(verb, name=f"continue-{setup.id}", press=partial(self.opened.emit, setup.id))
        continue_button.setMinimumWidth(100)
        give_name(continue_button, f"{verb} {name}")
        continue_button.setEnabled(known)
        continue_button.setProperty("verb", verb)
        self._continue.append(continue_button)
        line = row(wide(words, 4), wide(label(state, "muted"), 6), inside=frame, spacing=16, margins=(24, 16, 24, 16))
        fill(line, pill, continue_button)
        if not setup.practice:
            purpose, press = f"Hand {name} over to a colleague, without its secrets", self.handed_over.emit
            fill(line, IconButton("hand-over", purpose, name=f"hand-over-{setup.id}", press=partial(press, setup.id)))
        tags = IconButton("tag", f"Tags of {name}", name=f"tags-{setup.id}", press=partial(self._edit_tags, setup))
        fill(line, tags)
        fill(line, IconButton("trash", f"Delete {name} and its secrets", press=partial(self._ask, setup)))
        return frame

    def show_opening(self, setup_id: str) -> None:
        """Show on its button that a setup is being opened, which may wait for the keyring; on none if it is empty."""
        for each in self._continue:
            opening = each.objectName() == f"continue-{setup_id}"
            each.setText(OPENING if opening else each.property("verb"))

    def take_keyboard(self, setup_id: str) -> bool:
        """Focus that setup, or the first one. Return False if there is none."""
        if any(setup.id == setup_id for setup in self._rest):
            self._draw(1 + next(n for n, setup in enumerate(reversed(self._rest)) if setup.id == setup_id))
        there = [each for each in self._continue if each.objectName() == f"continue-{setup_id}"]
        for each in (there or self._continue)[:1]:
            each.setFocus()
        return bool(self._continue)

    def _edit_tags(self, setup: Setup) -> None:
        from ui.home.tags import TagsDialog  # rarely needed, and not for the first window

        dialog = TagsDialog(setup, self)
        dialog.saved.connect(partial(self.tagged.emit, setup.id))
        dialog.open()

    def _ask(self, setup: Setup) -> None:
        box = MessageBox(
            self,
            f"Delete \u201c{setup_name(setup)}\u201d?",
            "Its secrets are removed too. The directory in CIE and the portal don't change.",
        )
        box.offer("Delete setup", "Keep it", lambda: self.deleted.emit(setup.id))
        box.open()
