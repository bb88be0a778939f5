"""Prints what the walks took as a table, at the earlier commit and now."""

from __future__ import annotations

from dataclasses import astuple
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from _pytest.terminal import TerminalReporter

    from tests.browser.hand import Counts, Hold

Row = tuple[str, "Hold", "Counts", "Counts"]
"""The client, what the admin uses, and the actions before and now."""

ROWS = pytest.StashKey[list[Row]]()


@pytest.fixture
def rows(request: pytest.FixtureRequest) -> list[Row]:
    """Where a walk puts what it took."""
    return request.config.stash.setdefault(ROWS, [])


def pytest_terminal_summary(terminalreporter: TerminalReporter, config: pytest.Config) -> None:
    """One command shows the whole table."""
    if rows := config.stash.get(ROWS, []):
        terminalreporter.section("walks to Full Sync: clicks, keys and window switches")
        for client, hold, *both in rows:
            before, now = (" / ".join(map(str, astuple(counts))) for counts in both)
            terminalreporter.write_line(f"{client:12} {hold:5} | {before:14} | {now}")
