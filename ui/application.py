"""The one place where everything is put together: window, pages, vault, store, practice, tray."""

from __future__ import annotations

import asyncio
import gc
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication

from app.policy import NO_POLICY
from app.setup.state import Setup
from ui.browser import open_handbook, open_in_browser
from ui.caretaker import Caretaker
from ui.widgets.message import MessageBox

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from app.__main__ import Options
    from app.assistant.assistant import Assistant
    from app.guide.vocabulary import Lane
    from app.practice.process import PracticeProcess, Started
    from app.setup.store import Listing, Store
    from app.vault import Vault
    from ui.companion.window import Companion
    from ui.home.page import HomePage
    from ui.window import MainWindow
    from ui.wizard.desk import Desk
    from ui.wizard.page import WizardPage


class Application:
    """The running program."""

    def __init__(self, options: Options, window: MainWindow, home: HomePage) -> None:
        from ui.bugs import Bugs
        from ui.clipboard import ClipboardGuard
        from ui.handover import HandOver
        from ui.lock import ScreenLock
        from ui.saving import Saving
        from ui.tasks import Tasks
        from ui.tray import Tray
        from ui.watches import Watches

        self.options = options
        self.window = window
        self.home = home
        self.open_url: Callable[[str], None] = open_in_browser
        self.clipboard = ClipboardGuard(window)
        self.bugs = Bugs(window, self.clipboard, self._diagnose)
        self.tasks = Tasks(self.bugs.report)
        self.tray = Tray(window)
        self._files = HandOver(window, self.tasks.start, self._say, self._names)
        self._saving = Saving(window, self.tasks.start)
        self._lock = ScreenLock(window)
        self.desk: Desk | None = None
        self.page: WizardPage | None = None
        self.companion: Companion | None = None
        self.practice: Started | None = None
        self._process: PracticeProcess | None = None
        self._practising = options.practice
        self._store: Store | None = None
        self._vault: Vault | None = None
        self._policy = NO_POLICY
        self._end = asyncio.Event()
        self._opening = asyncio.Lock()
        self._watches = Watches(self.tasks, self.tray)
        self._assistants: dict[str, Assistant] = {}
        self._listing: Listing | None = None
        self._caretaker = Caretaker(home, self.tasks, self._say, self._in_use)
        self._connect()

    def _connect(self) -> None:
        """What the admin wants, from where it is said to where it is done."""
        start, home = self.tasks.start, self.home
        self.window.closing.connect(self.close)
        QShortcut(QKeySequence("F1"), self.window, self._help)
        home.opened.connect(lambda setup_id: start(self.open_setup(setup_id)))
        home.wanted.connect(lambda: start(self.pick()))
        home.practice.connect(lambda: start(self.start_practice()))
        home.help_wanted.connect(self._help)
        home.deleted.connect(lambda setup_id: start(self.delete(setup_id)))
        home.handed_over.connect(lambda setup_id: start(self.hand_over(setup_id)))
        home.file_wanted.connect(self._files.choose)
        home.file_dropped.connect(lambda path: start(self.open_file(Path(path))))
        home.diagnostics.connect(self.bugs.show_diagnostics)
        home.about_wanted.connect(self._show_about)
        self._files.chosen.connect(lambda path: start(self.open_file(Path(path))))
        self._files.accepted.connect(lambda setup: start(self._take_over(setup)))
        self._lock.locked.connect(self._conceal)
        self.tray.opened.connect(self._raise)
        self.tray.quit_wanted.connect(self._leave)

    # -- life ----------------------------------------------------------------------------

    async def run(self) -> int:
        """From the first window to the end; returns the exit code."""
        try:
            if not await self._begin():
                return 1
            if self.options.tour is not None:
                return await self._tour(self.options.tour)
            if (wanted := self._file_to_open()) is not None:
                await self.open_file(wanted)
            await self._end.wait()
            return 0
        finally:
            await self._finish()

    async def _begin(self) -> bool:
        from app import policy

        found = await asyncio.get_running_loop().run_in_executor(None, policy.read)
        if isinstance(found, policy.Policy) and self._practising and not found.practice:
            found = policy.Invalid(found.refusal("The policy of this computer does not offer practice."))
        if isinstance(found, policy.Invalid):
            await self._stop_with(found.sentence)
            return False
        self._policy = found
        if found.clipboard_seconds is not None:
            self.clipboard.ttl_seconds = found.clipboard_seconds
        if self._practising:
            return await self._enter_practice()
        return await self._enter_real()

    async def _tour(self, folder: Path) -> int:
        from ui.tour import Tour

        return await Tour(self, folder).run() or int(self.bugs.count > 0)

    async def _finish(self) -> None:
        self.clipboard.clear_now()
        await self.tasks.cancel_all()
        for assistant in self._assistants.values():
            await assistant.save_again()
        if self._process is not None:
            await self._process.stop()
        self._shut()
        self.window.hide()

    def _shut(self) -> None:
        if self._store is not None:
            self._store.close()
        if self._vault is not None:
            self._vault.close()

    def close(self) -> None:
        """The window was closed: end, or go on waiting in the tray."""
        if (waiting := self._watches.sentence) and self.tray.available:
            self.tray.show_waiting(waiting)
            self.clipboard.clear_now()
            self.window.hide()
            return
        self._leave()

    def _leave(self) -> None:
        if not self._saving.ask(self._assistants.values(), self._end.set):
            self._end.set()
        elif not self.window.isVisible():
            self._raise()

    def _raise(self) -> None:
        self.window.showNormal()
        self.window.raise_()
        self.window.activateWindow()

    def _diagnose(self) -> str:
        from ui.diagnose import diagnose

        opened = self._assistants.values()
        return diagnose(self.window, self._vault, self._listing, opened, practice=self._practising)

    def _say(self, sentence: str) -> None:
        MessageBox(self.window, sentence).open()

    def _show_about(self) -> None:
        from ui.home import about

        self.tasks.start(about.show(self.window, self.open_url))

    # -- real and practice ---------------------------------------------------------------

    def _data_dir(self, *, practice: bool) -> Path:
        from app.paths import data_dir

        base = self.options.data_dir or data_dir()
        return base / "practice" if practice else base

    async def _enter(self, *, practice: bool) -> bool:
        from app.setup.store import Locked, Store
        from app.vault import Vault

        loop = asyncio.get_running_loop()
        store = Store(self._data_dir(practice=practice))
        locked = await loop.run_in_executor(None, store.lock)
        if not isinstance(locked, Locked):
            sentence = getattr(locked, "sentence", "The assistant is already open with this data folder.")
            await self._stop_with(sentence)
            return False
        self._shut()
        self._assistants.clear()
        self._watches.stop()
        self._practising = practice
        self._store, self._vault = store, Vault("practice" if practice else "setup")
        await self._vault.ready()
        await self.show_home()
        return True

    async def _stop_with(self, sentence: str) -> None:
        """Say why the program cannot go on, and wait until that was read."""
        sys.stderr.write(f"{sentence}\n")
        if self.options.tour is not None:
            return
        shut = asyncio.Event()
        box = MessageBox(self.window, sentence)
        box.finished.connect(lambda _result: shut.set())
        box.open()
        await shut.wait()

    async def _enter_real(self) -> bool:
        return await self._enter(practice=False)

    async def _enter_practice(self) -> bool:
        import secrets

        from app.practice.process import KEPT_SEED, PracticeProcess, Started

        if not await self._enter(practice=True):
            return False
        assert self._vault is not None
        known = await self._vault.get(*KEPT_SEED)
        seed = known.value or secrets.token_hex(32)
        if known.value is None:
            await self._vault.put(*KEPT_SEED, seed)
        self._process = PracticeProcess()
        started = await self._process.start(self._data_dir(practice=True) / "consoles", seed)
        if isinstance(started, Started):
            self.practice = started
            return True
        await self._stop_with(started.sentence)
        return False

    async def start_practice(self) -> None:
        """Go from the real setups to practice, and back where practice does not start."""
        if not await self._enter_practice() and self._practising:
            await self._enter_real()
        await self.show_home()

    # -- pages ---------------------------------------------------------------------------

    async def show_home(self) -> None:
        """Leave what is open and show all setups."""
        from app.assistant.opened import utc_now

        assert self._store is not None
        assert self._vault is not None
        self._let_go()
        self._listing = listing = await asyncio.get_running_loop().run_in_executor(None, self._store.list)
        keyring = None if self._vault.memory_only else self._vault.name
        self.home.show_mode(practice=self._practising, keyring=keyring, offered=self._policy.practice)
        self.home.show_setups(listing.setups, listing.troubles, utc_now())
        self.window.setWindowTitle("Practice" if self._practising else "")
        self.window.show_page(self.home)
        gc.collect()  # what the page that was left leaves behind; see ui.start for why it is not left to Python
        if self.options.tour is None:  # what else a keyring holds is no part of a tour's pictures
            self.tasks.start(self._caretaker.look())
        for setup in listing.setups:
            if self._watches.waits(setup):
                await self._watch_in_background(setup)

    def _let_go(self) -> None:
        if self.companion is not None:
            self.companion.hide()
            self.companion.deleteLater()
            self.companion = None
        if self.desk is not None:
            self.desk.close()
            self.desk = None
        self.page = None

    async def pick(self) -> None:
        """Choose the SCIM client of a new setup."""
        from app.guide import catalog
        from app.guide.words import speak
        from ui.home.picker import Picker

        loop = asyncio.get_running_loop()
        guides = await loop.run_in_executor(None, catalog.guides)
        picker = Picker(tuple(speak(guide, {}) for guide in guides))
        picker.cancelled.connect(lambda: self.window.show_page(self.home))
        picker.chosen.connect(lambda guide_id: self.tasks.start(self.new_setup(guide_id)))
        self.window.show_page(picker, keep=self.home)

    async def new_setup(self, guide_id: str) -> None:
        """Begin a setup with that guide."""
        from app.assistant.opened import new_setup, utc_now
        from app.guide import catalog

        await self._open(new_setup(catalog.guide(guide_id), utc_now(), practice=self._practising))

    async def open_setup(self, setup_id: str) -> None:
        """Take up a setup where it was left."""
        assistant = self._assistants.get(setup_id)
        if assistant is not None:
            await self._open(assistant.setup)
            return
        assert self._store is not None
        setup = await asyncio.get_running_loop().run_in_executor(None, self._store.load, setup_id)
        if isinstance(setup, Setup):
            await self._open(setup)
        else:
            self._say(getattr(setup, "sentence", "This setup cannot be read."))

    # -- hand-over -----------------------------------------------------------------------

    async def hand_over(self, setup_id: str) -> None:
        """Write a setup into a file for a colleague."""
        assert self._store is not None
        setup = await asyncio.get_running_loop().run_in_executor(None, self._store.load, setup_id)
        if isinstance(setup, Setup):
            self._files.give(setup)

    def _file_to_open(self) -> Path | None:
        """The file that the program was started with, and from now on those that are opened while it runs."""
        from ui.program import Program

        program = QApplication.instance()
        if not isinstance(program, Program):
            return self.options.open_file
        program.file_opened.connect(lambda path: self.tasks.start(self.open_file(Path(path))))
        return Path(program.asked_for) if program.asked_for else self.options.open_file

    async def open_file(self, path: Path) -> None:
        """Open a hand-over file, dropped here or double-clicked."""
        if self._practising:
            self._say("Practice keeps to itself. Open the assistant without practice, then open the file.")
        else:
            await self._files.read(path)

    async def _take_over(self, setup: Setup) -> None:
        from app.setup.store import NotSaved

        assert self._store is not None
        saved = await asyncio.get_running_loop().run_in_executor(None, self._store.save, setup)
        if isinstance(saved, NotSaved):
            self._say(saved.sentence)
        else:
            await self._open(setup)

    def _names(self) -> frozenset[str]:
        assert self._store is not None
        return frozenset(setup.name for setup in self._store.list(repair=False).setups)

    async def _assistant(self, setup: Setup) -> Assistant | None:

        # Two presses, or home's own watch: both have to get the same one, or each would overwrite the other's file.
        async with self._opening:
            return self._assistants.get(setup.id) or await self._new_assistant(setup)

    async def _new_assistant(self, setup: Setup) -> Assistant | None:
        from app.assistant.assistant import Assistant
        from app.guide import catalog

        assert self._store is not None
        assert self._vault is not None
        loop = asyncio.get_running_loop()
        try:
            guide = await loop.run_in_executor(None, catalog.guide, setup.guide)
        except KeyError:
            self._say(f"This version has no guide for {setup.client}.")
            return None
        token_url = self.practice.token_url if self.practice is not None else None
        from ui.proxies import platform_proxy

        assistant = Assistant(
            *(guide, setup, self._vault, self._store),
            proxy_for=platform_proxy,
            token_url=token_url,
            policy=self._policy,
        )
        await assistant.open()
        self._assistants[setup.id] = assistant
        return assistant

    async def _open(self, setup: Setup) -> None:
        from ui.wizard.desk import Desk
        from ui.wizard.page import WizardPage
        from ui.wizard.tools import load_all

        assistant = await self._assistant(setup)
        if assistant is None:
            return
        self._let_go()
        self.desk = Desk(
            assistant, self.tasks, self.clipboard, partial(self._console, assistant), self._open_console, self.window
        )
        self.page = WizardPage(self.desk)
        self.desk.left.connect(lambda: self.tasks.start(self.show_home()))
        self.desk.help_wanted.connect(self._help)
        self.desk.companion_wanted.connect(self.show_companion)
        self.desk.changed.connect(lambda: self._keep_watching(assistant))
        practice = ", practice" if setup.practice else ""
        self.window.setWindowTitle(f"{assistant.guide.short_name} setup{practice}")
        self.window.show_page(self.page, keep=self.home)
        self.tasks.start(load_all())
        self._keep_watching(assistant)

    def _help(self) -> None:
        self.tasks.start(open_handbook(self.desk, self._data_dir(practice=self._practising) / "setups", self.open_url))

    def _open_console(self, url: str) -> None:
        if url:
            self.open_url(url)
        else:
            self._say("The practice consoles do not run. Close the assistant and open practice again.")

    def _console(self, assistant: Assistant, lane: Lane) -> str:
        """The address of a console now: it may hold what the admin gave meanwhile."""
        from app.guide.vocabulary import Lane

        if assistant.setup.practice:
            if self.practice is None:
                return ""
            portal = self.practice.portal_url(assistant.guide.id)
            return self.practice.cie_url if lane is Lane.CIE else portal
        return assistant.guide.cie.url if lane is Lane.CIE else assistant.guide.portal.url

    def _conceal(self) -> None:
        """The screen is locked: nothing revealed stays, and a copied secret does not outlast the absence."""
        if self.desk is not None:
            self.desk.concealed.emit()
        self.clipboard.clear_now()

    def show_companion(self) -> None:
        """Swap the large window for the narrow one."""
        from ui.companion.window import Companion

        if self.desk is None:
            return
        if self.companion is None:
            self.companion = Companion(self.desk)
            self.companion.returned.connect(self._back_to_large)
        self.companion.show()
        self.window.hide()

    def _back_to_large(self) -> None:
        if self.companion is not None:
            self.companion.hide()
        self._raise()

    async def delete(self, setup_id: str) -> None:
        """Delete a setup and its secrets."""
        assert self._store is not None
        setup = await asyncio.get_running_loop().run_in_executor(None, self._store.load, setup_id)
        if not isinstance(setup, Setup):
            return
        assistant = await self._assistant(setup)
        if assistant is None:
            return
        self._watches.stop(setup_id)
        trouble = await assistant.forget()
        self._assistants.pop(setup_id, None)
        if trouble is not None:
            self._say(trouble)
        await self.show_home()

    def _in_use(self) -> tuple[Store, Vault, Collection[str]]:
        assert self._store is not None
        assert self._vault is not None
        return self._store, self._vault, self._assistants

    # -- the watch -----------------------------------------------------------------------

    async def _watch_in_background(self, setup: Setup) -> None:
        assistant = await self._assistant(setup)
        if assistant is not None:
            self._keep_watching(assistant)

    def _keep_watching(self, assistant: Assistant) -> None:
        self._saving.look(assistant)
        self._watches.keep(assistant)
