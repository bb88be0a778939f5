"""What a test leaves behind is found, and who began it is named."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

pytest_plugins = ["pytester"]

ROOT = Path(__file__).resolve().parents[1]
TESTS = """
import asyncio, threading
import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

released = threading.Event()
kept = []

def a_thread():
    threading.Thread(target=released.wait, args=(9,), daemon=True, name="idle").start()

def a_task():
    async def idle():
        await asyncio.sleep(9)
    async def main():
        asyncio.get_running_loop().create_task(idle())
    asyncio.run(main())

def a_timer():
    kept.append(QTimer())
    kept[-1].start(1000)

def a_window():
    kept.append(QWidget())
    kept[-1].show()

@pytest.mark.parametrize("leave", [a_thread, a_task, a_timer, a_window])
def test_leaves(qapp, leave):
    leave()

@pytest.mark.left_behind("thread", "on purpose")
def test_leaves_on_purpose():
    a_thread()

def test_leaves_nothing(qapp):
    window = QWidget()
    window.show()
    QTimer(window).start(1000)
    window.deleteLater()
    thread = threading.Thread(target=print)
    thread.start()

def test_fails(qapp):
    a_window()
    assert False

def test_release():
    released.set()
"""
SECRETS = """
import asyncio
from app.vault import Vault

async def put(name):
    vault = Vault("setup")
    await vault.put("0" * 32, name, "a value of a test")
    vault.close()

def names():
    async def listed():
        vault = Vault("setup")
        found = await vault.stored_values()
        vault.close()
        return found.names("0" * 32)
    return asyncio.run(listed())

def test_leaves(secret_service):
    asyncio.run(put("left"))

def test_fails():
    assert names() == frozenset()
    asyncio.run(put("left"))
    assert False

def test_next():
    assert names() == frozenset()
"""


def test_what_is_left_is_found_and_who_began_it_is_named(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    pytester.makepyfile(test_leaving=TESTS)
    result = pytester.runpytest_subprocess("-q", "-p", "tests.support.left_behind", "-p", "no:cacheprovider")
    result.assert_outcomes(passed=7, failed=1, errors=4)
    for kind, line in (("thread idle", 10), ("task .*idle", 16), ("timer of nobody", 21), ("window QWidget", 25)):
        result.stdout.re_match_lines([rf"  {kind}, (begun|shown) at test_leaving.py:{line}\b.*"])


def test_a_secret_left_in_the_keyring_fails_its_own_test_alone(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    pytester.makepyfile(test_leaving=SECRETS)
    plugins = [part for name in ("left_behind", "secret_service") for part in ("-p", f"tests.support.{name}")]
    short = tmp_path_factory.mktemp("inner")  # the path of the bus's socket is limited to 108 bytes, unix(7)
    command = (sys.executable, "-m", "pytest", "-q", *plugins, "-p", "no:cacheprovider", f"--basetemp={short / 't'}")
    result = pytester.run(*command)
    result.assert_outcomes(passed=2, failed=1, errors=1)
    result.stdout.re_match_lines([r".*ERROR at teardown of test_leaves", r"  .*/setup/0{32}/left"])
