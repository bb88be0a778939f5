"""What a packaged program tells about itself: where new versions are, and the licences of all that is in it."""

from __future__ import annotations

import re
import shutil
import sys
import tomllib
from typing import TYPE_CHECKING

import bill
from ground import ROOT

from app.system.release import DOWNLOADS, FOLDER, PARTS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

LICENCES = ROOT / "packaging/licences"
"""Texts that the libraries name and do not bring: a package has to hold them on every system."""


def put(resources: Path, parts: Sequence[bill.Part]) -> None:
    """Write it below the resources of a frozen program."""
    folder = resources / FOLDER
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    (folder / DOWNLOADS).write_text(downloads() + "\n", encoding="utf-8", newline="\n")
    (folder / PARTS).write_text(full_text(parts), encoding="utf-8", newline="\n")


def downloads() -> str:
    """The address of new versions as packaging/release.toml names it; ends the build where it is not https."""
    told = tomllib.loads((ROOT / "packaging/release.toml").read_text(encoding="utf-8"))["downloads"]
    if told and not re.fullmatch(r"https://[^\s/]+\S*", told):
        sys.exit("downloads in packaging/release.toml is an https address or empty.")
    return str(told)


def full_text(parts: Sequence[bill.Part]) -> str:
    """Every licence, each text once, with the names of those it is for."""
    texts: dict[str, list[str]] = {}
    for one in parts:
        if one.text:
            texts.setdefault(one.text, []).append(f"{one.name} {one.version}")
    own = {"Apache-2.0": (ROOT / "LICENSE").read_text(encoding="utf-8")}
    common = own | {file.name: file.read_text(encoding="utf-8") for file in sorted(LICENCES.iterdir())}
    pieces = [(", ".join(names), text) for text, names in texts.items()] + list(common.items())
    bodies = (f"{'-' * 78}\n{name}\n\n{text.strip()}\n" for name, text in pieces)
    return bill.head(parts) + "\n" + "\n".join(bodies)
