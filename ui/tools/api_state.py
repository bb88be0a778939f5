"""What the Directory Sync API reports about the directory and Full Sync, and a search for one user or group."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QLineEdit, QWidget

from app.diagnosis import directory_sync
from app.text.times import clock
from ui.widgets.accessibility import give_name
from ui.widgets.buttons import button
from ui.widgets.cards import Card, Note
from ui.widgets.facts import FactTable
from ui.widgets.flow import Flow
from ui.widgets.layouts import clear, column, fill
from ui.widgets.text import label, rich

if TYPE_CHECKING:
    from asyncio import Task
    from collections.abc import Iterator

    from app.session.directory_sync import DirectorySyncSession
    from ui.session.controller import SetupController
    from ui.tools.api_account import AccountCard

LONGEST_NAME = 256
"""Characters of a name to search for."""


class StateCard(Card):
    """A button that queries the API, and the answer."""

    def __init__(self, controller: SetupController, account: AccountCard, parent: QWidget) -> None:
        """The button enters what is typed in ``account``."""
        super().__init__("card", parent, "What CIE reports")
        self._controller = controller
        self._account = account
        self._asking: Task[None] | None = None
        self._drawn: object = None
        self._check = button("Check", "primary", "refresh", name="check-api", press=self._press)
        self._results = column(spacing=8)
        self.add(Flow(self._check), self._results)
        account.edited.connect(self.refresh)
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
        if not await self._account.enter_typed():
            return
        look = await self._api.ask(pressed=True)
        self._api.look_now()
        answer = directory_sync.message(look, self._api.directory_name)
        self._controller.announced.emit(". ".join((answer.title, *answer.sentences)))

    def refresh(self) -> None:
        """Redraw the answer if it changed."""
        api, asking = self._api, self._asking is not None
        self._check.setText("Stop" if asking else "Check again" if api.look is not None else "Check")
        self._check.setEnabled(api.on or asking or self._account.would_turn_on)
        picture = (api.on, asking, api.look, api.next_look, api.directory_name, api.started)
        if picture == self._drawn:
            return
        self._drawn = picture
        clear(self._results)
        fill(self._results, *self._lines())

    def _lines(self) -> Iterator[QWidget]:
        api, look = self._api, self._api.look
        if look is None:
            text = "Checking \u2026" if self._asking is not None else "Not checked yet."
            if not api.on:
                text = "Off. Add the TSG ID, Client ID and Client Secret, then check."
            yield label(text, "muted")
            return
        answer = directory_sync.message(look, api.directory_name)
        yield label(answer.title, "heading" if answer.good else "bad-heading")
        for sentence in answer.sentences:
            yield Note(rich(sentence), "muted")
        state = api.full_sync_state
        if state is not None and (directory := state.directory) is not None:
            yield FactTable(directory_sync.table(directory))
            if directory.log:
                yield label("Log", "strong")
                yield from (label(line, "mono") for line in directory.log)
            if directory.log_left_out:
                yield label(f"{directory.log_left_out:,} more lines aren't shown.", "small")
            if sentence := directory_sync.full_sync(state, api.started):
                yield Note(rich(sentence), "good" if state.ended else "muted")
        if skew := directory_sync.skew(look):
            yield Note(skew, "muted")
        following = f" Next check at {clock(api.next_look)}." if api.next_look is not None else ""
        yield label(f"Last checked {clock(look.looked)}.{following}", "small")


class FindCard(Card):
    """Checks whether one user or group that the admin knows has reached CIE. Nothing is saved."""

    def __init__(self, controller: SetupController, parent: QWidget | None = None) -> None:
        super().__init__("card", parent, "Find a user or group")
        self._controller = controller
        self._finding: Task[None] | None = None
        lead = "After Full Sync, check whether CIE has a user, by User Principal Name, or a group, by name."
        self._name = QLineEdit(self)
        self._name.setObjectName("api-find-name")
        give_name(self._name, "User Principal Name or group name")
        self._name.setPlaceholderText("User Principal Name or group name")
        self._name.setMaxLength(LONGEST_NAME)
        self._name.returnPressed.connect(lambda: self._find(group=False))
        find_user = button("Find user", name="find-user", press=lambda: self._find(group=False))
        find_group = button("Find group", name="find-group", press=lambda: self._find(group=True))
        self._result = Note("", "muted", self)
        self._result.setVisible(False)
        self.add(label(lead, "muted", self), self._name, Flow(find_user, find_group), self._result)
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
        self._controller.announced.emit(sentence)

    def _show(self, sentence: str, tone: str) -> None:
        self._result.set_text(rich(sentence), tone)
        self._result.setVisible(True)
