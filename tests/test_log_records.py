"""What is logged fails a test, and so does a record that was expected and did not come."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

pytest_plugins = ["pytester"]

ROOT = Path(__file__).resolve().parents[1]
TESTS = """
import logging
import pytest
from app.system import log

def warn():
    logging.getLogger("a.library").warning("full")

def bug():
    log.report_bug(KeyError())

@pytest.mark.parametrize("say", [warn, bug])
def test_surprising(say):
    say()

@pytest.mark.logs("a.library", "on purpose")
def test_expected():
    warn()

@pytest.mark.logs("bug", "on purpose")
def test_missing():
    warn()

@pytest.mark.logs("bug", "on purpose")
def test_not_reported():
    logging.getLogger("a.library").info("fine")
"""


def test_what_is_logged_is_expected_or_fails(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    pytester.makepyfile(test_logging=TESTS)
    result = pytester.runpytest_subprocess("-q", "-p", "tests.support.log_records", "-p", "no:cacheprovider")
    result.assert_outcomes(passed=5, errors=4)
    result.stdout.re_match_lines(["  a.library: WARNING: full"])
    result.stdout.re_match_lines(["  bug: KeyError"])
    result.stdout.re_match_lines(["expected in the log and not there: bug"])
