"""AppImage, Flatpak manifest and the type of hand-over files, as far as they can be checked without a build."""

from __future__ import annotations

import importlib
import subprocess
import xml.etree.ElementTree as ET
from configparser import ConfigParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from app import __version__
from app.system.paths import APP_ID

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]
LINUX = ROOT / "packaging/linux"
MIME = "application/vnd.cie-scim-assistant.setup+json"


def test_hand_over_files_open_with_the_menu_entrys_program() -> None:
    entry = ConfigParser(interpolation=None)
    entry.optionxform = str  # type: ignore[assignment, method-assign]
    entry.read(LINUX / f"{APP_ID}.desktop")
    assert entry["Desktop Entry"]["MimeType"] == f"{MIME};"
    assert entry["Desktop Entry"]["Exec"] == f"{APP_ID} %f"
    names = {"m": "http://www.freedesktop.org/standards/shared-mime-info"}
    declared = ET.parse(LINUX / "mime.xml").find("m:mime-type", names)
    assert declared is not None
    assert declared.get("type") == MIME
    assert [glob.get("pattern") for glob in declared.findall("m:glob", names)] == ["*.ciescim"]
    assert ET.parse(LINUX / "metainfo.xml").findtext("provides/mediatype") == MIME


def test_every_system_uses_the_same_file_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(ROOT / "packaging")
    nsis = importlib.import_module("nsis")
    assert (nsis.EXTENSION, nsis.MIME) == (".ciescim", MIME)


@pytest.fixture(scope="module")
def flatpak() -> dict[str, Any]:
    (manifest,) = LINUX.glob("*.yml")
    import yaml

    content: dict[str, Any] = yaml.safe_load(manifest.read_text())
    assert manifest.stem == content["id"]
    return content


def test_the_flatpak_matches_the_description(flatpak: dict[str, Any]) -> None:
    assert flatpak["id"] == ET.parse(LINUX / "metainfo.xml").findtext("id")
    assert flatpak["command"] == APP_ID
    exported = [line.split("/app/share/")[1] for line in commands(flatpak) if line.startswith("install")]
    assert all(Path(path).stem.startswith(flatpak["id"]) for path in exported)
    assert {Path(path).suffix for path in exported} == {".desktop", ".svg", ".xml"}


def test_the_flatpak_is_made_from_the_portable_archive(flatpak: dict[str, Any]) -> None:
    (source,) = flatpak["modules"][0]["sources"]
    assert source["path"] == f"../../dist/{APP_ID}-{__version__}-linux-x86_64.tar.xz"
    packed = (ROOT / "packaging/portable.py").read_text()
    for name in ("program", "licenses", f"{APP_ID}.desktop", f"{APP_ID}.svg", "mime.xml", "metainfo.xml"):
        assert any(name in line for line in commands(flatpak)), name
        assert name.replace(APP_ID, "{APP_ID}") in packed, name


def commands(flatpak: dict[str, Any]) -> list[str]:
    return [str(line) for line in flatpak["modules"][0]["build-commands"]]


def test_the_flatpak_has_only_the_permissions_it_needs(flatpak: dict[str, Any]) -> None:
    assert [line for line in flatpak["finish-args"] if not line.startswith("--env")] == [
        "--socket=wayland",
        "--socket=fallback-x11",
        "--share=ipc",
        "--share=network",
        "--talk-name=org.freedesktop.secrets",
        "--talk-name=org.kde.StatusNotifierWatcher",
        "--filesystem=host-etc:ro",
    ]


@pytest.fixture
def appimage(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(ROOT / "packaging")
    return importlib.import_module("appimage")


def test_an_appimage_is_made_only_with_the_pinned_start_code(
    appimage: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime = tmp_path / "runtime-x86_64"
    runtime.write_bytes(b"\x7fELF of another release")
    with pytest.raises(SystemExit, match="runtime-x86_64 is not"):
        appimage.build(runtime, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["runtime-x86_64"]
    image = tmp_path / "image"
    image.write_bytes(b"hsqs")
    monkeypatch.setattr(appimage, "IMAGE", image)
    digest = subprocess.run(["sha256sum", runtime], capture_output=True, text=True, check=True).stdout.split()[0]
    monkeypatch.setattr(appimage, "RUNTIME_SHA256", digest)
    made = appimage.build(runtime, tmp_path)
    assert made.read_bytes() == b"\x7fELF of another releasehsqs"
    assert made.stat().st_mode & 0o111
