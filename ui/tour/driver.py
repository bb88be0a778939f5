"""Fingers and eyes of the tour: finds, presses and pictures the real widgets."""

from __future__ import annotations

import asyncio
import sys
import time
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ui.application import Application
    from ui.session.controller import Desk

PATIENCE = 30.0
"""Seconds that the tour waits for any one thing."""


class Stuck(Exception):  # noqa: N818 - it ends the tour, it is not an error of the program
    """Something that the tour waited for did not come."""


class Hands:
    """One pair of hands at one window."""

    def __init__(self, application: Application, folder: Path) -> None:
        self._application = application
        self._folder = folder
        self._log: list[dict[str, object]] = []
        self._pictures = 0
        self._started = time.monotonic()

    @property
    def _desk(self) -> Desk:
        desk = self._application.opened.desk
        if desk is None:
            raise Stuck("no setup is open")
        return desk

    def _roots(self, within: QWidget | None) -> list[QWidget]:
        return [within] if within is not None else [self._application.window]

    def _find(self, name: str, within: QWidget | None = None) -> QWidget | None:
        for root in self._roots(within):
            for widget in root.findChildren(QWidget, name):
                if widget.isVisible():
                    return widget
        return None

    def _enabled(self, name: str) -> bool:
        widget = self._find(name)
        return widget is not None and widget.isEnabled()

    def _button_of(self, field: QWidget, purpose: str) -> QAbstractButton:
        for candidate in field.findChildren(QAbstractButton):
            if candidate.isVisible() and purpose in (candidate.objectName() or candidate.text()).casefold():
                return candidate
        raise Stuck(f"no {purpose} button at {field.objectName()}")

    def _click(self, name: str, *, must: bool = True, within: QWidget | None = None) -> None:
        widget = self._find(name, within)
        if widget is None or not widget.isEnabled():
            if must:
                raise Stuck(f"nothing to click called {name}")
            return
        self._press(widget)

    @staticmethod
    def _press(widget: QWidget) -> None:
        spot = widget.rect().center()
        spot.setX(min(spot.x(), 12))  # a wide check box reacts at its left end only
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, spot)

    async def _until(self, true: Callable[[], bool], what: str, every: float = 0.03) -> None:
        end = time.monotonic() + PATIENCE
        while not true():
            if time.monotonic() > end:
                raise Stuck(f"waited {PATIENCE:.0f} s for {what}")
            await asyncio.sleep(every)

    def _picture(self, name: str, widget: QWidget | None = None) -> None:
        self._pictures += 1
        target = widget or QApplication.activeModalWidget() or self._application.window
        target.grab().save(str(self._folder / f"{self._pictures:02d}-{name}.png"))

    def _note(self, step: str, outcome: str, seconds: float | None = None) -> None:
        took = time.monotonic() - self._started if seconds is None else seconds
        self._log.append({"step": step, "outcome": outcome, "seconds": round(took, 3)})
        sys.stdout.write(f"{step}: {outcome} ({took:.1f} s)\n")
        sys.stdout.flush()
