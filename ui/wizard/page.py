"""The page of an open setup: rail, head, the body for the open step, and the footer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, QTimer
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget

from app.guide.vocabulary import Lane, Page
from app.system import event_trace
from app.system.event_trace import TraceEvent
from ui.main_window import ShownPage
from ui.session.keys import Key
from ui.session.shortcuts import bind, bind_step
from ui.tools.catalog import TOOLS, load
from ui.widgets.accessibility import give_name
from ui.widgets.buttons import button
from ui.widgets.layouts import column, row, top, wide
from ui.widgets.speech import say
from ui.widgets.tab_order import InTabOrder, WorkFirst, focus
from ui.widgets.text import label
from ui.wizard import spoken_step
from ui.wizard.checklist import Checklist
from ui.wizard.connection_page import ConnectionPage
from ui.wizard.finish import Finish
from ui.wizard.footer import FooterBar
from ui.wizard.lane import LaneView
from ui.wizard.rail import Rail
from ui.wizard.step_card import StepCard

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from app.guide.vocabulary import Tool
    from ui.session.controller import SetupController


ROOM = QSize(1000, 680)
"""The minimum size, in device-independent pixels, for the whole rail, and its width for two lanes."""
BROAD = 1264
"""The width of the page from which the lane you are in has room for the console's page too."""


