"""Shared fixtures: a screenless Qt and a real Secret Service of our own."""

from __future__ import annotations

import gc
import os
import subprocess
import time
from typing import TYPE_CHECKING

import pytest
from dev import LANES

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from PySide6.QtWidgets import QApplication

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


COLLECT_EVERY = 25
"""Tests between two looks for garbage."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Lanes are tests that need heavy software of others."""
    group = parser.getgroup("lanes")
    group.addoption("--lane", action="append", default=[], choices=tuple(LANES), help="run only this lane; repeatable")
    group.addoption("--all-lanes", action="store_true", help="run every lane, and all other tests")


def pytest_configure(config: pytest.Config) -> None:
    """A test belongs to a lane by its marker."""
    config.addinivalue_line("markers", f"lane(name): runs only where the lane is asked for; one of {', '.join(LANES)}")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the lanes out that were not asked for; where lanes were asked for, leave everything else out."""
    if config.getoption("all_lanes"):
        return
    asked = set(config.getoption("lane"))
    chosen = [item for item in items if (asked & lanes_of(item) if asked else not lanes_of(item))]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(chosen)])
    items[:] = chosen


def lanes_of(item: pytest.Item) -> set[str]:
    """The lanes of a test."""
    lanes = {str(marker.args[0]) for marker in item.iter_markers("lane")}
    if lanes - LANES.keys():
        raise pytest.UsageError(f"{item.nodeid}: no such lane")
    return lanes


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A lane runs because it was asked for: what it lacks is a failure there, never a reason to skip."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and lanes_of(item):
        report.outcome = "failed"
        report.longrepr = f"skipped in a lane that was asked for: {report.longrepr}"
    return report


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
    qapp.setQuitOnLastWindowClosed(False)
    return qapp


@pytest.fixture(scope="session")
def secret_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a D-Bus session with an unlocked gnome-keyring, also in DBUS_SESSION_BUS_ADDRESS."""
    home = tmp_path_factory.mktemp("keyring-home")
    runtime = home / "run"
    runtime.mkdir(mode=0o700)
    patch = pytest.MonkeyPatch()
    environment = {**os.environ, "HOME": str(home), "XDG_RUNTIME_DIR": str(runtime)}
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "GNOME_KEYRING_CONTROL"):
        environment.pop(name, None)
    bus = subprocess.Popen(
        ["dbus-daemon", "--session", "--nofork", "--print-address=1", f"--address=unix:dir={runtime}"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert bus.stdout is not None
    address = environment["DBUS_SESSION_BUS_ADDRESS"] = bus.stdout.readline().strip()
    keyring = subprocess.Popen(
        ["gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets"],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert keyring.stdin is not None
        keyring.stdin.write(b"only for tests")
        keyring.stdin.close()
        patch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        _wait_for(lambda: (home / ".local/share/keyrings/login.keyring").exists() and _served(address))
        yield address
    finally:
        patch.undo()
        for process in (keyring, bus):
            process.terminate()
            process.wait(5)
        bus.stdout.close()


def _served(address: str) -> bool:
    """Whether our daemon has the name. Asked for it before, the bus would start a second one, with nothing unlocked."""
    from jeepney import message_bus
    from jeepney.io.blocking import Proxy, open_dbus_connection

    connection = open_dbus_connection(address)
    try:
        return bool(Proxy(message_bus, connection).NameHasOwner("org.freedesktop.secrets")[0])
    finally:
        connection.close()


def _wait_for(true: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "the keyring did not appear"
        time.sleep(0.02)
