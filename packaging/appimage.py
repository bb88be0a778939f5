"""Builds the AppImage: the portable tree under the names that AppImage requires, appended to AppImage's start code.

The start code (type2-runtime) is given as a file and never downloaded. Without it only the image is built.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import deb
from build_env import BUILD, ROOT

from app import __version__
from app.system.paths import APP_ID

if TYPE_CHECKING:
    from pathlib import Path

RUNTIME = "20251108"
"""The release of AppImage's type2-runtime that runtime-x86_64 comes from."""

RUNTIME_SHA256 = "2fca8b443c92510f1483a883f60061ad09b46b978b2631c807cd873a47ec260d"

FOLDER = BUILD / "appimage/AppDir"
IMAGE = BUILD / "appimage/image.squashfs"


def image(portable: Path, when: int) -> Path:
    """Stage the AppDir from the portable tree and pack it. The same tree gives the same bytes."""
    shutil.rmtree(FOLDER.parent, ignore_errors=True)
    shutil.copytree(portable, FOLDER, symlinks=True, copy_function=os.link)
    (FOLDER / APP_ID).unlink()  # the launcher with its menu commands: an AppImage has no folder to add to the menu
    deb.copy(ROOT / "packaging/linux/AppRun", FOLDER / "AppRun")
    (FOLDER / ".DirIcon").symlink_to(f"{APP_ID}.svg")
    deb.write(FOLDER / f"usr/share/metainfo/{APP_ID}.metainfo.xml", deb.filled("metainfo.xml", when))
    deb.tidy(FOLDER)
    (FOLDER / "AppRun").chmod(0o755)
    fixed = ["-all-time", str(when), "-mkfs-time", str(when), "-all-root", "-no-xattrs"]
    # zstd, because the start code cannot unpack xz, which would be smaller and is used for the other packages.
    options = ["-noappend", "-quiet", "-no-progress", "-comp", "zstd", "-Xcompression-level", "19", "-b", "1M"]
    env = {name: value for name, value in os.environ.items() if name != "SOURCE_DATE_EPOCH"}  # mksquashfs refuses both
    subprocess.run(["mksquashfs", str(FOLDER), str(IMAGE), *options, *fixed], env=env, check=True)
    return IMAGE


def build(runtime: Path, out: Path) -> Path:
    """Prepend the start code to the image. Return the AppImage's path."""
    start = runtime.read_bytes()
    if hashlib.sha256(start).hexdigest() != RUNTIME_SHA256:
        sys.exit(f"{runtime.name} is not runtime-x86_64 of type2-runtime {RUNTIME}; no AppImage was built.")
    made = out / f"{APP_ID}-{__version__}-x86_64.AppImage"
    made.write_bytes(start + IMAGE.read_bytes())
    made.chmod(0o755)
    return made
