"""The removal of this account's data where there is no terminal to ask on, such as after a Windows uninstaller."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QMessageBox

from app import removal
from app.paths import APP_ID
from ui.theme import style

if TYPE_CHECKING:
    from pathlib import Path

TITLE = "SCIM Setup Assistant"


def main(folder: Path) -> int:
    """Tell, ask and remove; returns 0 unless something could not be removed."""
    found = removal.survey(folder)
    if not found.present:
        return 0
    from ui import tasks

    qt = QApplication(sys.argv[:1])
    qt.setApplicationName(APP_ID)
    qt.setApplicationDisplayName(TITLE)
    style.follow_system(qt)
    return tasks.run(qt, lambda: _ask(found))


async def _ask(found: removal.Survey) -> int:
    if not await question(found):
        return 0
    result = await removal.remove(found)
    icon = QMessageBox.Icon.Information if result.complete else QMessageBox.Icon.Warning
    told = QMessageBox(icon, TITLE, result.sentence)
    await _answered(told)
    return 0 if result.complete else 1


async def question(found: removal.Survey) -> bool:
    """Ask whether all of it goes. Closing the question, Escape and Enter all keep it."""
    box = QMessageBox(QMessageBox.Icon.Warning, TITLE, "Remove setups and secrets from this account too?")
    box.setInformativeText("\n".join((*found.lines, "", found.untouched)))
    remove = box.addButton("Remove all of it", QMessageBox.ButtonRole.DestructiveRole)
    keep = box.addButton("Keep it", QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(keep)
    box.setEscapeButton(keep)
    await _answered(box)
    return box.clickedButton() is remove


async def _answered(box: QMessageBox) -> None:
    box.setTextFormat(Qt.TextFormat.PlainText)
    shut = asyncio.Event()
    box.finished.connect(lambda _result: shut.set())
    box.open()
    await shut.wait()
