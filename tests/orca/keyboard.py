"""The program, walked through a whole practice setup with keys that another process presses.

For each key it writes a line of JSON to standard output and waits for a line of standard input.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QListWidget, QListWidgetItem, QRadioButton, QWidget

from app.cli import parse
from app.guide import catalog
from ui.start import main
from ui.tour.driver import Stuck, TourDriver
from ui.tour.tour import Tour, TourObserver

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from app.guide.model import Step
    from ui.application import Application

MOST_KEYS = 60
"""Presses of Tab to any widget."""
KEYS = {"companion": "F9", "large-window": "F9"}
"""Buttons that have a key on every page."""


async def order(**what: Any) -> None:
    """Have the other process do something, and wait until it has."""
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()
    if not await asyncio.to_thread(sys.stdin.readline):
        raise Stuck("the other process has ended")


class KeyboardDriver(TourDriver):
    """Goes to each widget with Tab and arrow keys, and presses it with the space bar."""

    async def press(self, widget: QWidget) -> None:
        """Go to a widget and press it."""
        if isinstance(widget, QRadioButton):
            await self._choose_option(widget)
        elif key := KEYS.get(widget.objectName()):
            await order(key=key)
        else:
            await self._go(widget.hasFocus, widget)
            await order(key="space")

    async def choose(self, entries: QListWidget, item: QListWidgetItem) -> None:
        """Go to a list, and in it to an item."""
        await self._go(entries.hasFocus, entries)
        while (here := entries.currentItem()) is not item:
            await order(key="Down" if entries.row(here) < entries.row(item) else "Up")

    async def set_clipboard(self, text: str) -> None:
        """Copy in another program, without leaving this one."""
        await order(clipboard=text)

    async def _choose_option(self, option: QRadioButton) -> None:
        group = option.group()
        options = group.buttons() if group is not None else [option]
        await self._go(lambda: any(each.hasFocus() for each in options), option)
        while not option.hasFocus():
            await order(key="Down")
        if not option.isChecked():
            await order(key="space")

    async def _go(self, arrived: Callable[[], bool], widget: QWidget) -> None:
        """Press Tab."""
        window = widget.window()
        await self.until(window.isActiveWindow, "the window in front")
        for _ in range(MOST_KEYS):
            if arrived():
                return
            await order(key="Tab")
        raise Stuck(f"{widget.objectName()} is not reached with Tab")

    def picture(self, name: str, widget: QWidget | None = None) -> None:
        """Take no picture."""

    def note(self, step: str, outcome: str, seconds: float | None = None) -> None:
        """Keep standard output for the orders."""
        sys.stderr.write(f"{step}: {outcome}\n")


class Announcer(TourObserver):
    """Says where the tour is."""

    def __init__(self, driver: TourDriver) -> None:
        self._driver = driver

    async def before_step(self, step: Step) -> None:
        """Say which step is open."""
        await order(step=step.title)

    async def at_home(self, copied: Mapping[str, str]) -> None:
        """Say what nobody may have heard."""
        values = catalog.guide(self._driver.application.options.client).values
        await order(secrets=[text for name, text in copied.items() if name in values and values[name].secret])


async def walk(application: Application) -> int:
    """Take the tour with the keyboard."""
    folder = application.options.tour
    assert folder is not None
    driver = KeyboardDriver(application, folder)
    return await Tour(driver, observer=Announcer(driver)).run()


if __name__ == "__main__":
    sys.exit(main(parse(sys.argv[1:]), walk))
