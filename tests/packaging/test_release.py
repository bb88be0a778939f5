"""What a packaged program knows about itself."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from app.system import release as installed

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def release(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(ROOT / "packaging")
    return importlib.import_module("release")


def test_every_license_text_appears_once_with_all_components_it_applies_to(
    release: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    component = importlib.import_module("sbom").Component
    components = [
        component("Qt", "6.12", "LGPL-3.0-only", "pkg:generic/qt"),
        component("h11", "1", "MIT", "pkg:pypi/h11", "a text of MIT"),
        component("httpcore", "2", "MIT", "pkg:pypi/httpcore", "a text of MIT"),
    ]
    release.put(tmp_path, components)
    release.put(tmp_path, components)  # a second build overwrites it
    monkeypatch.setattr(installed, "resources", lambda: tmp_path)
    text = installed.read().licenses
    assert text.count("a text of MIT") == 1
    assert "h11 1, httpcore 2" in text
    for needed in ("GNU LESSER GENERAL PUBLIC LICENSE", "GNU GENERAL PUBLIC LICENSE", "Apache License", "Qt ", "6.12"):
        assert needed in text


@pytest.mark.parametrize(
    ("setting", "good"),
    [("", True), ("https://downloads.example/a", True), ("http://downloads.example", False), ("somewhere", False)],
)
def test_new_versions_have_an_https_address_or_none(
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
