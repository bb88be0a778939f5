"""A second start brings the running program to the front, with its file, through a socket for this user alone."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import importlib.util
import os
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import types
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.session.start_listener import StartListener
from app.setup.hand_over import pack
from app.setup.lock import FolderTaken
from app.setup.store import Store
from app.system import start_request
from app.system.start_request import DONE, LIMIT_BYTES, StartRequest, address, send, unpack
from tests.support.screen import message, press
from tests.support.setups import a_setup
from tests.support.until import until, until_blocking

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from tests.support.running import Program
    from ui.application import Application

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="named pipes are used there")


@pytest.fixture(autouse=True)
def runtime(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A runtime folder whose path is short enough for a socket."""
    with tempfile.TemporaryDirectory(prefix="run-") as folder:
        monkeypatch.setenv("XDG_RUNTIME_DIR", folder)
        yield Path(folder)


async def start_again(data: Path, *arguments: str) -> tuple[int, str]:
    """Start the program as a process of its own. Return its exit code and what it said."""
    command = (sys.executable, "-m", "app", "--data-dir", str(data), *arguments)
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stderr=subprocess.PIPE)
    _, said = await asyncio.wait_for(process.communicate(), 30)
    return process.returncode or 0, said.decode()


@pytest.mark.usefixtures("secret_service")
def test_a_second_start_raises_the_running_window(program: Program) -> None:
    async def story(application: Application) -> None:
        application.window.showMinimized()
        assert (await start_again(program.data))[0] == 0
        await until(lambda: not application.window.isMinimized() and application.window.isVisible())
        application.window.hide()  # as in the tray
        assert (await start_again(program.data))[0] == 0
        await until(application.window.isVisible)

    program.play(story)


@pytest.mark.usefixtures("secret_service")
def test_a_second_start_raises_the_companion_while_that_is_used(program: Program) -> None:
    async def story(application: Application) -> None:
        await application.new_setup("entra")
        application.opened.show_companion()
        companion = application.opened.companion
        assert companion is not None
        companion.showMinimized()
        assert (await start_again(program.data))[0] == 0
        await until(lambda: not companion.isMinimized())
        assert not application.window.isVisible()

    program.play(story)


@pytest.mark.usefixtures("secret_service")
def test_the_running_program_opens_the_file_of_a_second_start(program: Program, tmp_path: Path) -> None:
    from app.guide import catalog
    from app.session.open_setup import utc_now

    file = tmp_path / "from a colleague\nsecond line.ciescim"  # a name may hold anything but NUL and a slash
    file.write_bytes(pack(a_setup(catalog.guide("entra"), "captured"), utc_now()))

    async def story(application: Application) -> None:
        await application.new_setup("okta")
        application.opened.show_companion()
        assert (await start_again(program.data, str(file)))[0] == 0
        press(await message(application.window), "Import")
        await until(lambda: application.opened.controller and application.opened.controller.session.guide.id == "entra")
        assert application.window.isVisible()

    program.play(story)


@pytest.mark.usefixtures("secret_service")
def test_a_start_at_the_same_moment_ends_for_the_one_that_was_first(program: Program) -> None:
    async def story(application: Application) -> None:
        application.window.showMinimized()
        async with program.starting() as (other, life):
            assert await asyncio.wait_for(life, 20) == 0
            assert not other.ready
        await until(lambda: not application.window.isMinimized())

    program.play(story)


@pytest.mark.usefixtures("secret_service")
def test_practice_and_real_use_have_an_address_each(program: Program, tmp_path: Path) -> None:
    async def story(application: Application) -> None:
        request = StartRequest()
        here = await asyncio.to_thread(send, program.data, request, practice=False)
        practice = await asyncio.to_thread(send, program.data / "practice", request, practice=True)
        elsewhere = await asyncio.to_thread(send, tmp_path, request, practice=False)
        assert (here, practice, elsewhere) == (True, False, False)
        application.start_practice()
        await until(lambda: application.workspace is not None and application.workspace.practice)
        await until(lambda: application.window.shows(application.home))
        here = await asyncio.to_thread(send, program.data, request, practice=False)
        practice = await asyncio.to_thread(send, program.data / "practice", request, practice=True)
        assert (here, practice) == (False, True)

    program.play(story)
    assert not Path(address(program.data / "practice", practice=True)).exists()


