"""Builds the Linux packages from the frozen program, and checks that they install, run and can be removed."""

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

import appimage
import check_setup
import deb
import portable
import second_build
from background_command import in_background
from build_env import BUILD, DIST, ICONS, ROOT, say

from app.system.paths import APP_ID

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import sbom

DOWNLOAD, INSTALLED = 48_000_000, 160_000_000
"""The maximum size of a package in bytes, packed and unpacked."""

START_CODE = 1_000_000
"""Bytes reserved for AppImage's start code, which is not downloaded here."""

TREE = f"build/deb/debian/{APP_ID}/usr"
LINTIAN = (
    *("lintian", "--allow-root", "--pedantic", "--display-info", "--display-experimental"),
    *("--fail-on", "error,warning,info,pedantic,experimental"),
)
INSTALLATION = "packaging/linux/check-deb.sh"


@dataclass(frozen=True, slots=True)
class BackgroundWork:
    """Background work that a check starts before the packages are built."""

    root: Path
    """The folder of a minimal system."""
    minimal_system: Callable[[], int]
    """Waits until that system is ready."""
    second: Callable[[], int]
    """Waits for a second build and compares it with the first."""


def prepare(_when: int) -> None:
    """Do nothing: nothing is needed before the program is frozen."""


def build(frozen: Path, components: list[sbom.Component], when: int) -> list[tuple[Path, list[sbom.Component]]]:
    """Build the Debian package and the portable archive. Return each with its components."""
    with ThreadPoolExecutor() as both:  # each takes a minute to pack
        packed = both.submit(deb.build, frozen, ICONS, components, when, DIST)
        archive, taken = portable.build(frozen, components, when, DIST)
        package = packed.result()
    return [(package, components), (archive, [*components, *taken])]


def appimage_of(
    runtime: Path, packed: list[tuple[Path, list[sbom.Component]]], when: int
) -> tuple[Path, list[sbom.Component]]:
    """Build the AppImage, which contains the same as the portable archive."""
    appimage.image(portable.TREE, when)
    return appimage.build(runtime, DIST), packed[-1][1]


@contextlib.contextmanager
def begin(when: int) -> Iterator[BackgroundWork]:
    """Start what a check needs besides the packages: a minimal system, and a second build."""
    if os.geteuid() != 0:
        sys.exit("The check installs the package on a minimal system, which needs root.")
    with tempfile.TemporaryDirectory(prefix="bare-", ignore_cleanup_errors=True) as folder:
        root = Path(folder) / "root"
        with (
            second_build.start_second_build(when) as second,
            in_background([INSTALLATION, "--make", str(root)], cwd=ROOT) as minimal_system,
        ):
            yield BackgroundWork(root, minimal_system, second)


def check(made: list[Path], when: int, background: BackgroundWork) -> int:
    """Run every step up to the first failure. Return its exit code."""
    for what, step in steps(made, when, background).items():
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
    say("==> All package checks passed")
    return 0


def steps(made: list[Path], when: int, background: BackgroundWork) -> dict[str, Callable[[], int]]:
    """Return the checks by title. Each returns 0 if it passed."""
    package = str(made[0])
    return {
        "Sizes": lambda: weigh(made),
        "The menu entry": command("desktop-file-validate", f"{TREE}/share/applications/{APP_ID}.desktop"),
        "The description for software centers": command(
            *("appstreamcli", "validate", "--no-net", f"{TREE}/share/metainfo/{APP_ID}.metainfo.xml")
        ),
        "The Debian package, with lintian": command(*LINTIAN, package),
        "A second build, in another folder and environment": background.second,
        # Once nothing else is running.
        "The first window": command(sys.executable, "tests/benchmarks/run.py", "--program", f"{TREE}/bin/{APP_ID}"),
        "A minimal Debian 12": background.minimal_system,
        "The Debian package, installed there": command(INSTALLATION, package, str(background.root), "build/tour"),
        "The AppImage": lambda: check_appimage(when),
        "The Windows setup, with a stub program under Wine": lambda: check_windows_setup(when),
    }


def command(*arguments: str) -> Callable[[], int]:
    """Return a function that runs a command in the checkout and returns its exit code."""
    return lambda: subprocess.run(arguments, cwd=ROOT, check=False).returncode


def weigh(made: list[Path]) -> int:
    """Check that no package exceeds its maximum size, packed or installed."""
    unpacked = sum(file.stat().st_size for file in deb.files(BUILD / "deb/debian" / APP_ID))
    say(f"    {made[0].stat().st_size / 1e6:.1f} MB to download, {unpacked / 1e6:.1f} MB installed")
    return int(unpacked > INSTALLED or any(file.stat().st_size > DOWNLOAD for file in made))


def check_appimage(when: int) -> int:
    """Start the program from the image, as AppImage's start code does. Return the exit code."""
    size = appimage.image(portable.TREE, when).stat().st_size
    say(f"    Its image is {size / 1e6:.1f} MB")
    if size > DOWNLOAD - START_CODE:
        return 1
    with tempfile.TemporaryDirectory() as folder:
        mounted = Path(folder) / "mounted"
        unpack = ["unsquashfs", "-quiet", "-no-progress", "-dest", str(mounted), str(appimage.IMAGE)]
        subprocess.run(unpack, check=True, stdout=subprocess.DEVNULL)
        env = {"HOME": folder, "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "QT_QPA_PLATFORM": "xcb"}
        for option in ("--version", "--smoke"):
            # With a session bus of its own, as on a desktop. Without one, Qt's D-Bus library starts one that outlives
            # the program and still writes to HOME while the folder is removed.
            command = ["dbus-run-session", "--", "xvfb-run", "-a", str(mounted / "AppRun"), option]
            code = subprocess.run(command, env=env, cwd=folder, timeout=60, check=False).returncode
            if code:
                return code
    return 0


def check_windows_setup(when: int) -> int:
    """Compile the Windows setup around a stub program and run it under Wine. Return the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        failures = check_setup.under_wine(Path(folder), when)
    for failure in failures:
        say(f"    {failure}")
    return int(bool(failures))
