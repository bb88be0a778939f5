"""Names a shared library of the system that Qt needs and that is missing, with the Debian package that has it."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_MISSING = re.compile(r"(lib[A-Za-z0-9._+-]{1,60}\.so(?:\.\d{1,5}){0,3}): cannot open shared object file")

PACKAGES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "libEGL.so.1": "libegl1",
        "libGL.so.1": "libgl1",
        "libdbus-1.so.3": "libdbus-1-3",
        "libfontconfig.so.1": "libfontconfig1",
        "libfreetype.so.6": "libfreetype6",
        "libglib-2.0.so.0": "libglib2.0-0",
        "libgthread-2.0.so.0": "libglib2.0-0",
        "libX11.so.6": "libx11-6",
        "libX11-xcb.so.1": "libx11-xcb1",
        "libxkbcommon.so.0": "libxkbcommon0",
    }
)
"""What the modules of Qt that the program imports are linked with → the package of Debian 12 and 13 (in 13 and Ubuntu
24.04 some also have a name that ends in t64)."""


def missing_library(error: ImportError) -> str | None:
    """One or two sentences on the library that the loader did not find; None if that is not what happened.

    Only the library's own name is taken from the message.
    """
    found = _MISSING.match(str(error))
    if found is None:
        return None
    package = PACKAGES.get(found[1])
    advice = f" On Debian and Ubuntu it is in the package {package}." if package else ""
    return f"A library of the system is missing: {found[1]}.{advice}"
