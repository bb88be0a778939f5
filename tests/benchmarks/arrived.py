"""Prints time and event loop gaps of What arrived over a directory of a few, ten thousand and 50,000 users."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from app.guide.vocabulary import Milestone, Tool  # noqa: E402 - the place of the program has to be known first
from tests.hostile.server import TOKEN, Hostile  # noqa: E402
from tests.scim.directory import Directory, group, user  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

    from ui.session.controller import SetupController
    from ui.tools.arrivals import ArrivedPage

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


async def done(page: ArrivedPage, act: Callable[[], None]) -> None:
    """As the admin does it: with the window open, up to the table."""
    act()
    task = page._task
    assert task is not None
    await task
    assert page._findings.isVisible()
    await asyncio.sleep(0.3)  # it is painted


async def story(controller: SetupController, folder: Path) -> None:
    """Print the figures."""
    from app.session.open_setup import utc_now
    from tests.benchmarks.pages import gap, opened

    setup = controller.session.setup
    controller.session.setup = setup.with_(reached={**setup.reached, Milestone.SUBMITTED: utc_now()})
    await controller.session.open()
    await controller.session.captures.give("token", TOKEN * 3)
    wizard, page = await opened(controller, Tool.ARRIVED)
    for users in SIZES:
        # A process of its own: in a thread it would take turns with the window.
        directory = subprocess.Popen(
            [sys.executable, __file__, str(users)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        with directory:
            assert directory.stdout is not None
            line = await asyncio.get_running_loop().run_in_executor(None, directory.stdout.readline)
            await controller.session.captures.give("base_url", line.strip())
            started = time.perf_counter()
            longest = await gap(done(page, lambda: page.look(everything=True)))
            seconds = time.perf_counter() - started
            result = page._result
            assert result is not None
            assert result.users.read == users
            print(
                f"what arrived, {users:,} users and {users // 5:,} groups: {seconds:.1f} s,"
                f" {result.counts.total():,} rows, {longest}"
            )
            if users == SIZES[1]:
                export = folder / "users.csv"
                export.write_text("userName\n" + "\n".join(f"ann{n}@example.com" for n in range(EXPORTED)))
                longest = await gap(done(page, partial(page.compare, export, groups=False)))
                print(f"  compared with an export of {EXPORTED:,} users: {longest}")
                page._exported = page._order = None
            directory.communicate()
    await controller.session.forget()
    wizard.deleteLater()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        serve(int(sys.argv[1]))
    else:
        from tests.benchmarks.pages import play

        play(story, practice=True)
