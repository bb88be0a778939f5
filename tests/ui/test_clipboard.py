"""Copied secrets are marked, counted down, and cleared while they are ours. macOS and Windows are fakes."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
import shiboken6
from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QClipboard, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from tests.support.golden import Golden, lines
from tests.support.screen import in_front, message, part, press, words
from tests.support.until import until, until_blocking
from ui.desktop import clearing, clipboard_words
from ui.desktop.clearing import ClipboardState, CopyStage
from ui.desktop.clipboard import HARMLESS, ClipboardGuard
from ui.desktop.x_selection import XSelection

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator

    from pytestqt.qtbot import QtBot

    from app.session.session import SetupSession
    from tests.support.running import Program
    from ui.application import Application

ROOT = Path(__file__).resolve().parents[2]
SECRET = "canary-clipboard"
TOKEN = "canary-token-that-is-long-enough"
CLIPBOARD = QClipboard.Mode.Clipboard


@pytest.fixture(autouse=True)
def _clipboard(qapp: QGuiApplication) -> Iterator[None]:
    QGuiApplication.clipboard().clear()
    yield
    for guard in qapp.findChildren(ClipboardGuard):
        guard.setParent(None)  # it would still clear what the next test copies
        shiboken6.delete(guard)
    QGuiApplication.clipboard().clear()


def guarded(qtbot: QtBot, ttl: float = 45, platform: str = "linux") -> tuple[ClipboardGuard, list[ClipboardState]]:
    states: list[ClipboardState] = []
    guard = ClipboardGuard(QGuiApplication.instance(), ttl, platform)
    guard.changed.connect(states.append)
    return guard, states


def text() -> str:
    return QGuiApplication.clipboard().text(CLIPBOARD)


def formats() -> dict[str, bytes]:
    data = QGuiApplication.clipboard().mimeData(CLIPBOARD)
    # None on the offscreen platform once cleared, whatever the type stubs say.
    return {name: bytes(data.data(name).data()) for name in data.formats()} if data else {}


def test_a_secret_is_marked_for_linux(qtbot: QtBot) -> None:
    guard, states = guarded(qtbot)
    guard.copy_secret(SECRET, "Secret Token")
    assert guard.take_text() == SECRET
    assert formats()["x-kde-passwordManagerHint"] == b"secret"
    assert states == [ClipboardState("Secret Token", secret=True, seconds_left=45)]


def test_a_secret_is_marked_for_windows(qtbot: QtBot) -> None:
    guard, _ = guarded(qtbot, platform="win32")
    guard.copy_secret(SECRET, "Secret Token")
    found = formats()
    assert found.pop("text/plain") == SECRET.encode()
    assert found == {
        "ExcludeClipboardContentFromMonitorProcessing": bytes(4),
        "CanIncludeInClipboardHistory": bytes(4),
        "CanUploadToCloudClipboard": bytes(4),
        "Clipboard Viewer Ignore": bytes(4),
    }


def test_a_secret_counts_down_and_is_called_cleared_once_it_was_looked_for(qtbot: QtBot) -> None:
    guard, states = guarded(qtbot, ttl=2)
    guard.copy_secret(SECRET, "Secret Token")
    qtbot.waitUntil(lambda: states[-1].stage is CopyStage.CLEARING, timeout=4000)
    assert text() == ""
    assert formats() == {}
    began = time.monotonic()
    qtbot.waitUntil(lambda: states[-1].stage is CopyStage.CLEARED, timeout=4000)
    assert time.monotonic() - began == pytest.approx(sum(clearing.LOOKS), abs=0.5)
    assert states[0].seconds_left == 2
    assert 1 in [s.seconds_left for s in states]
    assert SECRET not in repr(states)
    assert not states[-1].kept


def test_the_text_is_not_held_by_the_guard(qtbot: QtBot) -> None:
    guard, _ = guarded(qtbot)
    guard.copy_secret(SECRET, "Secret Token")
    inside = [vars(each) for each in vars(guard).values() if hasattr(each, "__dict__")]
    assert any(inside)
    assert SECRET not in repr(vars(guard)) + repr(inside)


def test_another_programs_text_is_left_alone(qtbot: QtBot) -> None:
    guard, states = guarded(qtbot, ttl=0.1)
    guard.copy_secret(SECRET, "Secret Token")
    QGuiApplication.clipboard().setText("another program's")
    assert states[-1] == ClipboardState("Secret Token", secret=True, stage=CopyStage.REPLACED)
    qtbot.wait(200)
    guard.clear_now()
    assert text() == "another program's"


def test_a_second_secret_starts_its_own_countdown(qtbot: QtBot) -> None:
    guard, states = guarded(qtbot)
    guard.copy_secret(SECRET, "Tenant URL")
    guard.copy_secret("second", "Secret Token")
    assert [(s.label, s.stage) for s in states] == [("Tenant URL", CopyStage.HELD), ("Secret Token", CopyStage.HELD)]
    assert text() == "second"


def test_a_plain_text_is_neither_marked_nor_cleared(qtbot: QtBot) -> None:
    guard, states = guarded(qtbot, ttl=0.1)
    guard.copy_secret(SECRET, "Secret Token")
    guard.copy_plain("example.com", "Primary domain")
    qtbot.wait(200)
    guard.clear_now()
    assert formats() == {"text/plain": b"example.com"}
    assert states[-1] == ClipboardState("Primary domain", secret=False)


def test_what_another_program_copied_is_taken_away_once_we_keep_it(qtbot: QtBot) -> None:
    guard, states = guarded(qtbot)
    QGuiApplication.clipboard().setText("another text")
    guard.take_away(SECRET)
    assert text() == "another text"
    QGuiApplication.clipboard().setText(SECRET)
    guard.take_away(SECRET)
    assert text() == ""
    assert states == []  # it was not copied here, so nothing is shown about it


def latest(states: list[ClipboardState]) -> CopyStage:
    return states[-1].stage


def ended(guard: ClipboardGuard) -> tuple[str, float]:
    began = time.monotonic()
    left = asyncio.run(in_qt(guard.clear_before_end()))
    return left, time.monotonic() - began


async def in_qt(work: Coroutine[None, None, str]) -> str:
    """Wait while Qt's timers run, as in the program."""
    task = asyncio.ensure_future(work)
    while not task.done():
        QGuiApplication.processEvents()
        await asyncio.sleep(0.005)
    return await task


