"""Prints time, memory and event loop gaps of a groups export check with a quarter, half and whole million rows."""

from __future__ import annotations

import asyncio
import csv
import os
import random
import resource
import sys
import tempfile
import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

if TYPE_CHECKING:
    from PySide6.QtCore import QObject
    from PySide6.QtWidgets import QApplication

    from ui.wizard.desk import Desk

SIZES = (250_000, 500_000, 1_000_000)
WHERE = ("Sales", "Finance", "Entwicklung", "Straße", "R&D")


def write(path: Path, rows: int) -> None:
    """A groups export as Entra ID writes it, with duplicates and odd characters; the same on every run."""
    dice = random.Random(4)
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(["id", "displayName", "description", "groupType", "membershipType", "mail"])
        for row in range(rows):
            name = f"Team {dice.choice(WHERE)} {dice.randrange(rows)} EMEA"
            number = uuid.UUID(int=dice.getrandbits(128))
            out.writerow([number, name, "Made for the benchmark", "Security", "Assigned", f"g{row}@example.com"])


async def gap(work: Any) -> float:
    """The longest time between two turns of the event loop while ``work`` runs, in seconds."""
    longest, last = 0.0, time.perf_counter()
    task = asyncio.ensure_future(work)
    while not task.done():
        await asyncio.sleep(0.001)
        now = time.perf_counter()
        longest, last = max(longest, now - last), now
    await task
    return longest


async def in_a_thread(path: Path) -> None:
    """The same work in a thread of the program, for comparison."""
    from app.export import worker
    from app.export.columns import recognise
    from app.export.shape import look_at

    class Silent(worker._Told):
        def say(self, **words: Any) -> None:
            """To nobody."""

    def work() -> None:
        with path.open("rb") as source:
            told = Silent(path.stat().st_size, 3)
            shape = look_at(source, path.stat().st_size, None, told.tick)
            worker.check(source, shape, recognise(shape.columns), None, told)

    await asyncio.get_running_loop().run_in_executor(None, work)


async def on_the_page(desk: Desk, path: Path) -> None:
    """As the admin does it: with the window open, up to the table of findings."""
    from ui.wizard.groups_export import GroupsExportPage

    page = GroupsExportPage(desk)
    page.resize(760, 540)
    page.show()
    page.open_file(path)
    task = page._task
    assert task is not None
    await task
    assert page._answer is not None
    assert page._findings.isVisible()
    await asyncio.sleep(0.2)  # it is painted
    page.hide()
    page.deleteLater()


def open_desk(folder: Path, host: QObject) -> Desk:
    """The desk of a fresh setup."""
    from app.assistant.assistant import Assistant
    from app.assistant.opened import new_setup, utc_now
    from app.guide import catalog
    from app.setup.store import Store
    from app.vault import Vault
    from ui.clipboard import ClipboardGuard
    from ui.tasks import Tasks
    from ui.wizard.desk import Desk

    guide = catalog.guide("entra")
    store = Store(folder / "data")
    store.lock()
    assistant = Assistant(guide, new_setup(guide, utc_now(), practice=False), Vault("setup"), store)
    return Desk(assistant, Tasks(_fail), ClipboardGuard(host), lambda _lane: "", lambda _url: None, host)


def _fail(error: BaseException) -> None:
    raise error


def main(qt: QApplication) -> None:
    """Print the figures."""
    from PySide6.QtCore import QObject

    from ui import tasks
    from ui.theme import style

    style.apply(qt, dark=False)

    async def story() -> int:
        host = QObject()
        with tempfile.TemporaryDirectory() as folder:
            desk = open_desk(Path(folder), host)
            print(f"nothing at all for 3 s, to compare: longest gap {await gap(asyncio.sleep(3)) * 1000:.0f} ms")
            for rows in SIZES:
                path = Path(folder) / f"{rows}.csv"
                write(path, rows)
                before = resource.getrusage(resource.RUSAGE_CHILDREN)
                started = time.perf_counter()
                longest = await gap(on_the_page(desk, path))
                seconds = time.perf_counter() - started
                after = resource.getrusage(resource.RUSAGE_CHILDREN)
                work = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
                print(
                    f"groups export, {rows:,} rows, {path.stat().st_size / 1e6:.0f} MB: {seconds:.1f} s (limit 15),"
                    f" {work * 1e6 / rows:.1f} µs of processor a row, {after.ru_maxrss / 1024:.0f} MiB (limit 300),"
                    f" longest gap {longest * 1000:.0f} ms (limit 50)"
                )
            longest = await gap(in_a_thread(Path(folder) / f"{SIZES[0]}.csv"))
            print(f"  in a thread instead, {SIZES[0]:,} rows: longest gap {longest * 1000:.0f} ms")
            desk.close()
        host.deleteLater()
        return 0

    tasks.run(qt, story)


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    main(QApplication(sys.argv))
