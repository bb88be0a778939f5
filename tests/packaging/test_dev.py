"""The setup of a fresh machine: what it installs, when it does nothing, and what it leaves behind."""

from __future__ import annotations

import ast
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.until import until_blocking

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.txt", "requirements-test.txt", "requirements-build.txt", "requirements-foreign.txt")


@pytest.fixture
def dev() -> ModuleType:
    spec = importlib.util.spec_from_file_location("dev", ROOT / "packaging/dev.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def checkout(dev: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A separate checkout with empty lock files and no environment."""
    (tmp_path / "packaging").mkdir()
    for lock in LOCKS:
        (tmp_path / "packaging" / lock).write_text("# nothing\n")
    monkeypatch.setattr(dev, "ROOT", tmp_path)
    monkeypatch.setattr(dev, "PYTHON", tmp_path / dev.PYTHON.relative_to(dev.VENV.parent))
    monkeypatch.setattr(dev, "VENV", tmp_path / ".venv")
    return tmp_path


@pytest.fixture
def debian(dev: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with libegl1 and libglib2.0-0t64, from which xvfb was removed. Returns the log of apt-get."""
    log = tmp_path / "apt.log"
    bin_dir = tmp_path / "bin"
    bin_dir.mkdir()
    database = "libegl1 installed\\nlibglib2.0-0t64 installed\\nxvfb config-files\\n"
    for name, script in {
        "dpkg-query": f"printf '{database}'; exit 1",
        "apt-get": f'echo "$DEBIAN_FRONTEND $@" >> {log}',
    }.items():
        (bin_dir / name).write_text(f"#!/bin/sh\n{script}\n")
        (bin_dir / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{bin_dir}:/bin")
    monkeypatch.setattr(dev.os, "geteuid", lambda: 0)
    return log


def pins(lock: str) -> dict[str, str]:
    text = (ROOT / "packaging" / lock).read_text()
    return dict(re.findall(r"^([\w.-]+)==([^\s;]+)", text, re.MULTILINE))


def test_it_needs_only_the_standard_library() -> None:
    tree = ast.parse((ROOT / "packaging/dev.py").read_text())
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in imported} <= sys.stdlib_module_names


def test_every_library_is_pinned_by_hash_and_no_host_appears() -> None:
    for lock in LOCKS:
        text = (ROOT / "packaging" / lock).read_text()
        entries = re.split(r"^(?=[\w.-]+==)", text, flags=re.MULTILINE)[1:]
        assert len(entries) == len(pins(lock)) > 5
        assert all("--hash=sha256:" in entry for entry in entries)
        assert "://" not in text
        assert "index-url" not in text


@pytest.mark.parametrize("server", ["scimmy", "jackson"])
def test_the_javascript_lock_pins_by_hash_and_contains_no_host(server: str) -> None:
    text = (ROOT / f"tests/foreign/{server}/package-lock.json").read_text()
    packages = {name: entry for name, entry in json.loads(text)["packages"].items() if name}
    assert len(packages) > 50
    assert all(entry["integrity"].startswith("sha512-") for entry in packages.values())
    assert not any("resolved" in entry for entry in packages.values())


def test_the_test_and_build_locks_contain_the_run_lock() -> None:
    """Without this, `run` after `test` would install something, and a package would differ from what was tested."""
    assert pins("requirements.txt").items() <= pins("requirements-test.txt").items()
    assert pins("requirements.txt").items() <= pins("requirements-build.txt").items()


def test_the_locks_contain_every_dependency_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    named = {
        "requirements.txt": project["project"]["dependencies"],
        "requirements-test.txt": project["dependency-groups"]["test"],
        "requirements-build.txt": project["dependency-groups"]["build"],
        "requirements-foreign.txt": project["dependency-groups"]["foreign"],
    }
    for lock, dependencies in named.items():
        names = {re.split(r"[><=; ]", dependency)[0].lower().replace("_", "-") for dependency in dependencies}
        assert names <= {name.lower() for name in pins(lock)}


def test_the_python_range_is_the_projects(dev: ModuleType) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    low, high = (".".join(map(str, version)) for version in (dev.OLDEST, dev.TOO_NEW))
    assert project["requires-python"] == f">={low},<{high}"


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

@pytest.mark.lane("browser")
def test_that_lacks_something():
    pytest.skip("there is no browser")
"""


@pytest.mark.parametrize(
    ("arguments", "passed", "failed"),
    [
        ([], {"core"}, set()),
        (["--lane", "desktops"], {"lane"}, set()),
        (["--lane", "browser", "--lane=desktops"], {"lane"}, {"something"}),
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
    assert dev.lanes_changed("HEAD^") == ("desktops",)
    commit("LICENSE")
    assert dev.lanes_changed("HEAD^") == ()
    assert dev.lanes_changed("HEAD~2") == ("desktops",)


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


def test_missing_packages_are_named_with_their_reason_and_installed(
    dev: ModuleType, debian: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dev.system_packages({"Qt's libraries": "libegl1 libglib2.0-0 libgl1", "a virtual screen": "xvfb"})
    assert debian.read_text().splitlines() == [
        "noninteractive update -qq",
        "noninteractive satisfy -y -qq --no-install-recommends libgl1 xvfb",
    ]
    output = capsys.readouterr().out
    assert "for Qt's libraries: libgl1\n" in output
    assert "for a virtual screen: xvfb\n" in output


def test_one_of_several_packages_is_enough_and_apt_chooses(dev: ModuleType, debian: Path) -> None:
    dev.system_packages({"Qt's libraries": "libegl2|libegl1"})
    assert not debian.exists()
    dev.system_packages({"KWallet": "libegl1 kwallet6|libkf5wallet-bin"})
    assert debian.read_text().splitlines()[-1].endswith(" --no-install-recommends kwallet6 | libkf5wallet-bin")


def test_nothing_is_downloaded_if_nothing_is_missing(dev: ModuleType, debian: Path) -> None:
    dev.system_packages({"Qt's libraries": "libegl1 libglib2.0-0"})
    assert not debian.exists()


def test_without_root_it_names_the_missing_packages_and_stops(
    dev: ModuleType, debian: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(dev.os, "geteuid", lambda: 1000)
    with pytest.raises(SystemExit, match="--no-system"):
        dev.system_packages({"a virtual screen": "xvfb"})
    assert "xvfb" in capsys.readouterr().out
    assert not debian.exists()


def test_without_installing_it_names_what_it_leaves_out(
    dev: ModuleType, debian: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dev.system_packages({"a virtual screen": "xvfb"}, install=False)
    said = capsys.readouterr().out
    assert "for a virtual screen: xvfb\n" in said
    assert "--no-system" in said
    assert not debian.exists()


@pytest.mark.parametrize(
    ("version", "fits"), [((3, 10, 4), False), ((3, 11, 0), True), ((3, 15, 2), True), ((3, 16), False)]
)
def test_another_python_is_named_with_what_to_do(
    dev: ModuleType, version: tuple[int, ...], fits: bool, debian: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fitting = debian.parent / "bin/python3.13"
    fitting.write_text("#!/bin/sh\n")
    fitting.chmod(0o755)
    monkeypatch.setattr(dev.sys, "version_info", version)
    assert (dev.OLDEST <= version[:2] < dev.TOO_NEW) is fits
    said = dev.wrong_python()
    assert f"This is Python {'.'.join(map(str, version))} ({sys.executable})." in said
    assert "3.11 to 3.15. Run it again with python3.13." in said


def test_a_failing_apt_get_is_reported(dev: ModuleType, debian: Path) -> None:
    (debian.parent / "bin/apt-get").write_text("#!/bin/sh\nexit 100\n")
    with pytest.raises(SystemExit, match="apt-get update exited with 100"):
        dev.system_packages({"a virtual screen": "xvfb"})


def test_the_environment_is_created_once_and_again_when_the_lock_changes(
    dev: ModuleType, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dev.environment("requirements-test.txt")
    assert subprocess.run([dev.PYTHON, "-c", ""], check=False, timeout=30).returncode == 0

    started: list[Any] = []
    monkeypatch.setattr(dev.subprocess, "run", lambda arguments, **_: started.append(arguments))
    dev.environment("requirements-test.txt")
    dev.environment("requirements.txt")  # the test libraries include the run libraries
    assert started == []

    (checkout / "packaging/requirements-test.txt").write_text("# something else\n")
    assert not dev.is_current("requirements-test.txt")
    assert not dev.is_current("requirements.txt")


def test_the_run_libraries_are_not_enough_for_the_tests(dev: ModuleType, checkout: Path) -> None:
    dev.PYTHON.parent.mkdir(parents=True)
    dev.PYTHON.touch()
    (checkout / ".venv/stamp-requirements.txt").write_text(dev.stamp("requirements.txt"))
    assert dev.is_current("requirements.txt")
    assert not dev.is_current("requirements-test.txt")


def test_a_failed_installation_leaves_no_stamp(
    dev: ModuleType, checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (checkout / ".venv").mkdir()
    old = checkout / ".venv/stamp-requirements.txt"
    old.write_text("older")
    script = "print('why it failed'); raise SystemExit(3)"
    monkeypatch.setattr(dev, "make_venv", lambda _venv: [sys.executable, "-c", script])
    with pytest.raises(SystemExit, match="pip exited with 3"):
        dev.environment("requirements.txt")
    assert not old.exists()
    assert "why it failed\n" in capsys.readouterr().out


def test_only_the_lock_decides_what_is_installed(
    dev: ModuleType, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Debian 12's pip would request the newest release of a library with extras, and stop at its hash."""
    arguments = checkout / "arguments"
    script = f"import pathlib, sys; pathlib.Path({str(arguments)!r}).write_text(' '.join(sys.argv[1:]))"
    monkeypatch.setattr(dev, "make_venv", lambda _venv: [sys.executable, "-c", script])
    (checkout / "build/venv").mkdir(parents=True)
    dev.environment("requirements-build.txt", checkout / "build/venv")
    assert {"--require-hashes", "--no-deps"} <= set(arguments.read_text().split())
    assert (checkout / "build/venv/stamp-requirements-build.txt").exists()
    assert not dev.VENV.exists()


def test_the_build_environment_is_separate(dev: ModuleType, checkout: Path) -> None:
    pip = dev.make_venv(checkout / "build/venv")
    output = subprocess.run([*pip, "--version"], capture_output=True, text=True, check=True, timeout=60).stdout
    assert "pip" in output
    assert dev.python_of(checkout / "build/venv").exists()
    assert not dev.VENV.exists()


def test_packages_are_built_with_the_distributions_python(
    dev: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python = tmp_path / "python3"
    python.touch()
    started: list[list[str]] = []

    def execv(_path: Path, arguments: list[str]) -> None:
        started.append(arguments)
        raise SystemExit

    monkeypatch.setattr(dev, "DISTRIBUTION_PYTHON", python)
    monkeypatch.setattr(dev.os, "execv", execv)
    monkeypatch.setattr(dev.sys, "platform", "linux")
    with pytest.raises(SystemExit):
        dev.main(["build", "--check"])
    assert started == [[str(python), dev.__file__, "build", "--check"]]


def test_without_ensurepip_the_systems_pip_fills_the_environment(
    dev: ModuleType, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A minimal Debian: `import ensurepip` fails, but pip is installed."""
    (checkout / "blind/ensurepip").mkdir(parents=True)
    (checkout / "blind/ensurepip/__init__.py").write_text("raise ImportError\n")
    monkeypatch.setenv("PYTHONPATH", str(checkout / "blind"))
    pip = dev.make_venv()
    assert pip[0] in (sys.executable, sys._base_executable)  # type: ignore[attr-defined]
    output = subprocess.run([*pip, "--version"], capture_output=True, text=True, check=False, timeout=60)
    assert output.returncode == 0, output.stderr
    assert not list(dev.PYTHON.parent.glob("pip*"))


def test_an_environment_of_another_python_is_replaced(dev: ModuleType, checkout: Path) -> None:
    dev.PYTHON.parent.mkdir(parents=True)
    dev.PYTHON.touch()
    (checkout / ".venv/pyvenv.cfg").write_text("version = 3.9.2\n")
    (checkout / ".venv/left-over").touch()
    dev.make_venv()
    assert dev.venv_version() == sys.version_info[:2]
    assert not (checkout / ".venv/left-over").exists()


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
