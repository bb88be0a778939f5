"""The tour completes for every SCIM client and authorization method, and for one that came with a YAML file alone."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.guide import catalog

ROOT = Path(__file__).resolve().parents[2]
NINTH = Path(__file__).with_name("ninth_client.yaml")

WAYS = [
    (guide_id, method)
    for guide_id in catalog.ids()
    for method in ("static", "oidc")
    if method == "static" or catalog.guide(guide_id).practice.oidc_fields
]


def toured(root: Path, folder: Path, client: str, method: str, *more: str) -> tuple[int, dict[str, object], str]:
    """Run the program's tour; returns its exit code, its report and its output."""
    folder.mkdir()
    done = subprocess.run(
        [
            *(sys.executable, "-m", "app", "--tour", str(folder / "tour"), "--data-dir", str(folder / "data")),
            *("--client", client, "--answer", f"authorization={method}", "--theme", "light", *more),
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


def test_every_client_is_walked() -> None:
    assert len({client for client, _ in WAYS}) == 8
    assert {client for client, method in WAYS if method == "oidc"} == {"pingfederate", "pingone", "others"}


@pytest.mark.usefixtures("secret_service")
@pytest.mark.parametrize("pair", range((len(WAYS) + 1) // 2))
def test_the_tour_completes_for_every_client_and_method(pair: int, tmp_path: Path) -> None:
    ways = WAYS[2 * pair : 2 * pair + 2]
    with ThreadPoolExecutor(2) as pool:
        tours = [pool.submit(toured, ROOT, tmp_path / f"{c}-{m}", c, m) for c, m in ways]
    for (client, method), tour in zip(ways, tours, strict=True):
        code, report, output = tour.result()
        assert (code, report["outcome"]) == (0, "full sync completed"), (client, method, output[-2000:])
        assert report["client"] == client
        walked = {step["step"] for step in report["steps"]}  # type: ignore[attr-defined]
        fetched = {step.id for step in catalog.guide(client).steps if step.when.get("authorization") == "oidc"}
        assert bool(walked & fetched) == (method == "oidc")


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
    code, report, output = toured(ROOT, tmp_path / "walk", "entra", "static", *asked)
    assert (code, report["outcome"]) == (0, "full sync completed"), output[-2000:]
    pictures = {path.stem.partition("-")[2] for path in (tmp_path / "walk" / "tour").glob("*.png")}
    assert {f"{step}-{fault}" for fault, step in met.items()} <= pictures


@pytest.mark.usefixtures("secret_service")
def test_a_ninth_client_needs_one_yaml_file_and_no_python(tmp_path: Path) -> None:
    program = tmp_path / "program"
    for part in ("app", "ui", "resources"):
        shutil.copytree(ROOT / part, program / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(NINTH, program / "resources" / "guides" / "ninth.yaml")
    code, report, output = toured(program, tmp_path / "walk", "ninth", "static")
    assert (code, report["outcome"], report["client"]) == (0, "full sync completed", "ninth"), output[-2000:]
