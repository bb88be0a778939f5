"""A missing library of the system is named with its package, and nothing else of an error's message is."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from app.system.libraries import PACKAGES, missing_library
from tests.packaging.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

SENTENCE = "A library of the system is missing: libEGL.so.1. On Debian and Ubuntu it is in the package libegl1."


@pytest.mark.parametrize("name", [*PACKAGES, "libxcb-cursor.so.0", "libicudata.so.73.2"])
def test_the_library_is_named(name: str) -> None:
    error = ImportError(f"{name}: cannot open shared object file: No such file or directory", path="/home/secret")
    said = missing_library(error)
    assert said is not None
    assert said.startswith(f"A library of the system is missing: {name}.")
    assert PACKAGES.get(name, "") in said
    assert "secret" not in said


def test_other_import_errors_stay_bugs() -> None:
    for text in ("No module named 'PySide6'", "cannot import name 'x' from 'y'", "secret.so: cannot open", ""):
        assert missing_library(ImportError(text)) is None


def test_the_loader_says_it_in_these_words() -> None:
    with pytest.raises(OSError, match="cannot open shared object file") as raised:
        ctypes.CDLL("libnothing-of-the-kind.so.7")
    assert missing_library(ImportError(str(raised.value))) == (
        "A library of the system is missing: libnothing-of-the-kind.so.7."
    )


def test_the_program_ends_with_that_sentence(tmp_path: Path) -> None:
    """A PySide6 whose loader finds no libEGL, in front of the real one."""
    (tmp_path / "PySide6").mkdir()
    message = "libEGL.so.1: cannot open shared object file: No such file or directory"
    (tmp_path / "PySide6/__init__.py").write_text(f"raise ImportError({message!r})\n")
    done = subprocess.run(
        [sys.executable, "-m", "app", "--smoke", "--data-dir", str(tmp_path / "data")],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stdout, done.stderr) == (8, "", f"{SENTENCE}\n")
