"""A text of any length never makes a window higher than the screen."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from PySide6.QtWidgets import QApplication, QWidget

from app.setup.state import Setup
from ui.dialogs.message import MessageBox
from ui.home.page import HomePage
from ui.main_window import MainWindow
from ui.theme import style

NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)
TEXTS = {
    "one word": "W" * 20_000,
    "words": "Willamette " * 2_000,
    "lines": "W\n" * 5_000,
    "ideographs": "\u8b80" * 20_000,
    "marks": "e" + "\u0301" * 20_000,
    "right to left": "\u05e9\u05dc\u05d5\u05dd " * 4_000,
}
SMALLEST = 680
"""Pixels, the least height of the main window."""


@pytest.mark.parametrize("kind", TEXTS)
@pytest.mark.parametrize("where", ["text", "more"])
def test_a_box_fits_on_the_screen(qapp: QApplication, kind: str, where: str) -> None:
    style.apply(qapp, dark=False)
    long = TEXTS[kind]
    window = QWidget()
    box = MessageBox(window, long, "") if where == "text" else MessageBox(window, "Import?", long)
    box.addButton("Import", MessageBox.ButtonRole.AcceptRole)
    box.open()
    qapp.processEvents()
    assert box.height() <= SMALLEST
    assert box.width() <= SMALLEST
    shown = box.text() if where == "text" else box.informativeText()
    assert len(shown) >= 16
    box.close()
    window.deleteLater()


@pytest.mark.parametrize("kind", TEXTS)
def test_a_name_does_not_enlarge_the_main_window(qapp: QApplication, kind: str) -> None:
    style.apply(qapp, dark=False)
    window, home = MainWindow(), HomePage()
    window.show_page(home)
    window.resize(1000, SMALLEST)
    window.show()
    setup = Setup("0" * 32, "entra", TEXTS[kind][:80], TEXTS[kind][:120], NOW, NOW)
    home.show_mode(practice=False, keyring="the keyring")
    home.show_setups((setup,), (), NOW)
    qapp.processEvents()
    assert window.height() <= SMALLEST
    assert window.width() <= 1000
    assert window.minimumSizeHint().height() <= SMALLEST
    window.close()
    window.deleteLater()
