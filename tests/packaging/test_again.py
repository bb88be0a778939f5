"""What two builds have to agree on, and what is said where they do not."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def again(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(ROOT / "packaging")
    return importlib.import_module("again")


def test_one_byte_of_difference_is_named(again: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "SHA256SUMS").write_text("aa  one.deb\nbb  two.tar.xz\n")
    first = again.sums(tmp_path)
    assert first == {"one.deb": "aa", "two.tar.xz": "bb"}
    assert again.report(first, dict(first)) == 0
    assert again.report(first, {**first, "two.tar.xz": "bc"}) == 1
    assert "DIFFERS  two.tar.xz" in capsys.readouterr().out


def test_an_artefact_of_one_build_only_is_a_difference_and_none_at_all_no_success(again: ModuleType) -> None:
    assert again.report({"one.deb": "aa"}, {}) == 1
    assert again.report({}, {"one.deb": "aa"}) == 1
    assert again.report({}, {}) == 1


def test_the_second_build_has_the_same_files(again: ModuleType) -> None:
    names = again.sources()
    assert {"packaging/build.py", "app/__main__.py", "resources/icons/app.svg"} <= set(names)
    assert not [name for name in names if name.startswith(("build/", "dist/", ".venv/"))]
