"""Connects the windows with the session, and everything the admin can request with the code that does it."""

from __future__ import annotations

import asyncio
import gc
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtWidgets import QApplication

from app.setup.sentences import setup_name
from app.setup.state import Setup
from app.system import event_trace
from app.system.event_trace import TraceEvent
from app.system.logout_inhibition import LogoutInhibition
from app.system.policy import NO_KEYRING, NO_POLICY
from ui.desktop import clipboard_words, tray
from ui.desktop.browser import open_handbook, open_in_browser
from ui.desktop.clearing import CopyStage
from ui.dialogs.message import MessageBox
from ui.home.orphan_cleaner import OrphanCleaner
from ui.home.page import PRACTICE
from ui.main_window import ShownPage
from ui.session.keys import Key
from ui.session.shortcuts import bind, show_keys
from ui.widgets.speech import say

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Coroutine
    from typing import Any

    from app.cli import Options
    from app.session.events import SessionEvent
    from app.session.session import SetupSession
    from app.session.workspace import Workspace, WorkspaceRefusal
    from app.setup.store import Store
    from app.system.start_request import StartRequest
    from app.vault import Vault
    from ui.desktop.clearing import ClipboardState
    from ui.desktop.session_end import SessionEnd
    from ui.home.page import HomePage
    from ui.main_window import MainWindow

    Walk = Callable[["Application"], Awaitable[int]]


WOULD_LOSE: Final = "A secret is in memory only. It is lost when the assistant ends."
LOGOUT_STOPPED: Final = "Logging out was stopped. Try the keyring again, or close the assistant, then log out."


