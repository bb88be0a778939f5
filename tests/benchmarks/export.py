"""Prints time, memory and event loop gaps of a groups export check with a quarter, half and whole million rows."""

from __future__ import annotations

import asyncio
import csv
import os
import random
import resource
import sys
import time
import uuid
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import Qt  # noqa: E402 - the place of the program has to be known first
from PySide6.QtWidgets import QLineEdit  # noqa: E402

from app.guide.vocabulary import Tool  # noqa: E402
from tests.benchmarks.pages import done, gap, opened, play  # noqa: E402
from tests.support.screen import child, part  # noqa: E402
from ui.widgets.table import ResultTable  # noqa: E402

if TYPE_CHECKING:
    from ui.session.controller import SetupController
    from ui.tools.groups_export import GroupsExportPage

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


def write_nested(path: Path, rows: int) -> None:
    """An export of Active Directory as Export-Csv writes it: quoted, each group in another, some missing."""
    dice = random.Random(4)
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, quoting=csv.QUOTE_ALL)
        out.writerow(["DistinguishedName", "Name", "GroupScope", "MemberOf"])
        for row in range(rows):
            place = "OU=Groups,DC=corp,DC=example,DC=com"
            parent = f"CN=Team {dice.randrange(rows // 10)},{place}"
            out.writerow(
                [f"CN=Team {row},{place}", f"Team {row}", "Global", parent if row % 9 else f"CN=No {row},{place}"]
            )


def write_members(path: Path, rows: int) -> None:
    """A list of members, a row each."""
    dice = random.Random(4)
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(["GroupName", "MemberName", "MemberEmail"])
        out.writerows(
            [f"R&D {dice.randrange(rows // 50)}", f"User {row}", f"u{row}@example.com"] for row in range(rows)
        )


async def in_a_thread(path: Path) -> None:
    """The same work in a thread of the program, for comparison."""
    from app.exports import worker
    from app.exports.kinds import recognize
    from app.exports.shape import look_at

    class Silent(worker.ProgressTeller):
        def say(self, **words: Any) -> None:
            """To nobody."""

    def work() -> None:
        with path.open("rb") as source:
            teller = Silent(path.stat().st_size, 3)
            shape = look_at(source, path.stat().st_size, teller.tick)
            worker.check(worker.OpenExport(source, shape, recognize(shape), teller), None, chosen=False)

    await asyncio.get_running_loop().run_in_executor(None, work)


MOST = 'next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM"))'
"""The most memory that a process had, in KiB; what is counted for children has that of who started them."""
READER = f"""
import sys
from app.exports import worker
code = worker.main()
open(sys.argv[1], "w").write({MOST})
sys.exit(code)
"""


def bare(path: Path) -> float:
    """Seconds of the processor that the csv module alone takes to read the file."""
    started = time.process_time()
    with path.open(newline="", encoding="utf-8") as file:
        for _ in csv.reader(file):
            pass
    return time.process_time() - started


async def measured(page: GroupsExportPage, path: Path, rows: int, peak: Path) -> None:
    """One check; ``peak`` is where the process that reads leaves how much memory it took."""
    alone = bare(path)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    longest = await gap(done(page, partial(page.open_file, path)))
    seconds = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    work = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(
        f"groups export, {rows:,} rows, {path.stat().st_size / 1e6:.0f} MB: {seconds:.1f} s,"
        f" {work:.1f} s of processor, {work / alone:.1f} times a bare pass of the csv module (limit 3.5),"
        f" {int(peak.read_text()) / 1024:.0f} MiB (limit 120), {longest}"
    )


async def handled(page: GroupsExportPage) -> None:
    """What an admin does with all the rows that are held."""
    view, field = part(page, ResultTable), part(page, QLineEdit, "filter")

    def acts() -> dict[str, Any]:
        return {
            "sorted by name": lambda: view.sortByColumn(1, Qt.SortOrder.AscendingOrder),
            "filtered": lambda: field.setText("9"),
            "no longer filtered": field.clear,
            "copied": child(page, "copy-rows").click,
        }

    async def settle(act: Any) -> None:
        act()
        await asyncio.sleep(0.5)

    for what, act in acts().items():
        print(f"  {len(view.rows.all):,} findings {what}: {await gap(settle(act))}")


async def story(controller: SetupController, folder: Path) -> None:
    """Print the figures."""
    from app.exports import reading

    peak = folder / "peak"
    reading.command = lambda: [sys.executable, "-c", READER, str(peak)]
    wizard, page = await opened(controller, Tool.GROUPS_EXPORT)
    for rows in SIZES:
        path = folder / f"{rows}.csv"
        write(path, rows)
        await measured(page, path, rows, peak)
    await handled(page)
    for form in (write_nested, write_members):
        form(folder / "form.csv", SIZES[-1])
        print(f"  {form.__name__}:")
        await measured(page, folder / "form.csv", SIZES[-1], peak)
    longest = await gap(in_a_thread(folder / f"{SIZES[0]}.csv"))
    print(f"  in a thread instead, {SIZES[0]:,} rows: {longest}")
    wizard.deleteLater()


if __name__ == "__main__":
    play(story, practice=False)