class WizardPage(InTabOrder, WorkFirst, QWidget):
    """One open setup. ``refresh`` derives everything from the state."""

    def __init__(self, controller: SetupController) -> None:
        super().__init__()
        self.controller = controller
        self._finish: Finish | None = None
        self._opened: str | None = None
        """The page that took the focus last."""
        self._body = QStackedWidget(self)
        self._bodies: dict[Page | None, QWidget] = {}
        """The body by the kind of step; None is the two lanes."""
        self._views: dict[Lane, LaneView] = {}
        self._tools: dict[Tool, QWidget] = {}
        self._footer = FooterBar(controller, self)
        self._rail = Rail(controller, self)
        self._lane, self._drawn_at = Lane.CIE, ""
        """The lane that is shown where there is room for one, and the step for which it was chosen."""
        self._inner = column(self._head(), wide(self._body), spacing=12)
        right = column(wide(self._inner), self._footer, spacing=0)
        row(self._rail, wide(right), inside=self, spacing=0)
        self._copying = bind_step(self, controller)
        bind(Key.COMPANION, self, controller.companion_wanted.emit)
        bind(Key.LANE, self, self._switch_lane)
        self._escape = bind(Key.CLOSE, self, controller.close_tool)
        controller.on_view_change(self.refresh)
        controller.next_requested.connect(self._focus_main_button)
        self._footer.test_ended.connect(self._focus_result)
        controller.announced.connect(say)
        self.refresh()

    def _head(self) -> QHBoxLayout:
        self._title = label("", "title", self)
        self._title.setObjectName("page-title")
        self._lead = label("", "muted", self)
        self._lead.setObjectName("page-lead")
        hint, press = Key.COMPANION.after("A narrow window beside the browser"), self.controller.companion_wanted
        companion = button("Companion", icon="pin", name="companion", press=press, hint=hint)
        return row(wide(column(self._title, self._lead, spacing=2)), top(companion))

    # -- state to widgets ----------------------------------------------------------------

    def refresh(self) -> None:
        """Derive head, body and footer from the state."""
        view, tool = self.controller.view, self.controller.tool
        self._escape.setEnabled(tool is not None)
        for each in self._copying:
            each.setEnabled(tool is None)
        if tool is not None:
            self._title.setText(TOOLS[tool].title)
            self._lead.setText(TOOLS[tool].lead)
            self._show_tool(tool)
        else:
            self._title.setText(view.title)
            self._lead.setText(view.lead)
            self._show_body(self.controller.session.here.step.page, finished=view.finished)
        if (page := self._body.currentWidget()) is not None:
            give_name(page, self._spoken_name())
        if view.page != self._opened:
            self._opened = view.page
            self._trace(tool, finished=view.finished)
            # Later, because the lanes draw the new card first.
            QTimer.singleShot(0, self, self._take_keyboard)
        self._footer.show_footer(view.footer)

    def _spoken_name(self) -> str:
        """Return the page's name for screen readers: that of the step where the whole page is one."""
        session, place = self.controller.session, self.controller.session.here
        whole = self.controller.tool is None and not self.controller.view.finished
        if whole and place.step.page in (Page.CHECKLIST, Page.TEST):
            return spoken_step.name(session.guide, session.setup, place)
        return self._title.text()

    def _trace(self, tool: Tool | None, *, finished: bool) -> None:
        here = self.controller.session.here
        page = ShownPage.TOOL if tool is not None else ShownPage.FINISH if finished else ShownPage.STEP
        event_trace.record(TraceEvent.PAGE, page=page, number=here.number, lane=here.step.lane, tool=tool)

    def _take_keyboard(self) -> None:
        """Focus what the page begins with, which also makes a screen reader say what has opened."""
        work = self._work
        focus(work.first_stop() if isinstance(work, StepCard | Checklist | ConnectionPage | Finish) else work)

    @property
    def _work(self) -> QWidget:
        """The open step, or the page that is open instead."""
        page = self._body.currentWidget() or self._body
        cards = [each.card for each in self._views.values() if each.card is not None and each.isVisibleTo(self)]
        return cards[0] if cards and page is self._bodies.get(None) else page

    def first_stops(self) -> list[QWidget]:
        """Let Tab begin with the open step."""
        return self._footer.first_stops(self._work)

    def _focus_main_button(self) -> None:
        if self._footer.main.isVisible():
            self._footer.main.setFocus()

    def _focus_result(self) -> None:
        if isinstance(page := self._work, ConnectionPage) and page.result is not None:
            focus(page.result)

    def _show_tool(self, tool: Tool) -> None:
        if tool not in self._tools:
            self._tools[tool] = load(tool)(self.controller)
            self._body.addWidget(self._tools[tool])
        self._body.setCurrentWidget(self._tools[tool])

    def _show_body(self, page: Page | None, *, finished: bool) -> None:
        if finished:
            if self._finish is None or self._body.currentWidget() is not self._finish:
                if self._finish is not None:
                    self._body.removeWidget(self._finish)
                    self._finish.deleteLater()
                self._finish = Finish(self.controller, self)
                self._body.addWidget(self._finish)
            self._body.setCurrentWidget(self._finish)
            return
        kind = page if page in (Page.CHECKLIST, Page.TEST) else None
        if kind not in self._bodies:
            self._bodies[kind] = self._make_body(kind)
            self._body.addWidget(self._bodies[kind])
        self._show_lanes()
        self._body.setCurrentWidget(self._bodies[kind])

    def _make_body(self, page: Page | None) -> QWidget:
        match page:
            case Page.CHECKLIST:
                return Checklist(self.controller, self)
            case Page.TEST:
                return ConnectionPage(self.controller, self)
            case _:
                return self._two_lanes()

    def _two_lanes(self) -> QWidget:
        both = QWidget(self)
        for lane in (Lane.CIE, Lane.PORTAL):
            self._views[lane] = view = LaneView(lane, self.controller, both)
            view.setMinimumWidth(1)
            view.other_wanted.connect(self._switch_lane)
        row(*map(wide, self._views.values()), inside=both, spacing=16)
        return both

    # -- a window too small for everything -----------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Fold the rail in a small window, and show one lane at a time in a narrow one."""
        super().resizeEvent(event)
        small = self._narrow or self.window().height() < ROOM.height()  # the strip of practice takes none of it
        self._rail.fold(folded=small)
        self._inner.setContentsMargins(*((12, 8, 12, 8) if small else (24, 16, 24, 12)))
        self._show_lanes()

    @property
    def _narrow(self) -> bool:
        return self.width() < ROOM.width()

    def _show_lanes(self) -> None:
        here = self.controller.session.here.step
        if here.id != self._drawn_at:
            self._drawn_at = here.id
            self._lane = Lane.PORTAL if here.lane is Lane.PORTAL else Lane.CIE
        for lane, view in self._views.items():
            if isinstance(both := self._bodies[None].layout(), QHBoxLayout):
                both.setStretchFactor(view, (5 if self.width() >= BROAD else 3) if lane is self._lane else 2)
            view.be_alone(alone=self._narrow)
            view.setVisible(lane is self._lane or not self._narrow)

    def _switch_lane(self) -> None:
        """Go to the lane in which the focus isn't, or that isn't shown."""
        if self._body.currentWidget() is not self._bodies.get(None) or self._bodies.get(None) is None:
            return
        focused = self.window().focusWidget()
        if not self._narrow and focused is not None:
            inside = [lane for lane, view in self._views.items() if view.isAncestorOf(focused)]
            self._lane = inside[0] if inside else self._lane
        self._lane = Lane.CIE if self._lane is Lane.PORTAL else Lane.PORTAL
        self._show_lanes()
        self._views[self._lane].setFocus()
