"""The Windows setup, as far as it can be checked here: version resource, signing, and installed and removed files."""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from app import __version__
from app.system.paths import APP_ID

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "packaging/windows/setup.nsi"


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(ROOT / "packaging")
    return importlib.import_module("on_windows")


@pytest.fixture
def nsis(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(ROOT / "packaging")
    return importlib.import_module("nsis")


def test_the_version_resource_has_program_and_version(windows: ModuleType) -> None:
    strings: dict[str, str] = {}
    numbers: dict[str, object] = {}
    names = {
        "VSVersionInfo": lambda ffi, kids: kids,
        "FixedFileInfo": lambda **given: numbers.update(given),
        "StringFileInfo": lambda kids: kids,
        "StringTable": lambda _language, kids: kids,
        "StringStruct": lambda name, text: strings.update({name: text}),
        "VarFileInfo": lambda kids: kids,
        "VarStruct": lambda _name, values: values,
    }
    eval(windows.version_text("12.3.4"), dict(names))
    assert numbers["filevers"] == numbers["prodvers"] == (12, 3, 4, 0)
    assert strings["ProductVersion"] == strings["FileVersion"] == "12.3.4"
    assert strings["OriginalFilename"] == f"{APP_ID}.exe"
    assert "build/version.txt" in (ROOT / "packaging/assistant.spec").read_text()
    assert re.fullmatch(r"\d+\.\d+\.\d+", __version__)  # the setup converts it to four numbers


def test_signing_needs_a_certificate_and_always_adds_a_time_stamp(windows: ModuleType) -> None:
    assert windows.sign_command({}) == []
    with pytest.raises(KeyError, match="SIGN_TIMESTAMP_URL"):
        windows.sign_command({"SIGN_CERTIFICATE": "ab12"})
    command = windows.sign_command({"SIGN_CERTIFICATE": "ab12", "SIGN_TIMESTAMP_URL": "http://time.example"})
    assert command[:4] == ["signtool", "sign", "/sha1", "ab12"]
    assert command[4:] == ["/fd", "sha256", "/tr", "http://time.example", "/td", "sha256"]


def test_removal_deletes_exactly_the_installed_files(nsis: ModuleType, tmp_path: Path) -> None:
    for name in ("a.exe", "deep/er/$b.dll", "deep/c.dll"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    files = sorted(path for path in tmp_path.rglob("*") if path.is_file())
    install, remove = nsis.file_list(tmp_path, files).split("!macro REMOVE_FILES")
    assert re.findall(r'SetOutPath "(.*)"', install) == [r"$INSTDIR", r"$INSTDIR\deep", r"$INSTDIR\deep\er"]
    assert re.findall(r'File "/oname=(.*?)"', install) == ["a.exe", "c.dll", "$$b.dll"]
    gone = re.findall(r'Delete "(.*)"', remove)
    assert sorted(gone) == [r"$INSTDIR\a.exe", r"$INSTDIR\deep\c.dll", r"$INSTDIR\deep\er\$$b.dll"]
    # Inner folders first. Only the script removes the program's own folder, after its last file.
    assert re.findall(r'RMDir "(.*)"', remove) == [r"$INSTDIR\deep\er", r"$INSTDIR\deep"]
    assert "/r" not in (install + remove).lower()


def test_the_setup_needs_no_administrator_and_asks_about_the_data(nsis: ModuleType) -> None:
    script = SCRIPT.read_text()
    assert "RequestExecutionLevel user" in script
    assert "HKLM" not in script
    assert "$PROGRAMFILES" not in script
    assert "RMDir /r" not in script
    removal = script.partition("Section Uninstall")[2]
    asked, removed = removal.index("--remove-my-data"), removal.index("REMOVE_FILES")
    assert asked < removed  # while the program still exists
    assert "${IfNot} ${Silent}" in removal[:asked]
    assert f'"Software\\Classes\\{nsis.EXTENSION}"' in script
