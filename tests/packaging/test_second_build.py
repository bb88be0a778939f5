"""What two builds must have in common, and what is printed if they differ."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def second_build(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(ROOT / "packaging")
    return importlib.import_module("second_build")


def test_a_difference_of_one_byte_is_named(
    second_build: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "SHA256SUMS").write_text("aa  one.deb\nbb  two.tar.xz\n")
    first = second_build.sums(tmp_path)
    assert first == {"one.deb": "aa", "two.tar.xz": "bb"}
    assert second_build.report(first, dict(first)) == 0
    assert second_build.report(first, {**first, "two.tar.xz": "bc"}) == 1
    assert "DIFFERS  two.tar.xz" in capsys.readouterr().out


def test_an_artifact_of_only_one_build_is_a_difference_and_no_artifact_is_a_failure(second_build: ModuleType) -> None:
    assert second_build.report({"one.deb": "aa"}, {}) == 1
    assert second_build.report({}, {"one.deb": "aa"}) == 1
    assert second_build.report({}, {}) == 1


def test_the_second_build_has_the_same_files(second_build: ModuleType) -> None:
    names = second_build.sources()
    assert {"packaging/build.py", "app/__main__.py", "resources/icons/app.svg"} <= set(names)
    assert not [name for name in names if name.startswith(("build/", "dist/", ".venv/"))]
