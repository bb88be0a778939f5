"""The rail: the setup's name, its stages with their state, the tools, and what is in the keyring."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from app.setup.journey import visible
from app.setup.sentences import inside, setup_name
from ui.session.keys import Key
from ui.session.view_state import StageState, stage_state, stage_step
from ui.theme.style import restyle
from ui.tools.catalog import TOOLS, offered
from ui.widgets.badge import StepBadge
from ui.widgets.buttons import PushButton, button, mark_here
from ui.widgets.icon_label import IconLabel
from ui.widgets.layouts import REST, column, fill, middle, row, top, wide
from ui.widgets.link import LinkButton
from ui.widgets.scroll import ScrollColumn
from ui.widgets.text import label

if TYPE_CHECKING:
    from app.guide.model import Stage
    from ui.session.controller import SetupController


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
        words = column(self._title, self._detail, spacing=1)
        self._row = row(middle(self._badge), wide(words), inside=self, spacing=10, margins=(8, 6, 8, 6))
        for child in (self._badge, self._title, self._detail):
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
        self.setAccessibleName(f"{self.stage.title}, {_SPOKEN[state]}{f', {inside(where)}' if here else ''}")
        self._row.invalidate()
        self.setMinimumHeight(max(40, self._row.totalHeightForWidth(ROOM)))


class Rail(QFrame):
    """The left column of the wizard."""

    def __init__(self, controller: SetupController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "rail")
        self.setFixedWidth(236)
        self.setAccessibleName("Stages and tools")
        self._controller = controller
        guide = controller.session.guide
        self._name = label("", "heading", self)
        self._client = label(f"{guide.name} \u2192 {guide.cie.name}", "small", self)
        head = (self._ways_out(), 4, self._name, self._client)
        inside = column(*head, inside=self, spacing=2, margins=(16, 14, 16, 16))
        self._followed = ""
        """The stage that the rail last scrolled to."""
        self._stages = ScrollColumn(self)
        self._stages.column.setSpacing(2)
        self._rows = [StageRow(i, stage) for i, stage in enumerate(guide.stages, start=1)]
        for each in self._rows:
            each.clicked.connect(partial(self._open, each.stage))
        self._summary = button("Summary", "tool", "check", name="summary", press=controller.open_summary)
        fill(self._stages.column, *self._rows, self._summary, REST)
        self._tools = {
            tool: button(
                page.title, "tool", page.icon, name=f"tool-{tool.value}", press=partial(controller.open_tool, tool)
            )
            for tool, page in TOOLS.items()
        }
        fill(inside, 12, wide(self._stages), 8, label("Tools", "small", self), *self._tools.values())
        fill(inside, 10, self._keyring_line())
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
        self._again = LinkButton("Try the keyring again", name="keep-again", press=self._controller.keep_again)
        return row(top(self._lock), wide(column(self._kept, self._again, spacing=0)), spacing=8)

    def _ways_out(self) -> QHBoxLayout:
        home = button("All setups", "quiet", "arrow-left", name="go-home", press=self._controller.left)
        hint = f"{Key.HELP.after('The handbook at this step, in the browser')}. All keys: {Key.KEYS.value}"
        handbook = button("Help", "quiet", name="help", press=self._controller.help_wanted, hint=hint)
        return row(home, REST, handbook)

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
        where = f"Step {here.number} of {len(visible(guide, setup))}"
        for stage_row in self._rows:
            state = stage_state(guide, setup, stage_row.stage, finished=finished)
            stage_row.show_state(state, where, beside=tool is not None)
            if stage_row.stage.id == here.stage.id != self._followed:
                self._followed = here.stage.id
                self._stages.keep_in_view(stage_row)
        self._summary.setVisible(self._controller.complete_setup)
        mark_here(self._summary, here=finished and tool is None)
        self._summary.setAccessibleName("Summary, open" if finished and tool is None else "Summary")
        pages = offered(session)
        for each, tool_row in self._tools.items():
            tool_row.setVisible(each in pages)
            mark_here(tool_row, here=each is tool)
            tool_row.setAccessibleName(f"{TOOLS[each].title}, open" if each is tool else TOOLS[each].title)
        self._kept.setText(session.kept_line())
        in_memory = bool(session.captures.in_memory_only)
        self._again.setVisible(in_memory)
        self._again.setEnabled(not self._controller.busy)
        tone = "caution" if in_memory else "good" if setup.kept else "muted"
        self._lock.show_icon("warning" if in_memory else "lock", tone)
