"""About: the version, and in a build the address of new versions and the licenses."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QPlainTextEdit, QPushButton, QWidget

from app import __version__
from app.system import release
from tests.support.screen import part, words
from ui import tasks
from ui.dialogs import about

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtWidgets import QApplication


@pytest.fixture
def build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder written by a build."""
    monkeypatch.setattr(release, "resources", lambda: tmp_path)
    folder = tmp_path / release.FOLDER
    folder.mkdir()
    return folder


def shown(qapp: QApplication, opened: list[str], *, practice: bool = False) -> tuple[QWidget, about.AboutDialog]:
    """Open the dialog by the link on the home page."""
    window = QWidget()

    async def ask() -> int:
        await about.show(window, opened.append, practice=practice)
        await asyncio.sleep(0)
        return 0

    assert tasks.run(qapp, ask) == 0
    return window, part(window, about.AboutDialog)


def buttons(dialog: QWidget) -> dict[str, QPushButton]:
    return {button.text(): button for button in dialog.findChildren(QPushButton)}


def test_a_checkout_names_no_address_and_no_licenses(
    qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(release, "resources", lambda: tmp_path)
    window, dialog = shown(qapp, [])
    assert f"Version {__version__}" in words(dialog)
    assert release.read().update_hint in words(dialog)
    assert set(buttons(dialog)) == {"Close"}
    dialog.close()
    window.deleteLater()


def test_the_address_of_the_build_opens_in_the_browser_only_when_pressed(qapp: QApplication, build: Path) -> None:
    (build / release.DOWNLOADS).write_text("https://downloads.example/assistant\n")
    opened: list[str] = []
    window, dialog = shown(qapp, opened)
    assert opened == []
    buttons(dialog)["https://downloads.example/assistant"].click()
    assert opened == ["https://downloads.example/assistant"]
    dialog.close()
    window.deleteLater()


def test_the_licenses_of_the_build_can_be_read(qapp: QApplication, build: Path) -> None:
    (build / release.LICENSES).write_text("Qt 6  LGPL-3.0-only <b>\n")
    window, dialog = shown(qapp, [])
    buttons(dialog)["Open licenses"].click()
    licenses = part(dialog, about.LicensesDialog)
    text = part(licenses, QPlainTextEdit)
    assert text.toPlainText() == "Qt 6  LGPL-3.0-only <b>"
    assert text.isReadOnly()
    licenses.close()
    dialog.close()
    window.deleteLater()


def test_in_practice_the_address_of_new_versions_is_text_only(qapp: QApplication, build: Path) -> None:
    (build / release.DOWNLOADS).write_text("https://downloads.example/assistant\n")
    window, dialog = shown(qapp, [], practice=True)
    assert "https://downloads.example/assistant" in words(dialog)
    assert set(buttons(dialog)) <= {"Close", "Open licenses"}
    dialog.close()
    window.deleteLater()
