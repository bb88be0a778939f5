"""Writes a setup into a hand-over file and opens one, asking in windows that never hold up the event loop."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from app.times import clock
from ui.widgets.message import MessageBox

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import Any

    from app.record.handover import Received, Refused
    from app.setup.state import Setup


class HandOver(QObject):
    """Both ways of a hand-over file.

    Signals:
        chosen: Path of the file that the admin wants to open.
        accepted: The ``Setup`` of a file that the admin took over; it is not saved yet.
    """

    chosen = Signal(str)
    accepted = Signal(object)

    def __init__(
        self,
        window: QWidget,
        start: Callable[[Coroutine[Any, Any, Any]], object],
        say: Callable[[str], None],
        names: Callable[[], frozenset[str]],
    ) -> None:
        """``start`` runs work in the background, ``say`` shows a sentence, ``names`` of setups here may block."""
        super().__init__(window)
        self._window = window
        self._start = start
        self._say = say
        self._names = names

    # -- giving --------------------------------------------------------------------------

    def give(self, setup: Setup) -> None:
        """Ask where the file goes, then write it."""
        from app.record.handover import SUFFIX, file_name

        dialog = self._dialog(f"Hand over {setup.name}")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(SUFFIX.removeprefix("."))
        dialog.selectFile(file_name(setup))
        dialog.fileSelected.connect(lambda path: self._start(self.write(setup, Path(path))))
        dialog.open()

    async def write(self, setup: Setup, path: Path) -> None:
        """Write the file and say what is in it."""

        def work() -> str | None:
            from app.assistant.opened import utc_now
            from app.record.handover import pack
            from app.setup import files

            try:
                files.replace_whole(path, pack(setup, utc_now()), None)
            except OSError as error:
                return files.reason(error)
            return None

        problem = await asyncio.get_running_loop().run_in_executor(None, work)
        if problem is not None:
            self._say(f"The hand-over file could not be written: {problem}.")
            return
        written = f"{setup.name} is in {path.name}: its values, its progress and its times."
        left_out = "The Base URL and the token are not in it; whoever opens it captures them again."
        MessageBox(self._window, written, left_out, tone="good").open()

    # -- taking --------------------------------------------------------------------------

    def choose(self) -> None:
        """Ask which file to open."""
        dialog = self._dialog("Open a hand-over file")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self.chosen)
        dialog.open()

    async def read(self, path: Path) -> None:
        """Read the file and ask whether to take its setup over."""
        from app.record.handover import Received

        found = await asyncio.get_running_loop().run_in_executor(None, _unpack, path, self._names)
        if isinstance(found, Received):
            self._ask(found)
        else:
            self._say(found.sentence)

    def _ask(self, received: Received) -> None:
        setup = received.setup
        unusable = len(received.dropped)
        again = f" {unusable} of its values cannot be used and are asked for again." if unusable else ""
        more = (
            f"{setup.client}, written {clock(received.made)}. {setup.status}\n\n"
            f"Secrets are not in the file: the Base URL and the token are captured again.{again}"
        )
        box = MessageBox(self._window, f"Take over \u201c{setup.name}\u201d?", more, tone="muted")
        take = box.addButton("Take it over", QMessageBox.ButtonRole.AcceptRole)
        leave = box.addButton("Leave it", QMessageBox.ButtonRole.RejectRole)
        box.setEscapeButton(leave)
        box.setDefaultButton(take)
        box.buttonClicked.connect(lambda pressed: self.accepted.emit(setup) if pressed is take else None)
        box.open()

    def _dialog(self, title: str) -> QFileDialog:
        from app.record.handover import SUFFIX

        dialog = QFileDialog(self._window, title)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setNameFilter(f"Hand-over files (*{SUFFIX})")
        return dialog


def _unpack(path: Path, names: Callable[[], frozenset[str]]) -> Received | Refused:
    from app.guide import catalog
    from app.record.handover import LIMIT_BYTES, Refused, unpack
    from app.setup import files

    try:
        if not path.is_file():  # a device or a pipe could keep the reader for ever
            return Refused(f"There is no file {path.name} any more.")
        with path.open("rb") as file:
            content = file.read(LIMIT_BYTES + 1)
    except OSError as error:
        return Refused(f"{path.name} cannot be read: {files.reason(error)}.")
    return unpack(content, catalog.guides(), names())
