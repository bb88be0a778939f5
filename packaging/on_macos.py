"""Builds the macOS disk image from PyInstaller's app bundle, and checks that the program in it runs."""

from __future__ import annotations

import contextlib
import platform
import plistlib
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import release
from build_env import DIST, ROOT, say

from app import __version__
from app.system.paths import APP_ID

if TYPE_CHECKING:
    import sbom

MACOS = ROOT / "packaging/macos"
BUNDLE = "SCIM Setup Assistant.app"


def prepare(_when: int) -> None:
    """Do nothing: nothing is needed before freezing, because packaging/assistant.spec reads Info.plist itself."""


def build(frozen: Path, components: list[sbom.Component], _when: int) -> list[tuple[Path, list[sbom.Component]]]:
    """Build the disk image, signed and notarized if packaging/macos/package.sh is configured for it."""
    image = DIST / f"{APP_ID}-{__version__}-macos-{platform.machine()}.dmg"
    release.put(frozen.parent / BUNDLE / "Contents/Resources/resources", components)
    subprocess.run([MACOS / "package.sh", frozen.parent / BUNDLE, image], check=True)
    return [(image, components)]


def begin(_when: int) -> contextlib.AbstractContextManager[None]:
    """Do nothing: a check needs nothing before the package is built."""
    return contextlib.nullcontext()


def check(made: list[Path], _when: int, _begun: None) -> int:
    """Copy the program out of the disk image, as a user does, and show its first window. Return the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        volume = Path(folder) / "volume"
        attach = ["hdiutil", "attach", str(made[0]), "-nobrowse", "-readonly", "-mountpoint", str(volume)]
        subprocess.run(attach, check=True, stdout=subprocess.DEVNULL)
        try:
            bundle = Path(shutil.copytree(volume / BUNDLE, Path(folder) / BUNDLE, symlinks=True))
        finally:
            subprocess.run(["hdiutil", "detach", str(volume)], check=True, stdout=subprocess.DEVNULL)
        info = plistlib.loads((bundle / "Contents/Info.plist").read_bytes())
        if info["CFBundleShortVersionString"] != __version__ or "CFBundleDocumentTypes" not in info:
            say("    Info.plist is not this program's")
            return 1
        subprocess.run(["codesign", "--verify", "--strict", str(bundle)], check=True)
        program = str(bundle / "Contents/MacOS" / APP_ID)
        return subprocess.run([program, "--smoke"], timeout=120, check=False).returncode
