"""What holds for every test: a Qt without a screen, and the fixtures and checks of ``tests.support``."""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
if os.environ["QT_QPA_PLATFORM"] == "offscreen" and sys.platform != "win32":  # Qt would split C: from the path
    # As large as most screens: windows fit themselves to Qt's own, which is 800x800.
    os.environ["QT_QPA_PLATFORM"] += f":configfile={Path(__file__).with_name('support') / 'screen.json'}"

pytest.register_assert_rewrite("tests.support")
pytest_plugins = [
    "tests.support.lanes",
    "tests.support.slow",
    "tests.support.secret_service",
    "tests.support.trust",
    "tests.support.running",
    "tests.support.golden",
    "tests.support.left_behind",
    "tests.support.log_records",
]


COLLECT_EVERY = 25
"""Tests between two looks for garbage."""


def pytest_sessionstart() -> None:
    """As in the program: a widget must not be destroyed in the thread that happens to look for garbage."""
    gc.disable()


def pytest_runtest_teardown(item: pytest.Item) -> None:
    """Look for garbage in the main thread, now and then."""
    count = item.session.stash.get(_COUNT, 0) + 1
    item.session.stash[_COUNT] = count
    if count % COLLECT_EVERY == 0:
        gc.collect()


_COUNT = pytest.StashKey[int]()


@pytest.fixture(scope="session")
def qapp(qapp: QApplication) -> QApplication:
    """As in the program: a window that goes does not stop the event loop of the next test."""
    from ui.widgets import accessibility

    qapp.setQuitOnLastWindowClosed(False)
    accessibility.install()
    return qapp
