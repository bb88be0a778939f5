"""Builds the portable archive: the program, the libraries that some distributions lack, a launcher and licenses."""

from __future__ import annotations

import lzma
import re
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING

import deb
import release
import sbom
from build_env import BUILD, ROOT, is_compressed

from app import __version__
from app.system.paths import APP_ID

if TYPE_CHECKING:
    from collections.abc import Sequence

NAME = f"{APP_ID}-{__version__}-linux-x86_64"
TREE = BUILD / "portable" / NAME

TAKEN = re.compile(
    r"libxcb-(cursor|icccm|image|keysyms|render-util|util)\.|libxkbcommon-x11\."  # missing on many desktops
    r"|lib(ssl|crypto|ffi|bz2|lzma|expat)\."  # a different name or version elsewhere
)
"""The system libraries to include; all others are on every desktop of recent years."""


def build(
    frozen: Path, components: Sequence[sbom.Component], when: int, out: Path
) -> tuple[Path, list[sbom.Component]]:
    """Build the archive. Return its path and what it contains in addition to the frozen program."""
    tree = TREE
    shutil.rmtree(tree.parent, ignore_errors=True)
    shutil.copytree(frozen, tree / "program", symlinks=True)
    found = system_libraries(tree / "program")
    for library in found:
        shutil.copyfile(library, tree / "program/_internal" / library.name)
    taken = sbom.debian(found)
    deb.copy(ROOT / "resources/icons/app.svg", tree / f"{APP_ID}.svg")
    deb.copy(ROOT / "packaging/linux" / f"{APP_ID}.desktop", tree / f"{APP_ID}.desktop")
    deb.copy(ROOT / "packaging/linux/mime.xml", tree / "mime.xml")
    deb.write(tree / "metainfo.xml", deb.filled("metainfo.xml", when))
    deb.copy(ROOT / "packaging/linux/launcher.sh", tree / APP_ID)
    release.put(tree / "program/_internal/resources", [*components, *taken])
    write_licenses([*components, *taken], tree / "licenses")
    deb.tidy(tree)
    archive = out / f"{NAME}.tar.xz"
    pack(tree, archive, when)
    return archive, taken


def system_libraries(program: Path) -> list[Path]:
    """Return the paths of the libraries to include on this system, as the loader finds them."""
    found: set[Path] = set()
    for file in deb.files(program):
        if deb.is_elf(file):
            output = subprocess.run(["ldd", str(file)], capture_output=True, text=True, check=False).stdout
            places = re.findall(r"^\s*(\S+) => (/\S+)", output, re.MULTILINE)
            found |= {Path(place) for name, place in places if TAKEN.match(name)}
    return sorted(found)


def write_licenses(components: Sequence[sbom.Component], folder: Path) -> None:
    """Write all licenses that come with a text, one file each."""
    deb.write(folder / "README", sbom.copyright_text(components))
    for one in components:
        if one.text:
            deb.write(folder / f"{one.name}.txt", one.text + "\n")
    for file in release.LICENSES.iterdir():
        deb.copy(file, folder / file.name)
    deb.copy(ROOT / "LICENSE", folder / "Apache-2.0")


def pack(tree: Path, archive: Path, when: int) -> None:
    """Write the tree in a fixed order, with fixed owners and times."""

    def plain(member: tarfile.TarInfo) -> tarfile.TarInfo:
        member.uid = member.gid = 0
        member.uname = member.gname = "root"
        member.mtime = when
        return member

    with (
        lzma.open(archive, "wb", preset=9) if is_compressed() else archive.open("wb") as packed,
        tarfile.open(fileobj=packed, mode="w|") as tar,
    ):
        for path in (tree, *sorted(tree.rglob("*"))):
            tar.add(path, str(path.relative_to(tree.parent)), recursive=False, filter=plain)
