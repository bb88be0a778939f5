"""Command-line options, and sub-commands that need no window."""

from __future__ import annotations

import argparse
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from app import __version__
from app.text.legible import legible

if TYPE_CHECKING:
    from collections.abc import Sequence


CANNOT_START: Final = 8
"""Exit code if no window can be opened, or after a bug at the start; ``Exit.INTERNAL`` of the sub-commands."""

LONGEST_SHOWN: Final = 200
"""Characters of an argument that an error repeats."""


@dataclass(frozen=True, slots=True)
class Options:
    """The options of one run. Secrets are never accepted here."""

    practice: bool
    data_dir: Path | None
    tour: Path | None
    client: str
    theme: str | None
    scale: float | None
    smoke: bool
    answers: dict[str, str] = field(default_factory=dict)
    """Branch → the option that the tour chooses."""
    faults: tuple[str, ...] = ()
    """Failures that the tour rehearses."""
    size: tuple[int, int] | None = None
    """Width and height of the window, in pixels."""
    open_file: Path | None = None
    """A hand-over file to open, as passed by a file manager."""
    remove_my_data: bool = False
    """Remove the setups and secrets of this account instead of opening the window."""
    trace: Path | None = None
    """A new file for the events of this run."""
    notes: tuple[str, ...] = ()
    """What of the environment can't be used, in sentences."""
    activation: str = ""
    """The desktop's permission for a window to come to the front, see ``StartRequest``."""

    def folder(self, *, practice: bool) -> Path:
        """Return the folder for the setups of that mode."""
        from app.system.paths import data_dir

        base = self.data_dir or data_dir()
        return base / "practice" if practice else base

    def ask_running(self) -> bool:
        """Ask the program that runs with this folder and mode to do what this start is for. Return whether it did.

        Blocks.
        """
        from app.system import start_request

        file = self.open_file.absolute() if self.open_file is not None else None
        request = start_request.StartRequest(file, self.activation)
        return start_request.send(self.folder(practice=self.practice), request, practice=self.practice)


def parse(arguments: list[str]) -> Options:
    """Parse the command line. Exits with 2 and a usage line if it is wrong."""
    parser = argparse.ArgumentParser(
        prog="cie-scim-assistant",
        description="Guides the SCIM setup between an identity provider and the Cloud Identity Engine.",
        epilog="Without a window: cie-scim-assistant check SETUP tests a stored setup, cie-scim-assistant explain "
        "--client ID explains an error of a portal, and cie-scim-assistant groups FILE checks an export of groups "
        "(see check --help, explain --help, groups --help).",
        allow_abbrev=False,
    )
    parser.add_argument("file", nargs="?", type=Path, metavar="FILE", help="a hand-over file (.ciescim) to open")
    parser.add_argument("--practice", action="store_true", help="open the practice consoles instead of real ones")
    parser.add_argument(
        "--data-dir", type=Path, metavar="DIR", help="folder for setups (default: the user's data folder)"
    )
    parser.add_argument(
        "--tour", type=Path, metavar="DIR", help="walk a practice setup unattended and save pictures in DIR"
    )
    parser.add_argument("--client", default="entra", help="SCIM client of the tour (default: entra)")
    parser.add_argument(
        "--answer",
        action="append",
        default=[],
        metavar="BRANCH=OPTION",
        help="an answer the tour chooses; repeatable",
    )
    parser.add_argument(
        "--fault", action="append", default=[], metavar="NAME", help="a failure the tour rehearses, or all; repeatable"
    )
    parser.add_argument("--size", metavar="WIDTHxHEIGHT", help="window size in pixels, for example 1000x680")
    parser.add_argument("--theme", choices=("light", "dark"), help="override the system's theme")
    parser.add_argument("--scale", type=float, metavar="FACTOR", help="scale factor from 0.5 to 4")
    parser.add_argument(
        "--trace", type=Path, metavar="FILE", help="write events to the new file FILE, as enums and numbers only"
    )
    parser.add_argument("--smoke", action="store_true", help="exit with 0 once the first window was shown")
    parser.add_argument(
        "--remove-my-data",
        action="store_true",
        help="list the setups and secrets of this account, ask, and remove them",
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
    if known.file is not None and not _is_file(known.file):
        parser.error(f"no such file: {legible(str(known.file), LONGEST_SHOWN)}")
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
        trace=known.trace,
        activation=os.environ.get("XDG_ACTIVATION_TOKEN", ""),  # before Qt removes it
    )


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name longer than the system allows
        return False


def sub_command(arguments: Sequence[str]) -> int | None:
    """Run the sub-command in the arguments, if there is one; returns its exit code, or None.

    Each one loads only what it needs.
    """
    name, rest = (arguments[0], list(arguments[1:])) if arguments else ("", [])
    if name == "--practice-server":  # the frozen program has no `python -m`
        from app.practice.server import main as serve_practice

        return serve_practice()
    if name == "--export-reader":
        from app.exports.worker import main as read_export

        return read_export()
    if name == "check":
        from app.reports.check import main as check

        return check(rest)
    if name == "explain":
        from app.reports.explain import main as explain

        return explain(rest)
    if name == "groups":
        from app.reports.groups import main as check_groups

        return check_groups(rest)
    return None
