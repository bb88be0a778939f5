"""What the pages about exports share: work in the background with its progress, then a verdict and the findings."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from PySide6.QtWidgets import QWidget

from ui.widgets.cards import Note
from ui.widgets.drop import DropCard
from ui.widgets.findings import FindingKind, FindingsView
from ui.widgets.text import rich
from ui.widgets.work import WorkCard

if TYPE_CHECKING:
    from asyncio import Task
    from collections import Counter
    from collections.abc import Coroutine, Iterable, Sequence
    from typing import Any

    from app.text.worded import WordedEnum
    from ui.session.controller import SetupController
    from ui.widgets.table import Rows

Kind = TypeVar("Kind", bound="WordedEnum")


class ExportPage(QWidget):
    """The widgets, which a page lays out, and the one task that fills them."""

    def __init__(self, controller: SetupController, measured: str, first: str, stopped: str) -> None:
        """``measured`` says what the progress bar measures, ``first`` is the header of the first column.

        ``stopped`` is shown after Stop.
        """
        super().__init__()
        self._controller = controller
        self._task: Task[None] | None = None
        self._said = ""
        self._stopped = stopped
        self._drop = DropCard()  # without a parent, so that the order of the layout is that of Tab
        self._drop.setObjectName("drop")
        self._drop.refused.connect(lambda sentence: self._say(sentence, "bad"))
        self._work = WorkCard(measured)
        self._work.stopped.connect(self._stop)
        self._verdict = Note("", "muted")
        self._findings = FindingsView((first, "Name", "Finding"))
        self._findings.copying.connect(lambda: controller.copy_rows(self._findings.text()))
        self._rest = QWidget()

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        """Do the work instead of what is being done. The keyboard moves to Stop if it is on this page."""
        if self._task is not None:
            self._task.cancel()
        held = self._holds_keyboard()
        self._work.show_share(0, "")
        self._task = self._controller.run_tool_task(self._whole(work))
        self._say("", "muted")
        if held:
            self._work.setFocus()

    async def _whole(self, work: Coroutine[Any, Any, None]) -> None:
        await work
        held = self._holds_keyboard()
        self._task = None
        self._refresh()
        if held:
            next(each for each in self._results() if each.isVisibleTo(self)).setFocus()

    def _stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None
            self._say(self._stopped, "muted")
            self._results()[-1].setFocus()

    def _holds_keyboard(self) -> bool:
        focused = self.window().focusWidget()
        return focused is not None and self.isAncestorOf(focused)

    def _say(self, sentence: str, tone: str) -> None:
        self._said = sentence
        self._verdict.set_text(rich(sentence), tone)
        if sentence:
            self._controller.announced.emit(sentence)
        self._refresh()

    def _show_findings(self, kinds: Iterable[Kind], counts: Counter[Kind], rows: Rows) -> None:
        shown = [FindingKind(kind.value, kind.words, counts[kind], kind.more[0]) for kind in kinds]
        self._findings.show_findings(shown, rows, counts.total())

    def _results(self) -> Sequence[QWidget]:
        """Return what takes the keyboard after the work: the first of these that is shown; the last always is."""
        raise NotImplementedError

    def _refresh(self) -> None:
        """Show what belongs to the state."""
        raise NotImplementedError
