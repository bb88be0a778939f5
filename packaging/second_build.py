"""Builds a second time, in another folder and environment, and compares the artifacts byte by byte."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from background_command import in_background
from build_env import DIST, GIT, ROOT, say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ENVIRONMENT = {"PATH": "/usr/bin:/bin", "TZ": "Pacific/Chatham", "LC_ALL": "C", "PYTHONHASHSEED": "7"}
"""The second build's environment. Its folder, time of day and file permissions differ as well."""


@contextlib.contextmanager
def start_second_build(when: int) -> Iterator[Callable[[], int]]:
    """Start a build of the same files. Yields a function that waits for it and returns 0 if all artifacts are equal."""
    with tempfile.TemporaryDirectory(prefix="another place ", ignore_cleanup_errors=True) as folder:
        checkout = Path(folder) / "checkout"
        for file in sources():
            (checkout / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / file, checkout / file)
        env = {**ENVIRONMENT, "HOME": folder, "SOURCE_DATE_EPOCH": str(when)}
        with in_background([sys.executable, "packaging/build.py"], cwd=checkout, env=env, umask=0o077) as built:
            yield lambda: built() or report(sums(DIST), sums(checkout / "dist"))


def sources() -> list[str]:
    """Return the files that the build is made from: those tracked by Git, and untracked ones that are not ignored."""
    asked = [*GIT, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"]
    listed = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def sums(folder: Path) -> dict[str, str]:
    """Return name and hash of each artifact, as recorded by the build."""
    lines = (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    return {name: digest for digest, name in (line.split("  ", 1) for line in lines)}


def report(first: dict[str, str], second: dict[str, str]) -> int:
    """Print for each artifact whether both builds are identical. Return 1 if one differs or there is none."""
    differing = 0
    for name in sorted(first.keys() | second.keys()):
        identical = first.get(name) == second.get(name)
        differing += not identical
        say(f"    {'identical' if identical else 'DIFFERS'}  {name}")
    return int(bool(differing) or not first)