def listening(folder: Path, story: Callable[[list[StartRequest], Path], Awaitable[None]]) -> list[StartRequest]:
    """Listen during a story. Return the requests that were passed on."""
    requests: list[StartRequest] = []

    async def whole() -> None:
        listener = StartListener(folder, practice=False, start=asyncio.ensure_future, on_request=requests.append)
        await listener.open()
        try:
            await story(requests, Path(address(folder, practice=False)))
        finally:
            listener.close()
            await asyncio.gather(*(task for task in asyncio.all_tasks() if task is not asyncio.current_task()))

    asyncio.run(whole())
    return requests


def test_only_this_user_can_use_the_socket(tmp_path: Path) -> None:
    async def story(_requests: list[StartRequest], where: Path) -> None:
        assert where.stat().st_mode & 0o777 == 0o600
        assert where.parent.stat().st_mode & 0o777 == 0o700
        assert await asyncio.to_thread(send, tmp_path, StartRequest(tmp_path / "a", "token"), practice=False)

    before = os.umask(0)
    try:
        assert listening(tmp_path, story) == [StartRequest(tmp_path / "a", "token")]
    finally:
        os.umask(before)
    assert not Path(address(tmp_path, practice=False)).exists()


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can act as another user")
def test_another_user_is_refused_even_with_access_to_the_socket(tmp_path: Path, runtime: Path) -> None:
    connect = f"""if True:
        import socket, sys
        with socket.socket(socket.AF_UNIX) as there:
            there.connect({address(tmp_path, practice=False)!r})
            try:
                there.sendall(bytes(2))
                sys.exit(there.recv(1) != b"")
            except OSError:  # closed at once
                pass
    """

    async def story(_requests: list[StartRequest], where: Path) -> None:
        runtime.chmod(0o755)
        where.parent.chmod(0o755)
        where.chmod(0o666)
        process = await asyncio.create_subprocess_exec("/usr/bin/python3", "-c", connect, user=65534, cwd="/")
        assert await process.wait() == 0

    assert listening(tmp_path, story) == []


WRONG = (
    b"",
    b"\0",
    b"/file\0",
    b"relative\0\0",
    b"/file\0\0more",
    b"/file\0to ken\0",
    b"/file\0t\xc3\xb6ken\0",
    b"/file\0" + b"t" * 257 + b"\0",
    b"/" + b"f" * LIMIT_BYTES + b"\0\0",
    b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
)


@pytest.mark.parametrize("sent", WRONG, ids=range(len(WRONG)))
def test_whatever_else_is_sent_is_ignored(tmp_path: Path, sent: bytes) -> None:
    async def story(_requests: list[StartRequest], where: Path) -> None:
        reader, writer = await asyncio.open_unix_connection(where)
        with contextlib.suppress(ConnectionError):
            writer.write(sent)
            writer.write_eof()
            await writer.drain()
            answer = await reader.read()
            assert answer == (DONE if sent == b"/file\0\0more" else b"")  # what follows a request isn't read
        writer.close()
        assert await asyncio.to_thread(send, tmp_path, StartRequest(), practice=False)

    assert listening(tmp_path, story)[-1] == StartRequest()
    assert unpack(sent) is None


@given(st.binary(max_size=40))
def test_no_bytes_break_the_reading_of_a_request(sent: bytes) -> None:
    for each in (sent, b"/" + sent + b"\0", b"/" + sent + b"\0\0"):
        request = unpack(each)
        assert request is None or unpack(request.packed()) == request


