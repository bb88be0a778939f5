"""The companion: the open step and its values in a narrow window, on top of the browser if the desktop allows it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.guide.vocabulary import Lane, Page
from app.setup.journey import visible
from ui.companion.short_result import ShortResult
from ui.desktop.screen_fit import ScreenFit
from ui.desktop.windows import how_to_stay_on_top
from ui.session.keys import Key
from ui.session.shortcuts import bind, bind_step, show_keys
from ui.widgets.buttons import IconButton
from ui.widgets.cards import Card, Note
from ui.widgets.layouts import REST, clear, column, fill, left, row, top, wide
from ui.widgets.link import LinkButton
from ui.widgets.practice_strip import PracticeStrip
from ui.widgets.scroll import ScrollColumn
from ui.widgets.text import label, rich
from ui.wizard.footer import FooterBar
from ui.wizard.step_card import StepCard
from ui.wizard.watch_panel import WatchPanel

if TYPE_CHECKING:
    from PySide6.QtGui import QCloseEvent

    from ui.session.controller import SetupController
    from ui.session.view_state import ViewState


class Companion(QWidget):
    """The open step in a narrow window that stays beside the browser."""

    returned = Signal()
    """The admin wants the main window back."""

    def __init__(self, controller: SetupController) -> None:
        super().__init__(None, Qt.WindowType.Window | Qt.WindowType.WindowStaysOnTopHint)
        self.setWindowTitle("Companion")
        self.setObjectName("companion-window")
        self._controller = controller
        self._drawn: object = None
        self._card: StepCard | None = None
        self._lane = Lane.CIE
        ScreenFit(self, first=(410, 560), least=(360, 400))
        inside = column(spacing=8, margins=(14, 12, 14, 12))
        fill(inside, self._head())
        outside = column(wide(inside), inside=self, spacing=0)
        if controller.session.setup.practice:
            outside.insertWidget(0, PracticeStrip(self, controller.practice_left))
        if advice := how_to_stay_on_top():
            note = Note(rich(advice), "muted", self)
            note.setObjectName("stay-on-top")
            fill(inside, note)
        self._scroll = ScrollColumn(self)
        self._large = LinkButton("Open the large window", name="large-page", press=self.returned)
        self._footer = FooterBar(controller, self, narrow=True)
        fill(inside, wide(self._scroll), left(self._large), self._footer)
        bind_step(self, controller)
        bind(Key.COMPANION, self, self.returned.emit)
        bind(Key.HELP, self, controller.help_wanted.emit)
        bind(Key.KEYS, self, partial(show_keys, self))
        controller.on_view_change(self.refresh)
        controller.next_requested.connect(self._focus_main_button)
        controller.left.connect(self._give_way)
        controller.practice_left.connect(self._give_way)
        controller.tool_opened.connect(self._give_way)
        self.refresh()

    def _head(self) -> QHBoxLayout:
        self._where = label("", "strong", self)
        self._count = label("", "small", self)
        self._open = IconButton("open", "Open this console in the browser", name="open-console", press=self._open_lane)
        large = IconButton(
            "pin", Key.COMPANION.after("Back to the large window"), name="large-window", press=self.returned
        )
        return row(wide(column(self._where, self._count, spacing=1)), top(self._open), top(large))

    def _open_lane(self) -> None:
        self._controller.open_console(self._lane)

    def _give_way(self) -> None:
        """Return to the main window: tools and the list of setups need it."""
        if self.isVisible():
            self.returned.emit()

    def refresh(self) -> None:
        """Redraw from the state."""
        session = self._controller.session
        here, guide, view = session.here, session.guide, self._controller.step_view
        names = {Lane.CIE: guide.cie.name, Lane.PORTAL: guide.portal.name, Lane.ASSISTANT: "the assistant"}
        self._lane = Lane.CIE if here.step.page is Page.WATCH else here.step.lane
        self._where.setText(view.title if view.finished else f"In {names[self._lane]}")
        self._open.setVisible(self._lane is not Lane.ASSISTANT and not view.finished)
        self._count.setText(f"Step {here.number} of {len(visible(guide, session.setup))}")
        self._footer.show_footer(view.footer)
        self._large.setVisible(here.step.page in (Page.TEST, Page.CHECKLIST))
        picture = (here.number, view.page, session.setup.stale, session.setup.answers, guide)
        if picture != self._drawn:
            self._drawn = picture
            self._draw_card(view)

    def _draw_card(self, view: ViewState) -> None:
        clear(self._scroll.column)
        self._card = None if view.finished else self._step_card()
        fill(self._scroll.column, self._card or self._end(view), REST)
        self._footer.follow(self._card)
        QTimer.singleShot(0, self, self._take_keyboard)

    def _end(self, view: ViewState) -> Card:
        card = Card("card", self, view.title)
        card.add(label(view.lead, "muted", card))
        return card

    def _step_card(self) -> StepCard:
        here = self._controller.session.here
        extra: QWidget | None = None
        if here.step.page is Page.WATCH:
            extra = WatchPanel(self._controller)
        elif here.step.page is Page.TEST:
            extra = ShortResult(self._controller)
        return StepCard(here, self._controller, self, extra)

    def _take_keyboard(self) -> None:
        field = self._card.first_input() if self._card is not None else None
        (field or (self._footer.main if self._footer.main.isEnabled() else self._open)).setFocus()

    def _focus_main_button(self) -> None:
        if self.isVisible() and self._footer.main.isEnabled():
            self._footer.main.setFocus()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """Restore the main window when the companion is closed."""
        self.returned.emit()
        super().closeEvent(event)
