"""Keeps the memory of this process, which holds secrets for moments, out of dumps and of other programs' reach."""

from __future__ import annotations

import sys
from typing import Any

_PR_SET_DUMPABLE = 4
"""``prctl(2)``: with 0 the kernel writes no core, and ``/proc/<pid>`` and ptrace are root's alone."""

_NO_FAULT_BOX = 0x0001 | 0x0002
"""``SetErrorMode``: SEM_FAILCRITICALERRORS and SEM_NOGPFAULTERRORBOX, so that a crash starts no error reporting."""

_NO_HEAP = 0x1
"""``WerSetFlags``: WER_FAULT_REPORTING_FLAG_NOHEAP, so that a report made all the same holds no heap."""


def harden(platform: str = sys.platform, system: Any = None) -> bool:
    """Switch dumps of this process off; False where the system refused a part of it. Inherited: the core limit only.

    On Linux not before the desktop was asked for its colours: its portal serves no process that it cannot look into,
    but remembers one that it has served. ``system`` replaces the system's own library in tests.
    """
    if platform == "win32":
        return _windows(system)
    limited = _no_core()
    return _not_dumpable(system) and limited if platform == "linux" else limited


def _no_core() -> bool:
    import resource

    try:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (OSError, ValueError):
        return False
    return True


def _not_dumpable(system: Any) -> bool:
    # The core limit does not hold where the kernel pipes cores into a program.
    import ctypes

    library = system or ctypes.CDLL(None)
    return bool(library.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) == 0)


def _windows(system: Any) -> bool:
    import ctypes

    kernel = system or getattr(ctypes, "windll").kernel32  # noqa: B009 - not there where this is type-checked
    kernel.SetErrorMode(_NO_FAULT_BOX | kernel.GetErrorMode())
    return bool(kernel.WerSetFlags(_NO_HEAP) == 0)
