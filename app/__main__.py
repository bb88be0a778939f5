"""``python -m app``: reads the arguments, then hands over to the window."""

from __future__ import annotations

import argparse
import gc
import importlib
import sys
from dataclasses import dataclass, field
from pathlib import Path

from app import __version__
from app.system import log


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line asked for. Secrets are never accepted here."""

    practice: bool
    data_dir: Path | None
    tour: Path | None
    client: str
    theme: str | None
    scale: float | None
    smoke: bool
    answers: dict[str, str] = field(default_factory=dict)
    """Branch → option that the tour chooses."""
    faults: tuple[str, ...] = ()
    """Faults of the practice endpoint that the tour rehearses."""
    size: tuple[int, int] | None = None
    """Width and height of the window, in pixels."""
    open_file: Path | None = None
    """A hand-over file to open, as a file manager names it."""
    remove_my_data: bool = False
    """Instead of opening the window: remove the setups and secrets of this account."""


def parse(arguments: list[str]) -> Options:
    """Read the command line. Exits with 2 and a usage line where it is wrong."""
    parser = argparse.ArgumentParser(
        prog="cie-scim-assistant",
        description="Guides the SCIM setup between an identity provider and the Cloud Identity Engine.",
        epilog="`cie-scim-assistant check SETUP` tests a stored setup without a window, see check --help.",
        allow_abbrev=False,
    )
    parser.add_argument("file", nargs="?", type=Path, metavar="FILE", help="a hand-over file (.ciescim) to open")
    parser.add_argument("--practice", action="store_true", help="open the practice consoles instead of real ones")
    parser.add_argument("--data-dir", type=Path, metavar="DIR", help="keep setups in this folder")
    parser.add_argument("--tour", type=Path, metavar="DIR", help="walk a practice setup and take pictures into DIR")
    parser.add_argument("--client", default="entra", help="the tour's SCIM client (default: entra)")
    parser.add_argument(
        "--answer",
        action="append",
        default=[],
        metavar="BRANCH=OPTION",
        help="an answer that the tour chooses",
    )
    parser.add_argument(
        "--fault", action="append", default=[], metavar="NAME", help="a fault that the tour rehearses, or all"
    )
    parser.add_argument("--size", metavar="WIDTHxHEIGHT", help="size of the window, for example 1000x680")
    parser.add_argument("--theme", choices=("light", "dark"), help="instead of following the system")
    parser.add_argument("--scale", type=float, metavar="FACTOR", help="scale of the window, for example 2")
    parser.add_argument("--smoke", action="store_true", help="exit with 0 once the first window is shown")
    parser.add_argument(
        "--remove-my-data", action="store_true", help="remove the setups and secrets of this account, after a question"
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    known = parser.parse_args(arguments)
    if known.scale is not None and not 0.5 <= known.scale <= 4:
        parser.error("--scale takes a number from 0.5 to 4")
    answers = dict(answer.split("=", 1) for answer in known.answer if "=" in answer)
    if len(answers) != len(known.answer):
        parser.error("--answer takes BRANCH=OPTION, each branch once")
    size = tuple(int(side) for side in (known.size or "").split("x") if side.isdecimal() and len(side) < 6)
    if known.size is not None and len(size) != 2:
        parser.error("--size takes WIDTHxHEIGHT, for example 1000x680")
    if known.file is not None and not known.file.is_file():
        parser.error(f"there is no file {known.file}")
    return Options(
        practice=known.practice or known.tour is not None,
        data_dir=known.data_dir,
        tour=known.tour,
        client=known.client,
        answers=answers,
        faults=tuple(known.fault),
        size=(size[0], size[1]) if len(size) == 2 else None,
        theme=known.theme,
        scale=known.scale,
        smoke=known.smoke,
        open_file=known.file,
        remove_my_data=known.remove_my_data,
    )


def main() -> int:
    """The program's entry point; returns its exit code."""
    log.take_over()
    if sys.argv[1:2] == ["--practice-server"]:  # a frozen program has no `python -m`
        return int(importlib.import_module("app.practice.__main__").main())
    if sys.argv[1:2] == ["--export-reader"]:
        return int(importlib.import_module("app.exports.worker").main())
    if sys.argv[1:2] == ["check"]:
        return int(importlib.import_module("app.reports.check").main(sys.argv[2:]))
    gc.disable()  # nothing built before the first window is garbage; ui.start collects by itself later
    options = parse(sys.argv[1:])
    if options.remove_my_data:
        from app.system.paths import data_dir

        # A program of Windows with a window has no standard input.
        asking = "app.cleanup.removal" if sys.stdin is not None else "ui.dialogs.removal"
        return int(importlib.import_module(asking).main(options.data_dir or data_dir()))
    # Named, not imported: the rooms below know nothing of the window.
    return int(importlib.import_module("ui.start").main(options))


if __name__ == "__main__":
    sys.exit(main())
