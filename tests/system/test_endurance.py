"""A short run of the benchmark that finds descriptors, threads and memory that grow."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.benchmarks.endurance import MOST_MORE, Usage, flat

ROOT = Path(__file__).resolve().parents[2]


def test_nothing_grows_in_a_short_run() -> None:
    done = subprocess.run(
        [
            *(sys.executable, "tests/benchmarks/endurance.py"),
            *("--minutes", "0.03", "--hours", "0.06", "--watches", "8", "--factor", "15"),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count(": flat\n") == 2 * len(MOST_MORE), done.stdout


@pytest.mark.parametrize("grown", ["descriptors", "threads", "mib"])
def test_what_grows_is_found(grown: str, capsys: pytest.CaptureFixture[str]) -> None:
    start = Usage(9, 1, 60.0)
    usages = [replace(start, **{grown: getattr(start, grown) + number}) for number in range(20)]
    assert not flat("made up", usages)
    assert capsys.readouterr().out.count("GREW") == 1
