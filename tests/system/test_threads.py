"""The end of the process, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUSY = """
import atexit, sys, threading, time
from app.system.threads import leave

atexit.register(print, "Python was taken apart")
running = threading.Event()

def work():
    running.set()
    while True:
        time.sleep(0.001)

threading.Thread(target=work, daemon=True).start()
running.wait()
print("last words")
{lost}
leave(7)
"""


def ended(lost: str = "") -> subprocess.CompletedProcess[str]:
    """A process that has left while a thread is still running."""
    code = BUSY.format(lost=lost)
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=30)


def test_leaving_keeps_output_and_code_and_takes_nothing_apart() -> None:
    process = ended()

    assert (process.returncode, process.stdout, process.stderr) == (7, "last words\n", "")


def test_leaving_works_without_a_standard_error_and_beside_a_lost_one() -> None:
    assert ended("sys.stderr = None").returncode == 7
    assert ended("sys.stdout.close()").returncode == 7
