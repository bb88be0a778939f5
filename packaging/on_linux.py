"""The packages of Linux, made from the frozen program, and the proof that they install, run and go again."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import again
import appimage
import check_setup
import deb
import portable
from ground import BUILD, DIST, ICONS, ROOT, say

from app.paths import APP_ID

if TYPE_CHECKING:
    import bill

DOWNLOAD, INSTALLED = 48_000_000, 160_000_000
"""The most bytes that a package may have, and what it unpacks to."""

START_CODE = 1_000_000
"""Bytes left of the limit for AppImage's start code, which is not fetched here."""

CHECKS = (
    ["desktop-file-validate", "build/deb/debian/{id}/usr/share/applications/{id}.desktop"],
    ["appstreamcli", "validate", "--no-net", "build/deb/debian/{id}/usr/share/metainfo/{id}.metainfo.xml"],
    ["lintian", "--allow-root", "--pedantic", "--display-info", "--display-experimental", "--fail-on",
     "error,warning,info,pedantic,experimental", "{package}"],
    ["{python}", "tests/benchmarks/run.py", "--program", "build/deb/debian/{id}/usr/bin/{id}"],
    ["packaging/linux/check-deb.sh", "{package}", "build/tour"],
)  # fmt: skip


def prepare(_when: int) -> None:
    """Nothing is needed before the program is frozen."""


def build(frozen: Path, parts: list[bill.Part], when: int) -> list[tuple[Path, list[bill.Part]]]:
    """The Debian package and the portable archive, each with what is in it."""
    with ThreadPoolExecutor() as both:  # packing takes a minute each
        packed = both.submit(deb.build, frozen, ICONS, parts, when, DIST)
        archive, taken = portable.build(frozen, parts, when, DIST)
        package = packed.result()
    return [(package, parts), (archive, [*parts, *taken])]


def appimage_of(runtime: Path, packed: list[tuple[Path, list[bill.Part]]], when: int) -> tuple[Path, list[bill.Part]]:
    """The AppImage, which holds what the portable archive holds."""
    appimage.image(portable.TREE, when)
    return appimage.build(runtime, DIST), packed[-1][1]


def check(made: list[Path], when: int) -> int:
    """Weigh and validate the package, install it on a bare system, walk the tour, remove it; returns the exit code."""
    package = made[0]
    unpacked = sum(file.stat().st_size for file in deb.files(BUILD / "deb/debian" / APP_ID))
    say(f"==> {package.stat().st_size / 1e6:.1f} MB to download, {unpacked / 1e6:.1f} MB installed")
    if unpacked > INSTALLED or any(file.stat().st_size > DOWNLOAD for file in made):
        return 1
    for command in CHECKS:
        arguments = [part.format(id=APP_ID, package=package, python=sys.executable) for part in command]
        say(f"==> {' '.join(arguments[:2])}")
        code = subprocess.run(arguments, cwd=ROOT, check=False).returncode
        if code:
            return code
    return check_appimage(when) or check_windows_setup(when) or check_again(when)


def check_again(when: int) -> int:
    """See that another build gives the same bytes; returns the exit code."""
    say("==> A second build, in another folder and under other circumstances")
    return again.compare(when)


def check_appimage(when: int) -> int:
    """Start the program from what is in the image, as AppImage's start code does; returns the exit code."""
    size = appimage.image(portable.TREE, when).stat().st_size
    say(f"==> The image of the AppImage, {size / 1e6:.1f} MB")
    if size > DOWNLOAD - START_CODE:
        return 1
    with tempfile.TemporaryDirectory() as folder:
        mounted = Path(folder) / "mounted"
        unpack = ["unsquashfs", "-quiet", "-no-progress", "-dest", str(mounted), str(appimage.IMAGE)]
        subprocess.run(unpack, check=True, stdout=subprocess.DEVNULL)
        env = {"HOME": folder, "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "QT_QPA_PLATFORM": "xcb"}
        for option in ("--version", "--smoke"):
            command = ["xvfb-run", "-a", str(mounted / "AppRun"), option]
            code = subprocess.run(command, env=env, cwd=folder, timeout=60, check=False).returncode
            if code:
                return code
    return 0


def check_windows_setup(when: int) -> int:
    """Compile the setup of Windows around a stand-in and run it under Wine; returns the exit code."""
    say("==> The setup of Windows, with a stand-in for the program, under Wine")
    with tempfile.TemporaryDirectory() as folder:
        failures = check_setup.under_wine(Path(folder), when)
    for failure in failures:
        say(f"    {failure}")
    return int(bool(failures))
