"""Hands over a setup: writes it to a file, or imports it from one, asking in windows that open beside the work."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.setup.sentences import setup_name, status_line
from app.text.legible import legible
from app.text.times import recorded
from ui.dialogs.files import choose_file, choose_target
from ui.dialogs.message import MessageBox

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from pathlib import Path
    from typing import Any

    from PySide6.QtWidgets import QWidget

    from app.session.workspace import Workspace
    from app.setup.hand_over import HandOverRefusal, ReceivedSetup
    from app.setup.state import Setup
    from app.setup.store import Store


class HandOverDialogs(QObject):
    """Export and import of hand-over files.

    Signals:
        taken: The ``Setup`` of a file that was imported; it is saved.
        practice_left: The path of a file to open once practice was left.
    """

    taken = Signal(object)
    practice_left = Signal(object)

    def __init__(
        self,
        window: QWidget,
        start: Callable[[Coroutine[Any, Any, Any]], object],
        say: Callable[[str], None],
        here: Callable[[], Workspace],
    ) -> None:
        """``start`` runs work in the background, ``say`` shows a sentence, ``here`` returns the current workspace."""
        super().__init__(window)
        self._window = window
        self._start = start
        self._say = say
        self._here = here

    # -- giving --------------------------------------------------------------------------

    async def give(self, setup_id: str) -> None:
        """Ask where to write the setup's file, then write it."""
        from app.setup.hand_over import file_name
        from app.setup.state import Setup

        setup = await self._here().load(setup_id)
        if not isinstance(setup, Setup):
            self._say(setup.sentence)
            return
        title, name = f"Hand over {setup_name(setup)}", file_name(setup)
        choose_target(self._window, title, _kinds(), name, lambda path: self._start(self.write(setup, path)))

    async def write(self, setup: Setup, path: Path) -> None:
        """Write the file and say what it contains."""

        def work() -> str | None:
            from app.session.open_setup import utc_now
            from app.setup.hand_over import pack
            from app.system import files

            try:
                files.replace_atomically(path, pack(setup, utc_now()), None)
            except OSError as error:
                return files.reason(error)
            return None

        problem = await asyncio.to_thread(work)
        if problem is not None:
            self._say(f"The hand-over file couldn't be written: {problem}.")
            return
        written = f"{legible(path.name, 120)} contains the values, progress and times of {setup_name(setup)}."
        left_out = "It doesn't contain the Base URL and the token. Whoever opens it captures them again."
        MessageBox(self._window, written, left_out, tone="good").open()

    # -- taking --------------------------------------------------------------------------

    def choose(self) -> None:
        """Ask which file to open."""
        choose_file(self._window, "Open a hand-over file", _kinds(), lambda path: self._start(self.open(path)))

    async def open(self, path: Path) -> None:
        """Read the file and ask whether to import its setup."""
        from app.setup.hand_over import ReceivedSetup

        if self._here().practice:
            self._offer_to_leave_practice(path)
            return
        found = await asyncio.to_thread(_unpack, path, self._here().store)
        if isinstance(found, ReceivedSetup):
            self._ask(found)
        else:
            self._say(found.sentence)

    def _offer_to_leave_practice(self, path: Path) -> None:
        box = MessageBox(
            self._window, "Practice can't open hand-over files", "Leave practice to open it.", tone="muted"
        )
        box.offer("Leave practice", "Cancel", lambda: self.practice_left.emit(path), harmful=False)
        box.open()

    def _ask(self, received: ReceivedSetup) -> None:
        setup = received.setup
        unusable = len(received.dropped)
        again = f" {unusable} of its values can't be used and must be entered again." if unusable else ""
        opens = "".join(
            f"\n\n{each.label}: {each.value}. {' '.join(each.warnings)} Open leads there.".replace("  ", " ")
            for each in received.opens
        )
        more = (
            f"{setup.client}, written {recorded(received.made)}. {status_line(setup)}.\n\n"
            f"The file contains no secrets. Capture the Base URL and the token again.{again}{opens}"
        )
        box = MessageBox(self._window, f"Import \u201c{setup_name(setup)}\u201d?", more, tone="muted")
        box.offer("Import", "Cancel", lambda: self._start(self._take(setup)), harmful=False)
        box.open()

    async def _take(self, setup: Setup) -> None:
        from app.setup.store import NotSaved

        saved = await asyncio.to_thread(self._here().store.save, setup)
        if isinstance(saved, NotSaved):
            self._say(saved.sentence)
        else:
            self.taken.emit(setup)


def _kinds() -> str:
    from app.setup.hand_over import SUFFIX

    return f"Hand-over files (*{SUFFIX})"


def _unpack(path: Path, store: Store) -> ReceivedSetup | HandOverRefusal:
    from app.guide import catalog
    from app.session.open_setup import utc_now
    from app.setup.hand_over import LONGEST_NAME, HandOverRefusal, unpack
    from app.setup.store import LIMIT_BYTES
    from app.system import files

    name = legible(path.name, LONGEST_NAME)
    try:
        if not path.is_file():  # a device or a pipe could block the reader forever
            return HandOverRefusal(f"{name} no longer exists.")
        with path.open("rb") as file:
            content = file.read(LIMIT_BYTES + 1)
    except OSError as error:
        return HandOverRefusal(f"{name} can't be read: {files.reason(error)}.")
    names = frozenset(setup.name for setup in store.list(repair=False).setups)
    return unpack(content, catalog.guides(), names, now=utc_now(), file=name)
