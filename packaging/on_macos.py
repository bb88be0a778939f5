"""The disk image of macOS, made from PyInstaller's app bundle, and the proof that the program in it runs."""

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
from ground import DIST, ROOT, say

from app import __version__
from app.system.paths import APP_ID

if TYPE_CHECKING:
    import bill

MACOS = ROOT / "packaging/macos"
BUNDLE = "SCIM Setup Assistant.app"


def prepare(_when: int) -> None:
    """Nothing is needed before the program is frozen: packaging/assistant.spec reads Info.plist itself."""


def build(frozen: Path, parts: list[bill.Part], _when: int) -> list[tuple[Path, list[bill.Part]]]:
    """The disk image, signed and notarised where packaging/macos/package.sh is told with what."""
    image = DIST / f"{APP_ID}-{__version__}-macos-{platform.machine()}.dmg"
    release.put(frozen.parent / BUNDLE / "Contents/Resources/resources", parts)
    subprocess.run([MACOS / "package.sh", frozen.parent / BUNDLE, image], check=True)
    return [(image, parts)]


def begin(_when: int) -> contextlib.AbstractContextManager[None]:
    """A check needs nothing before there is a package."""
    return contextlib.nullcontext()


def check(made: list[Path], _when: int, _begun: None) -> int:
    """Take the program out of the disk image, as its user does, and show its first window; returns the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        volume = Path(folder) / "volume"
        attach = ["hdiutil", "attach", str(made[0]), "-nobrowse", "-readonly", "-mountpoint", str(volume)]
        subprocess.run(attach, check=True, stdout=subprocess.DEVNULL)
        try:
            bundle = Path(shutil.copytree(volume / BUNDLE, Path(folder) / BUNDLE, symlinks=True))
        finally:
            subprocess.run(["hdiutil", "detach", str(volume)], check=True, stdout=subprocess.DEVNULL)
        told = plistlib.loads((bundle / "Contents/Info.plist").read_bytes())
        if told["CFBundleShortVersionString"] != __version__ or "CFBundleDocumentTypes" not in told:
            say("    Info.plist is not the one of this program")
            return 1
        subprocess.run(["codesign", "--verify", "--strict", str(bundle)], check=True)
        program = str(bundle / "Contents/MacOS" / APP_ID)
        return subprocess.run([program, "--smoke"], timeout=120, check=False).returncode
