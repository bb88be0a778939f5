"""Runs the program's tour and writes down, at each picture, what the toolkit hands to others.

Usage: ``drive.py OBSERVED [arguments of the program]``. At the end a bug that carries every secret is reported, and the
details and the diagnostics are copied, as an admin would for a ticket.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from shiboken6 import isValid

import app.__main__ as program
from tests.leaks.toolkit import held, told
from ui.dialogs.report import ReportDialog
from ui.tour import tour

if TYPE_CHECKING:
    from app.guide.model import Step
    from ui.tour.visitor import Visitor

OBSERVED = Path(sys.argv.pop(1))
CONTROL = OBSERVED / "control"
"""Pictures in which a secret is shown on purpose, to see that it would be found."""


def _looks(how: str) -> int:
    """How often the watcher has looked."""
    notes = OBSERVED / how
    return notes.stat().st_size if notes.exists() else 0


class Watched(tour.Tour):
    """The tour, with somebody beside it who takes notes."""

    async def _do(self, step: Step, visitor: Visitor) -> None:
        for carry in step.carries:
            if self._desk.assistant.guide.values[carry.value].secret:
                await self._look_at_secret(carry.value)
        await super()._do(step, visitor)

    async def _look_at_secret(self, name: str) -> None:
        field = self._find(f"value-{name}")
        assert field is not None
        self._application.window.activateWindow()  # nothing is shown in a window that is not in front
        await self._until(self._application.window.isActiveWindow, "the focus")
        eye = field.findChild(QPushButton, "reveal")
        self._press(eye)
        await self._until(lambda: field.revealed, f"the eye of {name}")
        await asyncio.sleep(0.05)
        CONTROL.mkdir(exist_ok=True)
        self._application.window.grab().save(str(CONTROL / f"{name}.png"))
        self._write_down(f"revealed-{name}")
        await self._looked_at("walks")
        self._press(eye)
        await self._until(lambda: not field.revealed, f"hiding {name}")

    async def _copy(self, name: str) -> None:
        await super()._copy(name)
        if self._desk.assistant.guide.values[name].secret:
            await self._looked_at("looks")

    async def _looked_at(self, how: str) -> None:
        """Wait until somebody has begun to look from outside, and has seen everything."""
        enough = _looks(how) + 2
        await self._until(lambda: _looks(how) >= enough, f"being looked at: {how}")

    def _picture(self, name: str, widget: QWidget | None = None) -> None:
        super()._picture(name, widget)
        self._write_down(f"{self._pictures:02d}-{name}")

    def _write_down(self, name: str) -> None:
        texts = [
            text
            for window in QApplication.topLevelWidgets()
            for text in told(QAccessible.queryAccessibleInterface(window))
        ]
        texts += [text for widget in QApplication.allWidgets() if isValid(widget) for text in held(widget)]
        (OBSERVED / f"{name}.txt").write_text("\n".join(filter(None, texts)), "utf-8")

    async def _walk(self) -> bool:
        done = await super()._walk()
        await self._copy_reports()
        return done

    async def _copy_reports(self) -> None:
        await self._until(lambda: self._enabled("diagnostics"), "home")
        bugs, known = self._application.bugs, dict(self._copied)

        def fail(secrets: dict[str, str]) -> None:
            raise ValueError(secrets)

        try:
            fail(known)
        except ValueError as error:
            bugs.report(error)
        bugs.count = 0
        await self._copy_report("bug")
        self._click("diagnostics")
        await self._copy_report("diagnostics")

    async def _copy_report(self, name: str) -> None:
        window = self._application.window
        await self._until(lambda: any(d.isVisible() for d in window.findChildren(ReportDialog)), name)
        dialog = next(d for d in window.findChildren(ReportDialog) if d.isVisible())
        self._picture(name, dialog)
        self._click("copy-report", within=dialog)
        (OBSERVED / f"{name}-copied.txt").write_text(self._application.clipboard.take_text(), "utf-8")
        dialog.close()
        await asyncio.sleep(0.05)


tour.Tour = Watched  # type: ignore[misc]
sys.exit(program.main())
