"""Builds the packages for the OS it runs on into dist/, with a software bill of materials and checksums.

Run by ``python3 packaging/dev.py build`` in a separate environment that contains the libraries and PyInstaller.
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

import sbom
from build_env import BUILD, DIST, ICONS, ROOT, epoch, say

from app.system.paths import APP_ID

if TYPE_CHECKING:
    from types import ModuleType

MAKERS = {"linux": "on_linux", "win32": "on_windows", "darwin": "on_macos"}
"""The module that builds and checks the packages of each OS."""

SIZES = (16, 22, 24, 32, 48, 64, 96, 128, 256, 512)
"""The sizes of the hicolor theme that desktops use, in pixels."""


def icons() -> None:
    """Draw the icon in all sizes, and in the formats for Windows and macOS."""
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
                sys.exit(f"Qt can't write {name}.")


def freeze(when: int) -> Path:
    """Run PyInstaller. Return the folder of the frozen program."""
    # A fixed hash seed gives sets, and so compiled modules, the same order in each build. Modules are not compressed: a
    # package compresses them better together than PyInstaller does one by one.
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
    """Write dist/SHA256SUMS in the format of sha256sum --check."""
    lines = [f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in sorted(files)]
    (DIST / "SHA256SUMS").write_text("".join(lines), encoding="utf-8", newline="\n")


def main(arguments: list[str]) -> int:
    """Build everything and, with --check, verify it. Return the exit code."""
    parser = argparse.ArgumentParser(prog="dev.py build --", allow_abbrev=False)
    parser.add_argument("--check", action="store_true", help="validate, install, run and remove the packages")
    parser.add_argument("--runtime-file", type=Path, metavar="FILE", help="start code for an AppImage (Linux)")
    options = parser.parse_args(arguments)
    maker = importlib.import_module(MAKERS[sys.platform])
    when = epoch()
    # When terminated, it also ends the processes it started.
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    with maker.begin(when) if options.check else contextlib.nullcontext() as begun:
        made = make(maker, when, options.runtime_file)
        return int(maker.check(made, when, begun)) if options.check else 0


def make(maker: ModuleType, when: int, runtime: Path | None) -> list[Path]:
    """Build everything into dist/. Return the artifacts and their bills of materials."""
    shutil.rmtree(DIST, ignore_errors=True)
    DIST.mkdir()
    icons()
    maker.prepare(when)
    frozen = freeze(when)
    components = sbom.build_components()
    packed = maker.build(frozen, components, when)
    if runtime is not None and sys.platform == "linux":
        packed.append(maker.appimage_of(runtime, packed, when))
    made = [path for file, within in packed for path in (file, sbom.write_bill(file, within, when))]
    checksums(made)
    for file in made:
        say(f"{file.stat().st_size / 1e6:7.1f} MB  {file.relative_to(ROOT)}")
    return made


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
