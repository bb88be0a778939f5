"""Ended by a signal at every phase of its life, the program clears the clipboard, saves, and ends as after Close."""

from __future__ import annotations

import asyncio
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jeepney import HeaderFields, MessageType, message_bus, new_method_return
from jeepney.io.blocking import Proxy, open_dbus_connection

from app.cli import Options
from app.guide import catalog
from app.session.session import SetupSession
from app.setup.lock import FolderTaken
from app.setup.store import Saved, Store
from app.system.logout_inhibition import LOGOUT, LogoutInhibition
from app.vault import Vault
from tests.hostile.server import TOKEN, Hostile
from tests.support.setups import a_setup
from tests.support.until import until, until_blocking

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from app.setup.state import Setup
    from tests.support.running import Program
    from ui.application import Application

ROOT = Path(__file__).resolve().parents[2]
SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
PHASES = ("home", "open", "capture", "test", "wait", "unsaved", "message", "end")
LAST = "the last change"


def say(**what: object) -> None:
    """Print one line for the parent."""
    os.write(1, f"{json.dumps(what)}\n".encode())


def child(folder: str, phase: str, base_url: str) -> None:
    """Run the program up to a phase, say so, and go on with it until the end. Prints what is left then."""
    from PySide6.QtGui import QGuiApplication

    from ui.start import main

    base = Path(folder)
    store = Store(base / "practice", practice=True)
    assert isinstance(store.lock(), FolderTaken)
    setup = replace(a_setup(catalog.guide("entra"), "submitted"), practice=True)
    assert isinstance(store.save(setup), Saved)
    store.close()

    async def walk(application: Application) -> int:
        await act(application, phase, setup, base_url)
        say(phase=phase)
        await asyncio.Event().wait()
        return 0

    options = Options(practice=True, data_dir=base, tour=None, client="entra", theme="light", scale=None, smoke=False)
    code = main(options, walk)
    say(code=code, clipboard=QGuiApplication.clipboard().text())


async def act(application: Application, phase: str, setup: Setup, base_url: str) -> None:
    """Bring the program to a phase that lasts."""
    application.clipboard.copy_secret(TOKEN, "Token")
    if phase == "home":
        return
    await application.open_setup(setup.id)
    assert application.workspace is not None
    session = application.workspace.opened[setup.id]
    session.setup = session.setup.with_(name=LAST)
    await session.save()
    if phase in ("test", "wait"):
        for name, text in (("base_url", base_url), ("token", f"{TOKEN}-0123456789")):
            assert (await session.captures.give(name, text)).accepted
    if phase == "capture":
        application.tasks.start(_capture_on(session))
    elif phase == "test":
        application.tasks.start(session.testing.run())
        await until(lambda: len(session.testing.findings) > 2)
    elif phase == "wait":
        await until(lambda: bool(application.workspace and application.workspace.waits))
    elif phase == "unsaved":
        folder = application.workspace.folder / "setups"
        folder.rename(folder.with_name("aside"))
        folder.touch()  # something is in the way
        session.setup = session.setup.with_(name=f"{LAST} of all")
        await session.save()
        assert session.unsaved
        folder.unlink()
        folder.with_name("aside").rename(folder)
    elif phase == "message":
        application.tasks.start(application._say_and_wait("A message for the admin."))
    elif phase == "end":
        application.end()


async def _capture_on(session: Any) -> None:
    while True:
        await session.captures.give("token", f"{TOKEN}-0123456789")


def started(folder: Path, *command: str) -> subprocess.Popen[str]:
    """Start a command in a process group of its own, without a keyring."""
    environment = {name: value for name, value in os.environ.items() if name != "DBUS_SESSION_BUS_ADDRESS"}
    environment |= {"QT_QPA_PLATFORM": "offscreen", "HOME": str(folder), "XDG_DATA_HOME": str(folder / "share")}
    return subprocess.Popen(
        [sys.executable, *command],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def nothing_is_left(process: subprocess.Popen[str]) -> None:
    """Check that the process's group is empty."""

    def empty() -> bool:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, 0)
            return False
        return True

    until_blocking(empty, 15)


@pytest.mark.slow(60, "starts the program 24 times, and ends it by a signal")
@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("number", SIGNALS)
def test_each_signal_at_each_phase(number: signal.Signals, phase: str, tmp_path: Path) -> None:
    def silent(_connection: socket.socket, _request: str, stop: threading.Event) -> None:
        stop.wait(60)

    with Hostile(silent) as server:
        arguments = (str(tmp_path), phase, server.base_url)
        process = started(tmp_path, "-c", f"from tests.journeys.test_session_end import child; child{arguments!r}")
        assert process.stdout is not None
        assert process.stderr is not None
        with process.stdout, process.stderr:
            assert json.loads(process.stdout.readline() or "{}") == {"phase": phase}, process.stderr.read()
            process.send_signal(number)
            began = time.monotonic()
            said = process.stdout.read()
            errors = process.stderr.read()
            process.wait(20)
            took = time.monotonic() - began
    assert process.returncode == 0, errors
    left = json.loads(said)
    assert left["clipboard"] == ""
    assert left["code"] == 1 or phase == "end"  # an unattended run that was not finished
    assert "Bug" not in errors
    assert "Traceback" not in errors
    assert TOKEN not in errors
    assert took < 15
    nothing_is_left(process)
    store = Store(tmp_path / "practice", practice=True)
    assert isinstance(store.lock(), FolderTaken)
    listing = store.list()
    store.close()
    assert not listing.troubles
    names = {"home": "", "unsaved": f"{LAST} of all"}
    assert phase == "home" or [setup.name for setup in listing.setups] == [names.get(phase, LAST)]


