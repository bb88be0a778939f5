"""What widgets show, on the screen and to screen readers, and how they fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAccessible, QFocusEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QWidget

from ui.theme import style
from ui.widgets.badge import StepBadge
from ui.widgets.busy import ThinBar
from ui.widgets.cards import Card, Note
from ui.widgets.choices import CheckLine
from ui.widgets.disclosure import DisclosureLink
from ui.widgets.facts import FactTable
from ui.widgets.fields import CaptureField, ValueField
from ui.widgets.flow import Flow
from ui.widgets.layouts import clear, column
from ui.widgets.link import LinkButton
from ui.widgets.scroll import ScrollColumn
from ui.widgets.text import ElidedLabel, breakable, label, rich

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

from tests.support.accessibility import recorded
from tests.ui.showing import shown


@pytest.fixture(autouse=True)
def looks(qapp: QApplication) -> None:
    style.apply(qapp, dark=False)


pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")  # what the platform without a screen does not support


def test_rich_changes_nothing_but_bold() -> None:
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


def test_a_link_and_a_sentence_wrap_in_a_narrow_card(qtbot: QtBot) -> None:
    card = Card("card")
    link = LinkButton("Go to step 10, Generate the token and store it in the keyring of this computer")
    tick = CheckLine("I have the role that may add an application and it is active at this moment")
    card.body.addWidget(tick)
    card.body.addWidget(link, 0, Qt.AlignmentFlag.AlignLeft)
    page = shown(qtbot, card, width=260)
    assert page.width() == 260
    line = page.fontMetrics().height()
    parts: tuple[QWidget, ...] = (link, tick)
    for part in parts:
        assert part.height() >= 2 * line
        assert part.height() >= part.heightForWidth(part.width())
        assert part.mapTo(page, part.rect().bottomRight()).x() < page.width()


def test_a_disclosure_link_is_accessible_as_a_button_that_is_open_or_closed(qtbot: QtBot) -> None:
    inside = QLabel("The token may be cut off.")
    opener = DisclosureLink("If it does not work", opens=inside)
    page = shown(qtbot, opener, inside)
    told = QAccessible.queryAccessibleInterface(opener)
    for visible, words in ((False, "Closed"), (True, "Open"), (False, "Closed")):
        assert inside.isVisibleTo(page) is visible
        assert told.role() is QAccessible.Role.Button
        assert told.text(QAccessible.Text.Description) == words
        QTest.keyClick(opener, Qt.Key.Key_Return)


def test_facts_leave_no_gaps_and_keep_room_for_the_values(qtbot: QtBot) -> None:
    facts = FactTable()
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


def test_a_badge_is_accessible_and_not_only_visible(qtbot: QtBot) -> None:
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
        column.column.addWidget(label("A remark", "muted"))
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


def test_the_focus_of_what_is_redrawn_goes_to_its_successor_alone(qtbot: QtBot) -> None:
    inside = [QPushButton(f"Inside {number}") for number in range(4)]
    block, after = QWidget(), QPushButton("After")
    rows = column(*inside, inside=block)
    page = shown(qtbot, block, after)
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    inside[0].setFocus()
    with recorded() as reports:
        clear(rows)
        qtbot.waitUntil(after.hasFocus)
    assert reports.utterances()[-1] == "After"
    assert not [said for said in reports.utterances() if said.startswith("Inside") and said != "Inside 0"]
    new = QPushButton("New")
    rows.addWidget(new)
    new.setFocus()
    clear(rows)
    page.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    page.setFocus()  # as a redrawn page does
    qtbot.wait(100)
    assert page.hasFocus()
