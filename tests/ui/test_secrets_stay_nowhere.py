"""However a secret gets into a field, the toolkit never keeps it or passes it on."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, QSettings, Qt
from PySide6.QtGui import (
    QAccessible,
    QAction,
    QClipboard,
    QContextMenuEvent,
    QDropEvent,
    QGuiApplication,
    QInputMethodEvent,
    QInputMethodQueryEvent,
    QKeyEvent,
    QKeySequence,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QMenu, QPushButton, QWidget

from tests.leaks.canary import Canaries
from tests.leaks.toolkit import accessible_texts, widget_texts
from tests.support.accessibility import recorded
from tests.support.screen import part
from ui.widgets.fields import CaptureField, ValueField
from ui.widgets.inputs import BULLET, LONGEST, SecretInput

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support grabbing the keyboard")

SECRET = "kR3v9-canary-of-the-field-T7xQ"
CANARIES = Canaries({"the secret": SECRET})


def handed_out(widget: QWidget) -> str | None:
    """Return whether the toolkit exposes any part of the secret through this widget or one inside it."""
    texts = list(accessible_texts(QAccessible.queryAccessibleInterface(widget)))
    texts += [text for one in (widget, *widget.findChildren(QWidget)) for text in widget_texts(one)]
    return CANARIES.part_in("\n".join(texts).encode())


@pytest.fixture
def field(qtbot: QtBot) -> CaptureField:
    made = CaptureField("Bearer token", lambda: SECRET, secret=True)
    qtbot.addWidget(made)
    made.show()
    return made


def line_of(field: CaptureField) -> SecretInput:
    line = field.findChild(QLineEdit)
    assert isinstance(line, SecretInput)
    return line


def type_it(field: CaptureField) -> None:
    QTest.keyClicks(line_of(field), SECRET)


def compose_it(field: CaptureField) -> None:
    event = QInputMethodEvent()
    event.setCommitString(SECRET)
    QApplication.sendEvent(line_of(field), event)


def insert_it(field: CaptureField) -> None:
    line_of(field).insert(SECRET)


HALF_GIVEN = [type_it, compose_it, insert_it]


@pytest.mark.parametrize("bring", HALF_GIVEN)
def test_typing_reaches_no_other_program(field: CaptureField, bring: Callable[[CaptureField], None]) -> None:
    bring(field)
    line = line_of(field)
    assert line.entered == SECRET, "it is there"
    assert line.text() == BULLET * len(SECRET), "and Qt does not have it"
    line.selectAll()
    assert handed_out(field) is None
    QGuiApplication.clipboard().setText("before")
    for key in (QKeySequence.StandardKey.Copy, QKeySequence.StandardKey.Cut):
        QTest.keySequence(line, QKeySequence(key))
    assert QGuiApplication.clipboard().text() == "before"
    assert not line.dragEnabled()
    asked = QInputMethodQueryEvent(Qt.InputMethodQuery.ImQueryAll)
    QApplication.sendEvent(line, asked)
    assert not asked.value(Qt.InputMethodQuery.ImEnabled)
    assert CANARIES.part_in(str([asked.value(query) for query in Qt.InputMethodQuery]).encode()) is None
    hints = line.inputMethodHints()
    for hint in (Qt.InputMethodHint.ImhSensitiveData, Qt.InputMethodHint.ImhNoPredictiveText):
        assert hints & hint


def press_paste(field: CaptureField) -> None:
    QTest.keySequence(line_of(field), QKeySequence(QKeySequence.StandardKey.Paste))


def drop_it(field: CaptureField) -> None:
    data = QMimeData()
    data.setText(SECRET)
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    line_of(field).dropEvent(QDropEvent(QPointF(5, 5), copy, data, left, none))


def type_and_enter(field: CaptureField) -> None:
    type_it(field)
    QTest.keyClick(line_of(field), Qt.Key.Key_Return)


def press_button(field: CaptureField) -> None:
    part(field, QPushButton, "paste").click()


def choose_paste(field: CaptureField) -> None:
    line = line_of(field)
    line.contextMenuEvent(QContextMenuEvent(QContextMenuEvent.Reason.Mouse, QPoint(2, 2), QPoint(2, 2)))
    (menu,) = line.findChildren(QMenu)
    paste = menu.findChild(QAction, "edit-paste")
    assert isinstance(paste, QAction)
    paste.trigger()
    menu.close()


def click_in_the_middle(field: CaptureField) -> None:
    QGuiApplication.clipboard().setText(SECRET, QClipboard.Mode.Selection)
    QTest.mouseClick(line_of(field), Qt.MouseButton.MiddleButton)


WAYS = [press_paste, press_button, choose_paste, drop_it, type_and_enter]


@pytest.mark.parametrize("bring", WAYS)
def test_what_was_given_is_gone_from_the_field(
    field: CaptureField, qtbot: QtBot, bring: Callable[[CaptureField], None]
) -> None:
    with qtbot.waitSignal(field.submitted) as given:
        bring(field)
    assert given.args == [SECRET]
    line = line_of(field)
    ways: tuple[Callable[[], None], ...] = (
        lambda: None,
        line.undo,
        line.redo,
        lambda: QTest.keyClick(line, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier),
    )
    for press in ways:
        press()
        assert line.text() == ""
        assert handed_out(field) is None


NOTHING_HELD = Qt.KeyboardModifier.NoModifier
KEYS = [
    (Qt.Key.Key_Backspace, NOTHING_HELD),
    (Qt.Key.Key_Delete, NOTHING_HELD),
    (Qt.Key.Key_Backspace, Qt.KeyboardModifier.ControlModifier),
    (Qt.Key.Key_Delete, Qt.KeyboardModifier.ControlModifier),
    (Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier),
    (Qt.Key.Key_U, Qt.KeyboardModifier.ControlModifier),
    (Qt.Key.Key_Home, NOTHING_HELD),
    (Qt.Key.Key_End, NOTHING_HELD),
    (Qt.Key.Key_Left, NOTHING_HELD),
    (Qt.Key.Key_Right, NOTHING_HELD),
    (Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier),
    (Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier),
    (Qt.Key.Key_Home, Qt.KeyboardModifier.ShiftModifier),
    (Qt.Key.Key_End, Qt.KeyboardModifier.ShiftModifier),
    (Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier),
    (Qt.Key.Key_X, Qt.KeyboardModifier.ControlModifier),
]


@pytest.mark.parametrize("seed", range(40))
def test_the_hidden_text_is_edited_as_qt_edits_a_password(qtbot: QtBot, seed: int) -> None:
    chance = random.Random(seed)
    hidden, ordinary = SecretInput(), QLineEdit()
    ordinary.setEchoMode(QLineEdit.EchoMode.Password)
    for line in (hidden, ordinary):
        qtbot.addWidget(line)
        line.show()
    for _ in range(60):
        if chance.random() < 0.5:
            typed = chance.choice("ab \u00e4\u4e2d-%9")
            for line in (hidden, ordinary):
                QApplication.sendEvent(line, QKeyEvent(QEvent.Type.KeyPress, 0, NOTHING_HELD, typed))
        else:
            key, held = chance.choice(KEYS)
            QTest.keyClick(hidden, key, held)
            QTest.keyClick(ordinary, key, held)
        assert hidden.entered == ordinary.text()
        assert hidden.text() == BULLET * len(hidden.entered)
        seen = (hidden.cursorPosition(), hidden.selectionStart(), hidden.selectionLength())
        assert seen == (ordinary.cursorPosition(), ordinary.selectionStart(), ordinary.selectionLength())


def test_changes_are_taken_back_one_by_one_and_repeated(field: CaptureField) -> None:
    line = line_of(field)
    for change in ("a", "b", "c"):
        QTest.keyClicks(line, change)
    QTest.keyClick(line, Qt.Key.Key_Backspace, Qt.KeyboardModifier.ControlModifier)
    states = []
    for redo in (False, False, False, True, True, True):
        QTest.keySequence(line, QKeySequence(QKeySequence.StandardKey.Redo if redo else QKeySequence.StandardKey.Undo))
        states.append(line.entered)
        assert len(line.text()) == len(line.entered)
    assert states == ["abc", "ab", "a", "ab", "abc", ""]


def test_what_an_assistive_program_fills_in_is_taken_and_hidden(field: CaptureField, qtbot: QtBot) -> None:
    line = line_of(field)
    editable = QAccessible.queryAccessibleInterface(line).editableTextInterface()
    QTest.keyClicks(line, "ac")
    editable.insertText(1, "b")
    assert (line.entered, line.text()) == ("abc", BULLET * 3)
    with qtbot.waitSignal(field.submitted) as given:
        QTest.keyClick(line, Qt.Key.Key_Return)
    assert given.args == ["abc"]


def test_a_composition_is_neither_shown_nor_kept(field: CaptureField) -> None:
    line = line_of(field)
    QApplication.sendEvent(line, QInputMethodEvent("kR3v9", []))
    assert (line.entered, line.displayText()) == ("", "")
    event = QInputMethodEvent("", [])
    event.setCommitString("abc")
    QApplication.sendEvent(line, event)
    event.setCommitString("x", -2, 2)
    QApplication.sendEvent(line, event)
    assert line.entered == "ax"


def test_an_endless_text_is_handed_on_whole(field: CaptureField, qtbot: QtBot) -> None:
    line = line_of(field)
    QTest.keyClicks(line, "ab")
    with qtbot.waitSignal(field.submitted) as given:
        line.insert("x" * LONGEST)
    assert given.args == ["ab" + "x" * LONGEST]
    assert line.entered == ""


@pytest.mark.parametrize("bring", [*WAYS, *HALF_GIVEN, click_in_the_middle])
def test_no_event_carries_a_character(field: CaptureField, bring: Callable[[CaptureField], None]) -> None:
    line = line_of(field)
    with recorded() as reports:
        bring(field)
        for key, held in KEYS:
            QTest.keyClick(line, key, held)
        QTest.keySequence(line, QKeySequence(QKeySequence.StandardKey.Undo))
        QTest.keySequence(line, QKeySequence(QKeySequence.StandardKey.Redo))
        field.clear()
    assert reports.all
    assert CANARIES.part_in("\n".join(reports.texts()).encode()) is None
    carried = "".join(text for report in reports.all for text in report.carried)
    assert not set(carried) - {BULLET}


def test_the_recorder_hears_what_qt_tells_of_its_own_password_field(qtbot: QtBot) -> None:
    line = QLineEdit()
    line.setEchoMode(QLineEdit.EchoMode.Password)
    qtbot.addWidget(line)
    with recorded() as reports:
        QTest.keyClicks(line, SECRET)
    assert CANARIES.part_in("\n".join(reports.texts()).encode()) is not None


def test_a_shown_secret_is_visible_but_not_accessible(qtbot: QtBot) -> None:
    value = ValueField("Bearer token", "from CIE", secret=True)
    qtbot.addWidget(value)
    value.show()
    value.activateWindow()
    qtbot.waitUntil(value.isActiveWindow)
    value.show_value("30 characters")
    with recorded() as reports:
        value.reveal(SECRET)
        assert any(SECRET in shown.text() for shown in value.findChildren(QLabel) if shown.isVisible())
        assert handed_out(value) is None
        value.hide_secret()
    assert CANARIES.part_in("\n".join(reports.texts()).encode()) is None
    assert not any(SECRET in shown.text() for shown in value.findChildren(QLabel))


def test_no_settings_and_no_session_are_saved(qapp: QApplication) -> None:
    assert not QSettings("cie-scim-assistant", "cie-scim-assistant").allKeys()
    assert SECRET not in qapp.sessionId() + qapp.sessionKey()
