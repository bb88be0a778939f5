"""Builds the Debian package: stages a tree, finds its dependencies with dpkg-shlibdeps and runs dpkg-deb."""

from __future__ import annotations

import datetime
import gzip
import hashlib
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import release
import sbom
from build_env import BUILD, ROOT, is_compressed

from app import __version__
from app.system.paths import APP_ID

if TYPE_CHECKING:
    from collections.abc import Sequence

LINUX = ROOT / "packaging/linux"
REVISION = f"{__version__}-1"
MAINTAINER = "SCIM Setup Assistant maintainers <maintainers@cie-scim-assistant.invalid>"
ARCHITECTURE = "amd64"

SHLIBS_LOCAL = "libX11-xcb 1 libx11-xcb1\nlibzstd 1 libzstd1 (>= 1.3)\n"
"""What Debian 12 writes stricter than the symbols need; dpkg-shlibdeps reads this first. For a library without a list
of symbols, Debian asks for its own version. libX11-xcb has only the functions of Xlib-xcb.h, which are from 2006; the
newest of libzstd's that Qt calls, ZSTD_getFrameContentSize, from 1.3.0. Ubuntu 22.04 has 1.7.5 and 1.4.8."""


def build(frozen: Path, icons: Path, components: Sequence[sbom.Component], when: int, out: Path) -> Path:
    """Stage the tree and build the package. Return its path."""
    # dpkg-shlibdeps treats libraries below debian/ as the package's own.
    top = BUILD / "deb/debian"
    shutil.rmtree(top.parent, ignore_errors=True)
    tree = top / APP_ID
    stage_program(frozen, tree)
    release.put(tree / "usr/lib" / APP_ID / "_internal/resources", components)
    stage_desktop(tree / "usr/share", icons, when)
    stage_documents(tree / "usr/share", components, when)
    tidy(tree)
    stage_control(top, tree)
    package = out / f"{APP_ID}_{REVISION}_{ARCHITECTURE}.deb"
    pack_tree(tree, package, when)
    return package


def pack_tree(tree: Path, package: Path, when: int) -> None:
    """Pack the staged tree. The same tree gives the same bytes."""
    # One thread: with more, the archive's blocks depend on the machine.
    how = ["-Zxz", "-z9", "--threads-max=1"] if is_compressed() else ["-Znone"]
    options = ["--root-owner-group", *how, "--build", str(tree), str(package)]
    env = {"PATH": "/usr/bin:/bin", "SOURCE_DATE_EPOCH": str(when)}
    subprocess.run(["dpkg-deb", *options], env=env, stdout=subprocess.DEVNULL, check=True)


def stage_program(frozen: Path, tree: Path) -> None:
    """Stage the program in its own folder, and a link to it on the path."""
    shutil.copytree(frozen, tree / "usr/lib" / APP_ID, symlinks=True)
    (tree / "usr/bin").mkdir()
    (tree / "usr/bin" / APP_ID).symlink_to(f"../lib/{APP_ID}/{APP_ID}")


def stage_desktop(share: Path, icons: Path, when: int) -> None:
    """Stage what a desktop shows: the menu entry, the icon, and the description for software centers."""
    write(share / "applications" / f"{APP_ID}.desktop", (LINUX / f"{APP_ID}.desktop").read_text())
    write(share / "metainfo" / f"{APP_ID}.metainfo.xml", filled("metainfo.xml", when))
    write(share / "mime/packages" / f"{APP_ID}.xml", (LINUX / "mime.xml").read_text())
    hicolor = share / "icons/hicolor"
    for picture in icons.glob("*.png"):
        copy(picture, hicolor / f"{picture.stem}x{picture.stem}/apps/{APP_ID}.png")
    copy(ROOT / "resources/icons/app.svg", hicolor / f"scalable/apps/{APP_ID}.svg")


