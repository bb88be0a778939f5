"""The packages of Linux, made from the frozen program, and the proof that they install, run and go again."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import again
import deb
import portable
from ground import BUILD, DIST, ICONS, ROOT, say

from app.paths import APP_ID

if TYPE_CHECKING:
    from pathlib import Path

    import bill

DOWNLOAD, INSTALLED = 48_000_000, 160_000_000
"""The most bytes that a package may have, and what it unpacks to."""

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


def check(made: list[Path], when: int) -> int:
    """Weigh and validate the package, install it on a bare system, walk the tour, remove it; returns the exit code."""
    package = made[0]
    unpacked = sum(file.stat().st_size for file in deb.files(BUILD / "deb/debian" / APP_ID))
    say(f"==> {package.stat().st_size / 1e6:.1f} MB to download, {unpacked / 1e6:.1f} MB installed")
    if package.stat().st_size > DOWNLOAD or unpacked > INSTALLED:
        return 1
    for command in CHECKS:
        arguments = [part.format(id=APP_ID, package=package, python=sys.executable) for part in command]
        say(f"==> {' '.join(arguments[:2])}")
        code = subprocess.run(arguments, cwd=ROOT, check=False).returncode
        if code:
            return code
    say("==> A second build, in another folder and under other circumstances")
    return again.compare(when)
