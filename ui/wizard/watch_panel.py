"""Shows the wait for the SCIM Change Timestamp: elapsed and expected time, the checks, and the lock on Full Sync."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from app.guide.vocabulary import ASSIGNED
from app.polling.schedule import expectation
from app.setup.gate import Locked, gate
from app.setup.journey import TIMESTAMP, valid_sighting, waiting_since
from app.setup.state import Wait
from app.setup.status import awaited
from app.text.counts import counted
from app.text.marked import unmarked
from app.text.times import ago, recorded, span
from ui.desktop.tray import if_closed
from ui.widgets.busy import ThinBar
from ui.widgets.buttons import button
from ui.widgets.cards import Note
from ui.widgets.facts import FactTable
from ui.widgets.fields import CaptureField
from ui.widgets.flow import Flow
from ui.widgets.layouts import column
from ui.widgets.scroll import column_around
from ui.widgets.text import label, rich

if TYPE_CHECKING:
    from ui.session.controller import SetupController


class WatchPanel(QWidget):
    """Shown inside the card of the waiting step."""

    def __init__(self, controller: SetupController) -> None:
        super().__init__()
        self._controller = controller
        self._elapsed = label("", "figure", self)
        self._expected = label("", "muted", self)
        self._bar = ThinBar(self)
        facts = FactTable()
        names = ("SCIM Change Timestamp", "Last checked", "Received so far", "Checked through")
        self._cells = [facts.add(name) for name in names]
        self._own_sync = Note("", "muted", self)
        self._look = button("Check now", icon="refresh", name="look-now", press=controller.look_now)
        enter = button("I can see a timestamp in CIE", name="enter-timestamp", press=self._show_manual)
        self._actions = Flow(self._look, enter)
        self._manual = CaptureField("SCIM Change Timestamp in CIE", controller.paste_text)
        self._manual.setObjectName("timestamp-entry")
        self._manual.submitted.connect(controller.enter_timestamp)
        self._manual.edited.connect(partial(controller.typing, TIMESTAMP))
        controller.taking.connect(self._manual.submit_typed)
        controller.typed -= {TIMESTAMP}  # the field begins empty
        self._manual.setVisible(False)
        self._gate = Note("", "muted", self)
        self._meanwhile = QWidget(self)
        cadence = controller.session.guide.cadence
        hints = (*cadence.meanwhile, *((cadence.on_demand,) if cadence.on_demand else ()))
        column(*(Note(rich(hint), "muted") for hint in hints), inside=self._meanwhile, spacing=8)
        self._closed = label(if_closed(), "small", self)
        wait = (self._elapsed, self._expected, self._bar, facts, self._own_sync, self._actions, self._closed)
        column(*wait, self._manual, self._gate, self._meanwhile, inside=self, spacing=8, margins=(0, 4, 0, 4))
        self._tick = QTimer(self)
        self._tick.setInterval(1000)
        self._tick.timeout.connect(self.refresh)
        self._tick.start()
        signals = (controller.setup_changed, controller.wait_changed, controller.api_changed)
        for signal in (*signals, controller.activity_changed):
            signal.connect(self.refresh)
        self.refresh()

    def _show_manual(self) -> None:
        self._manual.setVisible(True)
        self._manual.setFocus()
        QTimer.singleShot(0, self._manual, self._scroll_to_entry)

    def _scroll_to_entry(self) -> None:
        """Scroll to the field, which opens below the visible part of a small window."""
        if (around := column_around(self)) is not None:
            around.ensureWidgetVisible(self._manual)

    def refresh(self) -> None:
        """Update times and the gate."""
        session = self._controller.session
        setup = session.setup
        now = session.now()
        since = waiting_since(setup)
        seen = valid_sighting(setup)
        if seen is not None:
            self._elapsed.setText("The first change has arrived")
            self._bar.set_value(1.0)
        elif since is None:
            self._elapsed.setText("Not started")
        else:
            self._elapsed.setText(f"Waiting for {span((now - since).total_seconds())}")
        for waiting in (self._expected, self._bar, self._actions, self._meanwhile):
            waiting.setVisible(seen is None)
        objects = setup.values.get(ASSIGNED)
        expected = expectation(session.guide.cadence, int(objects) if objects else None)
        self._expected.setText(self._estimate(expected.shortest, expected.longest, expected.objects))
        if since is not None and seen is None:
            self._bar.set_value(min(0.97, (now - since).total_seconds() / 60 / expected.longest))
        self._fill_cells()
        if seen is not None:
            self._manual.setVisible(False)
        problem = self._controller.timestamp_problem
        self._manual.set_hint(problem.words if problem is not None else "", "bad")
        self._closed.setVisible(session.waiting.looking and seen is None)
        locked = isinstance(gate(session.guide, setup), Locked)
        words = self._controller.gate_line + ("" if locked else " Continue with the next step.")
        self._gate.set_text(rich(words), "muted" if locked else "good")
        self._look.setEnabled(awaited(session.guide, setup) is Wait.TIMESTAMP)

    def _estimate(self, shortest: float, longest: float, objects: int | None) -> str:
        usual = f"{span(shortest * 60)} to {span(longest * 60)}"
        if objects is None:
            return unmarked(self._controller.session.guide.cadence.words)
        return f"Estimate for {counted(objects, 'assigned object')}, by the portal's vendor: {usual}."

    def _fill_cells(self) -> None:
        from app.diagnosis.findings import COVERAGES, failed_look
        from app.scim.changes import ChangesSeen, Coverage, LookFailed

        session = self._controller.session
        stamp, looked, received, through = self._cells
        seen, report = valid_sighting(session.setup), session.waiting.report
        known = "Not reported. There are more users or groups than before." if seen and seen.grew else ""
        stamp.setText(known or (recorded(seen.at) if seen else "Not available yet"))
        through.setText("The SCIM endpoint, read-only")
        self._fill_api()
        if report is None:
            looked.setText("Seen" if seen is not None else "Checking now" if session.waiting.looking else "Not yet")
            received.setText(_counts(seen.counts.users, seen.counts.groups) if seen and seen.counts else "Unknown yet")
            return
        nxt = ""
        if report.next_look is not None and session.waiting.looking:
            nxt = f", next check in {span((report.next_look - session.now()).total_seconds())}"
        looked.setText(f"{ago((session.now() - report.looked).total_seconds())}{nxt}")
        result = report.result
        if isinstance(result, ChangesSeen):
            received.setText(_counts(result.users, result.groups))
            if result.coverage in COVERAGES and seen is None:
                through.setText(COVERAGES[result.coverage])
            if result.coverage is Coverage.TOTALS and seen is None:
                self._manual.setVisible(True)
        elif isinstance(result, LookFailed):
            again = " Checking again soon." if session.waiting.looking else ""
            received.setText(f"{failed_look(result.observation)}{again}")

    def _fill_api(self) -> None:
        """Show what the Directory Sync API reports, if it is on. It never unlocks Full Sync."""
        api = self._controller.session.api
        self._own_sync.setVisible(api.on and api.look is not None)
        if not api.on:
            return
        self._cells[-1].setText("SCIM endpoint, Directory Sync API")
        if api.look is None:
            return
        from app.diagnosis import directory_sync

        state = api.full_sync_state
        if state is None or state.directory is None:
            report = directory_sync.message(api.look, api.directory_name).title
        else:
            found = state.directory
            report = f"CIE's last sync: {directory_sync.success(found)}, {_counts(found.users, found.groups).lower()}"
        self._own_sync.set_text(f"{report}. This doesn't replace the timestamp.", "muted")


def _counts(users: int | None, groups: int | None) -> str:
    shown = [counted(n, noun) for n, noun in ((users, "user"), (groups, "group")) if n is not None]
    return ", ".join(shown) or "Unknown"
