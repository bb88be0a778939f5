"""Prints what the lane found as a table: what the program said of the clipboard, and what was in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from _pytest.terminal import TerminalReporter

Row = tuple[str, str, str, str]
"""The desktop, the situation, what the program said, what another program got."""

ROWS = pytest.StashKey[list[Row]]()


@pytest.fixture
def rows(request: pytest.FixtureRequest) -> list[Row]:
    """Where a test puts what it found."""
    return request.config.stash.setdefault(ROWS, [])


def pytest_terminal_summary(terminalreporter: TerminalReporter, config: pytest.Config) -> None:
    """One command shows the whole table."""
    rows = config.stash.get(ROWS, [])
    if not rows:
        return
    terminalreporter.section("the clipboard: what the program said, what another program got")
    head: Row = ("desktop", "situation", "says", "truth")
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(4)]
    for row in (head, *rows):
        terminalreporter.write_line(" | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)))
