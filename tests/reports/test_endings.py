"""How the commands without a window end: their exit codes are true whatever happens to output, keyring or time."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import secretstorage
from jeepney import message_bus
from jeepney.io.blocking import Proxy, open_dbus_connection

from app import __version__
from app.guide import catalog
from app.reports import check, explain, groups
from app.reports.check import NO_END, NO_KEYRING
from app.reports.exit_code import Exit
from app.reports.setup_check import Phase
from app.session.open_setup import new_setup, utc_now
from app.setup.store import Store
from app.system import policy
from app.system.threads import DaemonThreadLoop
from app.vault import VaultStatus
from tests.hostile.server import TOKEN, Hostile, listing, says
from tests.reports.test_check import closing, stored
from tests.support.secret_service import unlocked_keyring

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator, Mapping

    from app.setup.state import Setup

ROOT = Path(__file__).resolve().parents[2]
CLOSE = {"0": "0<&-", "1": "1>&-", "2": "2>&-"}
NAME = "fabrikam.example"


def kept(folder: Path, *, practice: bool = True) -> Setup:
    """A stored setup without secrets."""
    store = Store(folder / "practice" if practice else folder, practice=practice)
    setup = new_setup(catalog.guide("entra"), utc_now(), practice=practice).with_(name=NAME)
    store.lock()
    store.save(setup)
    store.close()
    return setup


def run(
    *arguments: str | Path,
    closed: str = "",
    text: str = "HTTP 401",
    environment: Mapping[str, str] | None = None,
    **streams: Any,
) -> subprocess.CompletedProcess[str]:
    """Run a command with these standard descriptors closed."""
    redirected = " ".join(CLOSE[number] for number in closed)
    given: dict[str, Any] = {} if "0" in closed else {"input": text}
    return subprocess.run(
        ["sh", "-c", f'exec "$@" {redirected}', "sh", sys.executable, "-m", "app", *map(str, arguments)],
        cwd=ROOT,
        env=environment,
        text=True,
        timeout=60,
        check=False,
        **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **given, **streams},
    )


def words(done: subprocess.CompletedProcess[str]) -> str:
    """Return what the command printed on standard error, which reports no bug."""
    said = done.stderr or ""
    assert "Traceback" not in said
    assert "Bug" not in said
    assert "Exception ignored" not in said
    return said


# -- output ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def printing(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, tuple[str | Path, ...]]:
    """Command lines that print, by name."""
    folder = tmp_path_factory.mktemp("printing")
    file = folder / "groups.csv"
    file.write_text("Group Name,Group ID\nSales,1\n")
    ldif = folder / "groups.ldif"
    ldif.write_text("dn: CN=a\ncn: a\n")
    kept(folder)
    here = ("--practice", "--data-dir", folder)
    return {
        "list": ("check", "--list", *here),
        "list-json": ("check", "--list", "--names", "--json", *here),
        "nobody-json": ("check", "nobody", "--json", *here),
        "check-help": ("check", "--help"),
        "explain": ("explain", "--client", "entra"),
        "explain-json": ("explain", "--client", "entra", "--json"),
        "explain-help": ("explain", "--help"),
        "groups": ("groups", file),
        "groups-json": ("groups", file, "--json"),
        "groups-ldif-json": ("groups", ldif, "--json"),
        "groups-help": ("groups", "--help"),
    }


LINES = (
    "list", "list-json", "nobody-json", "check-help", "explain", "explain-json", "explain-help",
    "groups", "groups-json", "groups-ldif-json", "groups-help",
)  # fmt: skip


@pytest.mark.slow(35, "starts the program for each command with each kind of closed output")
@pytest.mark.parametrize("line", LINES)
def test_output_that_is_not_written_has_its_own_code(line: str, printing: Mapping[str, tuple[str | Path, ...]]) -> None:
    whole = run(*printing[line])
    assert whole.stdout
    assert whole.returncode != Exit.NOT_WRITTEN
    words(whole)
    with Path("/dev/full").open("w") as full:
        assert run(*printing[line], stdout=full).returncode == Exit.NOT_WRITTEN
        assert run(*printing[line], stderr=full).returncode == whole.returncode
        assert run(*printing[line], stdout=full, stderr=full).returncode == Exit.NOT_WRITTEN
    nobody, pipe = os.pipe()
    os.close(nobody)
    with os.fdopen(pipe, "w") as cut:
        done = run(*printing[line], stdout=cut)
    assert done.returncode == Exit.NOT_WRITTEN
    assert words(done).startswith("Standard output can't be written")
    closed = run(*printing[line], closed="1")
    assert closed.returncode == Exit.NOT_WRITTEN
    assert words(closed).startswith("Standard output can't be written")
    silent = run(*printing[line], closed="2")
    assert silent.stdout[:15] == whole.stdout[:15]  # not the time
    assert silent.returncode == whole.returncode


@pytest.mark.parametrize("closed", ["".join(some) for many in range(4) for some in itertools.combinations("012", many)])
def test_a_closed_descriptor_is_never_taken_by_a_file(closed: str, tmp_path: Path) -> None:
    script = (
        "import os, sys\n"
        "from app.system.standard_streams import open_missing\n"
        "open_missing()\n"
        "with open(sys.argv[1], 'w') as file:\n"
        "    null = os.stat(os.devnull).st_rdev\n"
        "    print(file.fileno() > 2, *(os.fstat(n).st_rdev == null for n in (0, 1, 2)), file=file)\n"
    )
    redirected = " ".join(CLOSE[number] for number in closed)
    command = ["sh", "-c", f'exec "$@" {redirected}', "sh", sys.executable, "-c", script, str(tmp_path / "found")]
    subprocess.run(command, cwd=ROOT, stdin=subprocess.PIPE, capture_output=True, check=True, timeout=60)
    found = (tmp_path / "found").read_text().split()
    assert found == ["True", *(str(number in closed) for number in "012")]


@pytest.mark.parametrize("module", [check, explain, groups])
@pytest.mark.logs("bug", "one is made on purpose")
def test_a_bug_is_not_a_check_that_failed(
    module: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken() -> policy.Policy:
        raise ValueError("canary")

    monkeypatch.setattr(policy, "read", broken)
    line = {check: ["nobody"], explain: ["--client", "entra"], groups: ["nobody.csv"]}[module]
    assert module.main(line) is Exit.INTERNAL
    captured = capsys.readouterr()
    assert "ValueError" in captured.err
    assert "canary" not in captured.out + captured.err


@pytest.mark.parametrize("module", [check, explain, groups])
def test_a_policy_has_its_own_code(
    module: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(policy, "read", lambda: policy.InvalidPolicy("It cannot be applied."))
    line = {check: ["nobody"], explain: ["--client", "entra"], groups: ["nobody.csv"]}[module]
    assert module.main(line) is Exit.FORBIDDEN
    assert capsys.readouterr().err == "It cannot be applied.\n"
    monkeypatch.setattr(policy, "read", lambda: policy.Policy(practice=False, contact="Ask Ann."))
    assert check.main(["nobody", "--practice"]) is Exit.FORBIDDEN
    assert capsys.readouterr().err == f"{policy.NO_PRACTICE} Ask Ann.\n"


# -- the command line --------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [(), ("--list", "one"), ("one", "two")]
    + [("one", "--timeout", number) for number in ("0", "-1", "nan", "inf", "1e9", "soon", "")],
)
def test_a_wrong_command_line(arguments: tuple[str, ...]) -> None:
    assert check.main(arguments) is Exit.USAGE


def test_a_list_names_setups_only_on_request(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    setups = [kept(tmp_path, practice=False) for _ in range(3)]
    assert check.main(["--list", "--data-dir", str(tmp_path)]) is Exit.PASSED
    lines = capsys.readouterr().out.splitlines()
    assert sorted(lines) == sorted(f"{setup.id}  entra" for setup in setups)
    assert check.main(["--list", "--names", "--json", "--data-dir", str(tmp_path)]) is Exit.PASSED
    printed = json.loads(capsys.readouterr().out)
    assert [entry["name"] for entry in printed["setups"]] == [NAME] * 3
    assert {entry["setup"] for entry in printed["setups"]} == {setup.id for setup in setups}
    (tmp_path / "setups" / f"{setups[0].id}.json").write_text("no setup")
    assert check.main(["--list", "--data-dir", str(tmp_path)]) is Exit.NO_SETUP
    assert len(capsys.readouterr().out.splitlines()) == 2


def test_a_setup_copied_from_practice_is_listed_without_its_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    setup = kept(tmp_path, practice=True)
    name = f"{setup.id}.json"
    (tmp_path / "setups").mkdir(mode=0o700)
    (tmp_path / "setups" / name).write_bytes((tmp_path / "practice" / "setups" / name).read_bytes())
    here = ("--data-dir", str(tmp_path))
    assert check.main(["--list", "--json", *here]) is Exit.PASSED
    printed = capsys.readouterr()
    assert json.loads(printed.out)["unreadable"] == []
    assert check.main(["nobody", *here]) is Exit.NO_SETUP
    assert NAME not in printed.out + printed.err + "".join(capsys.readouterr())


def test_an_unknown_setup_points_to_the_list(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check.main(["nobody", "--data-dir", str(tmp_path)]) is Exit.NO_SETUP
    assert "--list" in capsys.readouterr().err


# -- keyrings ----------------------------------------------------------------------------


def without_bus() -> dict[str, str]:
    bus = ("DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR")
    return {name: value for name, value in os.environ.items() if name not in bus}


def test_no_session_bus(tmp_path: Path) -> None:
    setup = kept(tmp_path)
    done = run("check", setup.id, "--practice", "--data-dir", tmp_path, environment=without_bus())
    assert done.returncode == Exit.NO_SECRETS
    assert "DBUS_SESSION_BUS_ADDRESS" in words(done)
    dead = {**without_bus(), "DBUS_SESSION_BUS_ADDRESS": f"unix:path={tmp_path}/nothing"}
    done = run("check", setup.id, "--practice", "--data-dir", tmp_path, environment=dead)
    assert done.returncode == Exit.NO_SECRETS
    assert words(done) == f"{NO_KEYRING}\n"


def test_a_session_bus_is_found_by_its_socket(tmp_path: Path) -> None:
    setup = kept(tmp_path)
    runtime = tmp_path / "run time,"
    runtime.mkdir(mode=0o700)
    with silent_keyring(tmp_path) as address:
        (runtime / "bus").hardlink_to(address.partition("unix:path=")[2].partition(",")[0])
        environment = without_bus() | {"XDG_RUNTIME_DIR": str(runtime)}
        line = ("check", setup.id, "--practice", "--data-dir", tmp_path, "--timeout", "4")
        done = run(*line, environment=environment)
    assert done.returncode == Exit.LIMIT
    assert words(done) == f"{NO_END[Phase.KEYRING].format(limit=4)}\n"


def test_a_locked_keyring_is_said_without_a_prompt(tmp_path: Path) -> None:
    with unlocked_keyring(tmp_path), Hostile(says(listing())) as server:
        session = stored(tmp_path, server.base_url)
        connection = secretstorage.dbus_init()
        secretstorage.get_default_collection(connection).lock()
        connection.close()
        began = time.monotonic()
        done = run("check", session.setup.id, "--practice", "--data-dir", tmp_path)
        assert done.returncode == Exit.NO_SECRETS
        assert words(done) == f"{VaultStatus.LOCKED.words}\n"
        assert time.monotonic() - began < 10
        assert server.requests == []
        session.vault.close()


@contextmanager
def silent_keyring(folder: Path) -> Iterator[str]:
    """A session bus with an owner of the Secret Service's name that never answers."""
    bus = subprocess.Popen(
        ["dbus-daemon", "--session", "--nofork", "--print-address=1", f"--address=unix:dir={folder}"],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert bus.stdout is not None
    address = bus.stdout.readline().strip()
    connection = open_dbus_connection(address)
    try:
        Proxy(message_bus, connection).RequestName("org.freedesktop.secrets")
        yield address
    finally:
        connection.close()
        bus.terminate()
        bus.wait(5)
        bus.stdout.close()


@pytest.mark.parametrize("seconds", [4.0, 6.5])
def test_a_keyring_that_never_answers(seconds: float, tmp_path: Path) -> None:
    setup = kept(tmp_path)
    with silent_keyring(tmp_path) as address:
        environment = {**without_bus(), "DBUS_SESSION_BUS_ADDRESS": address}
        line = ("check", setup.id, "--practice", "--data-dir", tmp_path, "--timeout", str(seconds), "--json")
        began = time.monotonic()
        done = run(*line, environment=environment)
        assert time.monotonic() - began < seconds + 9
    assert done.returncode == Exit.LIMIT
    printed = json.loads(done.stdout)
    assert printed["title"] == NO_END[Phase.KEYRING].format(limit=seconds)
    assert (printed["setup"], printed["exit"]) == (setup.id, Exit.LIMIT)


# -- endpoints ---------------------------------------------------------------------------


@pytest.mark.usefixtures("secret_service")
def test_an_endpoint_that_never_answers(tmp_path: Path) -> None:
    def silent(_connection: socket.socket, _request: str, stop: threading.Event) -> None:
        stop.wait(30)

    with Hostile(silent) as server:
        session = stored(tmp_path, server.base_url)
        began = time.monotonic()
        done = run("check", session.setup.id, "--practice", "--data-dir", tmp_path, "--timeout", "9")
        assert time.monotonic() - began < 20
    assert done.returncode == Exit.LIMIT
    assert words(done) == f"{NO_END[Phase.ENDPOINT].format(limit=9)}\n"
    closing(session)


@pytest.mark.usefixtures("secret_service")
def test_what_one_object_says_of_its_check(tmp_path: Path) -> None:
    def answering(connection: socket.socket, request: str, stop: threading.Event) -> None:
        says(listing())(connection, request.replace("-0123456789", ""), stop)

    with Hostile(answering) as server:
        session = stored(tmp_path, server.base_url, NAME)
        line = ("check", session.setup.id, "--practice", "--data-dir", tmp_path, "--json")
        plain, named = run(*line), run(*line, "--names")
    for done, names in ((plain, False), (named, True)):
        assert done.returncode == Exit.PASSED, done.stderr
        printed = json.loads(done.stdout)
        assert (printed["version"], printed["setup"], printed["client"]) == (__version__, session.setup.id, "entra")
        at = datetime.fromisoformat(printed["at"])
        assert at.utcoffset() is not None
        assert abs(at.timestamp() - time.time()) < 120
        assert (NAME in done.stdout) is names
        assert printed.get("name") == (NAME if names else None)
        assert {each["check"]: each["verdict"] for each in printed["checks"]}["certificate"] == "not-checked"
        assert TOKEN not in done.stdout + done.stderr
    closing(session)


def test_a_hung_thread_does_not_delay_the_end() -> None:
    ended = threading.Event()

    async def work() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await asyncio.to_thread(ended.wait, 10)

    with asyncio.Runner(loop_factory=DaemonThreadLoop) as runner:
        runner.run(work())
    assert not ended.is_set()
    ended.set()
