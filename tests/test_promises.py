"""Each promise of SECURITY.md names tests, and those are there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def rows() -> dict[str, list[str]]:
    """The tests of each promise."""
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    table = text.partition("| promise | test |")[2].partition("\n\n")[0]
    lines = [line.strip("| ").rpartition("|") for line in table.splitlines()[2:]]
    return {promise.strip(): re.findall(r"`(tests/[^`]+)`", tests) for promise, _, tests in lines}


def test_each_promise_is_tested() -> None:
    found = rows()
    assert len(found) >= 40
    for promise, paths in found.items():
        assert paths, promise
        for path in paths:
            place = ROOT / path
            files = sorted(place.glob("**/test_*.py")) if place.is_dir() else [place]
            assert files, (promise, path)
            assert all("\ndef test_" in file.read_text(encoding="utf-8") for file in files), (promise, path)
