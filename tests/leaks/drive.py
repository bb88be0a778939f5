"""Runs the program's tour and records, at each picture, what the toolkit passes to other programs.

Usage: ``drive.py OBSERVED [arguments of the program]``. At the end a bug that contains every secret is reported, and
the details and the diagnostics are copied, as an admin would for a ticket.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication, QPushButton
from shiboken6 import isValid

from app.cli import parse
from app.system import log
from tests.leaks.toolkit import accessible_texts, widget_texts
from ui.dialogs.report import ReportDialog
from ui.start import main as open_window
from ui.tour.driver import TourDriver
from ui.tour.tour import Tour, TourObserver
from ui.widgets.fields import ValueField

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.guide.model import Step
    from ui.application import Application

OBSERVED = Path(sys.argv.pop(1))
CONTROL = OBSERVED / "control"
"""Pictures that show a secret on purpose, to verify that it would be found."""


def _looks(how: str) -> int:
    """Return how often the watcher has looked."""
    notes = OBSERVED / how
    return notes.stat().st_size if notes.exists() else 0


class LeakObserver(TourObserver):
    """Records everything that the program shows or passes to the toolkit during a tour."""

    def __init__(self, application: Application, folder: Path) -> None:
        self.driver = TourDriver(application, folder, self._write_down)

    async def before_step(self, step: Step) -> None:
        for carry in step.carries:
            if self._secret(carry.value):
                await self._look_at_secret(carry.value)

    async def after_copy(self, name: str) -> None:
        if self._secret(name):
            await self._looked_at("looks")

    async def at_home(self, copied: Mapping[str, str]) -> None:
        await self.driver.until(lambda: self.driver.enabled("diagnostics"), "home")
        consoles = getattr(self.driver.application.workspace, "consoles", None)
        assert consoles is not None
        run = {"cookie": consoles.keys.cookie, "key secret": consoles.keys.secret.hex()}
        (OBSERVED / "run.json").write_text(json.dumps(run), "utf-8")
        bugs = self.driver.application.bugs

        def fail(secrets: Mapping[str, str]) -> None:
            raise ValueError(secrets)

        try:
            fail(copied)
        except ValueError as error:
            bugs.report(error)
        bugs.count = 0
        await self._copy_report("bug")
        await self.driver.click("diagnostics")
        await self._copy_report("diagnostics")

    def _secret(self, name: str) -> bool:
        return self.driver.controller.session.guide.values[name].secret

    async def _look_at_secret(self, name: str) -> None:
        driver = self.driver
        field = driver.find(f"value-{name}")
        assert isinstance(field, ValueField)
        window = driver.application.window
        window.activateWindow()  # a window that is not in front shows nothing
        await driver.until(window.isActiveWindow, "the focus")
        eye = field.findChild(QPushButton, "reveal")
        assert eye is not None
        await driver.press(eye)
        await driver.until(lambda: field.revealed, f"the eye of {name}")
        await asyncio.sleep(0.05)
        CONTROL.mkdir(exist_ok=True)
        window.grab().save(str(CONTROL / f"{name}.png"))
        self._write_down(f"revealed-{name}")
        await self._looked_at("walks")
        await driver.press(eye)
        await driver.until(lambda: not field.revealed, f"hiding {name}")

    async def _looked_at(self, how: str) -> None:
        """Wait until the watcher has started a new look from outside and finished it."""
        enough = _looks(how) + 2
        await self.driver.until(lambda: _looks(how) >= enough, f"being looked at: {how}")

    @staticmethod
    def _write_down(name: str) -> None:
        texts = [
            text
            for window in QApplication.topLevelWidgets()
            for text in accessible_texts(QAccessible.queryAccessibleInterface(window))
        ]
        texts += [text for widget in QApplication.allWidgets() if isValid(widget) for text in widget_texts(widget)]
        (OBSERVED / f"{name}.txt").write_text("\n".join(filter(None, texts)), "utf-8")

    async def _copy_report(self, name: str) -> None:
        window = self.driver.application.window
        await self.driver.until(lambda: any(d.isVisible() for d in window.findChildren(ReportDialog)), name)
        dialog = next(d for d in window.findChildren(ReportDialog) if d.isVisible())
        self.driver.picture(name, dialog)
        await self.driver.click("copy-report", within=dialog)
        (OBSERVED / f"{name}-copied.txt").write_text(self.driver.application.clipboard.take_text(), "utf-8")
        dialog.close()
        await asyncio.sleep(0.05)


def main() -> int:
    """Run the program's own entry point with the tour observed."""
    log.install_hooks()
    gc.disable()
    options = parse(sys.argv[1:])
    folder = options.tour
    assert folder is not None

    async def walk(application: Application) -> int:
        observer = LeakObserver(application, folder)
        return await Tour(observer.driver, observer=observer).run()

    return open_window(options, walk)


sys.exit(main())
