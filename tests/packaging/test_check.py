"""The package checks on Linux: in order, up to the first step that fails, which is named."""

from __future__ import annotations

import importlib
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.until import until_blocking

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def packaging(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], ModuleType]:
    monkeypatch.syspath_prepend(ROOT / "packaging")
    return importlib.import_module


def overdue() -> int:
    raise subprocess.TimeoutExpired(["AppRun", "--smoke"], 60)


@pytest.mark.parametrize(("step", "ending"), [(lambda: 3, "code 3: Sizes"), (overdue, "code 1: Sizes")])
def test_the_failing_step_is_named_and_is_the_last(
    step: Callable[[], int],
    ending: str,
    packaging: Callable[[str], ModuleType],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    on_linux = packaging("on_linux")
    order = {"Menu": lambda: 0, "Sizes": step, "Never": lambda: pytest.fail("a step after the failing one ran")}
    monkeypatch.setattr(on_linux, "steps", lambda *_: order)
    assert on_linux.check([], 0, None) == int(ending[5])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "==> Menu"
    assert lines[-1].endswith(ending)


def test_a_package_that_is_too_large_fails(
    packaging: Callable[[str], ModuleType], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    on_linux = packaging("on_linux")
    monkeypatch.setattr(on_linux, "BUILD", tmp_path)
    package = tmp_path / "a.deb"
    package.write_bytes(b"12345")
    monkeypatch.setattr(on_linux, "DOWNLOAD", 5)
    assert on_linux.weigh([package]) == 0
    monkeypatch.setattr(on_linux, "DOWNLOAD", 4)
    assert on_linux.weigh([package]) == 1


def test_a_background_command_prints_only_if_it_fails(
    packaging: Callable[[str], ModuleType], capsys: pytest.CaptureFixture[str]
) -> None:
    background_command = packaging("background_command")
    start = background_command.in_background
    with start(["sh", "-c", "echo all is well"]) as good, start(["sh", "-c", "seq 99 >&2; exit 4"]) as bad:
        assert good() == 0
        assert capsys.readouterr().out == ""
        assert bad() == 4
    printed = capsys.readouterr().out.split()
    assert printed == [str(number) for number in range(100 - background_command.LINES, 100)]


def test_a_background_command_that_is_not_awaited_is_ended(
    packaging: Callable[[str], ModuleType], tmp_path: Path
) -> None:
    note = tmp_path / "pid"
    with packaging("background_command").in_background(["sh", "-c", f"echo $$ >{note}; exec sleep 60"]):
        until_blocking(lambda: note.exists() and note.read_text())
    assert not Path("/proc", note.read_text().strip()).exists()
