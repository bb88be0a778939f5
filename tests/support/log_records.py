"""Fails a test on any warning, error or bug in a log that it doesn't expect."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

from app.system import log

if TYPE_CHECKING:
    from collections.abc import Iterator

BUG = "bug"
"""Used as a logger's name for the program's own bugs."""

MARKER = "logs(name, why): the test makes the logger of that name, or 'bug', report a warning or worse"


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker."""
    config.addinivalue_line("markers", MARKER)


@pytest.fixture(autouse=True)
def only_expected_records(
    request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Collect the records of Python's logging and of the program's own log."""
    expected = {str(marker.args[0]) for marker in request.node.iter_markers("logs")}
    found: list[tuple[str, str]] = []
    write = log.report_bug

    def bug(error: BaseException) -> None:
        found.append((BUG, "\n".join(log.describe(error))))
        write(error)

    monkeypatch.setattr(log, "report_bug", bug)
    yield
    found += [
        (record.name, f"{record.levelname}: {record.getMessage()}")
        for when in ("setup", "call")
        for record in caplog.get_records(when)
        if record.levelno >= logging.WARNING
    ]
    surprising = [f"  {name}: {text}" for name, text in found if name not in expected]
    if surprising:
        pytest.fail("logged without being expected:\n" + "\n".join(surprising), pytrace=False)
    missing = expected - {name for name, _ in found}
    if missing:
        pytest.fail(f"expected in the log and not there: {', '.join(sorted(missing))}", pytrace=False)
