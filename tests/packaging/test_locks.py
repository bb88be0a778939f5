"""The locked libraries: pinned by hash, complete, and of one version in all lists."""

from __future__ import annotations

import json
import re
import tomllib
from typing import TYPE_CHECKING

import pytest

from tests.packaging.conftest import LOCKS, ROOT

if TYPE_CHECKING:
    from types import ModuleType


def pins(lock: str) -> dict[str, str]:
    text = (ROOT / "packaging" / lock).read_text()
    return dict(re.findall(r"^([\w.-]+)==([^\s;]+)", text, re.MULTILINE))


def test_every_library_is_pinned_by_hash_and_no_host_appears() -> None:
    for lock in LOCKS:
        text = (ROOT / "packaging" / lock).read_text()
        entries = re.split(r"^(?=[\w.-]+==)", text, flags=re.MULTILINE)[1:]
        assert len(entries) == len(pins(lock)) > 5
        assert all("--hash=sha256:" in entry for entry in entries)
        assert "://" not in text
        assert "index-url" not in text


@pytest.mark.parametrize("server", ["scimmy", "jackson"])
def test_the_javascript_lock_pins_by_hash_and_contains_no_host(server: str) -> None:
    text = (ROOT / f"tests/foreign/{server}/package-lock.json").read_text()
    packages = {name: entry for name, entry in json.loads(text)["packages"].items() if name}
    assert len(packages) > 50
    assert all(entry["integrity"].startswith("sha512-") for entry in packages.values())
    assert not any("resolved" in entry for entry in packages.values())


def test_the_test_and_build_locks_contain_the_run_lock() -> None:
    """Without this, `run` after `test` would install something, and a package would differ from what was tested."""
    assert pins("requirements.txt").items() <= pins("requirements-test.txt").items()
    assert pins("requirements.txt").items() <= pins("requirements-build.txt").items()


def test_the_locks_contain_every_dependency_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    named = {
        "requirements.txt": project["project"]["dependencies"],
        "requirements-test.txt": project["dependency-groups"]["test"],
        "requirements-build.txt": project["dependency-groups"]["build"],
        "requirements-foreign.txt": project["dependency-groups"]["foreign"],
    }
    for lock, dependencies in named.items():
        names = {re.split(r"[><=; ]", dependency)[0].lower().replace("_", "-") for dependency in dependencies}
        assert names <= {name.lower() for name in pins(lock)}


def test_the_python_range_is_the_projects(dev: ModuleType) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    low, high = (".".join(map(str, version)) for version in (dev.OLDEST, dev.TOO_NEW))
    assert project["requires-python"] == f">={low},<{high}"
