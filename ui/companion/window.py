"""The companion: the open setup in a narrow window, on top of the browser if the desktop allows it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QAbstractButton, QFrame, QHBoxLayout, QMenu, QScrollBar, QWidget

from app.guide.vocabulary import Lane, Page
from app.setup.journey import Mark, places, visible
from app.setup.sentences import window_title
from app.system.preferences import Edge
from ui.companion.next_steps import console_names, next_steps
from ui.companion.short_result import ResultCards, ShortResult
from ui.desktop.docking import Docking, can_dock
from ui.desktop.screen_fit import ScreenFit
from ui.desktop.unfocused_press import UnfocusedPress
from ui.desktop.windows import can_minimize, how_to_dock, how_to_stay_on_top, on_x11
from ui.desktop.x_keys import RETURN, XKeys
from ui.session.keys import Key
from ui.session.shortcuts import bind, bind_step, find_step, show_keys
from ui.theme.style import restyle
from ui.widgets.accessibility import give_name
from ui.widgets.buttons import IconButton
from ui.widgets.cards import Note
from ui.widgets.disclosure import DisclosureLink, open_again, open_links
from ui.widgets.fields import ValueFrame, typing_in
from ui.widgets.layouts import clear, column, fill, insert, middle, row, wide, widgets_in
from ui.widgets.practice_strip import PracticeStrip
from ui.widgets.scroll import ScrollColumn
from ui.widgets.tab_order import InTabOrder, WorkFirst, focus, focus_again, focused_names
from ui.widgets.text import label, rich
from ui.wizard.checklist import Checklist
from ui.wizard.finish import Finish
from ui.wizard.footer import FooterBar
from ui.wizard.step_card import StepCard, confirmation, words_of
from ui.wizard.watch_panel import WatchPanel

if TYPE_CHECKING:
    from PySide6.QtCore import QByteArray
    from PySide6.QtGui import QCloseEvent, QHideEvent, QShowEvent

    from ui.desktop.global_key import GlobalKey
    from ui.session.controller import SetupController
    from ui.session.view_state import ViewState

_EDGES = {Edge.RIGHT: "Dock right", Edge.LEFT: "Dock left", Edge.FREE: "Don't dock"}

ANYWHERE: Final = (
    "In any window, **Ctrl+Alt+C** copies the next value, **Ctrl+Alt+V** pastes here, and **Ctrl+Alt+Enter** presses "
    "the main button."
)
NOT_ANYWHERE: Final = "Another program uses Ctrl+Alt with C, V or Enter, so the keys for any window are off."


class Companion(InTabOrder, WorkFirst, QWidget):
    """The open step in a narrow window that stays beside the browser."""

    returned = Signal()
    """The admin wants the main window back."""

    def __init__(self, controller: SetupController, global_key: GlobalKey | None = None) -> None:
        super().__init__(None, Qt.WindowType.Window | Qt.WindowType.WindowStaysOnTopHint)
        self.setObjectName("companion-window")
        self._controller = controller
        self.global_key = global_key
        """The desktop's key that shows this window."""
        self._drawn: object = None
        self._words: object = None
        """What is drawn from the guide, whose texts change with captured values."""
        self._opened: str | None = None
        """The page that was drawn last."""
        self._work: StepCard | Checklist | Finish | None = None
        """What is open."""
        self._results: ResultCards | None = None
        """The result of Test Connection, at its step."""
        self._scroll: ScrollColumn | None = None
        self._lane: Lane | None = None
        """The lane of the open step; None until the first one is shown."""
        ScreenFit(self, first=(410, 560), least=(360, 400))
        self.docking = Docking(self)
        self._unfocused_press = UnfocusedPress(self, _leaves_focus)
        self.setAttribute(Qt.WidgetAttribute.WA_AlwaysShowToolTips)  # also while the browser has the focus
        inside = column(spacing=8, margins=(16, 12, 16, 12))
        fill(inside, self._head())
        outside = column(wide(inside), inside=self, spacing=0)
        if controller.session.setup.practice:
            insert(outside, 0, PracticeStrip(self, controller.practice_left))
        if advice := how_to_stay_on_top():
            note = Note(rich(f"{advice} {how_to_dock()}"), "muted", self)
            note.setObjectName("stay-on-top")
            fill(inside, note)
        self._body = column()
        self._anywhere = label("", "small", self, rich=True)
        self._anywhere.setObjectName("keys-anywhere")
        self._anywhere.hide()
        self._keys: XKeys | None = None
        """The keys that act in any window."""
        fill(inside, self._anywhere)
        self._below = column()
        """What the step needs to continue, in view while the rest scrolls: a confirmation, or a field far down."""
        self._footer = FooterBar(controller, self, narrow=True)
        fill(inside, wide(self._body), self._below, self._footer)
        self._bind_keys()
        controller.on_view_change(self.refresh)
        controller.next_requested.connect(self._focus_main_button)
        self._footer.test_ended.connect(self._focus_result)
        controller.left.connect(self._give_way)
        controller.practice_left.connect(self._give_way)
        controller.tool_opened.connect(self._give_way)
        self.refresh()

    def _bind_keys(self) -> None:
        bind_step(self, self._controller)
        bind(Key.COMPANION, self, self.returned.emit)
        bind(Key.HELP, self, self._controller.help_wanted.emit)
        bind(Key.KEYS, self, partial(show_keys, self))
        if can_dock():
            bind(Key.DOCK, self, lambda: self.docking.choose(self.docking.edge.following))
        if can_minimize():
            bind(Key.ASIDE, self, self.showMinimized)
        if on_x11():
            bind(Key.ANYWHERE, self, self.turn_keys)

    def turn_keys(self) -> None:
        """Turn the keys for any window on or off."""
        if self._keys is not None:
            self._end_keys()
            return
        acts = {ord("c"): self._controller.copy_next, ord("v"): self._paste_first, RETURN: self._controller.act}
        try:
            self._keys = XKeys(self, acts)
        except OSError:
            self._anywhere.setText(NOT_ANYWHERE)
        else:
            self._anywhere.setText(rich(ANYWHERE))
        self._anywhere.show()

    def _end_keys(self) -> None:
        if self._keys is not None:
            self._keys.end()
            self._keys = None
        self._anywhere.hide()

    def _paste_first(self) -> None:
        """Paste into the first empty field that the step needs."""
        if isinstance(self._work, StepCard) and (field := self._work.empty_field()) is not None:
            field.paste()

    def _head(self) -> QHBoxLayout:
        self._console = QFrame(self)
        self._console.setObjectName("console")
        self._where = label("", "strong", self._console)
        self._count = label("", "small", self._console)
        self._open = IconButton("open", "Open this console in the browser", name="open-console", press=self._open_lane)
        hint = Key.COMPANION.after("Back to the large window")
        large = IconButton("pin", hint, name="large-window", press=self.returned)
        self._more = IconButton("more", "More", name="more", press=self._show_menu)
        words = column(self._where, self._count, spacing=2)
        row(wide(words), inside=self._console, margins=(12, 4, 12, 4))
        return row(wide(self._console), *map(middle, (self._open, large, self._more)), spacing=4)

    def _show_menu(self) -> None:
        """Open the menu of the actions that have no button, with their keys."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setObjectName("companion-menu")
        for edge, words in _EDGES.items() if can_dock() else ():
            beside = f"\t{Key.DOCK.value}" if edge is self.docking.edge.following else ""
            action = menu.addAction(f"{words}{beside}", partial(self.docking.choose, edge))
            action.setCheckable(True)
            action.setChecked(edge is self.docking.edge)
        menu.addSeparator()
        if can_minimize():
            menu.addAction(f"Minimize\t{Key.ASIDE.value}", self.showMinimized)
        next_copy = menu.addAction(f"Copy the next value\t{Key.COPY_NEXT.value}", self._controller.copy_next)
        next_copy.setEnabled(self._controller.next_copy is not None)
        menu.addAction(f"Find a step\t{Key.FIND.value}", partial(find_step, self, self._controller))
        if on_x11():
            anywhere = menu.addAction(f"Keys in any window\t{Key.ANYWHERE.value}", self.turn_keys)
            anywhere.setCheckable(True)
            anywhere.setChecked(self._keys is not None)
        if (key := self.global_key) is not None and key.offered:
            menu.addAction(f"Key for any window\t{key.trigger or 'Choose'}", key.choose).setEnabled(not key.trigger)
        menu.addAction(f"Help\t{Key.HELP.value}", self._controller.help_wanted.emit)
        menu.addAction(f"Keys\t{Key.KEYS.value}", partial(show_keys, self))
        menu.popup(self._more.mapToGlobal(self._more.rect().bottomLeft()))

    def _open_lane(self) -> None:
        if self._lane is not None:
            self._controller.open_console(self._lane)

    def _give_way(self) -> None:
        """Return to the main window: tools and the list of setups need it."""
        if self.isVisible():
            self.returned.emit()

    def refresh(self) -> None:
        """Redraw from the state."""
        session = self._controller.session
        self.setWindowTitle(window_title(session.guide, session.setup))
        if self._drawn is not None and not self.isVisible():
            return  # until it is shown: a screen reader would get every widget of it
        here, view = session.here, self._controller.step_view
        self._count.setText(f"Step {here.number} of {len(visible(session.guide, session.setup))}")
        picture = (here.number, view.page, session.setup.stale, session.setup.answers)
        following = places(session.guide, session.setup)[here.number :]
        lines = tuple(each.step.title for each in following if each.mark is not Mark.DONE)
        words = (words_of(session.guide, here.step), lines)
        if picture != self._drawn or not (words == self._words or typing_in(self)):
            self._drawn, self._words = picture, words
            again, self._opened = view.page == self._opened, view.page
            if not again:
                self._show_console(view)
            self._draw(view, again=again)
        self._footer.show_footer(view.footer)

    def _show_console(self, view: ViewState) -> None:
        """Name the console of the open step, highlighted if the step before was done in another one."""
        session, step = self._controller.session, self._controller.session.here.step
        before, self._lane = self._lane, step.console
        changed = before not in (None, self._lane) and not view.finished
        where = f"{'Now in' if changed else 'In'} {console_names(session.guide)[self._lane]}"
        self._where.setText(view.title if view.finished else where)
        self._open.setVisible(self._lane is not Lane.ASSISTANT and not view.finished)
        for each in (self._console, self._where, self._count):
            restyle(each, "changed", str(changed).lower())

    def _draw(self, view: ViewState, *, again: bool) -> None:
        """Draw the open page; ``again`` if it is the one that was open, which keeps its place."""
        place = self._scroll.verticalScrollBar().value() if again and self._scroll is not None else 0
        step = self._controller.session.here.step
        held, opened = (focused_names(self), open_links(self)) if again else ((), frozenset[str]())
        clear(self._body)
        clear(self._below)
        self._scroll = self._results = None
        if view.finished:
            self._work = Finish(self._controller, self)
            fill(self._body, wide(self._work))
        elif step.page is Page.CHECKLIST:
            self._work = Checklist(self._controller, self)
            fill(self._body, label(step.title, "heading", self), 8, wide(self._work))
        else:
            self._work, self._scroll = self._step_card(), ScrollColumn(self)
            lines, later = next_steps(self._controller)
            if step.page is Page.TEST:
                self._results = ResultCards(self._controller)
            results = [self._results] if self._results is not None else []
            fill(self._scroll.column, self._work, *results, *lines, wide(later))
            fill(self._body, wide(self._scroll))
            open_again(self._work, opened)
            if step.confirm:
                fill(self._below, confirmation(self._controller, step.id, step.confirm))
        QTimer.singleShot(0, self, partial(self._take_keyboard, place, held))

    def _step_card(self) -> StepCard:
        here = self._controller.session.here
        extra: QWidget | None = None
        if here.step.page is Page.WATCH:
            extra = WatchPanel(self._controller)
        elif here.step.page is Page.TEST:
            extra = ShortResult(self._controller)
        return StepCard(here, self._controller, self, extra, in_companion=True)

    def _take_keyboard(self, place: int, held: tuple[str, ...]) -> None:
        work = self._work
        if isinstance(work, StepCard) and self._scroll is not None and (needed := work.empty_field()) is not None:
            self.ensurePolished()
            if self._scroll.isAncestorOf(needed) and not self._scroll.has_room_for(needed):
                give_name(needed, work.accessibleName())  # the card is no longer around it
                fill(self._below, needed)
        if work is not None and not focus_again(self, held):
            focus(work.first_stop())
        if self._scroll is not None:
            self._scroll.verticalScrollBar().setValue(place)

    def first_stops(self) -> list[QWidget]:
        """Let Tab begin with the open step."""
        parts = (self._work, self._results, *widgets_in(self._below))
        return self._footer.first_stops(*(part for part in parts if part is not None))

    def offer_copy(self) -> None:
        """Let the next press of Enter copy the next value: a desktop accepts a copy only after a key in this window."""
        copies, index = self._controller.session.here.step.copies, self._controller.next_copy
        if isinstance(self._work, StepCard) and index is not None:
            self._work.offer_copy(copies[index].key)

    def _focus_main_button(self) -> None:
        if self.isVisible():
            self._footer.main.setFocus()

    def _focus_result(self) -> None:
        if self._results is not None and self._results.result is not None:
            focus(self._results.result)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Draw what has changed meanwhile."""
        self.refresh()
        super().showEvent(event)

    def nativeEvent(  # noqa: N802 - Qt's name
        self,
        eventType: QByteArray | bytes | bytearray | memoryview,  # noqa: N803 - Qt's name
        message: int,
    ) -> object:
        """Learn when the window manager offers the keyboard."""
        self._unfocused_press.read(message)
        return super().nativeEvent(eventType, message)

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        """Leave the keys to other programs while this window is closed; minimized, it keeps them."""
        if not self.isMinimized():
            self._end_keys()
        super().hideEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """Restore the main window when the companion is closed."""
        self.returned.emit()
        super().closeEvent(event)


def _leaves_focus(widget: QWidget) -> bool:
    """Return whether a press on that widget leaves the keyboard to the browser.

    Not if what it opens may be typed in, nor the eye: a secret is hidden again when the window loses the focus.
    """
    if isinstance(widget, DisclosureLink) or widget.objectName() == "reveal":
        return False
    return isinstance(widget, QAbstractButton | QScrollBar) or isinstance(widget.parentWidget(), ValueFrame)
