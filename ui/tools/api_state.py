"""What the Directory Sync API reports about the directory and Full Sync, and a search for one user or group."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from app.diagnosis import directory_sync
from app.text.times import clock
from ui.widgets.buttons import button
from ui.widgets.cards import Card, Note
from ui.widgets.facts import FactTable
from ui.widgets.flow import Flow
from ui.widgets.text import label, rich

if TYPE_CHECKING:
    from asyncio import Task

    from app.directory_sync.directories import Directory
    from app.session.directory_sync import DirectorySyncSession
    from ui.session.controller import SetupController

LONGEST_NAME = 256
"""Characters of a name to search for."""


class StateCard(Card):
    """A button that queries the API, and the answer."""

    def __init__(self, controller: SetupController, parent: QWidget | None = None) -> None:
        super().__init__("card", parent)
        self._controller = controller
        self._asking: Task[None] | None = None
        self._drawn: object = None
        self._results: QWidget | None = None
        self.body.addWidget(label("What CIE reports", "heading", self))
        self._check = button("Check", "primary", "refresh")
        self._check.setObjectName("check-api")
        self._check.clicked.connect(self._press)
        row = Flow(self, across=8, down=6)
        row.add(self._check)
        self.body.addWidget(row)
        for signal in (controller.setup_changed, controller.api_changed):
            signal.connect(self.refresh)
        self.refresh()

    @property
    def _api(self) -> DirectorySyncSession:
        return self._controller.session.api

    def _press(self) -> None:
        if self._asking is not None:
            self._asking.cancel()
            return
        self._asking = self._controller.run_tool_task(self._ask())
        self._asking.add_done_callback(self._asked)
        self.refresh()

    def _asked(self, _task: Task[None]) -> None:
        self._asking = None
        self.refresh()

    async def _ask(self) -> None:
        look = await self._api.ask()
        self._api.look_now()
        answer = directory_sync.message(look, self._api.directory_name)
        self._controller.announced.emit(". ".join((answer.title, *answer.sentences)).replace("**", ""))

    def refresh(self) -> None:
        """Redraw the answer if it changed."""
        api, asking = self._api, self._asking is not None
        self._check.setText("Stop" if asking else "Check again" if api.look is not None else "Check")
        self._check.setEnabled(api.on)
        picture = (api.on, asking, api.look, api.next_look, api.directory_name, api.started)
        if picture == self._drawn:
            return
        self._drawn = picture
        self._replace()

    def _replace(self) -> None:
        if self._results is not None:
            self.body.removeWidget(self._results)
            self._results.hide()
            self._results.deleteLater()
        self._results = QWidget(self)
        column = QVBoxLayout(self._results)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        self._fill(column, self._results)
        self.body.addWidget(self._results)

    def _fill(self, column: QVBoxLayout, inside: QWidget) -> None:
        api, look = self._api, self._api.look
        if look is None:
            text = "Checking \u2026" if self._asking is not None else "Not checked yet."
            if not api.on:
                text = "Off. Add the TSG ID, Client ID and Client Secret, then check."
            column.addWidget(label(text, "muted", inside))
            return
        answer = directory_sync.message(look, api.directory_name)
        column.addWidget(label(answer.title, "heading" if answer.good else "bad-heading", inside))
        for sentence in answer.sentences:
            column.addWidget(Note(rich(sentence), "muted", inside))
        state = api.full_sync_state
        if state is not None and state.directory is not None:
            facts = FactTable(inside)
            for name, value in directory_sync.table(state.directory):
                facts.add(name, value)
            column.addWidget(facts)
            self._add_log(state.directory, column, inside)
            sentence = directory_sync.full_sync(state, api.started)
            if sentence:
                column.addWidget(Note(rich(sentence), "good" if state.ended else "muted", inside))
        if skew := directory_sync.skew(look):
            column.addWidget(Note(skew, "muted", inside))
        following = f" Next check at {clock(api.next_look)}." if api.next_look is not None else ""
        column.addWidget(label(f"Last checked {clock(look.looked)}.{following}", "small", inside))

    def _add_log(self, directory: Directory, column: QVBoxLayout, inside: QWidget) -> None:
        if not directory.log:
            return
        column.addWidget(label("Log", "strong", inside))
        for line in directory.log:
            column.addWidget(label(line, "mono", inside))
        if directory.log_left_out:
            column.addWidget(label(f"{directory.log_left_out:,} more lines aren't shown.", "small", inside))


class FindCard(Card):
    """Checks whether one user or group that the admin knows has reached CIE. Nothing is saved."""

    def __init__(self, controller: SetupController, parent: QWidget | None = None) -> None:
        super().__init__("card", parent)
        self._controller = controller
        self._finding: Task[None] | None = None
        self.body.addWidget(label("Find a user or group", "heading", self))
        lead = "After Full Sync, check whether CIE has a user, by User Principal Name, or a group, by name."
        self.body.addWidget(label(lead, "muted", self))
        self._name = QLineEdit(self)
        self._name.setObjectName("api-find-name")
        self._name.setAccessibleName("User Principal Name or group name")
        self._name.setPlaceholderText("User Principal Name or group name")
        self._name.setMaxLength(LONGEST_NAME)
        self._name.returnPressed.connect(lambda: self._find(group=False))
        self.body.addWidget(self._name)
        row = Flow(self, across=8, down=6)
        for text, name, group in (("Find user", "find-user", False), ("Find group", "find-group", True)):
            made = button(text)
            made.setObjectName(name)
            made.clicked.connect(lambda _checked=False, group=group: self._find(group=group))
            row.add(made)
        self.body.addWidget(row)
        self._result = Note("", "muted", self)
        self._result.setVisible(False)
        self.body.addWidget(self._result)
        for signal in (controller.setup_changed, controller.api_changed):
            signal.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show the card only if there is a directory to search."""
        state = self._controller.session.api.full_sync_state
        self.setVisible(state is not None and state.directory is not None)

    def _find(self, *, group: bool) -> None:
        value = self._name.text().strip()
        if not value:
            return
        if self._finding is not None:
            self._finding.cancel()
        self._show("Searching \u2026", "muted")
        self._finding = self._controller.run_tool_task(self._look(value, group=group))

    async def _look(self, value: str, *, group: bool) -> None:
        found = await self._controller.session.api.find(group=group, value=value)
        sentence, good = directory_sync.matches(found, group=group)
        self._show(sentence, "good" if good else "caution")
        self._controller.announced.emit(sentence.replace("**", ""))

    def _show(self, sentence: str, tone: str) -> None:
        self._result.set_text(rich(sentence), tone)
        self._result.setVisible(True)
