"""Prints time to first window and memory beside a bare wizard window, and the longest gap of the event loop."""

from __future__ import annotations

import asyncio
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Coroutine

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
RUNS = 9


PROGRAM_LIMIT = 2.0
"""How many times the bare window's time the installed program may take."""


def measure(arguments: list[str]) -> tuple[float, float]:
    """Seconds and peak MiB of one run in a process of its own."""
    started = time.perf_counter()
    child = subprocess.Popen(arguments, cwd=ROOT)
    _pid, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - started
    child.returncode = os.waitstatus_to_exitcode(status)
    assert child.returncode == 0
    return seconds, usage.ru_maxrss / 1024


def first_window(program: list[str], limit: float) -> float:
    """Both windows in turn; returns how many times the bare one's time it takes.

    The fastest of each counts, which the rest of a busy machine held up least.
    """
    bare, ours = [], []
    for _ in range(RUNS + 1):
        bare.append(measure([sys.executable, "tests/benchmarks/bare_wizard.py"]))
        ours.append(measure([*program, "--smoke"]))
    ratios = []
    for index, (name, unit, most) in enumerate((("time", "s", limit), ("memory", "MiB", 1.6))):
        a, b = (min(run[index] for run in runs[1:]) for runs in (bare, ours))
        ratios.append(b / a)
        print(f"first window, {name}: bare {a:.3f} {unit}, ours {b:.3f} {unit}, ratio {b / a:.2f} (limit {most})")
    return ratios[0]


async def gaps(work: Coroutine[Any, Any, object], name: str) -> None:
    """The longest time between two turns of the event loop while ``work`` runs."""
    longest, last = 0.0, time.perf_counter()
    task = asyncio.create_task(work)
    while not task.done():
        await asyncio.sleep(0.001)
        now = time.perf_counter()
        longest, last = max(longest, now - last), now
    await task
    print(f"event loop, longest gap during {name}: {longest * 1000:.0f} ms (limit 50)")


async def _unanswered() -> None:
    from app.vault import Vault
    from tests.support.keyrings import SilentKeyring

    vault = Vault("setup", SilentKeyring(4), limit_seconds=2)
    outcome = await vault.put("0" * 32, "token", "t" * 40)
    print(f"  nobody answered the prompt: {outcome.status.value}")


async def _test_and_watch(data: Path) -> None:
    from PySide6.QtWidgets import QApplication

    from tests.support.running import Program
    from ui.tour.driver import TourDriver
    from ui.tour.tour import Tour

    qt = QApplication.instance()
    assert isinstance(qt, QApplication)
    async with Program(qt, data).running(practice=True) as application:
        await Tour(TourDriver(application, data / "tour"), until="open-provisioning").run()
        controller = application.opened.controller
        assert controller is not None
        await gaps(controller.session.testing.run(), "Test Connection")
        await gaps(controller.session.connection.look(controller.session.now()), "a look of the watch")


def event_loop() -> None:
    """Test, watch and an unanswered keyring prompt on the program's own event loop."""
    from PySide6.QtWidgets import QApplication

    from ui import tasks
    from ui.theme import style

    qt = QApplication(sys.argv)
    style.apply(qt, dark=False)

    async def main() -> int:
        await gaps(_unanswered(), "a keyring prompt that nobody answers")
        with tempfile.TemporaryDirectory() as folder:
            await _test_and_watch(Path(folder))
        return 0

    tasks.run(qt, main)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"memory at the end, everything loaded: {peak:.0f} MiB")


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    if sys.argv[1:2] == ["--program"]:  # a frozen one has an event loop of its own
        sys.exit(first_window([str(Path(sys.argv[2]).absolute())], PROGRAM_LIMIT) > PROGRAM_LIMIT)
    first_window([sys.executable, "-m", "app"], 1.5)
    event_loop()
    for other in ("export.py", "latency.py"):
        subprocess.run([sys.executable, f"tests/benchmarks/{other}"], cwd=ROOT, check=True)
