"""No regular expression of ``app`` takes long, whatever text it gets: none backtracks without end."""

from __future__ import annotations

import importlib
import pkgutil
import re
import signal
import sys
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import pytest

import app

if TYPE_CHECKING:
    from types import FrameType

SECONDS = 2.0
PIECES = (
    *(" ", "\n", " \n", "\t", "a", "A", "0", "ff", ".", "a.", "-", "--", " --", "_", "=", "a=", ",", "a,", ";", "|"),
    *("/", "a/", "\\", "\\,", "\\2c", "#", "# a\n", '"', 'a"', ":", "a: ", "[", "]", "(", ")", "{", "<", "@", "a@"),
    *(
        "CN=a,",
        "OU=a,DC=b,",
        "dn: ",
        "version: 1\n",
        "System.A",
        "System.A.",
        "error code ",
        "Bearer ",
        "%20",
        "\u00e9",
    ),
)
"""Texts are made of one of these many times, with and without another end."""


def patterns_in(found: object) -> Iterable[re.Pattern[str]]:
    if isinstance(found, re.Pattern):
        if isinstance(found.pattern, str):
            yield found
    elif isinstance(found, Mapping):
        for each in found.values():
            yield from patterns_in(each)
    elif isinstance(found, tuple | list | frozenset):
        for each in found:
            yield from patterns_in(each)


def patterns() -> dict[str, re.Pattern[str]]:
    """All patterns of module level in app, by their source."""
    found: dict[str, re.Pattern[str]] = {}
    for module in pkgutil.walk_packages(app.__path__, "app."):
        if module.name.endswith("__main__") or module.name.startswith("app.practice"):
            continue
        for value in vars(importlib.import_module(module.name)).values():
            found.update({pattern.pattern: pattern for pattern in patterns_in(value)})
    return found


@pytest.mark.skipif(sys.platform == "win32", reason="it needs an alarm")
def test_no_pattern_backtracks_without_end() -> None:
    def too_long(_signal: int, _frame: FrameType | None) -> None:
        raise TimeoutError

    slow: list[tuple[str, str]] = []
    before = signal.signal(signal.SIGALRM, too_long)
    try:
        for source, pattern in patterns().items():
            for piece in PIECES:
                for end in ("", "!"):
                    text = piece * (1_500 // len(piece)) + end
                    signal.setitimer(signal.ITIMER_REAL, SECONDS)
                    try:
                        for act in (pattern.match, pattern.search, pattern.fullmatch):
                            act(text)
                    except TimeoutError:
                        slow.append((source, piece))
                    finally:
                        signal.setitimer(signal.ITIMER_REAL, 0)
    finally:
        signal.signal(signal.SIGALRM, before)
    assert slow == []
    assert len(patterns()) > 50
