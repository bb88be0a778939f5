"""Tours with rehearsed failures, and with a SCIM client that consists only of a YAML file. Others: ``tests/leaks``."""

from __future__ import annotations

import ast
import asyncio
import json
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from app.practice.derived_secrets import DerivedSecrets
from app.practice.process import SEED_KEY
from app.system.event_trace import TraceEvent
from app.vault import Vault
from tests.leaks.canary import Canaries

pytestmark = pytest.mark.slow(20, "two tours")

ROOT = Path(__file__).resolve().parents[2]
NINTH = Path(__file__).with_name("ninth_client.yaml")


def toured(root: Path, folder: Path, client: str, *more: str) -> tuple[int, dict[str, object], str]:
    """Run the program's tour. Return its exit code, report and output."""
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
    trace = tmp_path / "trace.jsonl"
    code, report, output = toured(ROOT, tmp_path / "walk", "entra", *asked, "--trace", str(trace))
    assert (code, report["outcome"]) == (0, "full sync completed"), output[-2000:]
    pictures = {path.stem.partition("-")[2] for path in (tmp_path / "walk" / "tour").glob("*.png")}
    assert {f"{step}-{fault}" for fault, step in met.items()} <= pictures
    check_trace(trace, tmp_path / "walk")


def check_trace(trace: Path, folder: Path) -> None:
    """The trace of a whole tour records every event, only with names from the code."""
    written = trace.read_text("ascii")
    events = [json.loads(line) for line in written.splitlines()]
    assert {event["event"] for event in events} == {event.name for event in TraceEvent} - {TraceEvent.BUG.name}
    assert {text for event in events for text in event.values() if isinstance(text, str)} <= enum_members()
    vault = Vault("practice")
    seed = asyncio.run(vault.get(*SEED_KEY)).value
    vault.close()
    assert seed is not None
    derived = DerivedSecrets(bytes.fromhex(seed))
    secrets = {"seed": seed, "token": derived.token("1", 1), "segment": derived.segment("1")}
    assert Canaries(secrets).part_in(written.encode()) is None
    (setup,) = (json.loads(path.read_text("utf-8")) for path in (folder / "data/practice/setups").glob("*.json"))
    names = {setup["id"], setup["name"], setup["client"], setup["guide"], *setup["values"].values()}
    for name in (*names, "127.0.0.1", "localhost", str(folder), folder.name, platform.node()):
        assert name.isdecimal() or name not in written, name


def enum_members() -> set[str]:
    """The names of all members of the enums in our code."""
    return {
        target.id
        for package in ("app", "ui")
        for path in (ROOT / package).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ClassDef)
        and any(ast.unparse(base) in {"Enum", "StrEnum", "WordedEnum"} for base in node.bases)
        for line in node.body
        if isinstance(line, ast.Assign)
        for target in line.targets
        if isinstance(target, ast.Name)
    }


@pytest.mark.usefixtures("secret_service")
def test_a_ninth_client_needs_one_yaml_file_and_no_python(tmp_path: Path) -> None:
    program = tmp_path / "program"
    for part in ("app", "ui", "resources"):
        shutil.copytree(ROOT / part, program / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(NINTH, program / "resources" / "guides" / "ninth.yaml")
    code, report, output = toured(program, tmp_path / "walk", "ninth")
    assert (code, report["outcome"], report["client"]) == (0, "full sync completed", "ninth"), output[-2000:]
