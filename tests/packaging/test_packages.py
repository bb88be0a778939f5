"""The contents of packages: nothing unknown, nothing missing, and the same bytes each time."""

from __future__ import annotations

import ast
import importlib
import json
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from configparser import ConfigParser
from importlib.metadata import PathDistribution
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from app import __version__
from app.system.paths import APP_ID

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]
LINUX = ROOT / "packaging/linux"


def module(name: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(ROOT / "packaging")
    return importlib.import_module(name)


@pytest.fixture
def sbom(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    return module("sbom", monkeypatch)


def test_modules_imported_by_name_are_in_the_recipe() -> None:
    """PyInstaller finds only import statements; a module that app imports by name would be missing."""
    named = {
        node.value
        for file in (ROOT / "app").rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if re.fullmatch(r"(anyio|httpcore|keyring)(\.\w+)+", node.value)
    }
    assert {"keyring.backends.macOS", "keyring.backends.Windows"} <= named
    recipe = (ROOT / "packaging/assistant.spec").read_text()
    assert {name for name in named if f'"{name}' not in recipe} == set()


def test_the_man_page_documents_every_option() -> None:
    usage = ""
    for command in ([], ["check"], ["explain"], ["groups"]):
        asked = [sys.executable, "-m", "app", *command, "--help"]
        usage += subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True, timeout=30).stdout
    manual = (LINUX / f"{APP_ID}.1").read_text().replace("\\-", "-")
    options = set(re.findall(r"--[a-z-]+", usage))
    assert {option for option in options if option not in manual} == set()
    assert set(re.findall(r"--[a-z-]+", manual)) - options == set()


def test_the_menu_entry_starts_the_program_and_matches_its_window() -> None:
    entry = ConfigParser(interpolation=None)
    entry.optionxform = str  # type: ignore[assignment, method-assign]
    entry.read(LINUX / f"{APP_ID}.desktop")
    main = entry["Desktop Entry"]
    assert main["Exec"].split()[0] == main["Icon"] == main["StartupWMClass"] == APP_ID
    for action in main["Actions"].rstrip(";").split(";"):
        assert entry[f"Desktop Action {action}"]["Exec"].split()[0] == APP_ID
    described = ET.parse(LINUX / "metainfo.xml")
    assert described.findtext("launchable") == f"{APP_ID}.desktop"
    assert described.findtext("summary") == main["Comment"]


def test_the_bill_lists_dependencies_and_is_reproducible(sbom: ModuleType) -> None:
    components = [
        sbom.Component("pydantic_core", "2", "MIT", "pkg:pypi/pydantic-core@2"),
        sbom.Component("pydantic", "2", "MIT", "pkg:pypi/pydantic@2", needs=("pydantic-core",)),
    ]
    text = sbom.cyclonedx(components, APP_ID, __version__, 1_000_000_000)
    assert text == sbom.cyclonedx(components, APP_ID, __version__, 1_000_000_000)
    bill = json.loads(text)
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    assert bill["metadata"]["timestamp"] == "2001-09-09T01:46:40Z"
    assert [(one["name"], one["licenses"]) for one in bill["components"]] == [
        ("pydantic_core", [{"expression": "MIT"}]),
        ("pydantic", [{"expression": "MIT"}]),
    ]
    needs = {row["ref"]: row["dependsOn"] for row in bill["dependencies"]}
    own = bill["metadata"]["component"]["bom-ref"]
    assert needs[own] == ["pkg:pypi/pydantic@2"]
    assert needs["pkg:pypi/pydantic@2"] == ["pkg:pypi/pydantic-core@2"]
    assert text != sbom.cyclonedx(components[:1], APP_ID, __version__, 1_000_000_000)


def test_a_library_without_a_known_license_stops_the_build(sbom: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "METADATA").write_text("Metadata-Version: 2.1\nName: unheard-of\nVersion: 1\n")
    with pytest.raises(sbom.UnknownComponentError, match="unheard-of"):
        sbom.component_of(PathDistribution(tmp_path), set())


def test_only_libraries_with_code_in_the_build_are_listed(sbom: ModuleType, tmp_path: Path) -> None:
    import platformdirs
    import yaml

    for name, source in (("PYZ", platformdirs.__file__), ("PKG", "start.py"), ("COLLECT", yaml.__file__)):
        table = ("out", [("module", source, "PYMODULE")])
        (tmp_path / f"{name}-00.toc").write_text(repr(table))
    names = {one.name for one in sbom.bundled_libraries(sbom.sources(tmp_path))}
    assert names == {"platformdirs", "PyYAML"}


def test_everything_the_program_may_include_has_a_license_and_its_text(sbom: ModuleType) -> None:
    from importlib.metadata import distribution

    pinned = (ROOT / "packaging/requirements.txt").read_text()
    for line in re.findall(r"^(\S+)==\S+ (?:;(.*))?\\$", pinned, re.MULTILINE):
        if "win32" in line[1] or "darwin" in line[1] or ("3.12" in line[1] and sys.version_info >= (3, 12)):
            continue
        assert sbom.component_of(distribution(line[0]), set()).license


def test_the_archive_is_reproducible(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    portable = module("portable", monkeypatch)
    made = []
    for name, mtime in (("first", 1_111_111_111), ("second", 1_222_222_222)):
        tree = tmp_path / name / "program"
        (tree / "folder").mkdir(parents=True)
        for file in ("b", "a", "folder/c"):
            (tree / file).write_text(file)
            os.utime(tree / file, (mtime, mtime))
        portable.pack(tree, tmp_path / f"{name}.tar.xz", 1_000_000_000)
        made.append((tmp_path / f"{name}.tar.xz").read_bytes())
    assert made[0] == made[1]


@pytest.mark.skipif(sys.platform != "linux", reason="the launcher is for Linux")
def test_the_launcher_adds_itself_to_the_menu_and_removes_itself(tmp_path: Path) -> None:
    folder = tmp_path / "a folder; $(with) 100"
    folder.mkdir()
    launcher = folder / APP_ID
    shutil.copy(LINUX / "launcher.sh", launcher)
    for source in (LINUX / f"{APP_ID}.desktop", LINUX / "mime.xml", ROOT / "resources/icons/app.svg"):
        shutil.copy(source, folder / source.name.replace("app.svg", f"{APP_ID}.svg"))
    env = {"HOME": str(tmp_path / "home"), "PATH": os.environ["PATH"]}

    def call(option: str) -> int:
        return subprocess.run(["sh", launcher, option], env=env, capture_output=True, check=False).returncode

    entry = tmp_path / f"home/.local/share/applications/{APP_ID}.desktop"
    assert call("--add-to-menu") == 1  # a desktop entry cannot contain every name
    assert not entry.exists()
    folder = folder.rename(tmp_path / "a folder")
    launcher = folder / APP_ID
    assert call("--add-to-menu") == 0
    lines = entry.read_text().splitlines()
    assert f'Exec="{launcher}" %f' in lines
    assert (tmp_path / f"home/.local/share/mime/packages/{APP_ID}.xml").exists()
    assert f'Exec="{launcher}" --practice' in lines
    assert call("--remove-from-menu") == 0
    # The desktop's own caches may stay, if they do not mention the program.
    left = [path for path in (tmp_path / "home").rglob("*") if path.is_file()]
    assert [path for path in left if APP_ID in path.name or APP_ID.encode() in path.read_bytes()] == []


def test_a_program_opened_by_the_frozen_program_gets_the_users_environment() -> None:
    """A browser that loads our libraries instead of its own does not start."""
    script = "import runpy, os; runpy.run_path('packaging/start.py'); print(sorted(os.environ.items()))"
    env = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "LD_LIBRARY_PATH": "/ours",
        "LD_LIBRARY_PATH_ORIG": "/theirs",
        "QT_PLUGIN_PATH": "/ours/plugins",
    }
    ran = subprocess.run([sys.executable, "-c", script], cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    environment = dict(ast.literal_eval(ran.stdout))
    assert environment["LD_LIBRARY_PATH"] == "/theirs"
    assert not {"LD_LIBRARY_PATH_ORIG", "QT_PLUGIN_PATH"} & environment.keys()
