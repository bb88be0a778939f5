"""What a packaged program tells about itself."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from app.system import release as told

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def release(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(ROOT / "packaging")
    return importlib.import_module("release")


def test_every_text_is_there_once_with_all_that_it_is_for(
    release: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = importlib.import_module("bill").Part
    parts = [
        part("Qt", "6.12", "LGPL-3.0-only", "pkg:generic/qt"),
        part("h11", "1", "MIT", "pkg:pypi/h11", "a text of MIT"),
        part("httpcore", "2", "MIT", "pkg:pypi/httpcore", "a text of MIT"),
    ]
    release.put(tmp_path, parts)
    release.put(tmp_path, parts)  # a second build over it
    monkeypatch.setattr(told, "resources", lambda: tmp_path)
    text = told.read().parts
    assert text.count("a text of MIT") == 1
    assert "h11 1, httpcore 2" in text
    for needed in ("GNU LESSER GENERAL PUBLIC LICENSE", "GNU GENERAL PUBLIC LICENSE", "Apache License", "Qt ", "6.12"):
        assert needed in text


@pytest.mark.parametrize(
    ("setting", "good"),
    [("", True), ("https://downloads.example/a", True), ("http://downloads.example", False), ("somewhere", False)],
)
def test_new_versions_are_at_an_https_address_or_nowhere(
    release: ModuleType, setting: str, good: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "packaging").mkdir()
    (tmp_path / "packaging/release.toml").write_text(f'downloads = "{setting}"\n')
    monkeypatch.setattr(release, "ROOT", tmp_path)
    if good:
        assert release.downloads() == setting
    else:
        with pytest.raises(SystemExit, match="https"):
            release.downloads()