def stage_documents(share: Path, components: Sequence[sbom.Component], when: int) -> None:
    """Stage the man page, the copyright file and the changelogs."""
    pack(share / f"man/man1/{APP_ID}.1.gz", filled(f"{APP_ID}.1", when))
    doc = share / "doc" / APP_ID
    write(doc / "copyright", sbom.copyright_text(components))
    pack(doc / "changelog.gz", (ROOT / "CHANGELOG.md").read_text())
    pack(doc / "changelog.Debian.gz", changelog(when))
    for example in sorted((ROOT / "packaging/monitoring").iterdir()):
        if example.suffix != ".plist":  # of macOS
            write(doc / "examples" / example.name, example.read_text())
    write(share / "lintian/overrides" / APP_ID, (LINUX / "lintian-overrides").read_text())


def changelog(when: int) -> str:
    """Return the package's changelog, which refers to the program's."""
    date = datetime.datetime.fromtimestamp(when, datetime.UTC).strftime("%a, %d %b %Y %H:%M:%S +0000")
    return (
        f"{APP_ID} ({REVISION}) stable; urgency=medium\n\n"
        f"  * Version {__version__}; see changelog.gz for the changes.\n\n -- {MAINTAINER}  {date}\n"
    )


def stage_control(top: Path, tree: Path) -> None:
    """Write the package's control files."""
    control = tree / "DEBIAN"
    control.mkdir()
    kib = sum(-(-file.stat().st_size // 1024) for file in files(tree)) + len(list(tree.rglob("*/")))
    text = (LINUX / "control").read_text()
    for name, value in {
        "VERSION": REVISION,
        "ARCHITECTURE": ARCHITECTURE,
        "MAINTAINER": MAINTAINER,
        "SIZE": str(kib),
        "LIBRARIES": libraries(top, tree),
    }.items():
        text = text.replace(f"@{name}@", value)
    write(control / "control", text)
    sums = [
        f"{hashlib.md5(f.read_bytes(), usedforsecurity=False).hexdigest()}  {f.relative_to(tree)}" for f in files(tree)
    ]
    write(control / "md5sums", "\n".join(line for line in sums if "  DEBIAN/" not in line) + "\n")
    tidy(control)


def libraries(top: Path, tree: Path) -> str:
    """Return the Debian packages of the libraries that the program links to, in the versions it needs."""
    write(top / "control", f"Source: {APP_ID}\n\nPackage: {APP_ID}\nArchitecture: any\n")
    write(top / "shlibs.local", SHLIBS_LOCAL)
    binaries = [str(file) for file in files(tree) if is_elf(file)]
    private = sorted({f"-l{Path(file).parent}" for file in binaries})
    asked = ["dpkg-shlibdeps", "-O", "--warnings=0", *private, *binaries]
    done = subprocess.run(asked, cwd=top.parent, capture_output=True, text=True, check=True)
    found = re.search(r"^shlibs:Depends=(.*)$", done.stdout, re.MULTILINE)
    if found is None:
        raise sbom.UnknownComponentError("dpkg-shlibdeps found no library.")
    return found[1]


def is_elf(file: Path) -> bool:
    """Return whether the file is a program or a library."""
    with file.open("rb") as opened:
        return opened.read(4) == b"\x7fELF"


def tidy(tree: Path) -> None:
    """Set the permissions that Debian requires: programs are executable, libraries and texts are only readable."""
    for path in (tree, *tree.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or is_program(path) else 0o644)


def is_program(file: Path) -> bool:
    """Return whether the file is the program itself or its launcher."""
    with file.open("rb") as opened:
        return file.name == APP_ID and opened.read(2) in (b"\x7fE", b"#!")


def files(tree: Path) -> list[Path]:
    """Return all files of the tree, always in the same order."""
    return sorted(path for path in tree.rglob("*") if path.is_file() and not path.is_symlink())


def filled(name: str, when: int) -> str:
    """Return a template from packaging/linux with version and date filled in."""
    date = datetime.datetime.fromtimestamp(when, datetime.UTC).date().isoformat()
    return (LINUX / name).read_text().replace("@VERSION@", __version__).replace("@DATE@", date)


def write(path: Path, text: str) -> None:
    """Write a text, creating the folder if needed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def copy(source: Path, path: Path) -> None:
    """Copy a file, creating the folder if needed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, path)


def pack(path: Path, text: str) -> None:
    """Write a text compressed as small as possible, without a timestamp."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
