"""The Windows Credential Manager, through the library keyring; not yet run there.

Two things of it are met by ``SlottedBackend``. A credential takes 2,560 bytes, above which Windows answers with error
1783 (CRED_MAX_CREDENTIAL_BLOB_SIZE; the library writes UTF-16). And the library, where it replaces a value, keeps the
old one under ``secret@<service>``; so nothing is ever written over anything.
"""

from __future__ import annotations

import importlib
from typing import Any

from app.system.paths import APP_ID
from app.vault.slots import SlottedBackend

_UNITS = 1280
"""The longest value in UTF-16 units."""
_LOCAL_MACHINE = 2
"""CRED_PERSIST_LOCAL_MACHINE. The library's own choice roams with the profile."""
_NOT_FOUND = 1168
"""ERROR_NOT_FOUND."""


def store() -> SlottedBackend | None:
    """Secrets of this user on this computer; None where the library says that it cannot. Raises ImportError."""
    kind = _library().WinVaultKeyring
    if kind.priority <= 0:
        return None
    backend = kind()
    backend.persist = _LOCAL_MACHINE
    return SlottedBackend(backend, _targets, _UNITS)


def _targets(prefix: str, username: str) -> frozenset[str]:
    """The names of our credentials that begin so. Raises pywintypes.error."""
    library = _library()
    try:
        found = library.win32cred.CredEnumerate(f"{prefix or APP_ID}*", 0)
    except library.pywintypes.error as error:
        if error.winerror == _NOT_FOUND:
            return frozenset()
        raise
    return frozenset(each["TargetName"] for each in found if each["UserName"] == username)


def _library() -> Any:
    # By name: what it needs of Windows is not there where this is type-checked.
    return importlib.import_module("keyring.backends.Windows")
