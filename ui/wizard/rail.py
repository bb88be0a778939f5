"""The rail: the setup's name, its stages with their state, the tools, and what is in the keyring."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QWidget

from app.setup.route import in_words, route
from app.setup.sentences import inside, setup_name
from ui.session.keys import Key
from ui.session.view_state import FINISH, StageState, stage_state, stage_step
from ui.theme.style import restyle
from ui.tools.catalog import TOOLS, offered
from ui.widgets.accessibility import give_name
from ui.widgets.badge import StepBadge
from ui.widgets.buttons import IconButton, PushButton, button, mark_here
from ui.widgets.icon_label import IconLabel
from ui.widgets.layouts import REST, column, fill, middle, row, top, wide
from ui.widgets.link import LinkButton
from ui.widgets.route_map import RouteMap
from ui.widgets.scroll import ScrollColumn
from ui.widgets.text import label, tip

if TYPE_CHECKING:
    from app.guide.model import Stage
    from ui.session.controller import SetupController


WIDTH, FOLDED = 236, 68
MARGINS, FOLDED_MARGINS = (16, 16, 16, 16), (8, 16, 8, 16)
"""Pixels."""
LEAST = 40
"""The height of a stage in pixels, without details."""
ROOM = 194
"""Width of a stage in pixels: the rail without its margins and a scroll bar."""


_ROLES: Final = {StageState.CURRENT: "heading-small", StageState.LATER: "muted"}
"""Label roles of a stage's title; ``body`` for all other states."""
_SPOKEN: Final = {
    StageState.CURRENT: "open",
    StageState.FAILED: "test failed",
    StageState.STALE: "redo needed",
    StageState.DONE: "done",
    StageState.LATER: "not done yet",
}
_DETAILS: Final = {StageState.FAILED: "Test failed", StageState.STALE: "Redo needed"}


class StageRow(PushButton):
    """One stage: badge, title and progress."""

    def __init__(self, number: int, stage: Stage) -> None:
        super().__init__(name=f"stage-{stage.id}")
        self.stage = stage
        self._number = number
        self.setProperty("role", "stage")
        self._badge = StepBadge(self)
        self._title = label(stage.title, "body", self)
        self._detail = label("", "small", self)
        self._words = QWidget(self)
        column(self._title, self._detail, inside=self._words, spacing=2)
        self._row = row(middle(self._badge), wide(self._words), inside=self, spacing=12, margins=(8, 8, 8, 8))
        for child in (self._badge, self._words):
            child.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def show_state(self, state: StageState, where: str, *, beside: bool) -> None:
        """Show the stage's state. ``where`` counts the open step; ``beside`` means that a tool is open."""
        here = state is StageState.CURRENT
        self._badge.set_state(state, self._number)
        restyle(self._title, "role", _ROLES.get(state, "body"))
        detail = where if here else _DETAILS.get(state, "")
        self._detail.setText(detail)
        self._detail.setVisible(bool(detail))
        mark_here(self, here=here and not beside)
        give_name(self, f"{self.stage.title}, {_SPOKEN[state]}{f', {inside(where)}' if here else ''}")
        self.setToolTip(self.accessibleName() if self._words.isHidden() else "")
        self._row.invalidate()
        self.setMinimumHeight(max(LEAST, self._row.totalHeightForWidth(ROOM)))

    def fold(self, *, folded: bool) -> None:
        """Show only the badge, or the words too."""
        self._words.setVisible(not folded)


