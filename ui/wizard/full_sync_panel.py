"""Shows what CIE reports about Full Sync through the Directory Sync API, and where the counts come from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from app.guide.vocabulary import CIE_COUNTS
from app.text.counts import users_and_groups
from app.text.times import clock
from ui.desktop.tray import if_closed
from ui.widgets.buttons import button
from ui.widgets.cards import Note
from ui.widgets.flow import Flow
from ui.widgets.layouts import column
from ui.widgets.text import label, rich

if TYPE_CHECKING:
    from ui.session.controller import SetupController


class FullSyncPanel(QWidget):
    """Shown inside the card of the step that waits for Success, if the API is on."""

    def __init__(self, controller: SetupController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("full-sync-panel")
        self._controller = controller
        self._report = Note("", "muted", self)
        self._counts = Note("", "muted", self)
        self._when = label("", "small", self)
        look = button("Check now", icon="refresh", name="look-at-sync", press=controller.check_sync)
        self._closed = label(if_closed(), "small", self)
        parts = (self._report, self._counts, self._when, Flow(look), self._closed)
        column(*parts, inside=self, spacing=8, margins=(0, 4, 0, 4))
        for signal in (controller.setup_changed, controller.wait_changed, controller.api_changed):
            signal.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show the last result."""
        from app.diagnosis import directory_sync

        api = self._controller.session.api
        self.setVisible(api.on)
        look, state = api.look, api.full_sync_state
        sentence = directory_sync.full_sync(state, api.started) if state is not None else ""
        ended = state is not None and state.ended
        if look is None:
            sentence = "Checking the Directory Sync API."
        elif not sentence:
            answer = directory_sync.message(look, api.directory_name)
            sentence = " ".join((f"Directory Sync API: {answer.title}.", *answer.sentences))
        self._report.set_text(rich(sentence), "good" if ended else "muted")
        counts = self._count_line() if ended else ""
        self._counts.set_text(rich(counts), "muted")
        self._counts.setVisible(bool(counts))
        following = f", next check at {clock(api.next_look)}" if api.next_look is not None else ""
        self._when.setText(f"Last checked {clock(look.looked)}{following}." if look is not None else "")
        self._when.setVisible(look is not None)
        self._closed.setVisible(api.next_look is not None)

    def _count_line(self) -> str:
        """Return how CIE's counts compare with the fields below."""
        session = self._controller.session
        directory = session.api.full_sync_state.directory if session.api.full_sync_state is not None else None
        if directory is None or directory.users is None or directory.groups is None:
            return ""

        counted = users_and_groups(directory.users, directory.groups)
        given = [session.setup.values.get(name) for name in CIE_COUNTS]
        if given == [str(directory.users), str(directory.groups)]:
            return f"CIE reports {counted}. They are filled in below."
        return f"CIE reports {counted}. Your entries below are different and weren't changed."
