"""The app bundle and the disk image, as far as they can be checked without macOS: property lists, steps and recipe."""

from __future__ import annotations

import os
import plistlib
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest

from app.system.paths import APP_ID

ROOT = Path(__file__).resolve().parents[2]
MACOS = ROOT / "packaging/macos"
MIME = "application/vnd.cie-scim-assistant.setup+json"


def read(name: str) -> dict[str, Any]:
    content: dict[str, Any] = plistlib.loads((MACOS / name).read_bytes())
    return content


def test_the_bundle_opens_the_type_it_declares() -> None:
    info = read("Info.plist")
    (document,) = info["CFBundleDocumentTypes"]
    (declared,) = info["UTExportedTypeDeclarations"]
    assert document["LSItemContentTypes"] == [declared["UTTypeIdentifier"]]
    assert declared["UTTypeTagSpecification"] == {
        "public.filename-extension": ["ciescim"],
        "public.mime-type": [MIME],
    }


def test_the_bundle_supports_high_resolution_and_dark_mode() -> None:
    info = read("Info.plist")
    assert info["NSHighResolutionCapable"] is True
    assert info["NSRequiresAquaSystemAppearance"] is False


def test_the_recipe_passes_the_property_list_as_a_dictionary() -> None:
    """PyInstaller accepts a dictionary and silently ignores anything else."""
    assert (
        'info_plist=plistlib.loads((HERE / "macos/Info.plist").read_bytes())'
        in (ROOT / "packaging/assistant.spec").read_text()
    )


def test_the_hardened_runtime_has_one_exception() -> None:
    assert read("entitlements.plist") == {"com.apple.security.cs.allow-unsigned-executable-memory": True}


STUB = """#!/bin/sh
printf '%s' "$(basename "$0")" >>"$CALLS"
printf ' %s' "$@" >>"$CALLS"
echo >>"$CALLS"
case "$(basename "$0") $*" in "$FAILING"*) exit 1 ;; esac
"""


def package(folder: Path, failing: str = "nothing", **given: str) -> tuple[int, list[str]]:
    """Run package.sh with stubs for the macOS tools. Return its exit code and the recorded calls."""
    bundle = folder / "A.app/Contents"
    for name in (f"MacOS/{APP_ID}", "Frameworks/b.dylib", "Frameworks/c.so", "Frameworks/Q.framework/Q"):
        (bundle / name).parent.mkdir(parents=True, exist_ok=True)
        (bundle / name).touch()
    tools = folder / "tools"
    tools.mkdir()
    for name in ("codesign", "hdiutil", "xcrun"):
        (tools / name).write_text(STUB)
        (tools / name).chmod(stat.S_IRWXU)
    calls = folder / "calls"
    calls.touch()
    env = {"PATH": f"{tools}:{os.environ['PATH']}", "CALLS": str(calls), "FAILING": failing, **given}
    done = subprocess.run(["sh", MACOS / "package.sh", bundle.parent, folder / "image.dmg"], env=env, check=False)
    return done.returncode, calls.read_text().splitlines()


@pytest.mark.skipif(os.name == "nt", reason="a script for macOS")
def test_without_an_identity_the_signature_is_ad_hoc(tmp_path: Path) -> None:
    code, calls = package(tmp_path)
    assert code == 0
    assert [" ".join(line.split()[:4]) for line in calls] == [
        "codesign --force --sign -",
        "codesign --verify --strict --deep",
        "hdiutil create -volname SCIM",
    ]


@pytest.mark.skipif(os.name == "nt", reason="a script for macOS")
def test_inner_files_are_signed_first_and_the_image_is_notarized_last(tmp_path: Path) -> None:
    code, calls = package(tmp_path, SIGN_IDENTITY="Developer ID", NOTARY_PROFILE="ours")
    assert code == 0
    signed = [Path(line.split()[-1]).name for line in calls if "--force" in line]
    assert sorted(signed[:2]) == ["b.dylib", "c.so"]
    assert signed[2:] == ["Q.framework", "A.app"]
    assert all("--options runtime --timestamp" in line for line in calls if "--force" in line)
    assert ["--entitlements" in line for line in calls if "--force" in line] == [False, False, False, True]
    after = [" ".join(line.split()[:3]) for line in calls[-4:]]
    assert after == ["codesign --sign Developer", *(f"xcrun {step}" for step in AFTER)]


AFTER = ("notarytool submit", "stapler staple", "stapler validate")


@pytest.mark.skipif(os.name == "nt", reason="a script for macOS")
@pytest.mark.parametrize("failing", ["codesign --force --options runtime", "codesign --verify", "hdiutil", "xcrun"])
def test_a_failing_step_ends_the_script(failing: str, tmp_path: Path) -> None:
    code, calls = package(tmp_path, failing, SIGN_IDENTITY="Developer ID", NOTARY_PROFILE="ours")
    assert code != 0
    assert calls[-1].startswith(failing)
