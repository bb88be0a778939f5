"""Runs a sub-command: its output, its errors, and the code it exits with are the same in all of them."""

from __future__ import annotations

import argparse
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from app.reports.exit_code import Exit
from app.system import log
from app.system.files import reason
from app.system.hardening import harden
from app.system.standard_streams import flush

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from _typeshed import SupportsWrite


class OutputError(Exception):
    """Standard output or the file for it is closed or cannot be written; the message says why."""

    def __init__(self, why: str, output: str = "Standard output") -> None:
        """``output``: what cannot be written, at the start of a sentence."""
        super().__init__(f"{output} can't be written: {why}.")


class Parser(argparse.ArgumentParser):
    """Prints its help with ``put``; argparse itself ignores an output that cannot be written."""

    def print_help(self, file: SupportsWrite[str] | None = None) -> None:
        """Print to standard output. Raises OutputError."""
        del file
        put(self.format_help().rstrip())


def put(text: str) -> None:
    """Write a text and a line break to standard output. Raises OutputError."""
    if sys.stdout is None:
        raise OutputError("it is closed")
    try:
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()
    except OSError as error:
        raise OutputError(reason(error)) from None


def say(sentence: str) -> None:
    """Write a sentence to standard error, if there is one."""
    with suppress(OSError, AttributeError):
        sys.stderr.write(f"{sentence}\n")


def run(command: Callable[[Sequence[str]], Exit], arguments: Sequence[str]) -> Exit:
    """Run a command that prints with ``put`` and ``say``. Only what it found itself ends with PASSED or FAILED."""
    harden()
    log.limit_library_logs()
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:  # the locale's encoding may lack what is printed
            stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    try:
        code = command(arguments)
    except SystemExit as ended:  # by argparse, after a usage error or --help
        code = Exit.USAGE if ended.code else Exit.PASSED
    except OutputError as error:
        say(str(error))
        code = Exit.NOT_WRITTEN
    except Exception as error:  # noqa: BLE001 - a script gets a number, and nothing of the message
        log.report_bug(error)
        code = Exit.INTERNAL
    if (failure := flush()) is not None and code is not Exit.NOT_WRITTEN:
        say(str(OutputError(reason(failure))))
        code = Exit.NOT_WRITTEN
    return code
