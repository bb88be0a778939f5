"""The app bundle and the disk image as far as they can be checked without macOS: property lists, steps and recipe."""

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
    told: dict[str, Any] = plistlib.loads((MACOS / name).read_bytes())
    return told


def test_the_bundle_opens_the_type_that_it_declares() -> None:
    info = read("Info.plist")
    (document,) = info["CFBundleDocumentTypes"]
    (declared,) = info["UTExportedTypeDeclarations"]
    assert document["LSItemContentTypes"] == [declared["UTTypeIdentifier"]]
    assert declared["UTTypeTagSpecification"] == {
        "public.filename-extension": ["ciescim"],
        "public.mime-type": [MIME],
    }


def test_the_bundle_is_sharp_and_follows_the_dark_mode() -> None:
    info = read("Info.plist")
    assert info["NSHighResolutionCapable"] is True
    assert info["NSRequiresAquaSystemAppearance"] is False


def test_the_recipe_hands_the_property_list_over_as_what_it_says() -> None:
    """PyInstaller takes a dictionary and passes by anything else without a word."""
    assert (
        'info_plist=plistlib.loads((HERE / "macos/Info.plist").read_bytes())'
        in (ROOT / "packaging/assistant.spec").read_text()
    )


def test_the_hardened_runtime_has_one_exception() -> None:
    assert read("entitlements.plist") == {"com.apple.security.cs.allow-unsigned-executable-memory": True}


STAND_IN = """#!/bin/sh
printf '%s' "$(basename "$0")" >>"$TOLD"
printf ' %s' "$@" >>"$TOLD"
echo >>"$TOLD"
case "$(basename "$0") $*" in "$FAILING"*) exit 1 ;; esac
"""


def package(folder: Path, failing: str = "nothing", **given: str) -> tuple[int, list[str]]:
    """Run package.sh with stand-ins for the tools of macOS; returns its exit code and what they were told."""
    bundle = folder / "A.app/Contents"
    for name in (f"MacOS/{APP_ID}", "Frameworks/b.dylib", "Frameworks/c.so", "Frameworks/Q.framework/Q"):
        (bundle / name).parent.mkdir(parents=True, exist_ok=True)
        (bundle / name).touch()
    tools = folder / "tools"
    tools.mkdir()
    for name in ("codesign", "hdiutil", "xcrun"):
        (tools / name).write_text(STAND_IN)
        (tools / name).chmod(stat.S_IRWXU)
    told = folder / "told"
    told.touch()
    env = {"PATH": f"{tools}:{os.environ['PATH']}", "TOLD": str(told), "FAILING": failing, **given}
    done = subprocess.run(["sh", MACOS / "package.sh", bundle.parent, folder / "image.dmg"], env=env, check=False)
    return done.returncode, told.read_text().splitlines()


@pytest.mark.skipif(os.name == "nt", reason="the script is one of macOS")
def test_without_an_identity_the_signature_is_ad_hoc(tmp_path: Path) -> None:
    code, told = package(tmp_path)
    assert code == 0
    assert [" ".join(line.split()[:4]) for line in told] == [
        "codesign --force --sign -",
        "codesign --verify --strict --deep",
        "hdiutil create -volname SCIM",
    ]


@pytest.mark.skipif(os.name == "nt", reason="the script is one of macOS")
def test_what_is_inside_is_signed_first_and_the_image_is_notarised_last(tmp_path: Path) -> None:
    code, told = package(tmp_path, SIGN_IDENTITY="Developer ID", NOTARY_PROFILE="ours")
    assert code == 0
    signed = [Path(line.split()[-1]).name for line in told if "--force" in line]
    assert sorted(signed[:2]) == ["b.dylib", "c.so"]
    assert signed[2:] == ["Q.framework", "A.app"]
    assert all("--options runtime --timestamp" in line for line in told if "--force" in line)
    assert ["--entitlements" in line for line in told if "--force" in line] == [False, False, False, True]
    after = [" ".join(line.split()[:3]) for line in told[-4:]]
    assert after == ["codesign --sign Developer", *(f"xcrun {step}" for step in AFTER)]


AFTER = ("notarytool submit", "stapler staple", "stapler validate")


@pytest.mark.skipif(os.name == "nt", reason="the script is one of macOS")
@pytest.mark.parametrize("failing", ["codesign --force --options runtime", "codesign --verify", "hdiutil", "xcrun"])
def test_a_step_that_fails_ends_it(failing: str, tmp_path: Path) -> None:
    code, told = package(tmp_path, failing, SIGN_IDENTITY="Developer ID", NOTARY_PROFILE="ours")
    assert code != 0
    assert told[-1].startswith(failing)
