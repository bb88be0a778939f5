"""Home: the welcome page without setups, otherwise a row for each."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QMessageBox, QPushButton

from app.cleanup.orphans import Orphans
from app.guide import catalog
from app.session.open_setup import new_setup
from app.setup.sentences import UNNAMED
from app.setup.state import Status, Summary, Wait
from tests.support.screen import child, words
from ui.home.page import IN_MEMORY, HomePage
from ui.home.welcome import Welcome
from ui.main_window import MainWindow
from ui.theme import style

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)


def home(qapp: QApplication, *, practice: bool = False, offered: bool = True) -> HomePage:
    style.apply(qapp, dark=False)
    page = HomePage()
    page.resize(1000, 680)
    page.show_mode(practice=practice, keyring="GNOME Keyring", offered=offered)
    page.show()
    return page


def test_the_first_time_it_tells_the_way_and_offers_practice(qapp: QApplication) -> None:
    page = home(qapp)
    page.show_setups((), (), NOW)
    qapp.processEvents()
    pressed: list[bool] = []
    page.practice.connect(lambda: pressed.append(True))
    go = page.findChild(QPushButton, "start-practice")
    assert go is not None
    go.click()
    assert pressed == [True]
    page.deleteLater()


def test_the_first_window_gives_the_keyboard_to_the_main_button(qapp: QApplication) -> None:
    style.apply(qapp, dark=False)
    window, page = MainWindow(), HomePage()
    window.show_page(page)
    assert window.focusWidget() is child(page, "new-setup")  # otherwise Qt gives it to the first button, Help
    window.deleteLater()


def test_practice_is_not_offered_in_practice_nor_where_the_policy_forbids_it(qapp: QApplication) -> None:
    for practice, offered in ((True, True), (False, False)):
        page = home(qapp, practice=practice, offered=offered)
        page.show_setups((), (), NOW)
        assert page.findChild(QPushButton, "start-practice") is None
        page.deleteLater()


def test_with_a_setup_the_way_makes_room_for_it(qapp: QApplication) -> None:
    page = home(qapp)
    page.show_setups((), (), NOW)
    setup = new_setup(catalog.guide("okta"), NOW, practice=False).with_(name="acme.okta.com")
    page.show_setups((setup,), (), NOW)
    qapp.processEvents()
    assert "acme.okta.com" in words(page)
    assert not any(welcome.isVisible() for welcome in page.findChildren(Welcome))
    assert page.findChild(QPushButton, f"hand-over-{setup.id}") is not None
    assert page.focusWidget().objectName() == f"continue-{setup.id}"
    other = new_setup(catalog.guide("entra"), NOW, practice=False)
    page.opened.emit(setup.id)
    page.show_setups((other, setup), (), NOW)
    assert page.focusWidget().objectName() == f"continue-{setup.id}", "the one that was left has the keyboard"
    page.show_setups((other,), (), NOW)
    qapp.processEvents()
    assert UNNAMED in words(page).splitlines()
    for status in Status:
        page.show_setups((setup.with_(summary=Summary(status, Wait.TIMESTAMP, 1, 9, "Title")),), (), NOW)
        qapp.processEvents()
        assert status.words in words(page).splitlines()
    page.deleteLater()


def test_without_a_keyring_it_says_what_that_means_here(qapp: QApplication) -> None:
    page = home(qapp)
    page.show_mode(practice=False, keyring=None)
    page.show_setups((), (), NOW)
    qapp.processEvents()
    assert IN_MEMORY in words(page)
    page.show_mode(practice=False, keyring=None, refusal="The policy takes none.")
    page.show_setups((), (), NOW)
    qapp.processEvents()
    assert "The policy takes none." in words(page)
    assert IN_MEMORY not in words(page)
    page.deleteLater()


def test_practice_setups_are_not_handed_over(qapp: QApplication) -> None:
    page = home(qapp, practice=True)
    setup = new_setup(catalog.guide("okta"), NOW, practice=True)
    page.show_setups((setup,), (), NOW)
    assert page.findChild(QPushButton, f"hand-over-{setup.id}") is None
    page.deleteLater()


OWN, STRANGE = frozenset({"a" * 32}), frozenset({"b" * 32, "c" * 32})


def pressed(page: HomePage, line: str, answer: str) -> None:
    """Click the line's link, then answer the question."""
    ask = page.findChild(QPushButton, f"orphans-{line}")
    assert ask is not None
    ask.click()
    (box,) = (box for box in page.findChildren(QMessageBox) if box.isVisible())
    (button,) = (button for button in box.buttons() if button.text() == answer)
    button.click()


def test_secrets_without_a_setup_are_removed_or_left_as_the_admin_says(qapp: QApplication) -> None:
    page = home(qapp)
    page.show_setups((), (), NOW)
    page.show_orphans(Orphans(OWN, STRANGE))
    qapp.processEvents()
    seen = words(page)
    assert child(page, "orphans-own").isVisible()
    assert child(page, "orphans-strange").isVisible()
    assert "GNOME Keyring" in seen
    removed: list[object] = []
    left: list[object] = []
    page.orphans_removed.connect(removed.append)
    page.orphans_left.connect(left.append)
    pressed(page, "own", "Keep them")
    pressed(page, "strange", "Decide later")
    assert (removed, left) == ([], [])
    pressed(page, "own", "Remove secrets")
    pressed(page, "strange", "Keep, and don't ask again")
    assert (removed, left) == ([OWN], [STRANGE])
    page.show_orphans(Orphans())
    qapp.processEvents()
    assert "holds secrets" not in words(page)
    page.deleteLater()
