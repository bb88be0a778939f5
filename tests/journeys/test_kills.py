"""The program is killed at every step of the tour and loses nothing."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.assistant.assistant import Assistant
from app.guide import catalog
from app.setup import journey
from app.setup.store import Store
from app.vault import Vault

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


def killed_after(step: str, folder: Path) -> tuple[str, list[str]]:
    """Kill the tour once that step is reported done; returns the step and the lines before."""
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
    return step, lines


async def reopened(folder: Path) -> Assistant:
    store, vault = Store(folder / "data" / "practice"), Vault("practice")
    try:
        store.lock()
        listing = store.list()
        assert listing.troubles == ()
        (setup,) = listing.setups
        assistant = Assistant(catalog.guide(setup.guide), setup, vault, store)
        await assistant.open()
        return assistant
    finally:
        store.close()
        vault.close()


@pytest.mark.usefixtures("secret_service")
def test_killed_at_every_step_nothing_is_lost(tmp_path: Path) -> None:
    guide = catalog.guide("entra")
    steps = walked_steps()
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda s: killed_after(s, tmp_path / s), steps[:-1]))
    for step, lines in results:
        assert any(line.startswith(f"{step}: done") for line in lines), lines
        assistant = asyncio.run(reopened(tmp_path / step))
        place = steps.index(journey.position(guide, assistant.setup))
        expected = steps.index(step) + 1
        assert place >= expected - 1, f"killed after {step}, reopened at {steps[place]}"
        for earlier in steps[: steps.index(step) + 1]:
            for name in guide.step(earlier).captures:
                assert name in assistant.setup.values or name in assistant.setup.kept, f"{name} lost after {step}"
