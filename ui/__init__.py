"""What is seen: windows and widgets. Thin: they show state and send intents."""

from __future__ import annotations

import sys


def _keep_constants() -> None:
    """Give the constants so many references that they cannot run out of them, as it is from Python 3.12 on (PEP 683).

    PySide6 6.12.0 on Python 3.11 takes a reference of None with every method that returns nothing, one of True with
    every signal that is emitted or disconnected, and one of False with every disconnection that fails: measured by
    ``sys.getrefcount``; 20,000 calls of ``QLabel.setText`` end the interpreter with "none_dealloc", and 600 signals
    with "bool_dealloc". A watch of a few hours would.
    """
    import ctypes

    # The count is the first field of an object in every build but those that trace references.
    if not hasattr(sys, "getobjects"):
        for constant in (None, True, False):
            ctypes.c_ssize_t.from_address(id(constant)).value += sys.maxsize // 4


if sys.version_info < (3, 12) and sys.implementation.name == "cpython":
    _keep_constants()
