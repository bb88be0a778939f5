"""Prints time and event loop gaps of What arrived over a directory of a few, ten thousand and 50,000 users."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from app.diagnosis.arrivals import counts  # noqa: E402
from app.guide.vocabulary import Milestone, Tool  # noqa: E402 - the place of the program has to be known first
from app.scim.arrivals import ResourceTally  # noqa: E402
from tests.hostile.server import TOKEN, Hostile  # noqa: E402
from tests.scim.directory import Directory, group, user  # noqa: E402
from tests.support.screen import part, words  # noqa: E402
from ui.widgets.table import ResultTable  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from ui.session.controller import SetupController

SIZES = (500, 10_000, 50_000)
"""Users; there are a fifth as many groups."""
EXPORTED = 1_000_000
"""Users in the export that one of them is compared with."""


def serve(users: int) -> None:
    """Be the directory until standard input ends. Every second user and every third group has something odd."""
    people = [user(n) if n % 2 else user(n, userName=f"ann{n}", displayName=None) for n in range(users)]
    teams = [group(n, displayName=f"Group {n // 3}") for n in range(users // 5)]
    with Hostile(Directory(people, teams)) as server:
        print(server.base_url, flush=True)
        sys.stdin.read()


async def story(controller: SetupController, folder: Path) -> None:
    """Print the figures."""
    from app.session.open_setup import utc_now
    from tests.benchmarks.pages import done, gap, opened

    setup = controller.session.setup
    controller.session.setup = setup.with_(reached={**setup.reached, Milestone.SUBMITTED: utc_now()})
    await controller.session.open()
    await controller.session.captures.give("token", TOKEN * 3)
    wizard, page = await opened(controller, Tool.ARRIVED)
    for users in SIZES:
        async with answering(controller, users):
            started = time.perf_counter()
            longest = await gap(done(page, partial(page.look, everything=True)))
            seconds = time.perf_counter() - started
            assert counts("users", ResourceTally(total=users, read=users)) in words(page)
            rows = len(part(page, ResultTable).rows.all)
            print(f"what arrived, {users:,} users and {users // 5:,} groups: {seconds:.1f} s, {rows:,} rows, {longest}")
    async with answering(controller, SIZES[1]):
        export = folder / "users.csv"
        export.write_text("userName\n" + "\n".join(f"ann{n}@example.com" for n in range(EXPORTED)))
        longest = await gap(done(page, partial(page.compare, export, groups=False)))
        print(f"  {SIZES[1]:,} users compared with an export of {EXPORTED:,}: {longest}")
    await controller.session.forget()
    wizard.deleteLater()


@asynccontextmanager
async def answering(controller: SetupController, users: int) -> AsyncIterator[None]:
    """The Base URL leads to a directory of that size, in a process of its own: a thread would delay the window."""
    command = [sys.executable, __file__, str(users)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as directory:
        assert directory.stdout is not None
        line = await asyncio.to_thread(directory.stdout.readline)
        assert (await controller.session.captures.give("base_url", line.strip())).accepted
        yield
        directory.communicate()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        serve(int(sys.argv[1]))
    else:
        from tests.benchmarks.pages import play

        play(story, practice=True)
