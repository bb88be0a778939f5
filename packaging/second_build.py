"""Builds a second time, in another folder and environment, and compares the contents of the artifacts byte by byte.

Compressing takes longer than everything else in a build, so the second build leaves it out. What is compared are the
archives inside: names, order, modes, owners, times and bytes of all files. A program compresses the same bytes to the
same bytes; both packages are compressed in one thread, because the blocks of several depend on the machine.
"""

from __future__ import annotations

import contextlib
import hashlib
import lzma
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from background_command import in_background
from build_env import DIST, GIT, ROOT, UNCOMPRESSED, say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import BinaryIO

ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "TZ": "Pacific/Chatham",
    "LC_ALL": "C",
    "PYTHONHASHSEED": "7",
    UNCOMPRESSED: "1",
}
"""The second build's environment. Its folder, time of day and file permissions differ as well."""

XZ = b"\xfd7zXZ\x00"
"""How an xz file begins (The .xz File Format 1.2.1, section 2.1.1.1)."""


@contextlib.contextmanager
def start_second_build(when: int) -> Iterator[Callable[[], int]]:
    """Start a build of the same files. Yields a function that waits for it and returns 0 if all contents are equal."""
    with tempfile.TemporaryDirectory(prefix="another place ", ignore_cleanup_errors=True) as folder:
        checkout = Path(folder) / "checkout"
        for file in sources():
            (checkout / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / file, checkout / file)
        env = {**ENVIRONMENT, "HOME": folder, "SOURCE_DATE_EPOCH": str(when)}
        with in_background([sys.executable, "packaging/build.py"], cwd=checkout, env=env, umask=0o077) as built:
            yield lambda: built() or report(contents(DIST), contents(checkout / "dist"))


def sources() -> list[str]:
    """Return the files that the build is made from: those tracked by Git, and untracked ones that are not ignored."""
    asked = [*GIT, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"]
    listed = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def contents(folder: Path) -> dict[str, str]:
    """Return the name of each artifact that the build recorded, and the hash of what is in it before compression."""
    lines = (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    return {name: hash_of(folder / name) for name in (line.split("  ", 1)[1] for line in lines)}


def hash_of(artifact: Path) -> str:
    """Return the hash of an artifact's contents, which is the same whether they are compressed or not."""
    digest = hashlib.sha256()
    if artifact.suffix == ".deb":
        for part in ("--ctrl-tarfile", "--fsys-tarfile"):
            digest.update(subprocess.run(["dpkg-deb", part, str(artifact)], capture_output=True, check=True).stdout)
    else:
        with opened(artifact) as file:
            while block := file.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()


def opened(file: Path) -> BinaryIO | lzma.LZMAFile:
    """Open a file for reading, decompressed if it is an xz file."""
    with file.open("rb") as raw:
        is_xz = raw.read(len(XZ)) == XZ
    return lzma.open(file) if is_xz else file.open("rb")


def report(first: dict[str, str], second: dict[str, str]) -> int:
    """Print for each artifact whether both builds have identical contents. Return 1 if one differs or none exists."""
    differing = 0
    for name in sorted(first.keys() | second.keys()):
        identical = first.get(name) == second.get(name)
        differing += not identical
        say(f"    {'identical' if identical else 'DIFFERS'}  {name}")
    return int(bool(differing) or not first)
