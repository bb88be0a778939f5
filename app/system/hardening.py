"""Keeps the memory of this process, which briefly holds secrets, out of dumps and out of reach of other programs."""

from __future__ import annotations

import sys
from typing import Any

_PR_SET_DUMPABLE = 4
"""``prctl(2)``: with 0 the kernel writes no core file, and only root may use ``/proc/<pid>`` and ptrace."""

_NO_FAULT_BOX = 0x0001 | 0x0002
"""``SetErrorMode``: SEM_FAILCRITICALERRORS and SEM_NOGPFAULTERRORBOX, so a crash starts no error reporting."""

_NO_HEAP = 0x1
"""``WerSetFlags``: WER_FAULT_REPORTING_FLAG_NOHEAP, so a report made anyway contains no heap."""


def harden(platform: str = sys.platform, system: Any = None) -> bool:
    """Turn off memory dumps of this process. Return False if the system refused a part of it.

    Children inherit only the core limit. On Linux, call it after the desktop was asked for its color scheme: its portal
    refuses a process that it cannot inspect, but remembers one that it has already served. ``system`` replaces the
    system library in tests.
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
    # The core limit does not apply if the kernel pipes core dumps into a program.
    import ctypes

    library = system or ctypes.CDLL(None)
    return bool(library.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) == 0)


def _windows(system: Any) -> bool:
    import ctypes

    kernel = system or getattr(ctypes, "windll").kernel32  # noqa: B009 - missing where types are checked
    kernel.SetErrorMode(_NO_FAULT_BOX | kernel.GetErrorMode())
    return bool(kernel.WerSetFlags(_NO_HEAP) == 0)
