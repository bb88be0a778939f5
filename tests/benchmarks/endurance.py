"""Prints descriptors, threads and memory during minutes of ``check`` in a loop, and hours of many watches.

The clock of the watches is accelerated. Their looks go to a real endpoint on this computer. Ends with 1 if anything
grew.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import selectors
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from app.guide import catalog
from app.polling.loop import PollingLoop
from app.polling.schedule import TimestampSchedule
from app.polling.turns import LookTurns
from app.reports import check
from app.session.connection import Connection
from app.system.threads import DaemonThreadLoop
from app.vault import Vault
from tests.hostile.server import TOKEN, http, listing
from tests.reports.test_check import stored
from tests.support.keyrings import MemoryKeyring
from tests.support.secret_service import unlocked_keyring
from tests.support.setups import a_setup

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.polling.loop import LookReport
    from app.scim.changes import ChangesSeen, LookFailed

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = 12
MOST_MORE = {"descriptors": 4, "threads": 2, "MiB": 6.0}
"""Growth that counts as none, from the first third to the last."""
HELD = f"{TOKEN}-0123456789"


@dataclass(frozen=True, slots=True)
class Usage:
    """What the process holds."""

    descriptors: int
    threads: int
    mib: float

    @classmethod
    def now(cls) -> Usage:
        """Measure after a garbage collection."""
        gc.collect()
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
        descriptors = len(list(Path("/proc/self/fd").iterdir()))
        return cls(descriptors, threading.active_count(), pages * os.sysconf("SC_PAGE_SIZE") / 2**20)


def flat(name: str, usages: list[Usage]) -> bool:
    """Print what grew; returns whether nothing did. The first sample is a warm-up."""
    third = max(1, (len(usages) - 1) // 3)
    early, late = usages[1 : 1 + third], usages[-third:]
    whole = True
    for label, attribute in (("descriptors", "descriptors"), ("threads", "threads"), ("MiB", "mib")):
        before, after = (max(getattr(each, attribute) for each in part) for part in (early, late))
        fine = after - before <= MOST_MORE[label]
        whole = whole and fine
        print(f"{name}, {label}: {before:.1f} at first, {after:.1f} at last: {'flat' if fine else 'GREW'}")
    return whole


async def serve() -> None:
    """Answer each right token with an empty list, any other with 401. Prints the port."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):  # a client that sends nothing, or gives up
            head = await reader.readuntil(b"\r\n\r\n")
            writer.write(listing() if f"Bearer {HELD}\r\n".encode() in head else http(401))
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


@contextmanager
def served() -> Iterator[str]:
    """The Base URL of an endpoint in a process of its own, whose memory does not count."""
    child = subprocess.Popen([sys.executable, __file__, "--serve"], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    try:
        yield f"http://127.0.0.1:{int(child.stdout.readline())}/scim/v2"
    finally:
        child.terminate()
        child.wait(10)
        child.stdout.close()


def checks(minutes: float, folder: Path, base_url: str) -> bool:
    """Run ``check`` again and again for so long."""
    (folder / "keyring").mkdir()
    usages: list[Usage] = []
    done = 0
    with unlocked_keyring(folder / "keyring"), Path(os.devnull).open("w") as nothing:
        setup = stored(folder, base_url).setup
        screen, sys.stdout = sys.stdout, nothing
        try:
            begun = time.monotonic()
            while (spent := time.monotonic() - begun) < minutes * 60 or len(usages) < SAMPLES:
                code = check.main([setup.id, "--practice", "--json", "--data-dir", str(folder)])
                assert code == 0, code
                done += 1
                if spent >= len(usages) * minutes * 60 / SAMPLES:
                    usages.append(Usage.now())
        finally:
            sys.stdout = screen
    print(f"check, {done} times in {minutes:g} min")
    return flat("check", usages)


class FastSelector(selectors.DefaultSelector):
    """Waits a fraction of the time it is asked to."""

    def __init__(self, factor: float) -> None:
        super().__init__()
        self._factor = factor

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """As the base class does."""
        return super().select(timeout if timeout is None else timeout / self._factor)


class FastLoop(DaemonThreadLoop):
    """An event loop on which time passes faster."""

    def __init__(self, factor: float) -> None:
        super().__init__(FastSelector(factor))
        self._factor = factor
        self._begun = time.monotonic()

    def time(self) -> float:
        """Seconds, accelerated."""
        began = getattr(self, "_begun", time.monotonic())
        return began + (time.monotonic() - began) * getattr(self, "_factor", 1.0)


async def watch(hours: float, watches: int, base_url: str) -> tuple[list[Usage], int, int]:
    """Run so many watches for so long; returns the usage, and the looks with and without an answer."""
    guide = catalog.guide("entra")
    loop = asyncio.get_running_loop()
    start = loop.time()
    turns, vault = LookTurns(), Vault("practice", MemoryKeyring())
    answered = failed = 0

    def count(report: LookReport[ChangesSeen | LookFailed]) -> None:
        nonlocal answered, failed
        failed += report.failures > 0
        answered += report.failures == 0

    def now() -> datetime:
        return datetime.now(UTC) + timedelta(seconds=loop.time() - start)

    tasks = []
    for _ in range(watches):
        setup = a_setup(guide).with_(practice=True)
        for name, value in (("base_url", base_url), ("token", HELD)):
            await vault.put(setup.id, name, value)
        connection = Connection(vault, partial(lambda held: (guide, held), setup))
        since = datetime.now(UTC)
        polling = PollingLoop(
            partial(connection.look, since),
            TimestampSchedule(guide.cadence, since),
            now,
            turns,
            loop.time,
        )
        tasks.append(asyncio.create_task(polling.run(count)))
    usages: list[Usage] = []
    while (spent := loop.time() - start) < hours * 3600:
        if spent >= len(usages) * hours * 3600 / SAMPLES:
            usages.append(Usage.now())
        await asyncio.sleep(60)
    usages.append(Usage.now())
    for task in tasks:
        task.cancel()
    for error in await asyncio.gather(*tasks, return_exceptions=True):
        assert isinstance(error, asyncio.CancelledError), error
    vault.close()
    return usages, answered, failed


def main() -> int:
    """Print both parts. Return 1 if anything grew."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10, help="of check in a loop (default: 10)")
    parser.add_argument("--hours", type=float, default=8, help="of the watches, on their clock (default: 8)")
    parser.add_argument("--watches", type=int, default=50)
    parser.add_argument("--factor", type=float, default=60, help="how much faster their clock runs (default: 60)")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    known = parser.parse_args()
    if known.serve:
        asyncio.run(serve())
        return 0
    with served() as base_url, tempfile.TemporaryDirectory() as folder:
        whole = checks(known.minutes, Path(folder), base_url)
        with asyncio.Runner(loop_factory=lambda: FastLoop(known.factor)) as runner:
            usages, answered, failed = runner.run(watch(known.hours, known.watches, base_url))
        print(f"{known.watches} watches, {known.hours:g} h on their clock: {answered} looks, {failed} failed")
        whole = flat("watches", usages) and whole and answered > 0
    return 0 if whole else 1


if __name__ == "__main__":
    sys.exit(main())
