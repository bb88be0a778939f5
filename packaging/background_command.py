"""Runs a command in the background and shows its output only if it fails."""

from __future__ import annotations

import contextlib
import subprocess
import tempfile
from typing import TYPE_CHECKING, Any

from build_env import say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

LINES = 20
"""How many of the last output lines of a failed command are shown."""


@contextlib.contextmanager
def in_background(arguments: Sequence[str], **how: Any) -> Iterator[Callable[[], int]]:
    """Start the command with these Popen options. Yields a function that waits for it and returns its exit code."""
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(arguments, stdout=output, stderr=subprocess.STDOUT, **how)

        def wait() -> int:
            code = process.wait()
            if code:
                output.seek(0)
                lines = output.read().decode(errors="replace").splitlines()[-LINES:]
                say("\n".join(f"    {line}" for line in lines))
            return code

        try:
            yield wait
        finally:
            process.terminate()
            process.wait()
