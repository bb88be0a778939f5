"""Lanes: tests that need large third-party software run only on request."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from dev import LANES

if TYPE_CHECKING:
    from collections.abc import Generator


def pytest_addoption(parser: pytest.Parser) -> None:
    """Register the options of the lanes."""
    group = parser.getgroup("lanes")
    group.addoption("--lane", action="append", default=[], choices=tuple(LANES), help="run only this lane; repeatable")
    group.addoption("--pictures", help="a folder for pictures of every page at every size, light, dark, high contrast")
    group.addoption("--all-lanes", action="store_true", help="run every lane, and all other tests")


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers of the lanes."""
    config.addinivalue_line("markers", f"lane(name): runs only where the lane is asked for; one of {', '.join(LANES)}")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect the lanes that weren't requested; if some were, deselect everything else."""
    if config.getoption("all_lanes"):
        return
    asked = set(config.getoption("lane"))
    chosen = [item for item in items if (asked & lanes_of(item) if asked else not lanes_of(item))]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(chosen)])
    items[:] = chosen


def lanes_of(item: pytest.Item) -> set[str]:
    """Return the lanes of a test."""
    lanes = {str(marker.args[0]) for marker in item.iter_markers("lane")}
    if lanes - LANES.keys():
        raise pytest.UsageError(f"{item.nodeid}: no such lane")
    return lanes


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A lane runs on request, so missing software fails its tests and never skips them."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and lanes_of(item):
        report.outcome = "failed"
        report.longrepr = f"skipped in a lane that was asked for: {report.longrepr}"
    return report
