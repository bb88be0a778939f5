"""A lane: one console's steps, the open one as a card, and a button that opens the console."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QFrame, QWidget

from app.guide.vocabulary import Lane, Page
from app.setup.journey import Mark, places
from ui.session.keys import Key
from ui.theme.style import restyle
from ui.widgets.accessibility import give_name
from ui.widgets.badge import Pill
from ui.widgets.buttons import button
from ui.widgets.disclosure import open_again, open_links
from ui.widgets.fields import typing_in
from ui.widgets.layouts import REST, clear, column, fill, row, wide
from ui.widgets.scroll import ScrollColumn
from ui.widgets.tab_order import focus_again, focused_names
from ui.widgets.text import ElidedLabel, label
from ui.wizard.question import Question
from ui.wizard.step_card import StepCard, StepLine, words_of
from ui.wizard.watch_panel import WatchPanel

if TYPE_CHECKING:
    from app.guide.model import Branch
    from app.setup.journey import Place
    from ui.session.controller import SetupController


class LaneView(QFrame):
    """One of the two lanes.

    Signals:
        other_wanted: The other lane should be shown instead.
    """

    HOLDS_GROUPS = True
    other_wanted = Signal()

    def __init__(self, lane: Lane, controller: SetupController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lane = lane
        self._controller = controller
        self.card: StepCard | None = None
        """The open step, if it is in this lane."""
        self._drawn: object = None
        self._words: object = None
        """What is drawn from the guide, whose texts change with captured values."""
        self.setObjectName(f"lane-{lane.value}")
        self._scroll = ScrollColumn(self)
        self._scroll.column.setContentsMargins(8, 8, 8, 8)
        self._scroll.column.setSpacing(8)
        column(self._head(), wide(self._scroll), inside=self, spacing=0, margins=(1, 1, 1, 1))
        controller.setup_changed.connect(self.refresh)
        self.refresh()

    def _head(self) -> QFrame:
        head = QFrame(self)
        head.setProperty("role", "lane-head")
        self._name = label("", "heading", head)
        self._here = Pill("You are here", "accent")
        self._address = ElidedLabel("", "small", head)
        press = partial(self._controller.open_console, self._lane)
        self._open = button("Open", icon="open", name=f"open-{self._lane.value}", press=press)
        self._other = button("", icon="swap", name=f"leave-{self._lane.value}", press=self.other_wanted)
        self._other.hide()
        # The name has lines of its own: beside the buttons, there is no room for it in the narrow lane.
        below = row(self._here, wide(self._address), self._other, self._open, spacing=8)
        column(self._name, below, inside=head, spacing=2, margins=(16, 8, 12, 8))
        self.setFocusProxy(self._open)
        return head

    def be_alone(self, *, alone: bool) -> None:
        """Offer the other lane in the head while only one of them is shown."""
        self._other.setVisible(alone)

    def _shown(self) -> list[Place]:
        session = self._controller.session
        stages = [stage.id for stage in session.guide.stages]
        here = stages.index(session.here.stage.id)
        near = stages[max(0, here - 1) : here + 2]
        mine = [p for p in places(session.guide, session.setup) if p.step.console is self._lane]
        close = [p for p in mine if p.stage.id in near]
        return close or mine[-3:]

    def _branches(self, shown: list[Place]) -> list[Branch]:
        guide = self._controller.session.guide
        stages = {p.stage.id for p in shown if p.stage.id == self._controller.session.here.stage.id}
        asked = {b for s in guide.stages if s.id in stages for step in s.steps for b in step.when}
        return [b for b in guide.branches if b.id in asked and b.at is None and self._lane is Lane.PORTAL]

    def refresh(self) -> None:
        """Redraw if something changed, but never while the admin types in a field."""
        session = self._controller.session
        shown = self._shown()
        setup = session.setup
        picture = (
            tuple((p.number, p.step.id, p.mark) for p in shown),
            setup.stale,
            tuple(setup.answers.items()),
        )
        questions = self._branches(shown)
        texts = tuple(words_of(session.guide, p.step) if p.mark is Mark.CURRENT else p.step.title for p in shown)
        words = (tuple(questions), texts)
        self._show_head(current=any(p.mark is Mark.CURRENT for p in shown))
        if picture == self._drawn and (words == self._words or typing_in(self)):
            return
        self._drawn, self._words = picture, words
        self._fill(shown, questions)

    def _show_head(self, *, current: bool) -> None:
        """Show the console's name and address, which captured values change, and whether its step is open."""
        session = self._controller.session
        console, other = session.guide.cie, session.guide.portal
        if self._lane is Lane.PORTAL:
            console, other = other, console
        self._name.setText(console.name)
        give_name(self, f"Steps in {console.name}")
        self._address.setText("practice console" if session.setup.practice else console.address)
        give_name(self._open, f"Open {console.name}")
        self._other.setText(other.name)
        give_name(self._other, f"Show the steps in {other.name}")
        self._other.setToolTip(Key.LANE.after(f"Shows the steps in {other.name}"))
        restyle(self, "role", "lane-current" if current else "lane")
        self._here.setVisible(current)

    def _fill(self, shown: list[Place], questions: list[Branch]) -> None:
        steps = self._scroll.column
        held = focused_names(self._scroll)
        before, opened = self.card.objectName() if self.card is not None else "", open_links(self._scroll)
        clear(steps)
        self.card = None
        fill(steps, *(Question(branch, self._controller) for branch in questions))
        for place in shown:
            if place.mark is Mark.CURRENT:
                extra = WatchPanel(self._controller) if place.step.page is Page.WATCH else None
                self.card = card = StepCard(place, self._controller, extra=extra)
                fill(steps, card)
                open_again(card, opened if card.objectName() == before else frozenset())
                QTimer.singleShot(0, card, partial(self._scroll.keep_in_view, card))
            else:
                fill(steps, StepLine(place, self._controller))
        fill(steps, REST)
        if held:
            QTimer.singleShot(0, self, partial(focus_again, self._scroll, held))
