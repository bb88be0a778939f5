"""Shows the program's own bugs: in one dialog, however many there are, with diagnostics to copy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.system import event_trace, log
from app.system.event_trace import TraceEvent

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from ui.desktop.clipboard import ClipboardGuard
    from ui.dialogs.report import ReportDialog

_KINDS = 5
"""Different bugs listed in one dialog; a broken part of the program may fail again with each redraw."""


class BugReporter(QObject):
    """Receives uncaught exceptions from any thread."""

    _happened = Signal(str)

    def __init__(self, window: QWidget, clipboard: ClipboardGuard, diagnose: Callable[[], str]) -> None:
        super().__init__(window)
        self.count = 0
        """The number of bugs in this run."""
        self._window = window
        self._clipboard = clipboard
        self._diagnose = diagnose
        self._dialog: ReportDialog | None = None
        self._bugs: dict[str, int] = {}
        """How often each bug has occurred since the dialog was opened."""
        self._happened.connect(self._show)

    def report(self, error: BaseException) -> None:
        """Write the bug to standard error and show it. Only types and code locations leave this method."""
        log.report_bug(error)
        event_trace.record(TraceEvent.BUG)
        self._happened.emit("\n".join(log.describe(error)))

    def show_diagnostics(self) -> None:
        """Show the diagnostics before they are copied."""
        from ui.dialogs.report import ReportDialog

        heading = "Diagnostics for a ticket"
        sentence = (
            "Only this text is copied. It contains no address, token or value, and no name of a setup, a directory, "
            "a user or this computer."
        )
        ReportDialog(
            heading, sentence, "Copy diagnostics", self._safe_diagnosis(), self._clipboard, self._window
        ).open()

    def _show(self, bug: str) -> None:
        self.count += 1
        if bug in self._bugs or len(self._bugs) < _KINDS:
            self._bugs[bug] = self._bugs.get(bug, 0) + 1
        if self._dialog is not None:
            self._dialog.show_text(self._text())
            return
        from ui.dialogs.report import ReportDialog

        heading = "Something went wrong in the assistant"
        sentence = (
            "Captured values are safe. Go back one step and forward again. If it happens again, copy these details "
            "into a ticket. They list code locations and the state of the work, but no address, token or name."
        )
        self._dialog = ReportDialog(heading, sentence, "Copy details", self._text(), self._clipboard, self._window)
        self._dialog.finished.connect(self._closed)
        self._dialog.open()

    def _closed(self) -> None:
        self._dialog = None
        self._bugs.clear()

    def _text(self) -> str:
        bugs = [f"Bug, {times} times: {bug}" if times > 1 else f"Bug: {bug}" for bug, times in self._bugs.items()]
        return "\n\n".join([*bugs, self._safe_diagnosis()])

    def _safe_diagnosis(self) -> str:
        try:
            return self._diagnose()
        except Exception as error:  # noqa: BLE001 - reporting one bug must not cause another
            return "Diagnostics failed: " + "\n".join(log.describe(error))
