"""Connects the open setup with its widgets: runs the admin's intents in the background and signals what changed."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.guide.vocabulary import Lane, Tool
from app.session.events import SessionEvent
from app.setup import journey
from app.setup.action import ActionKind, completed_by_value
from app.setup.gate import Locked, gate
from app.setup.journey import Block, BlockReason, unconfirmed_in
from app.setup.sentences import sentence
from app.setup.state import Status
from app.setup.status import status
from app.text.counts import counted
from app.values.address import is_loopback
from app.vault import VaultStatus
from ui.session.view_state import Back, view_state

if TYPE_CHECKING:
    from asyncio import Task
    from collections.abc import Awaitable, Callable, Coroutine
    from typing import Any

    from app.guide.model import Carry, Choice
    from app.session.captures import CaptureResult
    from app.session.session import SetupSession
    from app.setup.gate import TimestampProblem
    from app.vault import Outcome
    from ui.desktop.clipboard import ClipboardGuard
    from ui.session.view_state import ViewState
    from ui.tasks import Tasks


class SetupController(QObject):
    """The state that a setup's widgets show, and the intents they send."""

    setup_changed = Signal()
    """The setup's state changed, or whether it is saved."""
    test_changed = Signal()
    """Test Connection started, found something or ended, or its findings became outdated."""
    wait_changed = Signal()
    """A wait started, checked, or ended."""
    api_changed = Signal()
    """The Directory Sync API answered, or its account changed."""
    activity_changed = Signal()
    """What the program is doing changed, or its notice about the last action."""
    page_changed = Signal()
    """Another page is open: a tool, or the last step of a complete setup."""
    revealed = Signal(str, str)
    """Value name, and the text to show briefly. An empty text hides it."""
    copied_by_key = Signal(str)
    """The value with that name was copied by a key; its field may be out of sight."""
    concealed = Signal()
    """Hide all revealed secrets immediately."""
    error_read = Signal(object)
    """The ``DecodedError`` of the last text passed to ``read_error``."""
    address_received = Signal(str, object)
    """An address to open that nobody confirmed here, and the names of the values in it from a hand-over file."""
    announced = Signal(str)
    """A sentence for screen readers."""
    answered = Signal(str)
    """A text that was entered for the value with that name was accepted or refused, and its field shows it."""
    taking = Signal()
    """The step is being completed: its fields enter what was typed."""
    next_requested = Signal()
    """Enter was pressed in a finished field: the focus moves on to the main button."""
    left = Signal()
    """The admin wants to see all setups."""
    practice_left = Signal()
    """The admin wants to go back to the real setups."""
    help_wanted = Signal()
    """The admin wants the handbook page of the open step."""
    companion_wanted = Signal()
    tool_opened = Signal()
    """A tool was opened; it is shown in the main window."""

    def __init__(
        self,
        session: SetupSession,
        tasks: Tasks,
        clipboard: ClipboardGuard,
        console: Callable[[Lane], str],
        open_url: Callable[[str], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.session = session
        self.clipboard = clipboard
        self.given: dict[str, CaptureResult] = {}
        """The result of the last text entered for each value."""
        self.giving: set[str] = set()
        """The values whose entered text is being accepted or refused. Until then, nothing is said of it."""
        self.typed: frozenset[str] = frozenset()
        """The values, or ``journey.TIMESTAMP``, whose fields hold a valid text that isn't entered yet."""
        self._gives: set[Task[bool]] = set()
        """The work on entered texts; each returns whether the step may be completed with its text."""
        self.notice = ""
        """A line about the last change, such as which steps have to be redone."""
        self.timestamp_problem: TimestampProblem | None = None
        """Why the last entered timestamp was refused."""
        self.hide_from_captures = True
        """The admin's choice: hide revealed secrets from screen captures, if the system supports it."""
        self._at_summary = self.complete_setup
        """The summary is open instead of a step, as long as the setup is complete."""
        self.tool: Tool | None = None
        """The open tool."""
        self.busy: Block | None = None
        """The keyring request in progress."""
        self._copied = ""
        """The value copied last."""
        self._tasks = tasks
        self._test_task: Task[Any] | None = None
        self._reading: Task[Any] | None = None
        self._tool_tasks: set[Task[Any]] = set()
        self._console = console
        self._open_url = open_url
        self._unsubscribe = session.subscribe(self._pass_on)

    def close(self) -> None:
        """Stop listening to the setup, and stop the work started for it."""
        self.stop_test()
        self.cancel_reading()
        self._cancel_tool_tasks()
        self._unsubscribe()

    def _pass_on(self, event: SessionEvent) -> None:
        match event:
            case SessionEvent.TEST:
                self.test_changed.emit()
            case SessionEvent.WAIT:
                self.wait_changed.emit()
            case SessionEvent.API:
                self.api_changed.emit()
            case SessionEvent.SETUP | SessionEvent.SAVING:
                self.setup_changed.emit()
            case SessionEvent.KEYRING:
                self.setup_changed.emit()
                if self.session.captures.closed is not None and self.busy_line:
                    self.announced.emit(self.busy_line)
            case SessionEvent.TIMESTAMP_SEEN:  # follows SETUP
                self._say_arrival()
            case SessionEvent.FULL_SYNC_ENDED:  # follows SETUP
                self.announced.emit("CIE reports that Full Sync has ended. Compare the counts and confirm them.")

    def _start(self, work: Coroutine[Any, Any, Any]) -> None:
        self._tasks.start(work)

    # -- values --------------------------------------------------------------------------

    def give(self, name: str, text: str, *, go_on: bool = False) -> None:
        """Capture a text that the admin pasted or typed for a value.

        ``go_on`` also completes the step, if the text is valid and was the last thing that the step asked for.
        """
        self._give_by(name, text, partial(self.session.captures.give, name, text), go_on=go_on)

    def typing(self, name: str, text: str) -> None:
        """Note what the field of a value, or of ``journey.TIMESTAMP``, holds. Done is enabled once it is valid."""
        session = self.session
        takes = session.waiting.would_take if name == journey.TIMESTAMP else partial(session.captures.would_take, name)
        if (bool(text.strip()) and takes(text)) != (name in self.typed):
            self.typed ^= {name}
            self._forget_refusal(name)
            self.activity_changed.emit()

    def _forget_refusal(self, name: str) -> None:
        """Forget why the text before was refused: it is no longer what the field holds."""
        given = self.given.get(name)
        if name == journey.TIMESTAMP:
            self.timestamp_problem = None
        elif given is not None and not (given.accepted or given.asks):
            del self.given[name]

    def _give_by(
        self, name: str, text: str, work: Callable[[], Awaitable[CaptureResult]], *, go_on: bool = False
    ) -> None:
        self._enter(self._give(name, text, work, go_on=go_on))

    def _enter(self, work: Coroutine[Any, Any, bool]) -> None:
        """Enter texts one after another, so that the result of the last one is shown."""
        task = self._tasks.start(self._enter_after(tuple(self._gives), work))
        self._gives.add(task)
        task.add_done_callback(self._gives.discard)

    async def _enter_after(self, earlier: tuple[Task[bool], ...], work: Coroutine[Any, Any, bool]) -> bool:
        if earlier:
            await asyncio.wait(earlier)
        return await work

    def replace(self, name: str) -> None:
        """Replace a secret by the text that was asked about."""
        captures = self.session.captures
        self._give_by(name, captures.asked(name) or "", partial(captures.confirm, name))

    def keep_stored(self, name: str) -> None:
        """Forget the text that was asked about."""
        self.session.captures.decline(name)
        self.given.pop(name, None)
        self.activity_changed.emit()

    def undo_replacement(self, name: str) -> None:
        """Bring the former value of a secret back."""
        self._give_by(name, "", partial(self.session.captures.undo, name))

    def remove_former(self, name: str) -> None:
        """Remove the former value of a secret from the keyring."""
        self._start(self._remove_former(name))

    async def _remove_former(self, name: str) -> None:
        self._wait_for(Block(BlockReason.KEYRING))
        try:
            trouble = await self.session.captures.remove_former(name)
        finally:
            self._wait_for(None)
        label = self.session.guide.values[name].label
        self.announced.emit(trouble or f"The former {label} was removed from {self.session.vault.name}.")

    async def _give(self, name: str, text: str, work: Callable[[], Awaitable[CaptureResult]], *, go_on: bool) -> bool:
        """Show the result of an entered text; ``text`` is taken from the clipboard once it is kept."""
        step_id = self.session.here.step.id
        spec = self.session.guide.values[name]
        self.giving.add(name)
        if spec.secret:
            self._wait_for(Block(BlockReason.STORING, values=(name,)))
        try:
            self.given[name] = given = await work()
        finally:
            self.giving.discard(name)
            self.typed -= {name}
            self._wait_for(None)
        if given.accepted and spec.secret and text:
            self.clipboard.take_away(text)
        if given.to_redo:
            self.notice = "Redo these steps: " + ", ".join(given.to_redo) + "."
        self.activity_changed.emit()
        self.announced.emit(given.sentence)
        self.answered.emit(name)
        clean = given.accepted and not (given.warnings or given.to_redo or given.held)
        guide, setup, action = self.session.guide, self.session.setup, self.step_view.footer.action
        ends = action is not None and action.step == step_id and completed_by_value(guide, setup, action)
        if go_on and clean and ends:
            self.act()
        return given.accepted and not given.warnings

    def keep_again(self) -> None:
        """Try again to store what is only in memory. The keyring may show its prompt."""
        self._start(self._keep_again())

    async def _keep_again(self) -> None:
        self._wait_for(Block(BlockReason.KEYRING))
        try:
            refused = await self.session.captures.keep_again()
        finally:
            self._wait_for(None)
        self.announced.emit(refused or self.session.kept_line())

    def _wait_for(self, busy: Block | None) -> None:
        self.busy = busy
        self.activity_changed.emit()

    @property
    def _waits_for(self) -> Block | None:
        """What the step waits for: the keyring, and if it is locked, its prompt."""
        session = self.session
        busy = self.busy or (Block(BlockReason.KEYRING) if session.testing.asks_keyring else None)
        locked = session.captures.closed is VaultStatus.LOCKED
        return Block(BlockReason.LOCKED) if busy is not None and locked else busy

    @property
    def busy_line(self) -> str:
        """The keyring request in progress as a sentence; empty if there is none."""
        session, busy = self.session, self._waits_for
        return "" if busy is None else sentence(session.guide, session.setup, busy, session.vault.name)

    def paste_text(self) -> str:
        """Return the clipboard's text."""
        return self.clipboard.take_text()

    def copy(self, name: str, label: str) -> None:
        """Copy a value without showing it."""
        self._copied = name
        self._start(self._copy(name, label))

    async def _copy(self, name: str, label: str) -> None:
        if not self.session.guide.values[name].secret:
            self.clipboard.copy_plain(self.session.setup.values.get(name, ""), label)
        else:
            outcome = await self.session.captures.reveal(name)
            if outcome.value is None:
                self._say_unread(label, outcome)
                return
            self.clipboard.copy_secret(outcome.value, label)

    def copy_at(self, index: int) -> None:
        """Copy what the open step offers at that place, as its Copy button does."""
        copies = self.session.here.step.copies
        if index < len(copies) and self._can_copy(each := copies[index]):
            self.copy_offered(each)
            self.copied_by_key.emit(each.key)

    def copy_offered(self, each: Carry | Choice) -> None:
        """Copy a value that a step carries, or a choice that is typed."""
        if each.words is None:
            self.copy(each.key, each.field)
        else:
            self._copied = each.key
            self.copy_built(each.words, each.field)

    def _can_copy(self, each: Carry | Choice) -> bool:
        return each.words is not None or self.session.captures.shown(each.key).present

    def copy_next(self) -> None:
        """Copy the value of the open step that comes after the one copied last; after the last one, the first."""
        if (index := self.next_copy) is not None:
            self.copy_at(index)

    @property
    def next_copy(self) -> int | None:
        """The place of the value that ``copy_next`` copies; None if the open step has none to copy."""
        copies = self.session.here.step.copies
        names = [each.key for each in copies]
        there = [index for index, each in enumerate(copies) if self._can_copy(each)]
        after = names.index(self._copied) + 1 if self._copied in names else 0
        return next((index for index in there if index >= after), there[0] if there else None)

    def copy_built(self, text: str, label: str) -> None:
        """Copy text that contains no secret, such as a builder's result."""
        self.clipboard.copy_plain(text, label)

    def copy_rows(self, gathering: Coroutine[Any, Any, tuple[str, int]]) -> None:
        """Copy rows of a table. ``gathering`` returns their text and number; it may take a while."""
        self.run_tool_task(self._copy_rows(gathering))

    async def _copy_rows(self, gathering: Coroutine[Any, Any, tuple[str, int]]) -> None:
        text, rows = await gathering
        self.copy_built(text, counted(rows, "row"))

    def reveal(self, name: str, on: bool) -> None:
        """Show a secret briefly, or hide it."""
        if on:
            self._start(self._reveal(name))
        else:
            self.revealed.emit(name, "")

    async def _reveal(self, name: str) -> None:
        if not self.session.policy.reveal:
            return
        outcome = await self.session.captures.reveal(name)
        if outcome.value is not None:
            self.revealed.emit(name, outcome.value)
        else:
            self._say_unread(self.session.guide.values[name].label, outcome)

    def _say_unread(self, label: str, outcome: Outcome) -> None:
        self._say(f"The {label} couldn't be read from {self.session.vault.name}. {outcome.sentence}")

    def _say(self, notice: str) -> None:
        self.notice = notice
        self.announced.emit(notice)
        self.activity_changed.emit()

    # -- navigation ----------------------------------------------------------------------

    @property
    def view(self) -> ViewState:
        """The view around the open page."""
        return self._view(self.tool)

    @property
    def step_view(self) -> ViewState:
        """The view around the open step, even if a tool covers it."""
        return self._view(None)

    def _view(self, tool: Tool | None) -> ViewState:
        session = self.session
        return view_state(
            session.guide,
            session.setup,
            replace(
                session.activity,
                testing=self.testing,
                busy=self._waits_for,
                typed=self.typed,
                at_summary=self._at_summary,
            ),
            tool=tool,
            trouble=session.trouble,
            notice=self.notice,
            keyring=session.vault.name,
        )

    def on_view_change(self, refresh: Callable[[], None]) -> None:
        """Call ``refresh`` whenever the view may have changed."""
        for signal in (
            self.setup_changed,
            self.test_changed,
            self.activity_changed,
            self.page_changed,
            self.api_changed,
        ):
            signal.connect(refresh)

    def act(self) -> None:
        """Run the main button's action."""
        action = self.step_view.footer.action
        if action is None or not action.enabled:
            return
        match action.kind:
            case ActionKind.COMPLETE:
                self.complete()
            case ActionKind.TEST | ActionKind.TEST_AGAIN:
                self.test()
            case ActionKind.STOP_TEST:
                self.stop_test()
            case ActionKind.OPEN_STEP:
                self.go(action.step)
            case ActionKind.LEAVE:
                self.left.emit()

    def go_back(self, back: Back) -> None:
        """Run the Back button's action."""
        match back:
            case Back.STEP:
                self.back()
            case Back.LAST_STEP:
                self.go_to_last_step()
            case Back.TOOL:
                self.close_tool()

    def complete(self) -> None:
        """Complete the open step, with what was typed in it. A text that is refused or has a warning keeps it open."""
        self.notice = ""
        self.tool = None
        self.taking.emit()
        self._start(self._complete(self.session.here.step.id))

    async def _complete(self, step_id: str) -> None:
        taken = [await give for give in tuple(self._gives)]
        if not all(taken) or self.session.here.step.id != step_id:
            return
        last = journey.neighbor(self.session.guide, self.session.setup, 1) is None
        self._at_summary = last or not self.complete_setup
        if await self.session.complete() is not None:
            self._at_summary = False
        self.page_changed.emit()

    def go(self, step_id: str) -> None:
        """Open a step."""
        self.notice = ""
        self.tool = None
        self._start(self._go(step_id))

    async def _go(self, step_id: str) -> None:
        self._at_summary = False
        await self.session.go(step_id)
        self.page_changed.emit()  # the open step may be the one that the summary covered

    def go_to_last_step(self) -> None:
        """Open the last step, where the counts of a complete setup are corrected."""
        self.go(journey.visible(self.session.guide, self.session.setup)[-1][1].id)

    def open_summary(self) -> None:
        """Open the summary of a complete setup."""
        self.tool = None
        self.notice = ""
        self._at_summary = True
        self.page_changed.emit()

    @property
    def complete_setup(self) -> bool:
        """Whether the setup is complete, and so has a summary."""
        return status(self.session.guide, self.session.setup) is Status.COMPLETE

    def back(self) -> None:
        """Open the previous step."""
        self.tool = None
        self._start(self.session.move(-1))

    def open_tool(self, tool: Tool) -> None:
        """Open a tool. The open step stays open behind it."""
        self.tool = tool
        self.page_changed.emit()
        self.tool_opened.emit()

    def close_tool(self) -> None:
        """Return to the step."""
        self.tool = None
        self.page_changed.emit()

    def run_tool_task(self, work: Coroutine[Any, Any, None]) -> Task[None]:
        """Run a tool's work; it is canceled when the setup is closed."""
        task = self._tasks.start(work)
        self._tool_tasks.add(task)
        task.add_done_callback(self._tool_tasks.discard)
        return task

    def _cancel_tool_tasks(self) -> None:
        for look in tuple(self._tool_tasks):
            look.cancel()

    def use_keyring(self, work: Coroutine[Any, Any, None]) -> Task[None]:
        """Run a tool's work on the keyring; it runs to its end even if the setup is closed."""
        return self._tasks.start(self._use_keyring(work))

    async def _use_keyring(self, work: Coroutine[Any, Any, None]) -> None:
        self._wait_for(Block(BlockReason.KEYRING))
        try:
            await work
        finally:
            self._wait_for(None)

    def tick(self, item: str, on: bool) -> None:
        """Select or clear a prerequisite or confirmation."""
        if (item in self.session.setup.ticked) != on:
            self._start(self.session.tick(item, on=on))

    def answer(self, branch: str, option: str) -> None:
        """Answer a question about the admin's situation."""
        if self.session.setup.answers.get(branch) != option:
            self._start(self.session.answer(branch, option))

    def open_link(self, url: str) -> None:
        """Open a link of a guide; in practice open the console instead, since links lead to real portals."""
        self._browse(self._console(Lane.PORTAL) if self.session.setup.practice else url)

    def open_console(self, lane: Lane) -> None:
        """Open a lane's console in the browser, at the page of the open step if that has one."""
        step = self.session.here.step
        if step.link and step.lane is lane:
            self.open_link(step.link)
        else:
            self._browse(self._console(lane))

    def _browse(self, url: str) -> None:
        if not url or (self.session.setup.practice and not is_loopback(url)):
            self._say("The practice console is starting again. Open it in a moment.")
        elif names := unconfirmed_in(self.session.setup, url):
            self.address_received.emit(url, names)
        else:
            self._open_url(url)

    def confirm_address(self, url: str, names: tuple[str, ...]) -> None:
        """Open an address with values of a hand-over file, which are then confirmed."""
        self._start(self.session.change(lambda setup: setup.with_(unconfirmed=setup.unconfirmed - set(names))))
        self._open_url(url)

    # -- test and waits ------------------------------------------------------------------

    @property
    def testing(self) -> bool:
        """Whether Test Connection is running or about to start."""
        return self.session.testing.running or (self._test_task is not None and not self._test_task.done())

    def test(self) -> None:
        """Run Test Connection."""
        if not self.testing:
            self._test_task = self._tasks.start(self._test())
            self._test_task.add_done_callback(
                lambda _task: self.test_changed.emit()
            )  # also if stopped before it started
            self.test_changed.emit()

    def send_made_up_token(self, on: bool) -> None:
        """Switch the made-up token of Test Connection on or off."""
        if self.session.setup.without_control is on:
            self._start(self.session.change(lambda setup: setup.with_(without_control=not on)))

    def skip_test(self) -> None:
        """Skip the test when this computer can't reach the endpoint."""
        self._start(self.session.testing.skip())

    def stop_test(self) -> None:
        """Stop the running test."""
        if self._test_task is not None:
            self._test_task.cancel()

    async def _test(self) -> None:
        from app.diagnosis.findings import summary

        testing = self.session.testing
        self.notice = await testing.run()
        why = testing.diagnosis
        self.announced.emit(self.notice or f"{summary(testing.findings)}.")
        if why is not None and why.causes:
            self.announced.emit(why.causes[0].sentence)

    def read_error(self, text: str) -> None:
        """Decode a pasted error message in the background, and cancel the previous decoding. It isn't kept."""
        self.cancel_reading()
        self._reading = self._tasks.start(self._read_error(text))

    def cancel_reading(self) -> None:
        """Cancel the decoding."""
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None

    async def _read_error(self, text: str) -> None:
        decoded = await self.session.decode(text)
        self.error_read.emit(decoded)
        first = decoded.causes[0].sentence if decoded.causes else decoded.hint
        self.announced.emit(f"{decoded.title}. {first}")

    def look_now(self) -> None:
        """Check for the timestamp now."""
        self._start(self._after_unlocking(self.session.waiting.look_now))

    async def _after_unlocking(self, act: Callable[[], None]) -> None:
        await self.session.captures.unlock()
        act()

    def check_sync(self) -> None:
        """Check the state of Full Sync now."""
        from app.setup.state import Wait
        from app.setup.status import awaited

        session = self.session
        if awaited(session.guide, session.setup) is Wait.FULL_SYNC:
            self._start(self._after_unlocking(session.api.look_now))
        else:  # its end was seen: check once, without waiting
            self._start(session.api.ask(pressed=True))

    def enter_timestamp(self, text: str) -> None:
        """Record the timestamp that the admin sees in CIE."""
        self._enter(self._enter_timestamp(text))

    async def _enter_timestamp(self, text: str) -> bool:
        try:
            self.timestamp_problem = problem = await self.session.waiting.enter_timestamp(text)
        finally:
            self.typed -= {journey.TIMESTAMP}
            self.activity_changed.emit()
        self.wait_changed.emit()
        if problem is not None:
            self.announced.emit(problem.words)
        else:
            self._say_arrival()
        return problem is None

    @property
    def gate_line(self) -> str:
        """Whether Full Sync is unlocked, in the program's markup."""
        state = gate(self.session.guide, self.session.setup)
        if isinstance(state, Locked):
            return sentence(self.session.guide, self.session.setup, state.block)
        return "Full Sync is unlocked."

    def _say_arrival(self) -> None:
        self.announced.emit(f"The first change has arrived. {self.gate_line}")