class Rail(QFrame):
    """The left column of the wizard. Folded, it shows icons, which their tooltips and accessible names explain."""

    def __init__(self, controller: SetupController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "rail")
        self.setFixedWidth(WIDTH)
        self._folded = False
        give_name(self, "Stages and tools")
        self._controller = controller
        guide = controller.session.guide
        self._name = label("", "heading", self)
        self._client = label(f"{guide.name} \u2192 {guide.cie.name}", "small", self)
        self._map = RouteMap(("CIE", guide.short_name), self)
        head = (self._ways_out(), 4, self._name, self._client, 4, self._map)
        self._column = inside = column(*head, inside=self, spacing=2, margins=MARGINS)
        self._followed = ""
        """The stage that the rail last scrolled to, or ``FINISH``."""
        self._stages = ScrollColumn(self)
        self._stages.column.setSpacing(2)
        self._rows = [StageRow(i, stage) for i, stage in enumerate(guide.stages, start=1)]
        for each in self._rows:
            each.clicked.connect(partial(self._open, each.stage))
        self._summary = button("Summary", "tool", "check", name="summary", press=controller.open_summary)
        self._summary.setMinimumHeight(LEAST)
        fill(self._stages.column, *self._rows, self._summary, REST)
        self._tools = {
            tool: button(
                page.title, "tool", page.icon, name=f"tool-{tool.value}", press=partial(controller.open_tool, tool)
            )
            for tool, page in TOOLS.items()
        }
        self._tools_head = label("Tools", "small", self)
        fill(inside, 12, wide(self._stages), 8, self._tools_head, *self._tools.values())
        fill(inside, 12, self._keyring_line())
        for signal in (
            controller.setup_changed,
            controller.activity_changed,
            controller.page_changed,
            controller.api_changed,
        ):
            signal.connect(self.refresh)
        self.refresh()

    def _keyring_line(self) -> QHBoxLayout:
        self._lock = IconLabel(16, self)
        self._kept = label("", "small", self)
        again, press = "Try the keyring again", self._controller.keep_again
        self._again = LinkButton(again, name="keep-again", press=press)
        self._again_folded = IconButton("refresh", again, name="keep-again-folded", press=press)
        words = column(self._kept, self._again, self._again_folded, spacing=0)
        self._keyring = row(top(self._lock), wide(words), spacing=8)
        return self._keyring

    def _ways_out(self) -> QHBoxLayout:
        self._home = button("All setups", "quiet", "arrow-left", name="go-home", press=self._controller.left)
        hint = f"{Key.HELP.after('The handbook at this step, in the browser')}. All keys: {Key.KEYS.value}"
        self._help = button("Help", "quiet", "help", name="help", press=self._controller.help_wanted, hint=hint)
        self._ways = row(self._home, REST, self._help)
        return self._ways

    def fold(self, *, folded: bool) -> None:
        """Show only icons, or the words too."""
        if folded == self._folded:
            return
        self._folded = folded
        self.setFixedWidth(FOLDED if folded else WIDTH)
        self._column.setContentsMargins(*(FOLDED_MARGINS if folded else MARGINS))
        down_or_across = QBoxLayout.Direction.TopToBottom if folded else QBoxLayout.Direction.LeftToRight
        self._ways.setDirection(down_or_across)
        # All icons are in one line with the badges of the stages, which leave room for a scroll bar.
        self._ways.setContentsMargins(0, 0, 12 if folded else 0, 0)
        self._keyring.setContentsMargins(12 if folded else 0, 0, 0, 0)
        self._keyring.setDirection(down_or_across)
        words = {self._home: "All setups", self._help: "Help", self._summary: "Summary"}
        for each, text in (words | {each: TOOLS[tool].title for tool, each in self._tools.items()}).items():
            each.setText("" if folded else text)
        for each, text in words.items():
            give_name(each, text)
        for each in (self._home, self._summary):
            each.setToolTip(words[each] if folded else "")
        for stage_row in self._rows:
            stage_row.fold(folded=folded)
        for words_only in (self._name, self._client, self._map, self._tools_head, self._kept):
            words_only.setVisible(not folded)
        self._stages.hold_rows(held=folded)
        self.refresh()

    def _open(self, stage: Stage) -> None:
        session = self._controller.session
        if (step := stage_step(session.guide, session.setup, stage)) is not None:
            self._controller.go(step)

    def refresh(self) -> None:
        """Update everything from the state."""
        session = self._controller.session
        setup = session.setup
        guide, here = session.guide, session.here
        finished = self._controller.step_view.finished
        self._name.setText(setup_name(setup))
        self._client.setText(f"{guide.name} \u2192 {guide.cie.name}")
        tool = self._controller.tool
        way = route(guide, setup)
        where = f"Step {here.number} of {len(way.stops)}"
        self._map.show_route(way, f"{where}. {in_words(way, guide)}")
        for stage_row in self._rows:
            state = stage_state(guide, setup, stage_row.stage, finished=finished)
            stage_row.show_state(state, where, beside=tool is not None)
        self._summary.setVisible(self._controller.complete_setup)
        open_row = next(each for each in self._rows if each.stage.id == here.stage.id)
        opened, followed = (FINISH, self._summary) if finished else (here.stage.id, open_row)
        if opened != self._followed:
            self._followed = opened
            self._stages.keep_in_view(followed)
        mark_here(self._summary, here=finished and tool is None)
        give_name(self._summary, "Summary, open" if finished and tool is None else "Summary")
        pages = offered(session)
        for each, tool_row in self._tools.items():
            tool_row.setVisible(each in pages)
            mark_here(tool_row, here=each is tool)
            tool_row.setToolTip(TOOLS[each].title if self._folded else "")
            give_name(tool_row, f"{TOOLS[each].title}, open" if each is tool else TOOLS[each].title)
        self._kept.setText(session.kept_line())
        in_memory = bool(session.captures.in_memory_only)
        self._again.setVisible(in_memory and not self._folded)
        self._again_folded.setVisible(in_memory and self._folded)
        for again in (self._again, self._again_folded):
            again.setEnabled(not self._controller.busy)
        give_name(self._lock, session.kept_line() if self._folded else "")
        self._lock.setToolTip(tip(session.kept_line()) if self._folded else "")
        doubtful = in_memory or session.captures.closed is not None
        tone = "caution" if doubtful else "good" if setup.kept else "muted"
        self._lock.show_icon("warning" if doubtful else "lock", tone)
