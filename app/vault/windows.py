"""The Windows Credential Manager through the ``keyring`` library. Not yet run on Windows.

``SlottedBackend`` works around two limits. A credential holds at most 2,560 bytes; above that Windows returns error
1783 (CRED_MAX_CREDENTIAL_BLOB_SIZE; the library writes UTF-16). And when the library replaces a value, it keeps the
old one under ``secret@<service>``, so nothing is ever overwritten here.
"""

from __future__ import annotations

import importlib
from typing import Any

from app.system.paths import APP_ID
from app.vault.slots import SlottedBackend

UNITS = 1280
"""The longest value, in UTF-16 units."""
_LOCAL_MACHINE = 2
"""CRED_PERSIST_LOCAL_MACHINE. The library's default would roam with the user's profile."""
_NOT_FOUND = 1168
"""ERROR_NOT_FOUND."""


def open_backend() -> SlottedBackend | None:
    """Return the secrets of this user on this computer, or None if the library is not usable. Raises ImportError."""
    kind = _library().WinVaultKeyring
    if kind.priority <= 0:
        return None
    backend = kind()
    backend.persist = _LOCAL_MACHINE
    return SlottedBackend(backend, _targets, UNITS)


def _targets(prefix: str, username: str) -> frozenset[str]:
    """Return the names of our credentials that start with the prefix. Raises pywintypes.error."""
    library = _library()
    try:
        found = library.win32cred.CredEnumerate(f"{prefix or APP_ID}*", 0)
    except library.pywintypes.error as error:
        if error.winerror == _NOT_FOUND:
            return frozenset()
        raise
    return frozenset(each["TargetName"] for each in found if each["UserName"] == username)


def _library() -> Any:
    # Imported by name: the Windows modules that it needs are missing where types are checked.
    return importlib.import_module("keyring.backends.Windows")