def test_before_the_end_a_secret_is_cleared_and_looked_for_in_less_than_a_second(qtbot: QtBot) -> None:
    guard, states = guarded(qtbot)
    left, seconds = ended(guard)
    assert not left
    assert seconds < 0.1
    guard.copy_secret(SECRET, "Secret Token")
    left, seconds = ended(guard)
    assert not left
    assert seconds == pytest.approx(sum(clearing.LAST_LOOKS), abs=0.15)
    assert text() == ""
    assert states[-1].stage is CopyStage.CLEARED


def refuse(patch: pytest.MonkeyPatch) -> None:
    """Make the system's clipboard ignore changes, as Wayland does for a program that isn't in front."""
    patch.setattr(QClipboard, "clear", lambda *_: None)
    patch.setattr(QClipboard, "setMimeData", lambda *_: None)


def test_before_the_end_the_admin_is_told_of_a_secret_that_stays(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    guard, states = guarded(qtbot)
    guard.copy_secret(SECRET, "Secret Token")
    refuse(monkeypatch)
    left, _ = ended(guard)
    assert left
    assert states[-1].stage is CopyStage.STAYS


def test_a_refused_clear_is_tried_again_at_the_next_key(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    guard, states = guarded(qtbot)
    window = QWidget()
    qtbot.addWidget(window)
    guard.copy_secret(SECRET, "Secret Token")
    with monkeypatch.context() as patch:
        refuse(patch)
        ended(guard)
        assert latest(states) is CopyStage.STAYS
        QTest.keyClick(window, Qt.Key.Key_Tab)
        assert latest(states) is CopyStage.CLEARING
        ended(guard)
        assert latest(states) is CopyStage.STAYS
    QTest.keyClick(window, Qt.Key.Key_Tab)
    assert text() == ""
    qtbot.waitUntil(lambda: states[-1].stage is CopyStage.CLEARED, timeout=4000)


class Manager(QObject):
    """Behaves like xfce4-clipman: owns the last text and puts it back whenever the clipboard is empty."""

    def __init__(self) -> None:
        super().__init__()
        self.last = ""
        QGuiApplication.clipboard().dataChanged.connect(self.look)

    def look(self) -> None:
        if text():
            self.last = text()
        else:
            QTimer.singleShot(15, self, self.put_back)

    def put_back(self) -> None:
        if not text():
            QGuiApplication.clipboard().setText(self.last)


@pytest.mark.parametrize("ending", [False, True])
def test_what_a_manager_puts_back_is_overwritten_and_the_copy_is_named(qtbot: QtBot, ending: bool) -> None:
    guard, states = guarded(qtbot)
    manager = Manager()
    guard.copy_secret(SECRET, "Secret Token")
    if ending:
        assert ended(guard)[0] == ""
    else:
        guard.clear_now()
    qtbot.waitUntil(lambda: states[-1].stage is CopyStage.CLEARED, timeout=8000)
    assert states[-1].kept
    assert text() == manager.last == HARMLESS
    manager.deleteLater()


def test_each_stage_has_its_sentence(golden: Golden) -> None:
    golden("copy_stages", lines(CopyStage, clipboard_words.STAGES))
    said = {
        stage: clipboard_words.about(ClipboardState("t", secret=True, stage=stage, kept=True)) for stage in CopyStage
    }
    assert len(set(said.values())) == len(CopyStage)
    assert all(clipboard_words.KEPT in said[stage][0] for stage in (CopyStage.CLEARED, CopyStage.STAYS))
    assert "Cleared" not in said[CopyStage.STAYS][0] + said[CopyStage.UNKNOWN][0]


class FakePasteboard:
    """Behaves as documented for NSPasteboard: every change of owner increases the count."""

    def __init__(self) -> None:
        self.count = 7
        self.items: dict[str, str] = {}
        self.options: int | None = None

    def prepareForNewContentsWithOptions_(self, options: int) -> int:  # noqa: N802
        self.items, self.options = {}, options
        self.count += 1
        return self.count

    def setString_forType_(self, string: str, kind: str) -> bool:  # noqa: N802
        self.items[kind] = string
        return True

    def changeCount(self) -> int:  # noqa: N802
        return self.count

    def clearContents(self) -> int:  # noqa: N802
        self.items = {}
        self.count += 1
        return self.count


@pytest.fixture
def pasteboard(monkeypatch: pytest.MonkeyPatch) -> FakePasteboard:
    board = FakePasteboard()
    kit = SimpleNamespace(NSPasteboard=SimpleNamespace(generalPasteboard=lambda: board))
    monkeypatch.setitem(sys.modules, "AppKit", kit)
    return board


def test_macos_conceals_the_secret_and_keeps_it_on_this_computer(qtbot: QtBot, pasteboard: FakePasteboard) -> None:
    guard, states = guarded(qtbot, platform="darwin")
    guard.copy_secret(SECRET, "Secret Token")
    assert pasteboard.options == 1
    assert pasteboard.items == {"public.utf8-plain-text": SECRET, "org.nspasteboard.ConcealedType": ""}
    guard.clear_now()
    assert pasteboard.items == {}
    qtbot.waitUntil(lambda: states[-1].stage is CopyStage.CLEARED, timeout=4000)


def test_macos_leaves_another_programs_text_alone(qtbot: QtBot, pasteboard: FakePasteboard) -> None:
    guard, _ = guarded(qtbot, platform="darwin")
    guard.copy_secret(SECRET, "Secret Token")
    pasteboard.prepareForNewContentsWithOptions_(0)
    pasteboard.setString_forType_("other", "public.utf8-plain-text")
    guard.clear_now()
    assert pasteboard.items == {"public.utf8-plain-text": "other"}


COPIER = """
import sys
from PySide6.QtCore import QSocketNotifier
from PySide6.QtWidgets import QApplication
from ui.desktop.clipboard import ClipboardGuard
app = QApplication([])
guard = ClipboardGuard(app)
def order():
    sys.stdin.readline()
    guard.clear_now()
    print("cleared", flush=True)
notifier = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read)
notifier.activated.connect(order)
guard.copy_secret("canary-clipboard", "Secret Token")
print("copied", flush=True)
app.exec()
"""


@pytest.fixture
def display() -> Iterator[dict[str, str]]:
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", "640x480x24", "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=(write,), stderr=subprocess.DEVNULL)
    os.close(write)
    try:
        with os.fdopen(read) as answer:
            number = answer.readline().strip()
        yield {**os.environ, "DISPLAY": f":{number}", "QT_QPA_PLATFORM": "xcb"}
    finally:
        server.terminate()
        server.wait(5)


def xclip(display: dict[str, str], *arguments: str) -> str | None:
    done = subprocess.run(
        ["xclip", "-o", *arguments], env=display, capture_output=True, text=True, timeout=10, check=False
    )
    return done.stdout if done.returncode == 0 else None


def test_other_x11_programs_see_the_hint_and_an_empty_primary_selection(display: dict[str, str]) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", COPIER],
        cwd=ROOT,
        env=display,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as copier:
        assert copier.stdin is not None
        assert copier.stdout is not None
        try:
            assert copier.stdout.readline() == "copied\n"
            targets = xclip(display, "-selection", "clipboard", "-t", "TARGETS")
            assert targets is not None
            assert "x-kde-passwordManagerHint" in targets.split()
            assert xclip(display, "-selection", "clipboard", "-t", "x-kde-passwordManagerHint") == "secret"
            assert xclip(display, "-selection", "clipboard") == SECRET
            assert xclip(display, "-selection", "primary") is None
            copier.stdin.write("clear\n")
            copier.stdin.flush()
            assert copier.stdout.readline() == "cleared\n"
            assert xclip(display, "-selection", "clipboard") is None
        finally:
            copier.kill()


def test_the_clipboard_is_read_and_replaced_as_a_plain_x11_program_does(
    display: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DISPLAY", "XAUTHORITY"):
        monkeypatch.setenv(name, display.get(name, ""))
    with XSelection() as selection:
        assert selection.text() == ""
    long = SECRET + "ä" * 5000
    put = ["xclip", "-i", "-selection", "clipboard"]
    subprocess.run(put, env=display, input=long, text=True, timeout=10, check=True)
    with XSelection() as selection:
        assert selection.text() == long
        replacing = threading.Thread(target=selection.replace, args=(HARMLESS, 1.5))
        replacing.start()
        until_blocking(lambda: xclip(display, "-selection", "clipboard") == HARMLESS)
        targets = xclip(display, "-selection", "clipboard", "-t", "TARGETS")
        assert targets is not None
        assert targets.split() == ["TARGETS", "UTF8_STRING"]
        subprocess.run(put, env=display, input="new", text=True, timeout=10, check=True)
        replacing.join(1)  # another owner ends it early
        assert not replacing.is_alive()
    monkeypatch.setenv("DISPLAY", "elsewhere.example:0")
    with pytest.raises(OSError, match="local"):
        XSelection()


@pytest.fixture
def parcellite(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A process on this display with the manager's name."""
    monkeypatch.setenv("DISPLAY", ":nobody")
    process = subprocess.Popen(["/usr/bin/parcellite", "30"], executable="/bin/sleep")
    try:
        # Linux closes the pipe that Popen waits for a moment before it fills in the command line and the environment.
        until_blocking(Path(f"/proc/{process.pid}/environ").read_bytes)
        yield
    finally:
        process.kill()
        process.wait(5)


@pytest.mark.usefixtures("parcellite")
def test_a_manager_that_keeps_secrets_is_named_before_the_first_copy(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    guard, _ = guarded(qtbot)
    (manager,) = guard.managers()
    assert manager.name == "Parcellite"
    assert f"**{manager.name}**" in clipboard_words.before_copying(guard.managers())
    monkeypatch.setenv("DISPLAY", ":other")  # the one of another session
    assert guard.managers() == ()
    assert clipboard_words.before_copying(()) == ""


ON_THE_BUS = """
from PySide6.QtCore import QCoreApplication
from PySide6.QtDBus import QDBusConnection
from ui.desktop.clipboard_managers import managers_here
app = QCoreApplication([])
print([each.name for each in managers_here()])
assert QDBusConnection.sessionBus().registerService("org.gnome.GPaste")
print([each.name for each in managers_here()])
"""


@pytest.mark.usefixtures("secret_service")
def test_a_manager_is_found_by_its_name_on_the_bus_where_processes_are_hidden() -> None:
    command = [sys.executable, "-c", ON_THE_BUS]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=20, check=True)
    assert ran.stdout.split("\n")[:2] == ["[]", "['GPaste']"]


async def with_token(application: Application) -> SetupSession:
    """A new setup whose token is in the keyring."""
    await application.new_setup("entra")
    assert application.opened.controller is not None
    session = application.opened.controller.session
    assert (await session.captures.give("base_url", "https://scim.paloaltonetworks.com/canary/v2")).accepted
    assert (await session.captures.give("token", TOKEN)).accepted
    await session.save()
    return session


@pytest.mark.usefixtures("secret_service")
def test_what_a_killed_run_left_is_cleared_once_the_keyring_is_read(program: Program) -> None:
    async def story() -> None:
        async with program.running() as application:
            setup = (await with_token(application)).setup.id
        QGuiApplication.clipboard().setText(TOKEN)  # as GNOME and clipboard managers keep it
        async with program.running() as application:
            assert text() == TOKEN  # nothing asks the keyring for a list of setups
            await application.open_setup(setup)
            assert text() == ""
            await application.delete(setup)

    program.loop(story)


@pytest.mark.usefixtures("secret_service")
def test_the_admin_is_told_before_the_window_goes(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        async with program.starting() as (application, life):
            await until(lambda: application.ready, 30)
            await in_front(application.window)
            QGuiApplication.clipboard().clear()
            application.clipboard.copy_secret(TOKEN, "Secret Token")
            with monkeypatch.context() as patch:
                patch.setattr(QClipboard, "clear", lambda *_: None)
                patch.setattr(QClipboard, "setMimeData", lambda *_: None)
                application.close()
                box = await message(application.window)
                assert not life.done()
                assert application.window.isVisible()
                assert TOKEN not in words(application.window)
            press(box, "OK")
            assert await life == 0
            assert text() == ""

    program.loop(story)


@pytest.mark.usefixtures("secret_service", "parcellite")
def test_the_card_names_the_manager_before_anything_is_copied(program: Program) -> None:
    async def story(application: Application) -> None:
        session = await with_token(application)
        await session.go("paste-credentials")
        assert "<b>Parcellite</b> runs on this desktop" in words(
            part(application.window, QWidget, "clipboard-managers")
        )
        await application.delete(session.setup.id)

    program.play(story)


def test_a_copy_that_was_not_taken_is_said_as_such_each_time() -> None:
    for secret in (True, False):
        failed = ClipboardState("Secret Token", secret=secret, stage=CopyStage.NOT_COPIED)
        assert clipboard_words.about(failed) == clipboard_words.STAGES[CopyStage.NOT_COPIED]
        said = clipboard_words.spoken(failed, failed)
        assert clipboard_words.STAGES[CopyStage.NOT_COPIED][0] in said
        assert not said.startswith("Secret Token copied")
