"""Removes this account's data when there is no terminal to ask on, such as from the Windows uninstaller."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication

from app.cleanup import removal
from app.system.paths import APP_ID
from ui.dialogs.message import MessageBox
from ui.theme import style

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtWidgets import QAbstractButton

TITLE = "SCIM Setup Assistant"


def main(folder: Path) -> int:
    """List, ask and remove. Return 0 unless something could not be removed."""
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
    await _answered(MessageBox(None, result.sentence, tone="muted" if result.complete else "caution"))
    return 0 if result.complete else 1


async def question(found: removal.Survey) -> bool:
    """Ask whether to remove everything. Closing the question, Escape and Enter all keep it."""
    more = "\n".join((*found.lines, "", found.untouched))
    box = MessageBox(None, "Remove setups and secrets from this account too?", more)
    remove, _ = box.offer("Remove everything", "Keep it")
    return await _answered(box) is remove


async def _answered(box: MessageBox) -> QAbstractButton | None:
    """Return the pressed button."""
    pressed: asyncio.Future[QAbstractButton | None] = asyncio.get_running_loop().create_future()
    box.finished.connect(lambda _result: pressed.set_result(box.clickedButton()))
    box.open()
    return await pressed
