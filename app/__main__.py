"""``python -m app``: runs a sub-command, or opens the window.

The only module of ``app`` that names ``ui``; the import contract in pyproject.toml lists both imports.
"""

from __future__ import annotations

import gc
import signal
import sys
from dataclasses import replace
from typing import NoReturn

from app.cli import CANNOT_START, parse, sub_command
from app.system import environment, log
from app.system.libraries import missing_library
from app.system.standard_streams import open_missing
from app.system.threads import leave


def main() -> int:
    """Do what the command line asks for. Return the exit code."""
    open_missing()
    log.install_hooks()
    notes = tuple(each.sentence for each in environment.remove_unusable())
    environment.find_session_bus()
    if sys.stderr is not None:  # a windowed program on Windows has none
        sys.stderr.writelines(f"{note}\n" for note in notes)
    try:
        code = sub_command(sys.argv[1:])
    except Exception as error:  # noqa: BLE001 - Python would exit with 1, as after a check that failed
        log.report_bug(error)
        return CANNOT_START
    if code is not None:
        return code
    gc.disable()  # nothing created before the first window is garbage; ui.start collects later
    options = parse(sys.argv[1:])
    if options.remove_my_data:
        if sys.stdin is not None:
            from app.cleanup.removal import main as remove_data
        else:  # a windowed program on Windows has no standard input
            from ui.dialogs.removal import main as remove_data
        return remove_data(options.folder(practice=False))
    if options.tour is None and not options.smoke and options.ask_running():
        if sys.stderr is not None:
            sys.stderr.write("The assistant is already open. Its window was brought to the front.\n")
        return 0
    # As an exception, Ctrl+C would crash Qt while it is imported. SessionEnd replaces this handler.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        from ui.start import main as open_window
    except ImportError as error:
        sentence = missing_library(error)
        if sentence is None:
            raise
        sys.stderr.write(f"{sentence}\n")
        return CANNOT_START
    return open_window(replace(options, notes=notes))


def run() -> NoReturn:
    """Run the program, then end the process."""
    leave(main())


if __name__ == "__main__":
    run()
