"""None, True and False outlive PySide6 6.12.0 on Python 3.11, which drops references to them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import sys, warnings
import ui
from PySide6.QtCore import QObject, Signal
class Source(QObject):
    changed = Signal()
source = Source()
warnings.simplefilter("ignore")
def disconnect():
    try:
        source.changed.disconnect(disconnect)
    except RuntimeError:
        pass
spend = {"None": lambda: source.setObjectName("x"), "True": source.changed.emit, "False": disconnect}[sys.argv[1]]
for _ in range(20_000):
    spend()
print("alive")
"""


@pytest.mark.parametrize("constant", ["None", "True", "False"])
def test_a_constant_lasts(constant: str) -> None:
    """A method that returns nothing uses up None, an emitted signal True, and a failed disconnection False."""
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", PROGRAM, constant], cwd=root, capture_output=True, timeout=60)
    assert (done.returncode, done.stdout.split()) == (0, [b"alive"]), done.stderr
