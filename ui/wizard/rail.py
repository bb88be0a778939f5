"""The rail: the setup's name, its stages with their state, the tools, and what is in the keyring."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.setup.journey import visible
from app.setup.sentences import setup_name
from ui.session.view_state import StageState, stage_state, stage_step
from ui.theme import icons
from ui.tools.catalog import TOOLS, offered
from ui.widgets.badge import StepBadge
from ui.widgets.buttons import PushButton, button, mark_here
from ui.widgets.link import LinkButton
from ui.widgets.scroll import ScrollColumn
from ui.widgets.text import label

if TYPE_CHECKING:
    from app.guide.model import Stage
    from app.guide.vocabulary import Tool
    from ui.session.controller import SetupController
    from ui.tools.catalog import ToolPage


ROOM = 194
"""Width of a stage in pixels: the rail without its margins and a scroll bar."""


_ROLES: Final = {StageState.CURRENT: "heading-small", StageState.LATER: "muted"}
"""Label roles of a stage's title; ``body`` for all other states."""
_DETAILS: Final = {StageState.FAILED: "Test failed", StageState.STALE: "Redo needed"}


class StageRow(PushButton):
    """One stage: badge, title and progress."""

    def __init__(self, number: int, stage: Stage, parent: QWidget) -> None:
        super().__init__(parent)
        self.stage = stage
        self._number = number
        self.setProperty("role", "stage")
        self.setObjectName(f"stage-{stage.id}")
        self._badge = StepBadge(self)
        self._title = label(stage.title, "body", self)
        self._detail = label("", "small", self)
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(self._title)
        words.addWidget(self._detail)
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(8, 6, 8, 6)
        row.setSpacing(10)
        row.addWidget(self._badge, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addLayout(words, 1)
        for child in (self._badge, self._title, self._detail):
            child.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def show_state(self, state: StageState, where: str, *, beside: bool) -> None:
        """Show the stage's state. ``where`` counts the open step; ``beside`` means that a tool is open."""
        here = state is StageState.CURRENT
        self._badge.set_state(state, self._number)
        self._title.setProperty("role", _ROLES.get(state, "body"))
        self._title.style().polish(self._title)
        detail = where if here else _DETAILS.get(state, "")
        self._detail.setText(detail)
        self._detail.setVisible(bool(detail))
        mark_here(self, here=here and not beside)
        self.setAccessibleName(f"{self.stage.title}, {state}")
        self._row.invalidate()
        self.setMinimumHeight(max(40, self._row.totalHeightForWidth(ROOM)))


class Rail(QFrame):
    """The left column of the wizard."""

    home = Signal()

    def __init__(self, controller: SetupController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "rail")
        self.setFixedWidth(236)
        self._controller = controller
        guide = controller.session.guide
        self._name = label("", "heading", self)
        self._client = label(f"{guide.name} \u2192 {guide.cie.name}", "small", self)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 16)
        column.setSpacing(2)
        column.addLayout(self._ways_out())
        column.addSpacing(4)
        column.addWidget(self._name)
        column.addWidget(self._client)
        column.addSpacing(12)
        self._followed = ""
        """The stage that the rail last scrolled to."""
        self._stages = ScrollColumn(self)
        self._stages.column.setSpacing(2)
        self._rows = [StageRow(i, stage, self) for i, stage in enumerate(guide.stages, start=1)]
        for row in self._rows:
            self._stages.column.addWidget(row)
            row.clicked.connect(lambda _checked=False, r=row: self._open(r.stage))
        self._stages.column.addStretch(1)
        column.addWidget(self._stages, 1)
        column.addSpacing(8)
        column.addWidget(label("Tools", "small", self))
        self._tools = {tool: self._tool_row(tool, page) for tool, page in TOOLS.items()}
        for tool_row in self._tools.values():
            column.addWidget(tool_row)
        column.addSpacing(10)
        column.addLayout(self._keyring_line())
        for signal in (
            controller.setup_changed,
            controller.activity_changed,
            controller.page_changed,
            controller.api_changed,
        ):
            signal.connect(self.refresh)
        self.refresh()

    def _tool_row(self, tool: Tool, page: ToolPage) -> QPushButton:
        row = button(page.title, "tool", page.icon)
        row.setObjectName(f"tool-{tool.value}")
        row.clicked.connect(lambda: self._controller.open_tool(tool))
        return row

    def _keyring_line(self) -> QHBoxLayout:
        self._lock = QLabel(self)
        self._kept = label("", "small", self)
        self._again = LinkButton("Try the keyring again")
        self._again.setObjectName("keep-again")
        self._again.clicked.connect(self._controller.keep_again)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self._kept)
        words.addWidget(self._again)
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self._lock, 0, Qt.AlignmentFlag.AlignTop)
        line.addLayout(words, 1)
        return line

    def _ways_out(self) -> QHBoxLayout:
        home = button("All setups", "quiet", "arrow-left")
        home.setObjectName("go-home")
        home.clicked.connect(self._controller.left)
        handbook = button("Help", "quiet")
        handbook.setObjectName("help")
        handbook.setToolTip("The handbook at this step, in the browser (F1)")
        handbook.clicked.connect(self._controller.help_wanted)
        row = QHBoxLayout()
        row.addWidget(home)
        row.addStretch(1)
        row.addWidget(handbook)
        return row

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
        for row in self._rows:
            state = stage_state(guide, setup, row.stage, finished=finished)
            row.show_state(state, where, beside=tool is not None)
            if row.stage.id == here.stage.id != self._followed:
                self._followed = row.stage.id
                self._stages.keep_in_view(row)
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
        self._lock.setPixmap(icons.pixmap("warning" if in_memory else "lock", 16, tone))
