"""The widgets: what they show, what they hand over, and what they never keep."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAccessible, QFocusEvent, QGuiApplication, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from ui.theme import style
from ui.widgets.badge import StepBadge
from ui.widgets.busy import ThinBar
from ui.widgets.buttons import button
from ui.widgets.cards import Breadcrumb, Card, Note
from ui.widgets.choices import CheckLine
from ui.widgets.facts import Facts
from ui.widgets.fields import TOO_LONG, CaptureField, ValueField
from ui.widgets.flow import Flow
from ui.widgets.link import LinkButton
from ui.widgets.opener import Opener
from ui.widgets.scroll import ScrollColumn
from ui.widgets.text import ElidedLabel, breakable, label, rich

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

SECRET = "correct-horse-battery-staple-" * 6


@pytest.fixture(autouse=True)
def looks(qapp: QApplication) -> None:
    style.apply(qapp, dark=False)


pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")  # all that the screenless platform cannot do
_pages: list[QWidget] = []


def shown(qtbot: QtBot, *widgets: QWidget, width: int = 360) -> QWidget:
    page = QWidget()
    _pages[:] = [page]  # qtbot holds it only weakly
    qtbot.addWidget(page)
    column = QVBoxLayout(page)
    for widget in widgets:
        column.addWidget(widget)
    column.addStretch(1)
    page.resize(width, 600)
    page.show()
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    return page


def on_screen(root: QWidget) -> str:
    """Every text a label or a line holds, seen or not."""
    labels = [QLabel.text(w) for w in root.findChildren(QLabel)]
    lines = [w.text() for w in root.findChildren(QLineEdit)]
    return "\n".join([*labels, *lines]).replace("\u200b", "")


def child(root: QWidget, kind: type[QPushButton], name: str) -> QPushButton:
    found = root.findChild(kind, name)
    assert isinstance(found, QPushButton)
    return found


# -- text ------------------------------------------------------------------------------------


def test_rich_shows_everything_but_bold_as_it_stands() -> None:
    assert rich("Press **Test <Connection>** & wait") == "Press <b>Test &lt;Connection&gt;</b> &amp; wait"


def test_a_long_address_may_break_and_reads_back_as_it_was(qtbot: QtBot) -> None:
    address = "https://scim.example.com/tenants/" + "a" * 200
    text = label(address, "body")
    page = shown(qtbot, text, width=200)
    assert text.text() == address
    assert page.minimumSizeHint().width() <= 200
    assert breakable("short words stay as they are") == "short words stay as they are"
    name = breakable("the-directory-of-a-company.example.com").replace("\u200b", "|")
    assert name == "the-|directory-|of-|a-|company.|example.|com", "no word is torn that has a place to break"


def test_an_elided_label_tells_the_rest(qtbot: QtBot) -> None:
    text = ElidedLabel("a very long name of a setup that does not fit")
    page = shown(qtbot, text, width=120)
    assert text.toolTip() == text.text()
    assert "\u2026" in QLabel.text(text)
    page.resize(900, 600)
    qtbot.waitUntil(lambda: not text.toolTip())
    assert QLabel.text(text) == text.text()


def test_a_path_a_link_and_a_sentence_wrap_in_a_narrow_card(qtbot: QtBot) -> None:
    card = Card("card")
    path = Breadcrumb(("Enterprise applications", "Provisioning", "Connectivity", "Test Connection"))
    link = LinkButton("Go to step 10, Generate the token and store it in the keyring of this computer")
    tick = CheckLine("I have the role that may add an application and it is active at this moment")
    for widget in (path, tick):
        card.body.addWidget(widget)
    card.body.addWidget(link, 0, Qt.AlignmentFlag.AlignLeft)
    page = shown(qtbot, card, width=260)
    assert page.width() == 260
    line = page.fontMetrics().height()
    parts: tuple[QWidget, ...] = (path, link, tick)
    for part in parts:
        assert part.height() >= 2 * line
        assert part.height() >= part.heightForWidth(part.width())
        assert widget.mapTo(page, widget.rect().bottomRight()).x() < page.width()
    for stop in path.findChildren(QLabel):
        assert path.rect().contains(stop.mapTo(path, stop.rect().bottomRight()))


def test_an_opener_is_told_as_a_button_that_is_open_or_closed(qtbot: QtBot) -> None:
    opener, inside = Opener("If it does not work"), QLabel("The token may be cut off.")
    opener.opens(inside)
    page = shown(qtbot, opener, inside)
    told = QAccessible.queryAccessibleInterface(opener)
    for visible, words in ((False, "Closed"), (True, "Open"), (False, "Closed")):
        assert inside.isVisibleTo(page) is visible
        assert told.role() is QAccessible.Role.Button
        assert told.text(QAccessible.Text.Description) == words
        QTest.keyClick(opener, Qt.Key.Key_Return)


# -- a value ready to copy -------------------------------------------------------------------


@pytest.fixture
def token(qtbot: QtBot) -> ValueField:
    field = ValueField("Secret Token", "from Bearer token", secret=True)
    field.show_value("\u2022" * 20)
    shown(qtbot, field)
    return field


def test_copy_and_the_eye_only_ask(qtbot: QtBot, token: ValueField) -> None:
    with qtbot.waitSignal(token.copy_pressed):
        child(token, QPushButton, "copy").click()
    with qtbot.waitSignal(token.reveal_pressed) as asked:
        child(token, QPushButton, "reveal").click()
    assert asked.args == [True]
    assert not token.revealed


def test_a_secret_goes_after_its_time(qtbot: QtBot, token: ValueField) -> None:
    token.reveal(SECRET, 0.05)
    assert SECRET in on_screen(token)
    qtbot.waitUntil(lambda: not token.revealed)
    assert SECRET not in on_screen(token)


@pytest.mark.parametrize("how", ["focus", "hide", "minimise", "eye", "page"])
def test_a_secret_goes_when_nobody_looks(qtbot: QtBot, token: ValueField, how: str) -> None:
    token.reveal(SECRET)
    assert SECRET in on_screen(token)
    window = token.window()
    match how:
        case "focus":
            QApplication.sendEvent(window, QEvent(QEvent.Type.WindowDeactivate))
        case "hide":
            token.hide()
        case "minimise":
            window.showMinimized()
        case "eye":
            with qtbot.waitSignal(token.reveal_pressed) as asked:
                child(token, QPushButton, "reveal").click()
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


# -- a value to bring back -------------------------------------------------------------------


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
            child(field, QPushButton, "paste").click()
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
        child(field, QPushButton, "paste").click()
    assert given.args == [huge]
    assert on_screen(field).count("x") < TOO_LONG
    assert time.perf_counter() - started < 0.25


def test_while_busy_nothing_is_given_and_the_keyboard_stays(qtbot: QtBot) -> None:
    field = CaptureField("Token", lambda: "again", secret=True)
    shown(qtbot, field)
    line, paste = field.findChild(QLineEdit), child(field, QPushButton, "paste")
    assert line is not None
    paste.setFocus()
    field.set_busy(True)
    with qtbot.assertNotEmitted(field.submitted, wait=20):
        QTest.keySequence(line, QKeySequence(QKeySequence.StandardKey.Paste))
        QTest.keyClick(line, Qt.Key.Key_Return)
        paste.click()
    assert line.hasFocus()
    field.set_busy(False)
    assert paste.hasFocus()


def test_keys_are_reported(qtbot: QtBot) -> None:
    field = CaptureField("Base URL", lambda: "")
    shown(qtbot, field)
    line = field.findChild(QLineEdit)
    assert line is not None
    with qtbot.waitSignals([field.edited, field.edited]):
        QTest.keyClicks(line, "ab")


@pytest.mark.parametrize(("role", "presses"), [("primary", 1), ("secondary", 2)])
def test_a_double_click_goes_on_once(qtbot: QtBot, role: str, presses: int) -> None:
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
    field.settled.connect(lambda: on.append(True))
    QTest.keySequence(line, QKeySequence(QKeySequence.StandardKey.Paste))
    QTest.keyClick(line, Qt.Key.Key_Return)  # nobody has accepted it yet
    assert (given, on) == (["7c1e3a52", "7c1e3a52"], [])
    field.set_text("7c1e3a52")
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert (len(given), on) == (2, [True])
    assert line.cursorPosition() == 0, "a long value is recognised by its beginning"
    QTest.keyClicks(line, "x")
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert given[2:] == ["x7c1e3a52"]


def test_facts_leave_no_gaps_and_keep_room_for_the_values(qtbot: QtBot) -> None:
    facts = Facts()
    values = [facts.add("SCIM Change Timestamp", "25 Nov 2026, 14:33:29"), facts.add("Received so far", "5 users")]
    shown(qtbot, facts, width=250)
    first, second = values
    line = first.fontMetrics().height()
    assert first.width() > 110
    assert first.height() <= 2 * line + 4
    assert second.y() - first.y() <= 2 * line + 12
    names = [each for each in facts.findChildren(QLabel) if each not in values]
    assert [each.y() for each in names] == [each.y() for each in values]


# -- for every reader ------------------------------------------------------------------------


def test_everything_that_takes_the_keyboard_has_a_name(qtbot: QtBot) -> None:
    value = ValueField("Secret Token", "from Bearer token", secret=True)
    capture = CaptureField("Base URL", lambda: "")
    capture.set_hint("The address has no host.", "bad")
    page = shown(qtbot, value, capture, LinkButton("Open this page"))
    names = {}
    for widget in page.findChildren(QWidget):
        if widget.focusPolicy().value & Qt.FocusPolicy.TabFocus.value and widget.isVisible():
            interface = QAccessible.queryAccessibleInterface(widget)
            assert interface is not None
            names[interface.text(QAccessible.Text.Name)] = interface.text(QAccessible.Text.Description)
    assert set(names) == {
        "Show Secret Token for 8 seconds",
        "Copy Secret Token",
        "Base URL",
        "Paste Base URL",
        "Open this page",
    }
    assert names["Base URL"] == "The address has no host."


def test_a_badge_is_told_and_not_only_seen(qtbot: QtBot) -> None:
    badge = StepBadge()
    qtbot.addWidget(badge)
    told, seen = set(), set()
    for state in ("done", "current", "later", "stale", "failed"):
        badge.set_state(state, 8)
        told.add(badge.accessibleName())
        image = badge.grab().toImage()
        seen.add(bytes(image.constBits()))
    assert len(told) == len(seen) == 5


def test_a_column_without_controls_scrolls_by_keyboard(qtbot: QtBot) -> None:
    column = ScrollColumn()
    qtbot.addWidget(column)
    for _ in range(40):
        column.column.addWidget(Note("A remark", "muted"))
    column.resize(300, 200)
    column.show()
    qtbot.waitUntil(lambda: column.focusPolicy() is Qt.FocusPolicy.StrongFocus)
    QTest.keyClick(column, Qt.Key.Key_PageDown)
    assert column.verticalScrollBar().value() > 0


def test_what_has_the_keyboard_is_seen(qtbot: QtBot) -> None:
    outside, column, last = QPushButton("Outside"), ScrollColumn(), QPushButton("Last")
    for _ in range(40):
        column.column.addWidget(Note("A remark", "muted"))
    column.column.addWidget(last)
    page = shown(qtbot, column, outside)
    page.resize(300, 240)
    page.activateWindow()
    qtbot.waitUntil(lambda: column.verticalScrollBar().maximum() > 0)
    outside.setFocus()
    assert last.visibleRegion().isEmpty()
    last.setFocus()
    qtbot.waitUntil(lambda: last.visibleRegion().boundingRect() == last.rect())


def test_what_fits_does_not_scroll_and_what_is_wide_does_not_push(qtbot: QtBot) -> None:
    column = ScrollColumn()
    qtbot.addWidget(column)
    for _ in range(4):
        card = Card("card")
        card.body.addWidget(label("A sentence that is long enough to wrap in a narrow column. " * 2, "muted"))
        column.column.addWidget(card)
    column.column.addWidget(label("one line that is much too wide for this column " * 3, "body", wrap=False))
    column.column.addStretch(1)
    column.resize(420, 420)
    column.show()
    inside = column.widget()
    assert inside is not None
    qtbot.waitUntil(lambda: inside.width() == column.viewport().width())
    assert column.verticalScrollBar().maximum() == 0
    column.resize(420, 200)
    qtbot.waitUntil(lambda: column.verticalScrollBar().maximum() > 0)
    assert column.verticalScrollBar().maximum() + column.viewport().height() >= inside.heightForWidth(inside.width())


def test_keep_in_view_scrolls_to_what_is_below(qtbot: QtBot) -> None:
    column = ScrollColumn()
    qtbot.addWidget(column)
    rows = [LinkButton(f"Row {n}") for n in range(60)]
    for row in rows:
        column.column.addWidget(row)
    column.resize(300, 200)
    column.show()
    qtbot.waitUntil(lambda: column.verticalScrollBar().maximum() > 0)
    assert not rows[40].visibleRegion().boundingRect().isValid()
    column.keep_in_view(rows[40])
    assert rows[40].visibleRegion().boundingRect().height() == rows[40].height()


def test_the_bar_stays_within_its_ends(qtbot: QtBot) -> None:
    bar = ThinBar()
    qtbot.addWidget(bar)
    for share, value in ((-1.0, 0), (0.5, 500), (7.0, 1000)):
        bar.set_value(share)
        assert bar.value() == value
    bar.set_value(None)
    assert bar.maximum() == 0


def test_what_is_hidden_in_a_line_takes_no_room(qtbot: QtBot) -> None:
    flow = Flow(across=8, down=6)
    one, two = QPushButton("One button"), QPushButton("Another button")
    flow.add(one)
    flow.add(two)
    shown(qtbot, flow)
    full, place = flow.sizeHint(), two.pos()
    one.hide()
    assert flow.sizeHint().width() == two.sizeHint().width() < full.width()
    qtbot.waitUntil(lambda: two.x() == 0 < place.x())
    two.hide()
    qtbot.waitUntil(lambda: flow.height() == 0)
    one.show()
    two.show()
    qtbot.waitUntil(lambda: flow.height() > 0 and two.pos() == place)


def test_what_is_half_typed_waits_for_the_admin_to_come_back(qtbot: QtBot) -> None:
    given: list[str] = []
    field = CaptureField("Tenant ID", lambda: "")
    field.submitted.connect(given.append)
    shown(qtbot, field)
    line = field.findChild(QLineEdit)
    assert isinstance(line, QLineEdit)
    QTest.keyClicks(line, "7c1e")
    QApplication.sendEvent(line, QFocusEvent(QEvent.Type.FocusOut, Qt.FocusReason.ActiveWindowFocusReason))
    QApplication.sendEvent(line, QFocusEvent(QEvent.Type.FocusOut, Qt.FocusReason.PopupFocusReason))
    assert given == []
    assert field.being_typed(), "a redraw meanwhile must leave it"
    QApplication.sendEvent(line, QFocusEvent(QEvent.Type.FocusOut, Qt.FocusReason.TabFocusReason))
    assert given == ["7c1e"]
    assert not field.being_typed()
