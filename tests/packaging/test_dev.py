"""The commands for developers: tests, lanes and checks, and that none leaves a process behind."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.packaging.conftest import ROOT
from tests.support.until import until_blocking

if TYPE_CHECKING:
    from types import ModuleType


def test_it_needs_only_the_standard_library() -> None:
    tree = ast.parse((ROOT / "packaging/dev.py").read_text())
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in imported} <= sys.stdlib_module_names


def ci(folder: Path, tests: str, packages: str, lanes: str = "true") -> subprocess.CompletedProcess[str]:
    """Run .ci/run in a folder where these shell commands replace the ``dev.py`` commands that it calls."""
    (folder / ".ci").mkdir()
    shutil.copy(ROOT / ".ci/run", folder / ".ci/run")
    (folder / "bin").mkdir()
    stub = folder / "bin/python3"
    changed = f'*" test --changed-lanes") {lanes};;'
    cases = f'*" test") {tests};; *" build --check") {packages};; {changed} *) exit 99;;'
    stub.write_text(f'#!/bin/sh\ncase "$*" in {cases} esac')
    stub.chmod(0o755)
    env = {**os.environ, "PATH": f"{folder}/bin:{os.environ['PATH']}"}
    return subprocess.run([folder / ".ci/run"], env=env, capture_output=True, text=True, timeout=30, check=False)


@pytest.mark.skipif(sys.platform == "win32", reason="CI runs on Linux")
def test_ci_ends_with_the_test_count(tmp_path: Path) -> None:
    ran = ci(tmp_path, "echo early; echo '7 passed in 1s'; echo '==> passed'", "echo packages", "echo lanes")
    assert ran.returncode == 0
    assert ran.stdout.splitlines()[-4:] == ["packages", "lanes", "7 passed in 1s", "==> passed"]


@pytest.mark.skipif(sys.platform == "win32", reason="CI runs on Linux")
@pytest.mark.parametrize("failing", ["tests", "packages", "lanes"])
def test_ci_fails_if_one_of_its_commands_fails(failing: str, tmp_path: Path) -> None:
    ran = ci(tmp_path, **{"tests": "true", "packages": "true", failing: "exit 3"})
    assert ran.returncode == 3


LANE_TESTS = """
import pytest

def test_of_the_core():
    pass

@pytest.mark.lane("desktops")
def test_of_a_lane():
    pass

@pytest.mark.lane("servers")
def test_that_lacks_something():
    pytest.skip("there is no server")