@pytest.mark.slow(30, "starts the program 27 times, and ends it while it starts")
@pytest.mark.parametrize("number", SIGNALS)
def test_each_signal_during_the_start(number: signal.Signals, tmp_path: Path) -> None:
    delays = (0.05, 0.4, 0.6, 0.8, 1.0, 1.2, 1.5, 1.8, 2.6)
    processes = []
    try:
        for place, delay in enumerate(delays):
            process = started(tmp_path, "-m", "app", "--practice", "--data-dir", str(tmp_path / str(place)))
            processes.append(process)
            time.sleep(delay)
            process.send_signal(number)
        ends = [(process.communicate(timeout=30)[1], process) for process in processes]
    finally:
        for process in processes:
            process.kill()
            process.communicate()
    for errors, process in ends:
        # Before any of our code runs, Python itself shows where Ctrl+C hit it. While it imports `site`, it ends with 1.
        inside_python = number is signal.SIGINT and errors.endswith("KeyboardInterrupt\n")
        assert process.returncode in (0, -number) or (inside_python and "init_import_site" in errors), errors
        assert "Bug" not in errors
        assert "Traceback" not in errors or inside_python
        nothing_is_left(process)


def test_the_next_start_says_that_a_secret_in_memory_is_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    with Hostile(lambda *_: None) as server:
        arguments = (str(tmp_path), "wait", server.base_url)
        process = started(tmp_path, "-c", f"from tests.journeys.test_session_end import child; child{arguments!r}")
        assert process.stdout is not None
        assert process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
    assert process.returncode == 0

    async def again() -> str | None:
        store, vault = Store(tmp_path / "practice", practice=True), Vault("practice")
        assert isinstance(store.lock(), FolderTaken)
        (setup,) = store.list().setups
        assert {"base_url", "token"} <= setup.kept.keys()
        session = SetupSession(catalog.guide(setup.guide), setup, vault, store)
        await session.open()
        vault.close()
        store.close()
        return session.captures.lost

    lost = asyncio.run(again())
    assert lost is not None
    assert "Base URL" in lost


# -- the desktop -------------------------------------------------------------------------


class Manager:
    """A substitute for Qt's session manager, which exists only in a desktop's session."""

    def __init__(self, *, interaction: bool) -> None:
        self.interaction, self.calls = interaction, list[str]()

    def allowsInteraction(self) -> bool:  # noqa: N802 - Qt's name
        return self.interaction

    def cancel(self) -> None:
        self.calls.append("cancel")

    def release(self) -> None:
        self.calls.append("release")


@pytest.mark.parametrize("in_memory", [True, False])
@pytest.mark.parametrize("interaction", [True, False])
def test_a_logout_waits_only_for_a_secret_in_memory(program: Program, *, in_memory: bool, interaction: bool) -> None:
    from ui.desktop.session_end import SessionEnd

    before = {number: signal.getsignal(number) for number in SIGNALS}
    session_end = SessionEnd(program.qt)
    session_end.would_lose = lambda: in_memory
    seen: list[str] = []
    session_end.asked.connect(lambda: seen.append("asked"))
    session_end.stopped.connect(lambda: seen.append("stopped"))
    manager = Manager(interaction=interaction)
    session_end._on_commit(manager)  # type: ignore[arg-type]
    session_end.end()
    session_end.deleteLater()
    for number, handler in before.items():
        signal.signal(number, handler)
    held = in_memory and interaction
    assert seen == (["stopped"] if held else ["asked"])
    assert manager.calls == (["cancel", "release"] if held else [])


class Portal(threading.Thread):
    """A portal on a bus of its own: it records each request to inhibit something, and its sender."""

    def __init__(self, address: str) -> None:
        super().__init__(daemon=True)
        self.asked: queue.Queue[tuple[str, Any]] = queue.Queue()
        self._connection = open_dbus_connection(address)
        Proxy(message_bus, self._connection).RequestName("org.freedesktop.portal.Desktop")

    def run(self) -> None:
        """Answer until the bus ends."""
        with suppress(OSError, EOFError):
            while True:
                message = self._connection.receive()
                if message.header.message_type is MessageType.method_call:
                    handle = "/org/freedesktop/portal/desktop/request/1/1"
                    self._connection.send(new_method_return(message, "o", (handle,)))
                    self.asked.put((message.header.fields[HeaderFields.sender], message.body))


def test_the_portal_holds_up_a_logout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bus = subprocess.Popen(
        ["dbus-daemon", "--session", "--nofork", "--print-address=1", f"--address=unix:dir={tmp_path}"],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert bus.stdout is not None
    try:
        address = bus.stdout.readline().strip()
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        portal = Portal(address)
        portal.start()
        inhibition = LogoutInhibition()
        assert inhibition.hold("a reason")
        assert inhibition.hold("a reason")
        sender, (window, flags, options) = portal.asked.get(timeout=5)
        assert (window, flags, options) == ("", LOGOUT, {"reason": ("s", "a reason")})
        assert portal.asked.empty()
        with open_dbus_connection(address) as connection:
            has: Callable[[], bool] = lambda: bool(Proxy(message_bus, connection).NameHasOwner(sender)[0])  # noqa: E731
            assert has()
            inhibition.release()
            until_blocking(lambda: not has(), 5)
    finally:
        bus.terminate()
        bus.wait(5)
        bus.stdout.close()
    portal.join(5)
    portal._connection.close()
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS")
    assert not LogoutInhibition().hold("no bus")
