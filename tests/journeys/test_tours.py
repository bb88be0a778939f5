"""Tours with rehearsed failures, and of a SCIM client that came with a YAML file alone; all others: ``tests/leaks``."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NINTH = Path(__file__).with_name("ninth_client.yaml")


def toured(root: Path, folder: Path, client: str, *more: str) -> tuple[int, dict[str, object], str]:
    """Run the program's tour; returns its exit code, its report and its output."""
    folder.mkdir()
    done = subprocess.run(
        [
            *(sys.executable, "-m", "app", "--tour", str(folder / "tour"), "--data-dir", str(folder / "data")),
            *("--client", client, "--theme", "light", *more),
        ],
        cwd=root,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "HOME": str(folder)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    report = json.loads((folder / "tour" / "tour.json").read_text("utf-8"))
    return done.returncode, report, done.stdout + done.stderr


@pytest.mark.usefixtures("secret_service")
def test_the_tour_rehearses_failures_where_an_admin_meets_them(tmp_path: Path) -> None:
    met = {
        "not-submitted": "test-connection",
        "unauthorized": "test-connection",
        "untrusted": "test-connection",
        "duplicate-group-names": "start-provisioning",
        "preview-mode": "start-provisioning",
        "nothing-assigned": "start-provisioning",
    }
    asked = [part for fault in met for part in ("--fault", fault)]
    code, report, output = toured(ROOT, tmp_path / "walk", "entra", *asked)
    assert (code, report["outcome"]) == (0, "full sync completed"), output[-2000:]
    pictures = {path.stem.partition("-")[2] for path in (tmp_path / "walk" / "tour").glob("*.png")}
    assert {f"{step}-{fault}" for fault, step in met.items()} <= pictures


@pytest.mark.usefixtures("secret_service")
def test_a_ninth_client_needs_one_yaml_file_and_no_python(tmp_path: Path) -> None:
    program = tmp_path / "program"
    for part in ("app", "ui", "resources"):
        shutil.copytree(ROOT / part, program / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(NINTH, program / "resources" / "guides" / "ninth.yaml")
    code, report, output = toured(program, tmp_path / "walk", "ninth")
    assert (code, report["outcome"], report["client"]) == (0, "full sync completed", "ninth"), output[-2000:]
