"""Adds to a packaged program where to find new versions, and the licenses of everything in it."""

from __future__ import annotations

import re
import shutil
import sys
import tomllib
from typing import TYPE_CHECKING

import sbom
from build_env import ROOT

from app.system.release import DOWNLOADS, FOLDER
from app.system.release import LICENSES as LICENSES_FILE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

LICENSES = ROOT / "packaging/licenses"
"""Texts that libraries name but do not include: a package must contain them on every system."""


def put(resources: Path, components: Sequence[sbom.Component]) -> None:
    """Write both into the resources of a frozen program."""
    folder = resources / FOLDER
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    (folder / DOWNLOADS).write_text(downloads() + "\n", encoding="utf-8", newline="\n")
    (folder / LICENSES_FILE).write_text(full_text(components), encoding="utf-8", newline="\n")


def downloads() -> str:
    """Return the address of new versions from packaging/release.toml. Ends the build if it is not https."""
    address = tomllib.loads((ROOT / "packaging/release.toml").read_text(encoding="utf-8"))["downloads"]
    if address and not re.fullmatch(r"https://[^\s/]+\S*", address):
        sys.exit("downloads in packaging/release.toml must be an https address or empty.")
    return str(address)


def full_text(components: Sequence[sbom.Component]) -> str:
    """Return every license, each text once, with the names of the components it applies to."""
    texts: dict[str, list[str]] = {}
    for one in components:
        if one.text:
            texts.setdefault(one.text, []).append(f"{one.name} {one.version}")
    own = {"Apache-2.0": (ROOT / "LICENSE").read_text(encoding="utf-8")}
    common = own | {file.name: file.read_text(encoding="utf-8") for file in sorted(LICENSES.iterdir())}
    pieces = [(", ".join(names), text) for text, names in texts.items()] + list(common.items())
    bodies = (f"{'-' * 78}\n{name}\n\n{text.strip()}\n" for name, text in pieces)
    return sbom.license_header(components) + "\n" + "\n".join(bodies)
