"""The program is killed at every step of the tour and loses nothing."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from app.guide import catalog
from app.session.session import SetupSession
from app.setup import journey
from app.setup.store import Store
from app.vault import Vault
from tests.support.until import until_blocking

ROOT = Path(__file__).resolve().parents[2]


def tour(data: Path, pictures: Path) -> subprocess.Popen[str]:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "HOME": str(data.parent / "home")}
    return subprocess.Popen(
        [sys.executable, "-m", "app", "--data-dir", str(data), "--tour", str(pictures), "--theme", "dark"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def walked_steps() -> list[str]:
    guide = catalog.guide("entra")
    return [s.id for s in guide.steps if "classic" not in s.when.values()]


def killed_after(step: str, folder: Path) -> Path:
    """Kill the tour once that step is reported as done. Return its data folder."""
    folder.mkdir()
    process = tour(folder / "data", folder / "tour")
    lines: list[str] = []
    assert process.stdout is not None
    try:
        for line in process.stdout:
            lines.append(line.strip())
            if line.startswith(f"{step}: done"):
                break
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait(10)
        process.stdout.close()
    assert any(line.startswith(f"{step}: done") for line in lines), lines
    return folder / "data"


async def reopened(data: Path) -> SetupSession:
    store, vault = Store(data / "practice", practice=True), Vault("practice")
    try:
        store.lock()
        listing = store.list()
        assert listing.troubles == ()
        (setup,) = listing.setups
        session = SetupSession(catalog.guide(setup.guide), setup, vault, store)
        await session.open()
        return session
    finally:
        store.close()
        vault.close()


def nothing_is_lost(step: str, data: Path) -> None:
    """The data folder and the keyring contain everything captured up to that step or the next one."""
    guide, steps = catalog.guide("entra"), walked_steps()
    session = asyncio.run(reopened(data))
    place = steps.index(journey.position(guide, session.setup))
    assert place >= steps.index(step), f"ended after {step}, reopened at {steps[place]}"
    for earlier in steps[: steps.index(step) + 1]:
        for name in guide.step(earlier).captures:
            assert name in session.setup.values or name in session.setup.kept, f"{name} lost after {step}"


def stopped(pid: int) -> bool:
    """Whether every thread of the process has stopped (proc(5), state T)."""
    stats = Path(f"/proc/{pid}/task").glob("*/stat")
    return all(stat.read_text().rpartition(")")[2].split()[0] == "T" for stat in stats)


@pytest.mark.slow(45, "stops a tour after each step")
@pytest.mark.usefixtures("secret_service")
def test_whatever_step_it_ends_after_nothing_is_lost(tmp_path: Path) -> None:
    """Stop the program after each step of one tour, and check what a kill would leave behind."""
    process = tour(tmp_path / "data", tmp_path / "tour")
    seen: list[str] = []
    assert process.stdout is not None
    with process.stdout:
        for line in process.stdout:
            step, told, _ = line.partition(": done")
            if not told or step == walked_steps()[-1]:
                continue
            process.send_signal(signal.SIGSTOP)
            until_blocking(lambda: stopped(process.pid))  # a thread inside a system call first leaves it
            try:
                # Without the consoles' own file: their process still runs, and may be writing it.
                left = shutil.copytree(
                    tmp_path / "data", tmp_path / f"after-{step}", ignore=shutil.ignore_patterns("consoles")
                )
                nothing_is_lost(step, left)
            except BaseException:
                process.kill()
                raise
            finally:
                process.send_signal(signal.SIGCONT)
            seen.append(step)
    assert process.wait(30) == 0
    assert seen == walked_steps()[:-1]


@pytest.mark.usefixtures("secret_service")
@pytest.mark.parametrize("step", ["copy-base-url", "generate-token", "read-counts"])
def test_killed_after_a_capture_nothing_is_lost(step: str, tmp_path: Path) -> None:
    nothing_is_lost(step, killed_after(step, tmp_path / "killed"))
