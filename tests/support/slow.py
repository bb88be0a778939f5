"""Starts the files with slow tests first, and leaves slow tests out on request.

Workers take whole files. In the order of the folders, or by their number of tests, a file with few and long tests
comes late, and keeps one worker busy after all others have ended.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

MARKER = "slow(seconds, why): how long this takes, with all parameters, beside other tests on two processors"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Register the option."""
    parser.getgroup("lanes").addoption("--fast", action="store_true", help="leave out slow tests")


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker."""
    config.addinivalue_line("markers", MARKER)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Order the files by the seconds of their slow tests, then by their number of tests, as xdist does."""
    if config.getoption("fast"):
        config.hook.pytest_deselected(items=[item for item in items if item.get_closest_marker("slow")])
        items[:] = [item for item in items if not item.get_closest_marker("slow")]
    seconds: Counter[Path] = Counter()
    for path, taken, _ in {(item.path, *mark.args) for item in items for mark in item.iter_markers("slow")}:
        seconds[path] += taken
    count = Counter(item.path for item in items)
    items.sort(key=lambda item: (-seconds[item.path], -count[item.path]))
