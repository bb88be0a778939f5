"""The packages of Linux, made from the frozen program, and the proof that they install, run and go again."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import again
import appimage
import check_setup
import deb
import portable
from aside import aside
from ground import BUILD, DIST, ICONS, ROOT, say

from app.system.paths import APP_ID

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import bill

DOWNLOAD, INSTALLED = 48_000_000, 160_000_000
"""The most bytes that a package may have, and what it unpacks to."""

START_CODE = 1_000_000
"""Bytes left of the limit for AppImage's start code, which is not fetched here."""

TREE = f"build/deb/debian/{APP_ID}/usr"
LINTIAN = (
    *("lintian", "--allow-root", "--pedantic", "--display-info", "--display-experimental"),
    *("--fail-on", "error,warning,info,pedantic,experimental"),
)
INSTALLATION = "packaging/linux/check-deb.sh"


@dataclass(frozen=True, slots=True)
class Begun:
    """What a check begins before there is a package."""

    root: Path
    """The folder of a bare system."""
    bare: Callable[[], int]
    """Waits until it is whole."""
    second: Callable[[], int]
    """Waits for another build, and compares it with the first."""


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


@contextlib.contextmanager
def begin(when: int) -> Iterator[Begun]:
    """Begin what a check needs beside the package: a bare system, and another build."""
    if os.geteuid() != 0:
        sys.exit("The check installs the package on a bare system, which needs root.")
    with tempfile.TemporaryDirectory(prefix="bare-", ignore_cleanup_errors=True) as folder:
        root = Path(folder) / "root"
        with again.another(when) as second, aside([INSTALLATION, "--make", str(root)], cwd=ROOT) as bare:
            yield Begun(root, bare, second)


def check(made: list[Path], when: int, begun: Begun) -> int:
    """Do every step, up to the first that fails; returns its exit code."""
    for what, step in steps(made, when, begun).items():
        say(f"==> {what}")
        began = time.monotonic()
        try:
            code = step()
        except subprocess.SubprocessError as error:
            say(f"    {error}")
            code = 1
        if code:
            say(f"==> Failed with exit code {code}: {what}")
            return code
        say(f"    {time.monotonic() - began:.0f} s")
    say("==> All packages are as they must be")
    return 0


def steps(made: list[Path], when: int, begun: Begun) -> dict[str, Callable[[], int]]:
    """What is looked at, and how; each returns 0 where it is as it must be."""
    package = str(made[0])
    return {
        "Sizes": lambda: weigh(made),
        "The menu entry": command("desktop-file-validate", f"{TREE}/share/applications/{APP_ID}.desktop"),
        "The description for software centres": command(
            *("appstreamcli", "validate", "--no-net", f"{TREE}/share/metainfo/{APP_ID}.metainfo.xml")
        ),
        "The Debian package, as lintian sees it": command(*LINTIAN, package),
        "A second build, in another folder and under other circumstances": begun.second,
        # When nothing else runs any more.
        "The first window": command(sys.executable, "tests/benchmarks/run.py", "--program", f"{TREE}/bin/{APP_ID}"),
        "A bare Debian 12": begun.bare,
        "The Debian package, installed there": command(INSTALLATION, package, str(begun.root), "build/tour"),
        "The AppImage": lambda: check_appimage(when),
        "The setup of Windows, with a stand-in for the program, under Wine": lambda: check_windows_setup(when),
    }


def command(*arguments: str) -> Callable[[], int]:
    """What runs a command in the checkout and returns its exit code."""
    return lambda: subprocess.run(arguments, cwd=ROOT, check=False).returncode


def weigh(made: list[Path]) -> int:
    """See that no package is larger than it may be, packed or installed."""
    unpacked = sum(file.stat().st_size for file in deb.files(BUILD / "deb/debian" / APP_ID))
    say(f"    {made[0].stat().st_size / 1e6:.1f} MB to download, {unpacked / 1e6:.1f} MB installed")
    return int(unpacked > INSTALLED or any(file.stat().st_size > DOWNLOAD for file in made))


def check_appimage(when: int) -> int:
    """Start the program from what is in the image, as AppImage's start code does; returns the exit code."""
    size = appimage.image(portable.TREE, when).stat().st_size
    say(f"    Its image has {size / 1e6:.1f} MB")
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
    with tempfile.TemporaryDirectory() as folder:
        failures = check_setup.under_wine(Path(folder), when)
    for failure in failures:
        say(f"    {failure}")
    return int(bool(failures))
