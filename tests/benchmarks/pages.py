"""What the benchmarks of the pages beside the steps share: a page in its window, and the longest gap of the loop."""

from __future__ import annotations

import asyncio
import gc
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QWidget

from app.guide import catalog
from app.session.open_setup import new_setup, utc_now
from app.session.session import SetupSession
from app.setup.store import Store
from app.vault import Vault
from tests.support.screen import child, part
from tests.support.until import until
from ui import tasks
from ui.desktop.clipboard import ClipboardGuard
from ui.session.controller import SetupController
from ui.start import collect_here
from ui.theme import style
from ui.tools.catalog import load_all
from ui.widgets.findings import FindingsView
from ui.wizard.page import WizardPage

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from app.guide.vocabulary import Tool


async def gap(work: Any) -> str:
    """The longest time between two turns of the event loop while ``work`` runs.

    And the longest time that the processor spent in one, which a busy machine does not stretch as much.
    """
    longest, busiest, last, spent = 0.0, 0.0, time.perf_counter(), time.thread_time()
    task = asyncio.ensure_future(work)
    while not task.done():
        await asyncio.sleep(0.001)
        now, used = time.perf_counter(), time.thread_time()
        longest, busiest, last, spent = max(longest, now - last), max(busiest, used - spent), now, used
    await task
    return f"longest gap {longest * 1000:.0f} ms (limit 16), {busiest * 1000:.0f} ms of processor"


async def opened(controller: SetupController, tool: Tool) -> tuple[WizardPage, Any]:
    """The window with that page open, as from the rail."""
    wizard = WizardPage(controller)
    wizard.resize(1000, 680)
    wizard.show()
    await load_all()  # as the program does behind the window
    await asyncio.sleep(0.5)

    async def press() -> None:
        controller.open_tool(tool)
        await asyncio.sleep(0.3)  # it is painted

    print(f"the page opens, the first time and without a file, as any page does: {await gap(press())}")
    return wizard, part(wizard, QWidget, tool.value)


async def done(page: QWidget, act: Callable[[], object]) -> None:
    """As the admin does it: with the window open, up to the table of findings."""
    act()
    await until(lambda: not child(page, "stop").isVisible(), 600)
    assert part(page, FindingsView).isVisible()
    await asyncio.sleep(0.3)  # it is painted


def play(story: Callable[[SetupController, Path], Awaitable[None]], *, practice: bool) -> None:
    """Play it on the desk of a fresh setup, with a folder of its own and the garbage collector as in the program."""
    gc.disable()
    qt = QApplication(sys.argv)
    style.apply(qt, dark=False)
    collect_here(qt)

    async def main() -> int:
        host, guide = QObject(), catalog.guide("entra")
        with tempfile.TemporaryDirectory() as folder:
            store = Store(Path(folder) / "data")
            store.lock()
            session = SetupSession(
                guide, new_setup(guide, utc_now(), practice=practice), Vault("practice" if practice else "setup"), store
            )
            running = tasks.Tasks(_fail)
            controller = SetupController(
                session, running, ClipboardGuard(host), lambda _lane: "", lambda _url: None, host
            )
            print(f"nothing at all for 3 s, to compare: {await gap(asyncio.sleep(3))}")
            try:
                await story(controller, Path(folder))
            finally:
                controller.close()
                await running.cancel_all()
        host.deleteLater()
        return 0

    tasks.run(qt, main)


def _fail(error: BaseException) -> None:
    raise error
