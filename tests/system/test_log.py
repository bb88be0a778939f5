"""Only the types and locations of bugs are reported, whichever way Python reports them."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.guide import catalog
from app.system import log

ROOT = Path(__file__).resolve().parents[2]
CANARY = "canary-7f3a"

START = """
import sys
from app.system import log
log.install_hooks()
log.limit_library_logs()
token = "canary-7f3a"
"""

WAYS = {
    "main": "raise ValueError(token)",
    "main, with a cause": "try:\n    {}[token]\nexcept KeyError as error:\n    raise RuntimeError(token) from error",
    "a thread": "import threading\nt = threading.Thread(target=int, args=(token,), name=token)\nt.start(); t.join()",
    "a destructor": "class A:\n    def __del__(self): raise ValueError(token)\na = A(); del a",
    "a group": "raise ExceptionGroup(token, [ValueError(token), KeyError(token)])",
    "a type with a foreign name": "raise type(token + ' /x', (Exception,), {'__module__': token})(token)",
    "a slot": (
        "from PySide6.QtCore import QCoreApplication, QTimer\napp = QCoreApplication([])\n"
        "def slot(): app.quit(); raise ValueError(token)\nQTimer.singleShot(0, slot)\napp.exec()"
    ),
    "an event handler": (
        "from PySide6.QtCore import QCoreApplication, QObject, QEvent\napp = QCoreApplication([])\n"
        "class Receiver(QObject):\n    def event(self, e): raise ValueError(token)\n"
        "QCoreApplication.sendEvent(Receiver(), QEvent(QEvent.Type.User))"
    ),
    "a task nobody awaits": (
        "import asyncio, gc\nasync def bad(): raise ValueError(token)\n"
        "async def main():\n    t = asyncio.create_task(bad(), name=token); await asyncio.sleep(0.01); del t\n"
        "    gc.collect()\nasyncio.run(main())"
    ),
    "Qt": (
        "from PySide6.QtCore import qInstallMessageHandler, qWarning\nfrom ui.start import _log_qt_message\n"
        "qInstallMessageHandler(_log_qt_message)\nqWarning(token)"
    ),
    "a library's log": "import logging\nlogging.getLogger('httpx').error('to https://%s', token, exc_info=True)",
    "a warning": "import warnings\nwarnings.warn(token, UserWarning)",
    "a report that fails": (
        "def report(error): raise ValueError(token)\nlog.take_over(report)\nraise ValueError(token)"
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_no_message_and_no_value_is_printed(way: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", START + WAYS[way]], cwd=ROOT, capture_output=True, text=True, check=False, timeout=30
    )
    assert CANARY not in done.stdout + done.stderr
    expected = {
        "a library's log": "httpx: error",
        "a warning": "Warning: UserWarning",
        "a task nobody awaits": "asyncio: error",
        "Qt": "QtWarningMsg: default",
    }
    assert expected.get(way, "Bug: ") in done.stderr


def test_a_keyboard_interrupt_is_not_a_bug() -> None:
    done = subprocess.run(
        [sys.executable, "-c", START + "raise KeyboardInterrupt(token)"], cwd=ROOT, capture_output=True, check=False
    )
    assert done.stderr == b""


@pytest.mark.logs("bug", "the test is about one")
def test_nothing_fails_without_standard_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    log.report_bug(ValueError("x"))


def test_a_report_has_our_locations_and_library_names_but_no_folders() -> None:
    with pytest.raises(KeyError) as caught:
        catalog.guide(CANARY)
    lines = log.describe(caught.value)
    assert lines[0] == "KeyError"
    assert any(line.startswith("  app/guide/catalog.py:") and line.endswith("in guide") for line in lines)
    assert CANARY not in "\n".join(lines)
    assert str(ROOT) not in "\n".join(lines)
    assert os.environ.get("HOME", "/nowhere") not in "\n".join(lines)


def test_an_operating_system_error_has_its_symbol() -> None:
    assert log.describe(OSError(errno.ENOSPC, CANARY, CANARY))[0] == "OSError ENOSPC"


def test_a_circular_chain_of_exceptions_ends() -> None:
    one, two = ValueError(), KeyError()
    one.__cause__, two.__cause__ = two, one
    assert log.describe(one) == ("ValueError", "after KeyError")


def test_a_deep_recursion_is_reported_in_few_lines() -> None:
    def deep() -> None:
        deep()

    with pytest.raises(RecursionError) as caught:
        deep()
    assert len(log.describe(caught.value)) < 20
