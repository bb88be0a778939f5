"""Copied secrets are marked, counted down and cleared while ours; macOS and Windows run on fakes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QClipboard, QGuiApplication

from ui.desktop.clipboard import ClipboardGuard, ClipboardState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

ROOT = Path(__file__).resolve().parents[2]
SECRET = "canary-clipboard"
CLIPBOARD = QClipboard.Mode.Clipboard
ACTIVE = Qt.ApplicationState.ApplicationActive


@pytest.fixture(autouse=True)
def _clipboard(qapp: QGuiApplication) -> Iterator[None]:
    QGuiApplication.clipboard().clear()
    yield
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


def test_a_secret_counts_down_and_is_cleared(qtbot: QtBot) -> None:
    guard, states = guarded(qtbot, ttl=2)
    guard.copy_secret(SECRET, "Secret Token")
    qtbot.waitUntil(lambda: states[-1].cleared, timeout=4000)
    assert text() == ""
    assert formats() == {}
    assert states[0].seconds_left == 2
    assert 1 in [s.seconds_left for s in states]
    assert SECRET not in repr(states)
    assert [s.cleared for s in states].count(True) == 1


def test_the_text_is_not_held_by_the_guard(qtbot: QtBot) -> None:
    guard, _ = guarded(qtbot)
    guard.copy_secret(SECRET, "Secret Token")
    assert SECRET not in repr(vars(guard)) + repr(vars(guard._board))


def test_another_programs_text_is_left_alone(qtbot: QtBot) -> None:
    guard, states = guarded(qtbot, ttl=0.1)
    guard.copy_secret(SECRET, "Secret Token")
    QGuiApplication.clipboard().setText("somebody else's")
    assert states[-1] == ClipboardState("Secret Token", secret=True, seconds_left=0, cleared=True)
    qtbot.wait(200)
    assert guard.clear_now()
    assert text() == "somebody else's"


def test_a_second_secret_starts_its_own_countdown(qtbot: QtBot) -> None:
    guard, states = guarded(qtbot)
    guard.copy_secret(SECRET, "Tenant URL")
    guard.copy_secret("second", "Secret Token")
    assert [(s.label, s.cleared) for s in states] == [("Tenant URL", False), ("Secret Token", False)]
    assert text() == "second"


def test_a_plain_text_is_neither_marked_nor_cleared(qtbot: QtBot) -> None:
    guard, states = guarded(qtbot, ttl=0.1)
    guard.copy_secret(SECRET, "Secret Token")
    guard.copy_plain("example.com", "Primary domain")
    qtbot.wait(200)
    assert guard.clear_now()
    assert formats() == {"text/plain": b"example.com"}
    assert states[-1] == ClipboardState("Primary domain", secret=False, seconds_left=0)


def test_at_exit_a_secret_is_cleared_at_once(qtbot: QtBot) -> None:
    guard, states = guarded(qtbot)
    guard.copy_secret(SECRET, "Secret Token")
    assert guard.clear_now()
    assert text() == ""
    assert states[-1].cleared


def test_a_refused_clear_is_said_and_tried_again_in_front(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    guard, states = guarded(qtbot)
    guard.copy_secret(SECRET, "Secret Token")
    with monkeypatch.context() as patch:
        patch.setattr(guard._board, "clear", lambda: None)
        assert not guard.clear_now()
        assert states[-1].refused
        assert not states[-1].cleared
        cast("QGuiApplication", QGuiApplication.instance()).applicationStateChanged.emit(ACTIVE)
        assert states[-1].refused
    cast("QGuiApplication", QGuiApplication.instance()).applicationStateChanged.emit(ACTIVE)
    assert states[-1] == ClipboardState("Secret Token", secret=True, seconds_left=0, cleared=True)
    assert text() == ""


class FakePasteboard:
    """Behaves as NSPasteboard is documented to: every change of owner raises the count."""

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
    assert guard.clear_now()
    assert pasteboard.items == {}
    assert states[-1].cleared


def test_macos_leaves_another_programs_text_alone(qtbot: QtBot, pasteboard: FakePasteboard) -> None:
    guard, _ = guarded(qtbot, platform="darwin")
    guard.copy_secret(SECRET, "Secret Token")
    pasteboard.prepareForNewContentsWithOptions_(0)
    pasteboard.setString_forType_("other", "public.utf8-plain-text")
    assert guard.clear_now()
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
