"""The question about removal in a window: only one button removes the data."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox

from app.cleanup.removal import SetupInventory, Survey
from ui import tasks
from ui.dialogs import removal

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def survey(folder: Path) -> Survey:
    return Survey(folder, SetupInventory(("0" * 32,), 2), SetupInventory((), 0), present=True)


def press(name: str) -> Callable[[QMessageBox], None]:
    return lambda box: next(button for button in box.buttons() if button.text() == name).click()


@pytest.mark.parametrize(
    ("act", "removes"),
    [
        (press("Remove everything"), True),
        (press("Keep it"), False),
        (lambda box: box.close(), False),
        (lambda box: QTest.keyClick(box, Qt.Key.Key_Escape), False),
        (lambda box: QTest.keyClick(box, Qt.Key.Key_Return), False),
    ],
)
def test_only_the_button_removes(
    act: Callable[[QMessageBox], None], removes: bool, qapp: QApplication, tmp_path: Path
) -> None:
    seen: list[str] = []

    def answer() -> None:
        box = next(widget for widget in qapp.topLevelWidgets() if isinstance(widget, QMessageBox))
        seen.append(box.informativeText())
        act(box)

    async def ask() -> int:
        QTimer.singleShot(50, answer)
        async with asyncio.timeout(10):
            return int(await removal.question(survey(tmp_path)))

    assert tasks.run(qapp, ask) == removes
    assert "1 setup with 2 secrets in the keyring" in seen[0]
    assert str(tmp_path) in seen[0]
