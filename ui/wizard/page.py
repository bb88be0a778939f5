"""The wizard's page: rail, head, the body that the open step asks for, and the footer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QPlainTextEdit, QStackedWidget, QVBoxLayout, QWidget

from app.guide.vocabulary import Lane, Page
from app.setup.journey import frontier, neighbour, place
from app.setup.sentences import sentence
from app.setup.state import Status
from app.setup.status import status
from app.text.counts import both
from ui.tools.catalog import TOOLS
from ui.widgets.buttons import button
from ui.widgets.link import LinkButton
from ui.widgets.text import label
from ui.wizard.checklist import Checklist
from ui.wizard.connection_page import ConnectionPage
from ui.wizard.finish import Finish
from ui.wizard.lane import LaneView
from ui.wizard.rail import Rail

if TYPE_CHECKING:
    from app.guide.vocabulary import Tool
    from ui.session.controller import SetupController


class WizardPage(QWidget):
    """One open setup. One ``refresh`` derives everything from the state."""

    def __init__(self, controller: SetupController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.controller = controller
        self._finish: Finish | None = None
        self._opened: object = None
        self._body = QStackedWidget(self)
        self._checklist: Checklist | None = None
        self._test: ConnectionPage | None = None
        self._lanes: QWidget | None = None
        self._views: dict[Lane, LaneView] = {}
        self._tested = False
        """Whether a test was running when the page was last drawn."""
        self._tools: dict[Tool, QWidget] = {}
        right = QVBoxLayout()
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(0)
        inner = QVBoxLayout()
        inner.setContentsMargins(24, 18, 24, 12)
        inner.setSpacing(10)
        inner.addLayout(self._head())
        inner.addWidget(self._body, 1)
        right.addLayout(inner, 1)
        right.addWidget(self._footer())
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(Rail(controller, self))
        row.addLayout(right, 1)
        QShortcut(QKeySequence("F9"), self, controller.companion_wanted.emit)
        self._escape = QShortcut(QKeySequence(Qt.Key.Key_Escape), self, controller.close_tool)
        controller.changed.connect(self.refresh)
        controller.settled.connect(self._offer_to_go_on)
        controller.announced.connect(self._announce)
        self.refresh()

    def _head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        words = QVBoxLayout()
        words.setSpacing(2)
        self._title = label("", "title", self)
        self._title.setObjectName("page-title")
        self._lead = label("", "muted", self)
        self._lead.setObjectName("page-lead")
        words.addWidget(self._title)
        words.addWidget(self._lead)
        row.addLayout(words, 1)
        self._companion = button("Companion", icon="pin")
        self._companion.setObjectName("companion")
        self._companion.setToolTip("A narrow window that stays beside the browser (F9)")
        self._companion.clicked.connect(self.controller.companion_wanted)
        row.addWidget(self._companion, 0, Qt.AlignmentFlag.AlignTop)
        return row

    def _footer(self) -> QFrame:
        footer = QFrame(self)
        footer.setProperty("role", "footer")
        row = QHBoxLayout(footer)
        row.setContentsMargins(24, 12, 24, 12)
        row.setSpacing(12)
        self._back = button("Back", icon="arrow-left")
        self._back.setObjectName("back")
        self._back.clicked.connect(self._go_back)
        self._why = label("", "muted", footer)
        self._why.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._jump = LinkButton("")
        self._jump.setObjectName("jump")
        self._jump.clicked.connect(self._jump_there)
        self._done = button("Done, next step", "primary", "check")
        self._done.setObjectName("done")
        self._done.clicked.connect(self._press)
        row.addWidget(self._back)
        row.addWidget(self._why, 1)
        row.addWidget(self._jump)
        row.addWidget(self._done)
        return footer

    # -- from the state ------------------------------------------------------------------

    def refresh(self) -> None:
        """Derive head, body and footer from the state."""
        here = self.controller.session.here
        done = self._at_the_end()
        tool = self.controller.tool
        self._escape.setEnabled(tool is not None)
        if tool is not None:
            self._title.setText(TOOLS[tool].title)
            self._lead.setText(TOOLS[tool].lead)
            self._show_tool(tool)
            self._tool_footer(done)
        else:
            self._title.setText("Full Sync is complete" if done else _page_title(here.step.page) or here.stage.title)
            self._lead.setText(self._summary() if done else here.stage.lead.replace("**", ""))
            self._show_body(here.step.page, done)
            self._refresh_footer(done)
        opened = (here.step.id, done) if tool is None else tool
        if opened != self._opened:
            self._opened = opened
            # Later: the lane puts the keyboard into a field of the new card first.
            QTimer.singleShot(0, self, self._take_keyboard)
        self._stay_with_the_test()

    def _take_keyboard(self) -> None:
        """Where the new page has no field, the next press of a key means going on, not going back or away."""
        if not isinstance(self.window().focusWidget(), QLineEdit | QPlainTextEdit):
            self._landing().setFocus()

    def _landing(self) -> QWidget:
        if self.controller.tool is not None:
            return self._tools[self.controller.tool]
        if self._done.isEnabled():
            return self._done
        page = self._body.currentWidget() or self._body
        return self._views.get(self.controller.session.here.step.lane, page) if page is self._lanes else page

    def _offer_to_go_on(self) -> None:
        if self._done.isVisible() and self._done.isEnabled():
            self._done.setFocus()

    def _stay_with_the_test(self) -> None:
        """A test is begun by a link that its results replace: the keyboard goes where the test can be stopped."""
        began, self._tested = self.controller.testing and not self._tested, self.controller.testing
        focused = self.window().focusWidget()
        if began and focused is not None and self._body.isAncestorOf(focused):
            self._done.setFocus()

    def _summary(self) -> str:
        counts = self.controller.session.setup.synced
        return f"CIE holds {both(counts.users, counts.groups)}." if counts else ""

    def _at_the_end(self) -> bool:
        session = self.controller.session
        last = session.guide.steps[-1].id
        return (
            status(session.guide, session.setup) is Status.COMPLETE
            and session.here.step.id == last
            and not self.controller.correcting
        )

    def _show_tool(self, tool: Tool) -> None:
        if tool not in self._tools:
            self._tools[tool] = TOOLS[tool].load()(self.controller, self)
            self._body.addWidget(self._tools[tool])
        self._body.setCurrentWidget(self._tools[tool])

    def _show_body(self, page: Page | None, done: bool) -> None:
        if done:
            if self._finish is not None and self._body.currentWidget() is not self._finish:
                self._body.removeWidget(self._finish)
                self._finish.deleteLater()
                self._finish = None
            if self._finish is None:
                self._finish = Finish(self.controller, self)
                self._body.addWidget(self._finish)
            self._body.setCurrentWidget(self._finish)
            return
        match page:
            case Page.CHECKLIST:
                if self._checklist is None:
                    self._checklist = Checklist(self.controller, self)
                    self._body.addWidget(self._checklist)
                self._body.setCurrentWidget(self._checklist)
            case Page.TEST:
                if self._test is None:
                    self._test = ConnectionPage(self.controller, self)
                    self._body.addWidget(self._test)
                self._body.setCurrentWidget(self._test)
            case _:
                if self._lanes is None:
                    self._lanes = self._two_lanes()
                    self._body.addWidget(self._lanes)
                self._body.setCurrentWidget(self._lanes)

    def _two_lanes(self) -> QWidget:
        both = QWidget(self)
        row = QHBoxLayout(both)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(14)
        for lane in (Lane.CIE, Lane.PORTAL):
            self._views[lane] = view = LaneView(lane, self.controller, both)
            view.setMinimumWidth(1)
            row.addWidget(view, 1)
        return both

    def _refresh_footer(self, done: bool) -> None:
        session = self.controller.session
        step = session.here.step
        self._back.setEnabled(neighbour(session.guide, session.setup, -1) is not None)
        self._back.setText("Back")
        self._jump.setVisible(False)
        self._done.setVisible(True)
        if done:
            self._why.setText("This setup is complete.")
            self._offer("All setups", "home")
            return
        if step.page is Page.TEST and (
            not session.testing.findings or session.testing.failed or self.controller.testing
        ):
            self._test_footer()
            return
        blocked = session.block()
        self._offer(step.done_label or "Done, next step", "check", ready=blocked is None and not self.controller.busy)
        words = self.controller.busy or session.trouble or self.controller.notice
        if blocked is not None:
            self._why.setText(words or sentence(session.guide, session.setup, blocked))
            if blocked.step is not None and blocked.step != step.id:
                target = place(session.guide, session.setup, blocked.step)
                self._jump.setText(f"Go to step {target.number}")
                self._jump.setVisible(True)
            return
        self._why.setText(words or self._next_words())

    def _tool_footer(self, done: bool) -> None:
        """The way back; a page beside the steps completes nothing."""
        self._back.setText("Back" if done else f"Back to step {self.controller.session.here.number}")
        self._back.setEnabled(True)
        self._jump.setVisible(False)
        self._done.setVisible(False)
        self._why.setText("Esc goes back as well.")

    def _test_footer(self) -> None:
        testing, session = self.controller.testing, self.controller.session
        again = "Stop the test" if testing else "Test again" if session.testing.findings else "Test Connection"
        ready = all(name in session.setup.kept for name in session.secrets)
        self._offer(again, "cross" if testing else "refresh", ready=ready)
        blocked = session.block()
        if blocked is not None and blocked.step is not None and not testing:
            self._why.setText(sentence(session.guide, session.setup, blocked))
            target = place(session.guide, session.setup, blocked.step)
            self._jump.setText(f"Go to step {target.number}")
            self._jump.setVisible(True)
        elif ready:
            self._why.setText("From this computer, read-only")
        else:
            self._why.setText("Capture what opens the endpoint first.")

    def _offer(self, words: str, icon: str, *, ready: bool = True) -> None:
        """What the one button in the footer does."""
        self._done.setText(words)
        self._done.show_icon(icon, "on_accent")
        self._done.setEnabled(ready)

    def _next_words(self) -> str:
        session = self.controller.session
        following = neighbour(session.guide, session.setup, 1)
        if session.here.step.id in session.setup.done and frontier(session.guide, session.setup) is None:
            return "Every step is done."
        if following is None:
            return "This is the last step."
        title = session.guide.step(following).title
        return f"Next: {title[0].lower()}{title[1:]}"

    # -- intents -------------------------------------------------------------------------

    def _press(self) -> None:
        step = self.controller.session.here.step
        session = self.controller.session
        if self._at_the_end():
            self.controller.left.emit()
        elif self.controller.testing:
            self.controller.stop_test()
        elif step.page is Page.TEST and (not session.testing.findings or session.testing.failed):
            self.controller.test()
        else:
            self.controller.complete()

    def _go_back(self) -> None:
        if self.controller.tool is not None:
            self.controller.close_tool()
        elif self._at_the_end():
            self.controller.correct()
        else:
            self.controller.back()

    def _jump_there(self) -> None:
        blocked = self.controller.session.block()
        if blocked is not None and blocked.step is not None:
            self.controller.go(blocked.step)

    def _announce(self, sentence: str) -> None:
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, sentence))


def _page_title(page: Page | None) -> str | None:
    return "Test Connection" if page is Page.TEST else None