class Application:
    """The running program."""

    def __init__(
        self,
        options: Options,
        window: MainWindow,
        home: HomePage,
        open_url: Callable[[str], None] = open_in_browser,
        walk: Walk | None = None,
        session_end: SessionEnd | None = None,
    ) -> None:
        """``walk`` uses the program instead of an admin, then ends it; its result is the exit code.

        ``session_end`` reports what the system wants of the whole process.
        """
        from ui.desktop.clipboard import ClipboardGuard
        from ui.desktop.notifications import Notifier
        from ui.desktop.screen_lock import ScreenLock
        from ui.desktop.tray import Tray
        from ui.dialogs.bugs import BugReporter
        from ui.dialogs.hand_over import HandOverDialogs
        from ui.dialogs.unsaved import UnsavedQuestion
        from ui.dialogs.waiting import WaitingQuestion
        from ui.session.open_windows import SetupWindows
        from ui.tasks import Tasks

        self.options = options
        self.window = window
        self.home = home
        self._open_url = open_url
        self._walk = walk
        self.clipboard = ClipboardGuard(window)
        self.bugs = BugReporter(window, self.clipboard, self._diagnose)
        self.tasks = Tasks(self.bugs.report)
        self.tray = Tray(window)
        self.notifier = Notifier(window, self.tasks.start, self.tray.notify)
        self._files = HandOverDialogs(window, self.tasks.start, self._say, lambda: self._here)
        self._unsaved = UnsavedQuestion(window)
        self._waiting = WaitingQuestion(window)
        self._lock = ScreenLock(window)
        self.opened = SetupWindows(window, self.tasks, self.clipboard, open_url)
        self.workspace: Workspace | None = None
        self._moving: asyncio.Task[None] | None = None
        """The move to practice or into a new setup that is under way."""
        self._policy = NO_POLICY
        self._begun = asyncio.Event()
        self._end = asyncio.Event()
        self._ordered = asyncio.Event()
        """The system ends the program: nobody may be there to answer a question."""
        self._session_end = session_end
        self._inhibition = LogoutInhibition()
        self._inhibited = False
        self._last_copy: ClipboardState | None = None
        self._orphan_cleaner = OrphanCleaner(home, self.tasks, self._say, self._in_use)
        self._connect()

    def _connect(self) -> None:
        """Connect the signals of the windows with the methods that act on them."""
        start, home, once_ready = self.tasks.start, self.home, self._once_ready
        self.window.closing.connect(self.close)
        self.window.practice_left.connect(self.leave_practice)
        bind(Key.HELP, self.window, self._help)
        bind(Key.KEYS, self.window, partial(show_keys, self.window))
        home.opened.connect(lambda setup_id: start(self.open_setup(setup_id)))
        home.wanted.connect(lambda: once_ready(lambda: start(self.pick())))
        home.practice.connect(lambda: once_ready(self.start_practice))
        home.help_wanted.connect(self._help)
        home.unlock_wanted.connect(lambda: start(self._unlock()))
        home.deleted.connect(lambda setup_id: start(self.delete(setup_id)))
        home.tagged.connect(lambda setup_id, tags: start(self._tag(setup_id, tags)))
        home.handed_over.connect(lambda setup_id: start(self._files.give(setup_id)))
        home.file_wanted.connect(self._files.choose)
        home.file_dropped.connect(lambda path: once_ready(lambda: start(self._files.open(Path(path)))))
        home.diagnostics.connect(self.bugs.show_diagnostics)
        home.about_wanted.connect(self._show_about)
        self._files.taken.connect(lambda setup: start(self._open(setup)))
        self._files.practice_left.connect(self.leave_practice)
        self._lock.locked.connect(self._conceal)
        self.clipboard.changed.connect(self._look_for_lock)
        self.clipboard.changed.connect(self._say_copied)
        self.tray.opened.connect(self._come_back)
        self.notifier.clicked.connect(self._come_back)
        self.tray.quit_wanted.connect(self._leave)

        if self._session_end is not None:
            self._session_end.would_lose = self._in_memory
            self._session_end.asked.connect(self.end_by_order)
            self._session_end.stopped.connect(lambda: self._say(f"{WOULD_LOSE} {LOGOUT_STOPPED}"))
            if self._session_end.requested:
                self.end_by_order()

    def _in_memory(self) -> bool:
        """Return whether a secret is in memory only."""
        return any(session.captures.in_memory_only for session in self._sessions())

    async def _hold_logout(self, *, wanted: bool) -> None:
        await asyncio.to_thread(partial(self._inhibition.hold, WOULD_LOSE) if wanted else self._inhibition.release)

    def end_by_order(self) -> None:
        """End the program without asking, as the system wants: clear the clipboard, save, leave."""
        self.clipboard.clear_now()
        self._ordered.set()
        self.end()

    def _once_ready(self, act: Callable[[], object]) -> None:
        """Act once the program has started. The first window takes clicks while the keyring is still probed."""

        async def wait() -> None:
            await self._begun.wait()
            act()

        if self._begun.is_set():
            act()
        else:
            self.tasks.start(wait())

    @property
    def ready(self) -> bool:
        """Whether the program has started: policy and keyring have answered, and home shows the setups."""
        return self._begun.is_set()

    # -- life ----------------------------------------------------------------------------

    async def run(self) -> int:
        """Run from the first window to the end. Return the exit code."""
        if self.options.trace is None:
            return await self._run()
        if (refused := event_trace.start(self.options.trace, practice=self.options.practice)) is not None:
            await self._stop_with(refused)
            return 1
        code = 1
        try:
            code = await self._run()
        finally:
            incomplete = event_trace.stop(code)
        if incomplete is not None:
            sys.stderr.write(f"{incomplete}\n")
        return code if incomplete is None else 1

    async def _run(self) -> int:
        living = asyncio.create_task(self._live())
        ending = asyncio.create_task(self._end.wait())
        try:
            await asyncio.wait((living, ending), return_when=asyncio.FIRST_COMPLETED)
            if living.done():
                return living.result()
            return int(self._walk is not None and self._ordered.is_set())  # closed, at whatever point of its life
        finally:
            for task in (living, ending):
                task.cancel()
            await asyncio.gather(living, ending, return_exceptions=True)  # also leaves a half-entered workspace
            await self._finish()

    async def _live(self) -> int:
        """Start, and do what the command line asks for. Return the exit code; without a walk, only after a failure."""
        if (code := await self._begin()) is not None:
            return code
        if self._walk is not None:
            return await self._walk(self) or int(self.bugs.count > 0)
        if self.options.notes:
            self._say("\n".join(self.options.notes))
        if (wanted := self._file_to_open()) is not None:
            await self._files.open(wanted)
        await self._end.wait()
        return 0

    def _file_to_open(self) -> Path | None:
        """Return the file that the program was started with, and open later ones as they come."""
        from ui.desktop.file_open import DesktopApplication

        program = QApplication.instance()
        if not isinstance(program, DesktopApplication):
            return self.options.open_file
        program.file_opened.connect(lambda path: self.tasks.start(self._files.open(Path(path))))
        return Path(program.asked_for) if program.asked_for else self.options.open_file

    async def _begin(self) -> int | None:
        """Enter the workspace. If that fails, return the exit code."""
        from app.system import policy
        from app.system.preferences import PreferencesFile

        found = await asyncio.to_thread(policy.read)
        if isinstance(found, policy.InvalidPolicy):
            await self._stop_with(found.sentence)
            return 1
        self._policy = found
        self.opened.preferences = preferences = PreferencesFile(self.options.folder(practice=False))
        unusable = await asyncio.to_thread(preferences.read)
        if found.clipboard_seconds is not None:
            self.clipboard.ttl_seconds = found.clipboard_seconds
        if (refused := await self._enter(practice=self.options.practice)) is not None:
            # A program that was started a moment earlier listens only now.
            if refused.already_open and self._walk is None and await asyncio.to_thread(self.options.ask_running):
                return 0
            await self._stop_with(refused.sentence)
            return 1
        self._begun.set()
        if unusable:
            self._say(unusable)
        return None

    async def _finish(self) -> None:
        await self._empty_clipboard()
        self.opened.close()
        await self.tasks.cancel_all()
        if self.workspace is not None:
            await self.workspace.leave()
        if self._inhibited:
            await self._hold_logout(wanted=False)
        self.window.hide()

    def close(self) -> None:
        """End the program after the window was closed. While a setup waits, stay in the tray, or ask without one."""
        waits = self.workspace.waits if self.workspace is not None else ()
        if not waits:
            self._leave()
        elif tray.has_tray():
            self.tasks.start(self._wait_in_tray(waits[0].words))
        else:
            self._waiting.ask(waits[0].words, self._leave)

    async def _wait_in_tray(self, waiting: str) -> None:
        self.tray.show_waiting(waiting)
        await self._empty_clipboard()
        self.window.hide()

    async def _empty_clipboard(self) -> None:
        """Clear the clipboard while the window is still open: on Wayland, a program without one may not."""
        if not await self.clipboard.clear_before_end():
            return
        self.window.come_forward()  # more is possible in front
        if (left := await self.clipboard.clear_before_end()) and self._walk is None and not self._ordered.is_set():
            await self._say_and_wait(left)
            await self.clipboard.clear_before_end()

    def end(self) -> None:
        """End the program without asking."""
        self._end.set()

    def _leave(self) -> None:
        if not self._unsaved.ask(self._sessions(), self.end):
            self.end()
        elif not self.window.isVisible():
            self._come_back(large=True)

    def _come_back(self, activation: str = "", *, large: bool = False) -> None:
        self.tray.hide()
        self.opened.come_forward(activation, large=large)

    def _take_start(self, request: StartRequest) -> None:
        """Come to the front for a second start of the program, and open the file that it was given."""
        self._come_back(request.activation, large=request.file is not None)
        if (file := request.file) is not None:
            self._once_ready(lambda: self.tasks.start(self._files.open(file)))

    def _look_for_lock(self, state: ClipboardState) -> None:
        """Check for a screen lock with each second of the countdown, because some lockers send no signal."""
        if state.secret and state.stage is CopyStage.HELD:
            self._lock.look()

    def _say_copied(self, state: ClipboardState) -> None:
        say(clipboard_words.spoken(self._last_copy, state))
        self._last_copy = state

    def _conceal(self) -> None:
        """Hide revealed secrets and clear a copied one when the screen is locked."""
        self.opened.conceal()
        self.clipboard.clear_now()

    # -- messages ------------------------------------------------------------------------

    def _say(self, sentence: str) -> None:
        MessageBox(self.window, sentence).open()

    async def _stop_with(self, sentence: str) -> None:
        """Show why the program cannot continue, and wait until the message is closed."""
        sys.stderr.write(f"{sentence}\n")
        if self._walk is None:
            await self._say_and_wait(sentence)

    async def _say_and_wait(self, sentence: str) -> None:
        closed = asyncio.Event()
        box = MessageBox(self.window, sentence)
        box.finished.connect(lambda _result: closed.set())
        box.open()
        waits = [asyncio.create_task(event.wait()) for event in (closed, self._ordered)]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in waits:
                each.cancel()

    def _diagnose(self) -> str:
        from ui.dialogs.diagnostics import diagnose

        return diagnose(self.window, self.workspace)

    def _show_about(self) -> None:
        from ui.dialogs import about

        practice = self.workspace is not None and self.workspace.practice
        self.tasks.start(about.show(self.window, self._open_url, practice=practice))

    def _help(self) -> None:
        if self.workspace is not None:
            folder = self.workspace.folder / "setups"
            self.tasks.start(open_handbook(self.opened.controller, folder, self._open_url))

    # -- real and practice ---------------------------------------------------------------

    async def _enter(self, *, practice: bool, pressed: bool = False) -> WorkspaceRefusal | None:
        """Enter the real or the practice workspace, leave the previous one, and show the setups."""
        from app.session.workspace import Workspace
        from ui.desktop.proxies import platform_proxy

        workspace = Workspace(
            self.options.folder(practice=practice),
            practice=practice,
            policy=self._policy,
            proxy_for=platform_proxy,
            start=self.tasks.start,
            on_event=self._take_event,
            secret_found=self.clipboard.take_away,  # a killed run may have left one in the clipboard
            consoles_ended=self._say,
            start_requested=self._take_start,
        )
        if (refused := await workspace.take(pressed=pressed)) is not None:
            return refused
        self.opened.close()
        before, self.workspace = self.workspace, workspace
        if before is not None:
            await before.leave()
        await self.show_home()
        return None

    def start_practice(self) -> None:
        """Switch from the real setups to practice; asks first if a setup waits, or a change isn't saved."""
        if waits := self._here.waits:
            self._waiting.ask_before_practice(waits[0].words, partial(self._switch, practice=True))
        else:
            self._switch(practice=True)

    def leave_practice(self, file: Path | None = None) -> None:
        """Switch from practice to the real setups and open a hand-over file there; asks first as before practice."""
        self._switch(practice=False, file=file)

    def _switch(self, *, practice: bool, file: Path | None = None) -> None:
        def go() -> None:
            self._move(partial(self._enter_pressed, practice, file))

        if not self._unsaved.ask(self._sessions(), go):
            go()

    def _move(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Start a move unless one is under way: a second click during a keyring prompt must not do it twice."""
        if self._moving is None or self._moving.done():
            self._moving = self.tasks.start(work())

    async def _enter_pressed(self, practice: bool, file: Path | None) -> None:
        self.home.show_opening(PRACTICE if practice else "")
        try:
            refused = await self._enter(practice=practice, pressed=True)
        finally:
            self.home.show_opening("")
        if refused is not None:
            self._say(refused.sentence)
        elif file is not None:
            await self._files.open(file)

    @property
    def _here(self) -> Workspace:
        """The current workspace. There is one whenever a window is used."""
        assert self.workspace is not None
        return self.workspace

    def _sessions(self) -> Collection[SetupSession]:
        return self.workspace.opened.values() if self.workspace is not None else ()

    def _in_use(self) -> tuple[Store, Vault, Collection[str]]:
        return self._here.store, self._here.vault, self._here.opened

    # -- pages ---------------------------------------------------------------------------

    async def show_home(self) -> None:
        """Close the open setup and show all setups."""
        from app.session.open_setup import utc_now

        workspace = self._here
        self.opened.close()
        listing = await workspace.list()
        if workspace is not self.workspace:
            return  # practice was entered or left during a slow read
        keyring = None if workspace.vault.memory_only else workspace.vault.name
        refusal = self._policy.refusal(NO_KEYRING) if self._policy.keyring_required else ""
        self.home.show_mode(
            practice=workspace.practice, keyring=keyring, offered=self._policy.practice, refusal=refusal
        )
        self.home.show_setups(listing.setups, listing.troubles, utc_now())
        self.window.setWindowTitle("Practice" if workspace.practice else "")
        self.window.show_practice(on=workspace.practice)
        self.window.show_page(self.home)
        event_trace.record(TraceEvent.PAGE, page=ShownPage.HOME)
        gc.collect()  # the remains of the closed page; see ui.start for why Python doesn't do it
        if self._walk is None:  # a tour's pictures don't show what else is in the keyring
            self.tasks.start(self._orphan_cleaner.look())
        for refused in await workspace.resume_waits():
            self._say(refused.sentence)
        self.home.show_locked(workspace.locked_out)

    async def pick(self) -> None:
        """Choose the SCIM client of a new setup."""
        from app.guide import catalog
        from app.guide.guide_file import GuideError
        from app.guide.placeholders import fill_guide
        from ui.home.picker import Picker

        try:
            guides = await asyncio.to_thread(catalog.guides)
        except GuideError as error:
            self._say(f"The guides can't be used. {error}.")
            return
        picker = Picker(tuple(fill_guide(guide, {}) for guide in guides))
        picker.cancelled.connect(lambda: self.tasks.start(self.show_home()))
        picker.chosen.connect(lambda guide_id: self._move(partial(self.new_setup, guide_id)))
        self.window.show_page(picker, keep=self.home)
        event_trace.record(TraceEvent.PAGE, page=ShownPage.PICKER)

    async def new_setup(self, guide_id: str) -> None:
        """Start a setup with this guide."""
        from app.guide import catalog
        from app.session.open_setup import new_setup, utc_now

        await self._open(new_setup(catalog.guide(guide_id), utc_now(), practice=self._here.practice))

    async def open_setup(self, setup_id: str) -> None:
        """Open a setup where the admin left it."""
        self.home.show_opening(setup_id)
        try:
            known = self._here.opened.get(setup_id)
            setup = known.setup if known is not None else await self._here.load(setup_id)
            if isinstance(setup, Setup):
                await self._open(setup)
            else:
                self._say(setup.sentence)
        finally:
            self.home.show_opening("")

    async def _open(self, setup: Setup) -> None:
        session = await self._session(setup)
        if session is None:
            return
        controller = self.opened.show(session, self._here, keep=self.home)
        controller.left.connect(lambda: self.tasks.start(self.show_home()))
        controller.practice_left.connect(self.leave_practice)
        controller.help_wanted.connect(self._help)
        session.background.begin()

    async def _session(self, setup: Setup) -> SetupSession | None:
        from app.session.workspace import WorkspaceRefusal

        found = await self._here.open(setup)
        if not isinstance(found, WorkspaceRefusal):
            return found
        self._say(found.sentence)
        return None

    def _take_event(self, session: SetupSession, event: SessionEvent) -> None:
        """Notify the admin that a background wait has ended, whatever page is open."""
        from app.session.events import SessionEvent

        if (in_memory := self._in_memory()) is not self._inhibited and not self._end.is_set():
            self._inhibited = in_memory
            self.tasks.start(self._hold_logout(wanted=in_memory))
        name = setup_name(session.setup)
        match event:
            case SessionEvent.TIMESTAMP_SEEN:
                grew = session.setup.sighting is not None and session.setup.sighting.grew
                what = "More users or groups have arrived" if grew else "The SCIM Change Timestamp has arrived"
                self.notifier.notify(what, name, "run Full Sync in CIE.")
            case SessionEvent.FULL_SYNC_ENDED:
                what = "CIE reports that Full Sync has ended"
                self.notifier.notify(what, name, "compare the counts and confirm them.")
            case SessionEvent.KEYRING:
                self.home.show_locked(self._here.locked_out)
                return
            case _:
                return
        if self.window.shows(self.home):
            self.tasks.start(self.show_home())

    async def _unlock(self) -> None:
        if (why := await self._here.unlock()) is not None:
            self._say(why)

    async def _tag(self, setup_id: str, tags: tuple[str, ...]) -> None:
        """Give a setup other tags."""
        if (trouble := await self._here.tag(setup_id, tags)) is not None:
            self._say(trouble)
        await self.show_home()

    async def delete(self, setup_id: str) -> None:
        """Delete a setup and its secrets."""
        workspace = self._here
        setup = await workspace.load(setup_id)
        if not isinstance(setup, Setup) or (session := await self._session(setup)) is None:
            return
        if (trouble := await workspace.forget(session)) is not None:
            self._say(trouble)
        await self.show_home()
