"""A bug opens one dialog with details safe to share; Home shows diagnostics before it copies them."""

from __future__ import annotations

import asyncio
import gc
import sys
import threading
import warnings
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPlainTextEdit, QPushButton

from app.guide import catalog
from app.session.open_setup import new_setup, utc_now
from app.session.session import SetupSession
from app.session.workspace import Workspace
from app.system import log
from app.system.policy import NO_POLICY
from tests.support.screen import child, part
from ui import tasks
from ui.desktop.clipboard import ClipboardGuard
from ui.dialogs.bugs import BugReporter
from ui.dialogs.diagnostics import diagnose
from ui.dialogs.report import ReportDialog
from ui.main_window import MainWindow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

    from tests.support.running import Program
    from ui.application import Application

CANARY = "canary-51be"
about_a_bug = pytest.mark.logs("bug", "the test is about one")


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    made = MainWindow()
    qtbot.addWidget(made)
    made.show()
    yield made
    for open_one in dialogs(made):
        open_one.close()


@pytest.fixture
def bugs(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> BugReporter:
    for owner, hook in ((sys, "excepthook"), (sys, "unraisablehook"), (threading, "excepthook")):
        monkeypatch.setattr(owner, hook, getattr(owner, hook))  # restored after the test
    monkeypatch.setattr(warnings, "showwarning", warnings.showwarning)
    made = BugReporter(window, ClipboardGuard(window), lambda: "Program: 1\n")
    log.install_hooks(made.report)
    return made


def dialogs(window: MainWindow) -> list[ReportDialog]:
    return [one for one in window.findChildren(ReportDialog) if one.isVisible()]


def shown(dialog: ReportDialog) -> str:
    return part(dialog, QPlainTextEdit).toPlainText()


def fail() -> None:
    raise ValueError(CANARY)


def in_a_slot() -> None:
    QTimer.singleShot(0, fail)


def in_an_event_handler() -> None:
    class Seen(QObject):
        def event(self, event: QEvent) -> bool:
            if event.type() is QEvent.Type.User:
                fail()
            return super().event(event)

    seen = Seen(QGuiApplication.instance())
    QGuiApplication.postEvent(seen, QEvent(QEvent.Type.User))
    QTimer.singleShot(50, seen.deleteLater)


def in_a_thread() -> None:
    thread = threading.Thread(target=fail, name=CANARY)
    thread.start()
    thread.join()


def in_a_destructor() -> None:
    class Frail:
        def __del__(self) -> None:
            fail()

    Frail()
    gc.collect()


@about_a_bug
@pytest.mark.parametrize("somewhere", [in_a_slot, in_an_event_handler, in_a_thread, in_a_destructor])
def test_a_bug_anywhere_opens_one_dialog(
    window: MainWindow,
    bugs: BugReporter,
    qtbot: QtBot,
    capsys: pytest.CaptureFixture[str],
    somewhere: Callable[[], None],
) -> None:
    somewhere()
    somewhere()
    qtbot.waitUntil(lambda: bugs.count == 2)
    (dialog,) = dialogs(window)
    assert "Bug, 2 times: ValueError\n" in shown(dialog)
    assert "Program: 1" in shown(dialog)
    assert CANARY not in shown(dialog)
    assert CANARY not in capsys.readouterr().err


@about_a_bug
def test_in_the_loop_and_in_a_task_as_well(window: MainWindow, bugs: BugReporter, qapp: QApplication) -> None:
    async def main() -> int:
        loop = asyncio.get_running_loop()
        loop.call_soon(fail)
        tasks.Tasks(bugs.report).start(asyncio.to_thread(fail))
        while bugs.count < 2:
            await asyncio.sleep(0.01)
        return 0

    assert tasks.run(qapp, main) == 0
    (dialog,) = dialogs(window)
    assert shown(dialog).count("ValueError") == 2, "two places, listed separately"


@about_a_bug
def test_many_kinds_stay_readable_and_a_closed_dialog_starts_over(
    window: MainWindow, bugs: BugReporter, qtbot: QtBot
) -> None:
    for number in range(40):
        bugs.report(type(f"Kind{number}", (Exception,), {})())
    (dialog,) = dialogs(window)
    assert shown(dialog).count("Bug: ") == 5
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialogs(window) == []
    bugs.report(KeyError(CANARY))
    (again,) = dialogs(window)
    assert shown(again).startswith("Bug: KeyError")


@about_a_bug
def test_what_is_copied_is_what_is_shown(window: MainWindow, bugs: BugReporter, qtbot: QtBot) -> None:
    bugs.report(KeyError(CANARY))
    (dialog,) = dialogs(window)
    assert dialog.focusWidget() is dialog.findChild(QPushButton, "copy-report")
    QTest.keyClick(dialog.focusWidget(), Qt.Key.Key_Return)
    assert QGuiApplication.clipboard().text() == shown(dialog)
    assert dialogs(window) == [dialog], "copying does not close it"


@about_a_bug
def test_a_bug_while_reporting_a_bug_is_reported(window: MainWindow, qtbot: QtBot) -> None:
    bugs = BugReporter(window, ClipboardGuard(window), fail)  # type: ignore[arg-type]
    bugs.report(KeyError())
    (dialog,) = dialogs(window)
    assert "Diagnostics failed: ValueError" in shown(dialog)
    assert CANARY not in shown(dialog)


@pytest.mark.usefixtures("secret_service")
def test_home_shows_what_it_copies(program: Program) -> None:
    async def story(application: Application) -> None:
        QTest.mouseClick(child(application.home, "diagnostics"), Qt.MouseButton.LeftButton)
        (dialog,) = dialogs(application.window)
        QTest.mouseClick(child(dialog, "copy-report"), Qt.MouseButton.LeftButton)
        seen = shown(dialog)
        assert seen == application.clipboard.take_text()
        assert "Setups: 0" in seen
        assert "Mode: real" in seen
        assert CANARY not in seen
        dialog.close()

    program.data /= CANARY
    program.play(story)


def test_diagnostics_count_a_setup_that_was_opened_since_home_was_shown(
    qapp: QApplication, window: MainWindow, tmp_path: Path
) -> None:
    async def story() -> int:
        workspace = Workspace(tmp_path, practice=False, policy=NO_POLICY, proxy_for=None)
        assert await workspace.take() is None
        assert (await workspace.list()).setups == ()
        session = await workspace.open(new_setup(catalog.guide("entra"), utc_now(), practice=False))
        assert isinstance(session, SetupSession)
        assert "Setups: 1, in-progress 1" in diagnose(window, workspace)
        assert (await workspace.list()).setups == ()
        assert (await session.captures.give("primary_domain", "contoso.com")).accepted
        assert len((await workspace.list()).setups) == 1
        assert "Setups: 1, in-progress 1" in diagnose(window, workspace), "and not twice"
        assert await workspace.forget(session) is None
        await workspace.leave()
        return 0

    assert tasks.run(qapp, story) == 0
