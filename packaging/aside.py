"""Runs a command beside what comes next; what it says is kept and shown only where it fails."""

from __future__ import annotations

import contextlib
import subprocess
import tempfile
from typing import TYPE_CHECKING, Any

from ground import say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

LINES = 20
"""How many of the last lines of a failed command are shown."""


@contextlib.contextmanager
def aside(arguments: Sequence[str], **how: Any) -> Iterator[Callable[[], int]]:
    """Begin the command with these options of Popen; yields what waits for it and returns its exit code."""
    with tempfile.TemporaryFile() as told:
        process = subprocess.Popen(arguments, stdout=told, stderr=subprocess.STDOUT, **how)

        def wait() -> int:
            code = process.wait()
            if code:
                told.seek(0)
                lines = told.read().decode(errors="replace").splitlines()[-LINES:]
                say("\n".join(f"    {line}" for line in lines))
            return code

        try:
            yield wait
        finally:
            process.terminate()
            process.wait()
