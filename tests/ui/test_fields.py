"""The fields that copy and capture values: what they submit, and what they never keep."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAccessible, QGuiApplication, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton

from ui.theme import style
from ui.widgets.buttons import button
from ui.widgets.fields import CaptureField, ValueField
from ui.widgets.inputs import LONGEST, PlainInput

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

from tests.support.accessibility import recorded
from tests.support.screen import part
from tests.ui.showing import on_screen, shown

SECRET = "correct-horse-battery-staple-" * 6


@pytest.fixture(autouse=True)
def looks(qapp: QApplication) -> None:
    style.apply(qapp, dark=False)


pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")  # what the platform without a screen does not support


@pytest.fixture
def token(qtbot: QtBot) -> ValueField:
    field = ValueField("Secret Token", "from Bearer token", secret=True)
    field.show_value("\u2022" * 20)
    shown(qtbot, field)
    return field


def test_copy_and_the_eye_only_ask(qtbot: QtBot, token: ValueField) -> None:
    with qtbot.waitSignal(token.copy_pressed):
        part(token, QPushButton, "copy").click()
    with qtbot.waitSignal(token.reveal_pressed) as asked:
        part(token, QPushButton, "reveal").click()
    assert asked.args == [True]
    assert not token.revealed


def test_a_secret_goes_after_its_time(qtbot: QtBot, token: ValueField) -> None:
    token.reveal(SECRET, 0.05)
    assert SECRET in on_screen(token)
    qtbot.waitUntil(lambda: not token.revealed)
    assert SECRET not in on_screen(token)


@pytest.mark.parametrize("how", ["focus", "hide", "minimize", "eye", "page"])
def test_a_secret_goes_when_nobody_looks(qtbot: QtBot, token: ValueField, how: str) -> None:
    token.reveal(SECRET)
    assert SECRET in on_screen(token)
    window = token.window()
    match how:
        case "focus":
            QApplication.sendEvent(window, QEvent(QEvent.Type.WindowDeactivate))
        case "hide":
            token.hide()
        case "minimize":
            window.showMinimized()
        case "eye":
            with qtbot.waitSignal(token.reveal_pressed) as asked:
                part(token, QPushButton, "reveal").click()
            assert asked.args == [False]
        case _:
            window.hide()
    assert not token.revealed
    assert SECRET not in on_screen(token)


def test_a_secret_that_comes_too_late_is_not_shown(qtbot: QtBot, token: ValueField) -> None:
    token.window().hide()
    token.reveal(SECRET)
    assert SECRET not in on_screen(token)


def test_a_value_that_is_no_secret_cannot_be_revealed(qtbot: QtBot) -> None:
    field = ValueField("Directory ID", "from Tenant ID")
    shown(qtbot, field)
    field.reveal(SECRET)
    assert SECRET not in on_screen(field)


def test_a_revealed_secret_is_neither_selected_nor_cut(qtbot: QtBot, token: ValueField) -> None:
    token.reveal(SECRET)
    face = next(w for w in token.findChildren(QLabel) if w.text() == SECRET)
    qtbot.waitUntil(lambda: face.height() >= face.heightForWidth(face.width()) > 30)
    QTest.mouseDClick(face, Qt.MouseButton.LeftButton)
    QTest.keySequence(face, QKeySequence(QKeySequence.StandardKey.Copy))
    assert face.textInteractionFlags() == Qt.TextInteractionFlag.NoTextInteraction
    assert face.selectedText() == ""
    assert SECRET not in QGuiApplication.clipboard().text()


@pytest.mark.parametrize("secret", [False, True])
@pytest.mark.parametrize("way", ["button", "keys", "enter"])
def test_a_text_is_given_by_button_keys_and_enter(qtbot: QtBot, way: str, secret: bool) -> None:
    field = CaptureField("Base URL", lambda: "  pasted ", secret=secret)
    shown(qtbot, field)
    line = field.findChild(QLineEdit)
    assert line is not None
    line.setFocus()
    with qtbot.waitSignal(field.submitted) as given:
        if way == "button":
            part(field, QPushButton, "paste").click()
        elif way == "keys":
            QTest.keySequence(line, QKeySequence(QKeySequence.StandardKey.Paste))
        else:
            QTest.keyClicks(line, "typed")
            QTest.keyClick(line, Qt.Key.Key_Return)
    assert given.args == ["typed" if way == "enter" else "  pasted "]
    assert (line.text() == "") is secret


def test_a_given_secret_cannot_be_undone_back(qtbot: QtBot) -> None:
    field = CaptureField("Token", lambda: "", secret=True)
    shown(qtbot, field)
    line = field.findChild(QLineEdit)
    assert line is not None
    assert line.echoMode() is QLineEdit.EchoMode.Password
    QTest.keyClicks(line, "typed-secret")
    QTest.keyClick(line, Qt.Key.Key_Return)
    line.undo()
    assert line.text() == ""
    assert not line.isUndoAvailable()


def test_a_megabyte_is_handed_on_whole_and_at_once(qtbot: QtBot) -> None:
    huge = "x" * 1_000_000
    field = CaptureField("Base URL", lambda: huge)
    shown(qtbot, field)
    started = time.perf_counter()
    with qtbot.waitSignal(field.submitted) as given:
        part(field, QPushButton, "paste").click()
    assert given.args == [huge]
    assert on_screen(field).count("x") < LONGEST
    assert time.perf_counter() - started < 0.25


def test_while_busy_nothing_is_given_and_the_keyboard_stays(qtbot: QtBot) -> None:
    field = CaptureField("Token", lambda: "again", secret=True)
    shown(qtbot, field)
    line, paste = field.findChild(QLineEdit), part(field, QPushButton, "paste")
    assert line is not None
    paste.setFocus()
    field.set_busy(True)
    with qtbot.assertNotEmitted(field.submitted, wait=20):
        QTest.keySequence(line, QKeySequence(QKeySequence.StandardKey.Paste))
        QTest.keyClick(line, Qt.Key.Key_Return)
        paste.click()
    assert paste.hasFocus()
    field.set_busy(False)
    assert paste.hasFocus()
    line.setFocus()
    field.set_busy(True)
    assert line.hasFocus()
    assert not paste.isEnabled()


def test_keys_are_reported(qtbot: QtBot) -> None:
    field = CaptureField("Base URL", lambda: "")
    shown(qtbot, field)
    line = field.findChild(QLineEdit)
    assert line is not None
    with qtbot.waitSignals([field.edited, field.edited]):
        QTest.keyClicks(line, "ab")


@pytest.mark.parametrize(("role", "presses"), [("primary", 1), ("secondary", 2)])
def test_a_double_click_continues_once(qtbot: QtBot, role: str, presses: int) -> None:
    pressed: list[int] = []
    done = button("Done, next step", role)
    qtbot.addWidget(done)
    done.clicked.connect(lambda: pressed.append(1))
    for event in (QTest.mousePress, QTest.mouseRelease, QTest.mouseDClick, QTest.mouseRelease):
        event(done, Qt.MouseButton.LeftButton)  # as a platform sends them
    assert len(pressed) == presses


def test_enter_on_what_was_accepted_means_going_on(qtbot: QtBot) -> None:
    field = CaptureField("Tenant ID", lambda: "7c1e3a52")
    shown(qtbot, field)
    line = field.findChild(QLineEdit)
    assert line is not None
    given: list[str] = []
    on: list[bool] = []
    field.submitted.connect(given.append)
    field.next_requested.connect(lambda: on.append(True))
    QTest.keySequence(line, QKeySequence(QKeySequence.StandardKey.Paste))
    QTest.keyClick(line, Qt.Key.Key_Return)  # it has not been accepted yet
    assert (given, on) == (["7c1e3a52", "7c1e3a52"], [])
    field.set_text("7c1e3a52")
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert (len(given), on) == (2, [True])
    assert line.cursorPosition() == 0, "a long value is recognized by its beginning"
    QTest.keyClicks(line, "x")
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert given[2:] == ["x7c1e3a52"]


def test_a_caption_is_spoken_once(qtbot: QtBot) -> None:
    ready, capture = ValueField("R&D ID", "from Tenant ID"), CaptureField("R&D ID", lambda: "")
    shown(qtbot, ready, capture)
    named = {part(ready, QPushButton, "copy"): 0, part(capture, QPushButton, "paste"): 0, part(capture, PlainInput): 1}
    for widget, labels in named.items():
        interface = QAccessible.queryAccessibleInterface(widget)
        label = QAccessible.RelationFlag.Label
        assert len([each for _, each in interface.relations(label) if each & label]) == labels
        assert interface.text(QAccessible.Text.Name).count("R&D ID") == 1


@pytest.mark.parametrize("secret", [False, True])
def test_emptying_an_empty_field_reports_nothing(qtbot: QtBot, secret: bool) -> None:
    field = CaptureField("Token", lambda: "", secret=secret)
    shown(qtbot, field)
    with recorded() as reports:
        field.clear()
        if secret:
            field.set_kept("Paste to replace")
    assert not [each for each in reports.all if each.event is QAccessible.Event.TextCaretMoved]
