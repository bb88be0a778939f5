"""The check of the packages on Linux: in order, up to the first step that fails, which is named."""

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


@pytest.mark.parametrize(("step", "said"), [(lambda: 3, "code 3: Sizes"), (overdue, "code 1: Sizes")])
def test_the_step_that_fails_is_named_and_the_last(
    step: Callable[[], int],
    said: str,
    packaging: Callable[[str], ModuleType],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    on_linux = packaging("on_linux")
    order = {"Menu": lambda: 0, "Sizes": step, "Never": lambda: pytest.fail("went on")}
    monkeypatch.setattr(on_linux, "steps", lambda *_: order)
    assert on_linux.check([], 0, None) == int(said[5])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "==> Menu"
    assert lines[-1].endswith(said)


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


def test_what_runs_beside_speaks_only_where_it_fails(
    packaging: Callable[[str], ModuleType], capsys: pytest.CaptureFixture[str]
) -> None:
    aside = packaging("aside")
    with aside.aside(["sh", "-c", "echo all is well"]) as good, aside.aside(["sh", "-c", "seq 99 >&2; exit 4"]) as bad:
        assert good() == 0
        assert capsys.readouterr().out == ""
        assert bad() == 4
    told = capsys.readouterr().out.split()
    assert told == [str(number) for number in range(100 - aside.LINES, 100)]


def test_what_nobody_waits_for_is_ended(packaging: Callable[[str], ModuleType], tmp_path: Path) -> None:
    note = tmp_path / "pid"
    with packaging("aside").aside(["sh", "-c", f"echo $$ >{note}; exec sleep 60"]):
        until_blocking(lambda: note.exists() and note.read_text())
    assert not Path("/proc", note.read_text().strip()).exists()
