"""The Debian package: a staged tree, its dependencies as dpkg-shlibdeps finds them, and dpkg-deb."""

from __future__ import annotations

import datetime
import gzip
import hashlib
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import bill
import release
from ground import BUILD, ROOT

from app import __version__
from app.system.paths import APP_ID

if TYPE_CHECKING:
    from collections.abc import Sequence

LINUX = ROOT / "packaging/linux"
REVISION = f"{__version__}-1"
MAINTAINER = "SCIM Setup Assistant maintainers <maintainers@cie-scim-assistant.invalid>"
ARCHITECTURE = "amd64"


def build(frozen: Path, icons: Path, parts: Sequence[bill.Part], when: int, out: Path) -> Path:
    """Stage the tree and make the package; returns its path."""
    # dpkg-shlibdeps takes libraries below debian/ for the package's own.
    top = BUILD / "deb/debian"
    shutil.rmtree(top.parent, ignore_errors=True)
    tree = top / APP_ID
    stage_program(frozen, tree)
    release.put(tree / "usr/lib" / APP_ID / "_internal/resources", parts)
    stage_desktop(tree / "usr/share", icons, when)
    stage_documents(tree / "usr/share", parts, when)
    tidy(tree)
    stage_control(top, tree)
    package = out / f"{APP_ID}_{REVISION}_{ARCHITECTURE}.deb"
    # One thread: with more, the blocks of the archive depend on the machine.
    options = ["--root-owner-group", "-Zxz", "-z9", "--threads-max=1", "--build", str(tree), str(package)]
    env = {"PATH": "/usr/bin:/bin", "SOURCE_DATE_EPOCH": str(when)}
    subprocess.run(["dpkg-deb", *options], env=env, stdout=subprocess.DEVNULL, check=True)
    return package


def stage_program(frozen: Path, tree: Path) -> None:
    """The program in its own folder, and its name on the path."""
    shutil.copytree(frozen, tree / "usr/lib" / APP_ID, symlinks=True)
    (tree / "usr/bin").mkdir()
    (tree / "usr/bin" / APP_ID).symlink_to(f"../lib/{APP_ID}/{APP_ID}")


def stage_desktop(share: Path, icons: Path, when: int) -> None:
    """What a desktop shows: the menu entry, the icon, and the description for software centres."""
    write(share / "applications" / f"{APP_ID}.desktop", (LINUX / f"{APP_ID}.desktop").read_text())
    write(share / "metainfo" / f"{APP_ID}.metainfo.xml", filled("metainfo.xml", when))
    write(share / "mime/packages" / f"{APP_ID}.xml", (LINUX / "mime.xml").read_text())
    hicolor = share / "icons/hicolor"
    for picture in icons.glob("*.png"):
        copy(picture, hicolor / f"{picture.stem}x{picture.stem}/apps/{APP_ID}.png")
    copy(ROOT / "resources/icons/app.svg", hicolor / f"scalable/apps/{APP_ID}.svg")


def stage_documents(share: Path, parts: Sequence[bill.Part], when: int) -> None:
    """The man page, whose work is in it, and what changed."""
    pack(share / f"man/man1/{APP_ID}.1.gz", filled(f"{APP_ID}.1", when))
    doc = share / "doc" / APP_ID
    write(doc / "copyright", bill.copyright_text(parts))
    pack(doc / "changelog.gz", (ROOT / "CHANGELOG.md").read_text())
    pack(doc / "changelog.Debian.gz", changelog(when))
    write(share / "lintian/overrides" / APP_ID, (LINUX / "lintian-overrides").read_text())


def changelog(when: int) -> str:
    """The package's own history, which is that of the program."""
    date = datetime.datetime.fromtimestamp(when, datetime.UTC).strftime("%a, %d %b %Y %H:%M:%S +0000")
    return (
        f"{APP_ID} ({REVISION}) stable; urgency=medium\n\n"
        f"  * Version {__version__}; changelog.gz tells what is new.\n\n -- {MAINTAINER}  {date}\n"
    )


def stage_control(top: Path, tree: Path) -> None:
    """What dpkg is told about the package."""
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
    """The Debian packages of the libraries that the program is linked with, in the versions it needs."""
    write(top / "control", f"Source: {APP_ID}\n\nPackage: {APP_ID}\nArchitecture: any\n")
    binaries = [str(file) for file in files(tree) if is_elf(file)]
    private = sorted({f"-l{Path(file).parent}" for file in binaries})
    asked = ["dpkg-shlibdeps", "-O", "--warnings=0", *private, *binaries]
    done = subprocess.run(asked, cwd=top.parent, capture_output=True, text=True, check=True)
    found = re.search(r"^shlibs:Depends=(.*)$", done.stdout, re.MULTILINE)
    if found is None:
        raise bill.UnknownPartError("dpkg-shlibdeps named no library.")
    return found[1]


def is_elf(file: Path) -> bool:
    """Whether it is a program or a library."""
    with file.open("rb") as opened:
        return opened.read(4) == b"\x7fELF"


def tidy(tree: Path) -> None:
    """The rights that Debian wants: programs may be executed, libraries and texts only be read."""
    for path in (tree, *tree.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or is_program(path) else 0o644)


def is_program(file: Path) -> bool:
    """Whether it is the program itself or its launcher."""
    with file.open("rb") as opened:
        return file.name == APP_ID and opened.read(2) in (b"\x7fE", b"#!")


def files(tree: Path) -> list[Path]:
    """All files of the tree, in an order that is always the same."""
    return sorted(path for path in tree.rglob("*") if path.is_file() and not path.is_symlink())


def filled(name: str, when: int) -> str:
    """A template of packaging/linux with version and date."""
    date = datetime.datetime.fromtimestamp(when, datetime.UTC).date().isoformat()
    return (LINUX / name).read_text().replace("@VERSION@", __version__).replace("@DATE@", date)


def write(path: Path, text: str) -> None:
    """A text in a folder that may not be there yet."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def copy(source: Path, path: Path) -> None:
    """A file into a folder that may not be there yet."""
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, path)


def pack(path: Path, text: str) -> None:
    """A text, packed as small as it goes and without a time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
