"""Builds what the OS it runs on can make, into dist/: packages, a bill of materials and checksums.

Run by ``python3 packaging/dev.py build`` in an environment of its own, which holds the libraries and PyInstaller.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import importlib
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import bill
from ground import BUILD, DIST, ICONS, ROOT, epoch, say

from app.system.paths import APP_ID

if TYPE_CHECKING:
    from types import ModuleType

MAKERS = {"linux": "on_linux", "win32": "on_windows", "darwin": "on_macos"}
"""Who makes the packages of an OS, and proves them."""

SIZES = (16, 22, 24, 32, 48, 64, 96, 128, 256, 512)
"""Those of the hicolor theme that desktops ask for, in pixels."""


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
    # A fixed hash seed gives sets, and with them compiled modules, the same order in each build. Modules go in as they
    # are: a package packs them smaller all together than PyInstaller does one by one.
    fixed = {"SOURCE_DATE_EPOCH": str(when), "PYTHONHASHSEED": "0", "PYINSTALLER_ZLIB_COMPRESSION_LEVEL": "0"}
    env = {**os.environ, **fixed}
    out, work = BUILD / "frozen", BUILD / "steps"
    for old in (out, work):
        shutil.rmtree(old, ignore_errors=True)
    spec = str(ROOT / "packaging/assistant.spec")
    options = ["--noconfirm", "--log-level", "WARN", "--distpath", str(out), "--workpath", str(work), spec]
    subprocess.run([sys.executable, "-m", "PyInstaller", *options], cwd=ROOT, env=env, check=True)
    return out / APP_ID


def checksums(files: list[Path]) -> None:
    """Write dist/SHA256SUMS as sha256sum --check reads it."""
    lines = [f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in sorted(files)]
    (DIST / "SHA256SUMS").write_text("".join(lines), encoding="utf-8", newline="\n")


def main(arguments: list[str]) -> int:
    """Build everything, and with --check see that it holds; returns the exit code."""
    parser = argparse.ArgumentParser(prog="dev.py build --", allow_abbrev=False)
    parser.add_argument("--check", action="store_true", help="validate, install, run and remove what was built")
    parser.add_argument("--runtime-file", type=Path, metavar="FILE", help="AppImage's start code, to make one on Linux")
    options = parser.parse_args(arguments)
    maker = importlib.import_module(MAKERS[sys.platform])
    when = epoch()
    # Ended from outside, it takes down what it began.
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    with maker.begin(when) if options.check else contextlib.nullcontext() as begun:
        made = make(maker, when, options.runtime_file)
        return int(maker.check(made, when, begun)) if options.check else 0


def make(maker: ModuleType, when: int, runtime: Path | None) -> list[Path]:
    """Build everything into dist/; returns the artefacts and their bills of materials."""
    shutil.rmtree(DIST, ignore_errors=True)
    DIST.mkdir()
    icons()
    maker.prepare(when)
    frozen = freeze(when)
    parts = bill.contents()
    packed = maker.build(frozen, parts, when)
    if runtime is not None and sys.platform == "linux":
        packed.append(maker.appimage_of(runtime, packed, when))
    made = [path for file, within in packed for path in (file, bill.beside(file, within, when))]
    checksums(made)
    for file in made:
        say(f"{file.stat().st_size / 1e6:7.1f} MB  {file.relative_to(ROOT)}")
    return made


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
