"""Windows and widgets: they show state and send the admin's intents."""

from __future__ import annotations

import sys


def _keep_constants() -> None:
    """Give constants so many references that they never run out, as Python does itself since 3.12 (PEP 683).

    PySide6 6.12.0 on Python 3.11 drops a reference to None with every method that returns nothing, one to True with
    every emitted or disconnected signal, and one to False with every failed disconnection (measured with
    ``sys.getrefcount``). 20,000 calls of ``QLabel.setText`` end the interpreter with "none_dealloc", and 600 signals
    with "bool_dealloc". A few hours of waiting for CIE are enough.
    """
    import ctypes

    # The count is an object's first field, except in builds that trace references.
    if not hasattr(sys, "getobjects"):
        for constant in (None, True, False):
            ctypes.c_ssize_t.from_address(id(constant)).value += sys.maxsize // 4


if sys.version_info < (3, 12) and sys.implementation.name == "cpython":
    _keep_constants()
