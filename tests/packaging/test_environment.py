"""The environment on a fresh machine: what is installed, when nothing is, and what is left behind."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType


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
    fitting = debian.parent / "bin/python3.15"
    fitting.write_text("#!/bin/sh\n")
    fitting.chmod(0o755)
    monkeypatch.setattr(dev.sys, "version_info", version)
    assert (dev.OLDEST <= version[:2] < dev.TOO_NEW) is fits
    said = dev.wrong_python()
    assert f"This is Python {'.'.join(map(str, version))} ({sys.executable})." in said
    assert "3.11 to 3.15. Run it again with python3.15." in said


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