"""


@pytest.mark.parametrize(
    ("arguments", "passed", "failed"),
    [
        ([], {"core"}, set()),
        (["--lane", "desktops"], {"lane"}, set()),
        (["--lane", "servers", "--lane=desktops"], {"lane"}, {"something"}),
        (["--all-lanes"], {"core", "lane"}, {"something"}),
    ],
)
def test_a_lane_runs_on_request_and_never_skips(
    arguments: list[str], passed: set[str], failed: set[str], tmp_path: Path
) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "test_lanes.py").write_text(LANE_TESTS)
    asked = [sys.executable, "-m", "pytest", "-rpfs", "-p", "no:cacheprovider", "-p", "tests.support.lanes", *arguments]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "packaging")))}
    ran = subprocess.run(asked, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=60, check=False)
    outcomes = re.findall(r"^(PASSED|FAILED|SKIPPED) \S+::\w*_([a-z]+)", ran.stdout, re.MULTILINE)
    assert {name for outcome, name in outcomes if outcome == "PASSED"} == passed, ran.stdout + ran.stderr
    assert {name for outcome, name in outcomes if outcome == "FAILED"} == failed
    assert "SKIPPED" not in ran.stdout
    assert ran.returncode == bool(failed)


def test_a_lane_covers_what_exists(dev: ModuleType) -> None:
    assert [path for lane in dev.LANES.values() for path in lane.paths if not (ROOT / path).exists()] == []


def test_a_requested_lane_adds_its_packages(dev: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(dev.LANES, "orca", dev.TestLane({"a screen reader": "orca"}, ()))
    assert dev.lanes_named(["-x", "--lane", "orca", "--lane=desktops", "tests/ui"]) == ("orca", "desktops")
    assert dev.lanes_named(["--all-lanes"]) == tuple(dev.LANES)
    assert "orca" in dev.needed("test", lanes=("orca",)).values()
    assert "orca" not in dev.needed("test").values()
    with pytest.raises(SystemExit):
        dev.lanes_named(["--lane", "nobody"])


def test_the_lanes_that_cover_a_change_are_found(dev: ModuleType, checkout: Path) -> None:
    def commit(*names: str) -> None:
        for name in names:
            (checkout / name).parent.mkdir(parents=True, exist_ok=True)
            (checkout / name).write_text(name)
        author = ("-c", "user.name=a", "-c", "user.email=a@example.com")
        subprocess.run(["git", "add", "."], cwd=checkout, check=True)
        subprocess.run(["git", *author, "commit", "-qm", "one"], cwd=checkout, check=True)

    subprocess.run(["git", "init", "-q"], cwd=checkout, check=True)
    commit("README.md")
    assert dev.lanes_changed("HEAD^") == tuple(dev.LANES)  # nothing to compare with
    commit("ui/desktop/clipboard.py")
    assert dev.lanes_changed("HEAD^") == ("desktops", "orca")
    commit("LICENSE")
    assert dev.lanes_changed("HEAD^") == ()
    assert dev.lanes_changed("HEAD~2") == ("desktops", "orca")


def test_the_tests_near_a_change_are_those_of_its_room(dev: ModuleType) -> None:
    near = {
        "app/setup/journey.py": {"tests/setup"},
        "ui/theme/style.py": {"tests/ui"},
        "tests/net/test_client.py": {"tests/net"},
        "tests/test_bad_input.py": {"tests/test_bad_input.py"},
        "packaging/deb.py": {"tests/packaging"},
        "resources/guides/okta.yaml": {"tests/guide"},
        "resources/help/contributing/map.md": {"tests/handbook"},
        "CHANGELOG.md": set(),
    }
    assert {file: set(dev.rooms_near([file])) - set(dev.ALWAYS) for file in near} == near
    assert dev.rooms_near(list(near)) == [*dev.ALWAYS, *(room for rooms in near.values() for room in rooms)]


def test_every_lane_covers_existing_files(dev: ModuleType) -> None:
    own = {f"tests/{name}/" for name in dev.LANES}
    covered = {path for lane in dev.LANES.values() for path in lane.paths} - own
    assert {path for path in covered if not (ROOT / path).exists()} == set()


def test_the_readme_names_every_option() -> None:
    asked = [sys.executable, "-m", "app", "--help"]
    usage = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True, timeout=30).stdout
    options = set(re.findall(r"--[a-z-]+", usage))
    assert {"--practice", "--tour", "--smoke"} <= options
    readme = (ROOT / "README.md").read_text()
    assert {option for option in options if f"`{option}" not in readme} == set()


def test_a_hanging_command_is_ended_with_everything_it_started(dev: ModuleType, tmp_path: Path) -> None:
    note = tmp_path / "pid"
    script = f"sleep 60 & echo $! > {note}; wait"
    began = time.monotonic()
    assert dev.supervise(["sh", "-c", script], dict(os.environ), limit=0.5) == 124
    assert time.monotonic() - began < 5
    assert is_gone(int(note.read_text()))


def test_processes_left_by_a_finished_command_are_ended(dev: ModuleType, tmp_path: Path) -> None:
    note = tmp_path / "pid"
    assert dev.supervise(["sh", "-c", f"sleep 60 & echo $! > {note}; exit 7"], dict(os.environ)) == 7
    assert is_gone(int(note.read_text()))


def is_gone(pid: int) -> bool:
    """Return whether the process ends within 5 s. A zombie counts as ended."""

    def ended() -> bool:
        try:
            return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
        except (FileNotFoundError, ProcessLookupError):
            return True

    return until_blocking(ended, 5)


def test_the_checks_stop_at_the_first_failure(dev: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    codes = iter([0, 0, 3])
    ran: list[str] = []

    def supervise(arguments: list[str], env: dict[str, str], limit: float) -> int:
        ran.append(arguments[2])
        assert env["QT_QPA_PLATFORM"] == "offscreen"
        assert 0 < limit <= dev.TEST_LIMIT
        return next(codes)

    monkeypatch.setattr(dev, "supervise", supervise)
    assert dev.test([]) == 3
    assert ran == ["ruff", "ruff", "mypy"]


def test_arguments_after_two_dashes_are_passed_on(dev: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    passed: list[list[str]] = []
    monkeypatch.setattr(dev, "environment", lambda _lock: None)
    monkeypatch.setattr(dev.signal, "signal", lambda *_: None)

    def run(extra: list[str]) -> int:
        passed.append(extra)
        return 5

    monkeypatch.setattr(dev, "run", run)
    assert dev.main(["run", "--no-system", "--", "--theme", "dark"]) == 5
    assert dev.main(["--no-system", "run"]) == 5
    assert passed == [["--theme", "dark"], []]


def test_without_a_display_it_runs_the_tour(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seen: list[list[str]] = []
    monkeypatch.setattr(dev, "has_display", lambda: False)

    def on_virtual_screen(arguments: list[str], _home: Path) -> int:
        seen.append(arguments)
        return 4

    monkeypatch.setattr(dev, "on_virtual_screen", on_virtual_screen)
    assert dev.run(["--theme", "dark"]) == 4
    (arguments,) = seen
    assert arguments[1:4] == ["-m", "app", "--practice"]
    assert arguments[arguments.index("--tour") + 1] == str(ROOT / "tour")
    assert arguments[-2:] == ["--theme", "dark"]
    assert not Path(arguments[arguments.index("--data-dir") + 1]).parent.exists()
    assert str(ROOT / "tour") in capsys.readouterr().out


KEYRING_AND_SCREEN = """
import os, pathlib, sys, keyring.backends.SecretService as backend
assert pathlib.Path("/tmp/.X11-unix/X" + os.environ["DISPLAY"][1:]).exists()
ring = backend.Keyring()
ring.set_password("dev", "user", "a practice value")
assert ring.get_password("dev", "user") == "a practice value"
pathlib.Path(sys.argv[1]).write_text(os.environ["DISPLAY"])
raise SystemExit(9)
"""


def test_the_virtual_screen_has_a_display_and_an_unlocked_keyring(
    dev: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    home = tmp_path / "home"
    home.mkdir()
    note = tmp_path / "display"
    assert dev.on_virtual_screen([sys.executable, "-c", KEYRING_AND_SCREEN, str(note)], home) == 9
    socket = Path(f"/tmp/.X11-unix/X{note.read_text().removeprefix(':')}")
    assert not socket.exists()  # the screen ends with its command
