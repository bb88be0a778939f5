"""The workflow of hosted runners: one command per system, pinned versions, and only the permissions it needs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def workflow() -> dict[Any, Any]:
    import yaml

    content: dict[Any, Any] = yaml.safe_load((ROOT / ".github/workflows/packages.yml").read_text())
    return content


def test_every_system_builds_and_checks_with_the_documented_command(workflow: dict[Any, Any]) -> None:
    command = "packaging/dev.py build --check"
    assert f"python3 {command}" in (ROOT / "resources/help/contributors.md").read_text()
    assert set(workflow["jobs"]) == {"linux", "windows", "macos"}
    for name, job in workflow["jobs"].items():
        runs = [step["run"] for step in job["steps"] if "run" in step]
        assert [run for run in runs if re.fullmatch(rf"python3? {re.escape(command)}", run)], name
        kept = [step["with"] for step in job["steps"] if "upload-artifact" in step.get("uses", "")]
        assert [(one["path"], one["if-no-files-found"]) for one in kept] == [("dist/", "error")]


def test_nothing_uses_an_unpinned_version(workflow: dict[Any, Any]) -> None:
    for job in workflow["jobs"].values():
        assert not job["runs-on"].endswith("-latest")
        assert job["timeout-minutes"] <= 60
        for step in job["steps"]:
            if "uses" in step:
                assert re.fullmatch(r"actions/[\w-]+@v\d+(\.\d+)*", step["uses"])
            if "choco install" in step.get("run", ""):
                assert re.search(r"--version \d", step["run"])


def test_it_has_only_read_permission(workflow: dict[Any, Any]) -> None:
    assert workflow["permissions"] == {"contents": "read"}
    assert "secrets." not in (ROOT / ".github/workflows/packages.yml").read_text()
