"""What two builds must have in common, and what is printed if they differ."""

from __future__ import annotations

import importlib
import shutil
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


def packed(tree: Path, out: Path) -> dict[str, str]:
    """Pack a tree as both packages do. Return what a second build would compare."""
    portable, deb, second_build = (importlib.import_module(name) for name in ("portable", "deb", "second_build"))
    out.mkdir()
    portable.pack(tree, out / "one.tar.xz", 1_700_000_000)
    deb.pack_tree(tree, out / "one.deb", 1_700_000_000)
    (out / "SHA256SUMS").write_text("aa  one.deb\nbb  one.tar.xz\n")
    return dict(second_build.contents(out))


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A small package before it is packed."""
    tree = tmp_path / "tree"
    (tree / "DEBIAN").mkdir(parents=True)
    control = "Package: one\nVersion: 1-1\nArchitecture: amd64\nMaintainer: one <one@one.invalid>\nDescription: one\n"
    (tree / "DEBIAN/control").write_text(control)
    (tree / "usr").mkdir()
    (tree / "usr/file").write_bytes(b"one" * 10_000)
    importlib.import_module("deb").tidy(tree)
    return tree


@pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="dpkg-deb is a Debian program")
def test_packages_are_compared_without_their_compression(
    second_build: ModuleType, tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = packed(tree, tmp_path / "first")
    monkeypatch.setenv(second_build.UNCOMPRESSED, "1")
    assert packed(tree, tmp_path / "second") == first
    sizes = {
        name: [(tmp_path / build / name).stat().st_size for build in ("first", "second")]
        for name in ("one.deb", "one.tar.xz")
    }
    assert all(compressed < 10_000 < 30_000 < plain for compressed, plain in sizes.values()), sizes
    (tree / "usr/file").chmod(0o755)
    other = packed(tree, tmp_path / "other")
    assert [name for name in first if first[name] == other[name]] == [], "a mode is compared too"
    (tree / "usr/file").chmod(0o644)
    (tree / "usr/file").write_bytes(b"one" * 9_999 + b"two")
    assert first.items() & packed(tree, tmp_path / "changed").items() == set()


@pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="dpkg-deb is a Debian program")
def test_the_same_tree_is_compressed_to_the_same_bytes(second_build: ModuleType, tree: Path, tmp_path: Path) -> None:
    assert packed(tree, tmp_path / "first") == packed(tree, tmp_path / "second")
    for name in ("one.deb", "one.tar.xz"):
        assert (tmp_path / "first" / name).read_bytes() == (tmp_path / "second" / name).read_bytes()


def test_a_difference_is_named(second_build: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "SHA256SUMS").write_text("aa  one.json\nbb  two.json\n")
    for name in ("one.json", "two.json"):
        (tmp_path / name).write_text(name)
    first = second_build.contents(tmp_path)
    assert second_build.report(first, dict(first)) == 0
    (tmp_path / "two.json").write_text("too.json")
    assert second_build.report(first, second_build.contents(tmp_path)) == 1
    assert "DIFFERS  two.json" in capsys.readouterr().out


def test_an_artifact_of_only_one_build_is_a_difference_and_no_artifact_is_a_failure(second_build: ModuleType) -> None:
    assert second_build.report({"one.deb": "aa"}, {}) == 1
    assert second_build.report({}, {"one.deb": "aa"}) == 1
    assert second_build.report({}, {}) == 1


def test_the_second_build_has_the_same_files(second_build: ModuleType) -> None:
    names = second_build.sources()
    assert {"packaging/build.py", "app/__main__.py", "resources/icons/app.svg"} <= set(names)
    assert not [name for name in names if name.startswith(("build/", "dist/", ".venv/"))]
