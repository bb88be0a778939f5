"""The contents of dist/ after a build: every artifact with a bill of materials, and a hash of all of them."""

from __future__ import annotations

import contextlib
import importlib
import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def build(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    monkeypatch.syspath_prepend(ROOT / "packaging")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    build = importlib.import_module("build")
    monkeypatch.setattr(build, "DIST", tmp_path)
    monkeypatch.setattr(build, "ROOT", tmp_path)
    monkeypatch.setattr(build, "icons", lambda: None)
    monkeypatch.setattr(build.signal, "signal", lambda *_: None)
    monkeypatch.setattr(build, "freeze", lambda _when: tmp_path)
    return build


def maker(dist: Path, component: type, checked: list[list[Path]]) -> SimpleNamespace:
    """A stub for the module that builds an OS's packages."""

    def artifact(name: str, *components: str) -> tuple[Path, list[object]]:
        (dist / name).write_text(name)
        return dist / name, [component(one, "1", "MIT", f"pkg:pypi/{one}@1") for one in components]

    def check(made: list[Path], _when: int, background: str) -> int:
        assert background == "started"
        checked.append(made)
        return 3

    return SimpleNamespace(
        begin=lambda _when: contextlib.nullcontext("started"),
        prepare=lambda _when: None,
        build=lambda _frozen, _parts, _when: [artifact("a.deb", "qasync"), artifact("a.tar.xz", "qasync", "libssl3")],
        appimage_of=lambda _runtime, _packed, _when: artifact("a.AppImage", "libssl3"),
        check=check,
    )


@pytest.mark.skipif(sys.platform != "linux", reason="sha256sum is a Linux program")
def test_every_artifact_has_a_bill_and_a_hash(
    build: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sbom = importlib.import_module("sbom")
    monkeypatch.setattr(sbom, "build_components", list)
    checked: list[list[Path]] = []
    monkeypatch.setattr(importlib, "import_module", lambda _name: maker(tmp_path, sbom.Component, checked))
    runtime = tmp_path.parent / "runtime"
    assert build.main(["--check", "--runtime-file", str(runtime)]) == 3  # the exit code of the check
    artifacts = {"a.deb": ["qasync"], "a.tar.xz": ["qasync", "libssl3"], "a.AppImage": ["libssl3"]}
    for name, components in artifacts.items():
        bill = json.loads((tmp_path / f"{name}.cdx.json").read_text())
        assert [one["name"] for one in bill["components"]] == components
    names = {line.split("  ")[1] for line in (tmp_path / "SHA256SUMS").read_text().splitlines()}
    assert names == {path.name for path in tmp_path.iterdir()} - {"SHA256SUMS"}
    assert len(names) == 2 * len(artifacts)
    subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=tmp_path, check=True)
    assert {path.name for path in checked[0]} == names
