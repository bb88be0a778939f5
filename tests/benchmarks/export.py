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
    from PySide6.QtWidgets import QApplication

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


def main(qt: QApplication) -> None:
    """Print the figures."""
    from app.export.reading import Checked, Order, check
    from ui import tasks

    async def story() -> int:
        with tempfile.TemporaryDirectory() as folder:
            for rows in SIZES:
                path = Path(folder) / f"{rows}.csv"
                write(path, rows)
                shares: list[float] = []

                async def checked(path: Path = path, shares: list[float] = shares) -> None:
                    answer = await check(Order(path), shares.append)
                    assert isinstance(answer, Checked)

                before = resource.getrusage(resource.RUSAGE_CHILDREN)
                started = time.perf_counter()
                longest = await gap(checked())
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
        return 0

    tasks.run(qt, story)


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    main(QApplication(sys.argv))