def test_a_socket_left_by_a_killed_program_is_replaced(tmp_path: Path) -> None:
    code = f"""if True:
        import asyncio
        from pathlib import Path
        from app.session.start_listener import StartListener
        async def main():
            start = asyncio.ensure_future
            folder = Path({str(tmp_path)!r})
            await StartListener(folder, practice=False, start=start, on_request=print).open()
            print("listening", flush=True)
            await asyncio.sleep(60)
        asyncio.run(main())
    """
    with subprocess.Popen((sys.executable, "-c", code), stdout=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"listening\n"
        process.send_signal(signal.SIGKILL)
    where = Path(address(tmp_path, practice=False))
    assert where.is_socket()
    assert not send(tmp_path, StartRequest(), practice=False)

    async def story(_requests: list[StartRequest], _where: Path) -> None:
        assert await asyncio.to_thread(send, tmp_path, StartRequest(), practice=False)

    assert listening(tmp_path, story) == [StartRequest()]


@pytest.mark.usefixtures("secret_service")
def test_a_program_that_hangs_is_said_to_be_open(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start_request, "LIMIT_SECONDS", 0.3)
    store = Store(program.data)
    assert isinstance(store.lock(), FolderTaken)
    where = Path(address(program.data, practice=False))
    where.parent.mkdir(mode=0o700)
    with socket.socket(socket.AF_UNIX) as hung:
        hung.bind(str(where))
        hung.listen()

        async def story() -> None:
            async with program.starting() as (application, life):
                box = await message(application.window)
                assert "already open" in box.text()
                box.close()
                assert await life == 1

        program.loop(story)
    store.close()


def test_where_no_socket_can_be_made_nothing_breaks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for runtime in (tmp_path / ("long" * 30), tmp_path / "file" / "below", Path("/proc/1")):
        (tmp_path / "file").touch()
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))

        async def story(_requests: list[StartRequest], where: Path) -> None:
            assert not await asyncio.to_thread(where.exists)

        assert listening(tmp_path, story) == []
        assert not send(tmp_path, StartRequest(), practice=False)


def test_a_silent_connection_ends_at_its_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.session.start_listener.LIMIT_SECONDS", 0.2)

    async def story(_requests: list[StartRequest], where: Path) -> None:
        with socket.socket(socket.AF_UNIX) as silent:
            silent.connect(str(where))
            silent.settimeout(10)
            assert await asyncio.to_thread(silent.recv, 1) == b""

    assert listening(tmp_path, story) == []
    assert until_blocking(lambda: not Path(address(tmp_path, practice=False)).exists())


# -- systems that cannot run here, by fakes of what their documentation says ------------------


@pytest.mark.parametrize(("user", "own"), [(os.geteuid(), True), (os.geteuid() + 1, False)])
def test_macos_reports_the_user_of_the_other_side(monkeypatch: pytest.MonkeyPatch, user: int, *, own: bool) -> None:
    class Connection:
        def getsockopt(self, level: int, option: int, size: int) -> bytes:
            assert (level, option) == (0, 1)  # SOL_LOCAL and LOCAL_PEERCRED of sys/un.h
            return struct.pack("IIh16I", 0, user, 1, *[20] * 16)[:size]  # struct xucred of sys/ucred.h

    monkeypatch.setattr(sys, "platform", "darwin")
    assert start_request.is_own_peer(Connection()) is own  # type: ignore[arg-type]


@pytest.mark.parametrize("answer", [DONE, b"", None], ids=["done", "closed", "hangs"])
def test_on_windows_a_second_start_uses_a_named_pipe(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, answer: bytes | None
) -> None:
    allowed: list[int] = []
    user32 = types.SimpleNamespace(AllowSetForegroundWindow=allowed.append)
    monkeypatch.setattr(ctypes, "windll", types.SimpleNamespace(user32=user32), raising=False)
    monkeypatch.setattr(sys, "platform", "win32")
    spec = importlib.util.spec_from_file_location("start_request_on_windows", start_request.__file__)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "LIMIT_SECONDS", 0.3)
    ours, theirs = socket.socketpair()
    opened: list[str] = []

    def open_pipe(path: Path, mode: str, buffering: int) -> object:
        assert (mode, buffering) == ("r+b", 0)
        opened.append(str(path))
        return ours.makefile("rwb", buffering=0)

    monkeypatch.setattr(Path, "open", open_pipe)
    with ours, theirs:
        if answer is not None:
            theirs.sendall(answer)
            theirs.shutdown(socket.SHUT_WR)
        request = module.StartRequest(tmp_path / "file")
        assert module.send(tmp_path, request, practice=False) is (answer == DONE)
        assert theirs.recv(LIMIT_BYTES) == request.packed()
        theirs.close()  # a thread that hangs ends with its pipe
    assert allowed == [-1]
    assert opened == [module.address(tmp_path, practice=False)]
    assert opened[0].startswith("\\\\.\\pipe\\cie-scim-assistant-")
