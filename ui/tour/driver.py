"""Drives the window for the tour: finds, presses and photographs the real widgets, and keeps a log of the steps."""

from __future__ import annotations

import asyncio
import sys
import time
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QListWidget, QListWidgetItem, QWidget

from ui.widgets.buttons import MainButton

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from PySide6.QtCore import QPoint

    from app.session.session import SetupSession
    from ui.application import Application
    from ui.session.controller import SetupController

T = TypeVar("T")

PATIENCE = 30.0
"""Seconds that the tour waits for a single condition."""


class Stuck(Exception):  # noqa: N818 - it ends the tour and is not an error of the program
    """Something that the tour waited for did not appear."""


class TourDriver:
    """Drives one running program. Every method raises ``Stuck`` if what it needs does not appear."""

    def __init__(
        self, application: Application, folder: Path, on_picture: Callable[[str], None] = lambda _name: None
    ) -> None:
        """Pictures are saved in ``folder``; ``on_picture`` receives the name of each, without its suffix."""
        self.application = application
        self.folder = folder
        self.log: list[dict[str, object]] = []
        """Step, outcome and seconds, in order."""
        self._on_picture = on_picture
        self._pictures = 0
        self._started = time.monotonic()

    @property
    def controller(self) -> SetupController:
        controller = self.application.opened.controller
        if controller is None:
            raise Stuck("no setup is open")
        return controller

    @property
    def session(self) -> SetupSession:
        return self.controller.session

    def find(self, name: str, within: QWidget | None = None) -> QWidget | None:
        """Return the visible widget with that object name, or None."""
        root = self.application.window if within is None else within
        return next((widget for widget in root.findChildren(QWidget, name) if widget.isVisible()), None)

    def shown(self, name: str) -> QWidget:
        """Return the visible widget with that object name."""
        if (widget := self.find(name)) is None:
            raise Stuck(f"nothing named {name}")
        return widget

    def enabled(self, name: str) -> bool:
        """Return whether that widget is visible and would act."""
        return _acts(self.find(name))

    def button_of(self, field: QWidget, purpose: str) -> QAbstractButton:
        """Return the visible button inside a field whose object name or text contains that word."""
        for candidate in field.findChildren(QAbstractButton):
            if candidate.isVisible() and purpose in (candidate.objectName() or candidate.text()).casefold():
                return candidate
        raise Stuck(f"no {purpose} button at {field.objectName()}")

    async def click(self, name: str, *, must: bool = True, within: QWidget | None = None) -> None:
        """Click the widget with that object name; a missing or disabled one is skipped without ``must``."""
        widget = self.find(name, within)
        if widget is None or not _acts(widget):
            if must:
                raise Stuck(f"nothing to click named {name}")
            return
        await self.press(widget)

    async def press(self, widget: QWidget) -> None:
        """Click a widget with the left mouse button."""
        spot = widget.rect().center()
        spot.setX(min(spot.x(), 12))  # a wide check box reacts only at its left end
        _click(widget, spot)

    async def choose(self, entries: QListWidget, item: QListWidgetItem) -> None:
        """Make an item of a list the current one."""
        await asyncio.sleep(0.05)  # the list lays its rows out once it is shown
        entries.scrollToItem(item)
        _click(entries.viewport(), entries.visualItemRect(item).center())

    async def set_clipboard(self, text: str) -> None:
        """Replace the clipboard's content, as copying in the browser does."""
        self.application.clipboard.copy_plain(text, "browser")

    async def until(self, condition: Callable[[], bool], what: str, every: float = 0.03) -> None:
        """Wait, checking every so many seconds, for at most ``PATIENCE``."""
        end = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > end:
                raise Stuck(f"waited {PATIENCE:.0f} s for {what}")
            await asyncio.sleep(every)

    async def until_answered(
        self, ask: Callable[[], Awaitable[T]], enough: Callable[[T], bool], what: str, every: float = 0.3
    ) -> T:
        """Ask again and again for at most ``PATIENCE``, until an answer is enough, and return that answer."""
        end = time.monotonic() + PATIENCE
        while not enough(answer := await ask()):
            if time.monotonic() > end:
                raise Stuck(f"waited {PATIENCE:.0f} s for {what}")
            await asyncio.sleep(every)
        return answer

    def picture(self, name: str, widget: QWidget | None = None) -> None:
        """Photograph a widget, by default the window in front, into a numbered file."""
        self._pictures += 1
        target = widget or QApplication.activeModalWidget() or self.application.window
        numbered = f"{self._pictures:02d}-{name}"
        target.grab().save(str(self.folder / f"{numbered}.png"))
        self._on_picture(numbered)

    def note(self, step: str, outcome: str, seconds: float | None = None) -> None:
        """Log a step and print it; without ``seconds``, with the time since the start."""
        took = time.monotonic() - self._started if seconds is None else seconds
        self.log.append({"step": step, "outcome": outcome, "seconds": round(took, 3)})
        sys.stdout.write(f"{step}: {outcome} ({took:.1f} s)\n")
        sys.stdout.flush()


def _click(widget: QWidget, spot: QPoint) -> None:
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, spot)


def _acts(widget: QWidget | None) -> bool:
    return widget is not None and widget.isEnabled() and not (isinstance(widget, MainButton) and widget.obstacle)
