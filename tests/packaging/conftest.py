"""The script for developers as a module, and the machines that it meets."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

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
