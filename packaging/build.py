"""Builds what the OS it runs on can make, into dist/: packages, a bill of materials and checksums.

Run by ``python3 packaging/dev.py build`` in an environment of its own, which holds the libraries and PyInstaller.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import bill  # noqa: E402
import deb  # noqa: E402
import portable  # noqa: E402

from app import __version__  # noqa: E402
from app.paths import APP_ID  # noqa: E402

DIST = ROOT / "dist"
BUILD = ROOT / "build"
ICONS = BUILD / "icons"
DOWNLOAD, INSTALLED = 48_000_000, 160_000_000
"""The most bytes that a package may have, and what it unpacks to."""

SIZES = (16, 22, 24, 32, 48, 64, 96, 128, 256, 512)
"""Those of the hicolor theme that desktops ask for, in pixels."""


def say(text: str) -> None:
    """Tell what happens, at once."""
    print(text, flush=True)  # noqa: T201 - a command line tool


def epoch() -> int:
    """Seconds since 1970 of what is built: given from outside, else the time of the commit."""
    given = os.environ.get("SOURCE_DATE_EPOCH")
    if given:
        return int(given)
    asked = ["git", "log", "-1", "--format=%ct"]
    return int(subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout)


def icons() -> None:
    """Draw the icon in all sizes, and as Windows and macOS want it."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtCore import Qt
    from PySide6.QtGui import QGuiApplication, QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    _application = QGuiApplication.instance() or QGuiApplication([])
    shutil.rmtree(ICONS, ignore_errors=True)
    ICONS.mkdir(parents=True)
    drawing = QSvgRenderer(str(ROOT / "resources/icons/app.svg"))
    for size in SIZES:
        picture = QImage(size, size, QImage.Format.Format_ARGB32)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        drawing.render(painter)
        painter.end()
        names = {f"{size}.png": True, "app.ico": size == 256, "app.icns": size == 512}
        for name in (name for name, fits in names.items() if fits):
            if not picture.save(str(ICONS / name)):
                sys.exit(f"Qt cannot write {name}.")


def freeze(when: int) -> Path:
    """Run PyInstaller; returns the folder of the frozen program."""
    # A fixed hash seed gives sets, and with them compiled modules, the same order in each build.
    env = {**os.environ, "SOURCE_DATE_EPOCH": str(when), "PYTHONHASHSEED": "0"}
    out, work = BUILD / "frozen", BUILD / "steps"
    for old in (out, work):
        shutil.rmtree(old, ignore_errors=True)
    spec = str(ROOT / "packaging/assistant.spec")
    options = ["--noconfirm", "--log-level", "WARN", "--distpath", str(out), "--workpath", str(work), spec]
    subprocess.run([sys.executable, "-m", "PyInstaller", *options], cwd=ROOT, env=env, check=True)
    return out / APP_ID


def linux(frozen: Path, parts: list[bill.Part], when: int) -> list[Path]:
    """The Debian package and the portable archive, each with its bill of materials."""
    with ThreadPoolExecutor() as both:  # packing takes a minute each
        packed = both.submit(deb.build, frozen, ICONS, parts, when, DIST)
        archive, taken = portable.build(frozen, parts, when, DIST)
        package = packed.result()
    return [package, write_bill(package, parts, when), archive, write_bill(archive, [*parts, *taken], when)]


def write_bill(file: Path, parts: list[bill.Part], when: int) -> Path:
    """Put the bill of materials beside what it is about."""
    path = file.with_name(f"{file.name}.cdx.json")
    path.write_text(bill.cyclonedx(parts, APP_ID, __version__, when), encoding="utf-8")
    return path


def checksums(files: list[Path]) -> None:
    """Write dist/SHA256SUMS as sha256sum --check reads it."""
    lines = [f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in sorted(files)]
    (DIST / "SHA256SUMS").write_text("".join(lines), encoding="utf-8", newline="\n")


CHECKS = (
    ["desktop-file-validate", "build/deb/debian/{id}/usr/share/applications/{id}.desktop"],
    ["appstreamcli", "validate", "--no-net", "build/deb/debian/{id}/usr/share/metainfo/{id}.metainfo.xml"],
    ["lintian", "--pedantic", "--display-info", "--display-experimental", "--fail-on",
     "error,warning,info,pedantic,experimental", "{package}"],
    ["{python}", "tests/benchmarks/run.py", "--program", "build/deb/debian/{id}/usr/bin/{id}"],
    ["packaging/linux/check-deb.sh", "{package}", "build/tour"],
)  # fmt: skip


def check(package: Path) -> int:
    """Weigh and validate the package, install it on a bare system, walk the tour, remove it; returns the exit code."""
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
    return 0


def main(arguments: list[str]) -> int:
    """Build everything, and with --check see that it holds; returns the exit code."""
    when = epoch()
    shutil.rmtree(DIST, ignore_errors=True)
    DIST.mkdir()
    icons()
    frozen = freeze(when)
    parts = bill.contents()
    made = linux(frozen, parts, when)
    checksums(made)
    for file in made:
        say(f"{file.stat().st_size / 1e6:7.1f} MB  {file.relative_to(ROOT)}")
    return check(made[0]) if "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
