"""However a secret gets into a field, the toolkit never keeps it or passes it on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QMimeData, QPointF, QSettings, Qt
from PySide6.QtGui import (
    QAccessible,
    QDropEvent,
    QGuiApplication,
    QInputMethodEvent,
    QInputMethodQueryEvent,
    QKeySequence,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QWidget

from tests.leaks.canary import Canaries
from tests.leaks.toolkit import accessible_texts, widget_texts
from ui.widgets.fields import CaptureField, ValueField

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

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


def line_of(field: CaptureField) -> QLineEdit:
    line = field.findChild(QLineEdit)
    assert isinstance(line, QLineEdit)
    return line


def type_it(field: CaptureField) -> None:
    QTest.keyClicks(line_of(field), SECRET)


def compose_it(field: CaptureField) -> None:
    event = QInputMethodEvent()
    event.setCommitString(SECRET)
    QApplication.sendEvent(line_of(field), event)


def paste_it_in_the_middle(field: CaptureField) -> None:
    line_of(field).insert(SECRET)


HALF_GIVEN = [type_it, compose_it, paste_it_in_the_middle]


@pytest.mark.parametrize("bring", HALF_GIVEN)
def test_typing_reaches_no_other_program(field: CaptureField, bring: Callable[[CaptureField], None]) -> None:
    bring(field)
    line = line_of(field)
    assert line.text() == SECRET, "it is there"
    line.selectAll()
    assert handed_out(field) is None
    QGuiApplication.clipboard().setText("before")
    for key in (QKeySequence.StandardKey.Copy, QKeySequence.StandardKey.Cut):
        QTest.keySequence(line, QKeySequence(key))
    assert QGuiApplication.clipboard().text() == "before"
    assert not line.dragEnabled()
    assert line.contextMenuPolicy() is Qt.ContextMenuPolicy.NoContextMenu
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


@pytest.mark.parametrize("bring", [press_paste, drop_it, type_and_enter])
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


def test_a_shown_secret_is_visible_but_not_accessible(qtbot: QtBot) -> None:
    value = ValueField("Bearer token", "from CIE", secret=True)
    qtbot.addWidget(value)
    value.show()
    value.activateWindow()
    qtbot.waitUntil(value.isActiveWindow)
    value.show_value("30 characters")
    value.reveal(SECRET)
    assert any(SECRET in shown.text() for shown in value.findChildren(QLabel) if shown.isVisible())
    assert handed_out(value) is None
    value.hide_secret()
    assert not any(SECRET in shown.text() for shown in value.findChildren(QLabel))


def test_no_settings_and_no_session_are_saved(qapp: QApplication) -> None:
    assert not QSettings("cie-scim-assistant", "cie-scim-assistant").allKeys()
    assert SECRET not in qapp.sessionId() + qapp.sessionKey()
