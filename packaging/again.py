"""Builds a second time, in another place and under other circumstances, and compares what comes out byte by byte."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from aside import aside
from ground import DIST, GIT, ROOT, say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

OTHERWISE = {"PATH": "/usr/bin:/bin", "TZ": "Pacific/Chatham", "LC_ALL": "C", "PYTHONHASHSEED": "7"}
"""What the second build finds around it. The folder, the time of day and the rights of new files differ as well."""


@contextlib.contextmanager
def another(when: int) -> Iterator[Callable[[], int]]:
    """Begin a build of the same files; yields what waits for it: 0 where every artefact is the same, else not."""
    with tempfile.TemporaryDirectory(prefix="another place ", ignore_cleanup_errors=True) as folder:
        there = Path(folder) / "checkout"
        for file in sources():
            (there / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / file, there / file)
        env = {**OTHERWISE, "HOME": folder, "SOURCE_DATE_EPOCH": str(when)}
        with aside([sys.executable, "packaging/build.py"], cwd=there, env=env, umask=0o077) as built:
            yield lambda: built() or report(sums(DIST), sums(there / "dist"))


def sources() -> list[str]:
    """What the build is made from: the files that Git has, and those it does not ignore."""
    asked = [*GIT, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"]
    listed = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def sums(folder: Path) -> dict[str, str]:
    """Name and hash of each artefact, as the build wrote them down."""
    lines = (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    return {name: digest for digest, name in (line.split("  ", 1) for line in lines)}


def report(first: dict[str, str], second: dict[str, str]) -> int:
    """Say of each artefact whether both builds have it alike; returns 1 where one differs, or where there is none."""
    differing = 0
    for name in sorted(first.keys() | second.keys()):
        alike = first.get(name) == second.get(name)
        differing += not alike
        say(f"    {'the same' if alike else 'DIFFERS'}  {name}")
    return int(bool(differing) or not first)
