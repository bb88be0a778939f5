"""The Windows functions that the ``keyring`` library calls, in memory, as Microsoft documents them."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

from tests.vault.fakes import Calls

if TYPE_CHECKING:
    import pytest

NOT_FOUND = 1168
BAD_DATA = 1783
NO_LOGON_SESSION = 1312
LONGEST = 5 * 512
"""CRED_MAX_CREDENTIAL_BLOB_SIZE, in bytes."""


class error(Exception):  # noqa: N801, N818 - pywintypes' own name
    """Same as ``pywintypes.error``."""

    def __init__(self, winerror: int, funcname: str, strerror: str = "") -> None:
        super().__init__(winerror, funcname, strerror)
        self.winerror, self.funcname, self.strerror = winerror, funcname, strerror


class CredentialManager:
    """The credential set of a user."""

    platform = "win32"

    def __init__(self) -> None:
        self.calls = Calls()
        self.held: dict[str, dict[str, Any]] = {}
        self.ever: set[str] = set()

    def texts(self) -> dict[str, str]:
        return {name: each["CredentialBlob"].decode("utf-16-le") for name, each in self.held.items()}

    def install(self, patch: pytest.MonkeyPatch) -> None:
        types, cred = ModuleType("pywintypes"), ModuleType("win32cred")
        types.error = error  # type: ignore[attr-defined]
        for name in ("CredWrite", "CredRead", "CredDelete", "CredEnumerate"):
            setattr(cred, name, getattr(self, f"_{name.removeprefix('Cred').lower()}"))
        cred.CRED_TYPE_GENERIC, cred.CRED_PERSIST_ENTERPRISE = 1, 3  # type: ignore[attr-defined]
        inner = ModuleType("win32ctypes.pywin32")
        inner.pywintypes, inner.win32cred = types, cred  # type: ignore[attr-defined]
        patch.setitem(sys.modules, "win32ctypes", ModuleType("win32ctypes"))
        patch.setitem(sys.modules, "win32ctypes.pywin32", inner)
        patch.setitem(sys.modules, "keyring.backends.Windows", None)
        del sys.modules["keyring.backends.Windows"]

    def _enter(self, function: str) -> None:
        code = NO_LOGON_SESSION if self.calls.enter() else self.calls.answers.get(function)
        if code is not None:
            raise error(code, function)

    def _write(self, Credential: dict[str, Any], Flags: int = 0) -> None:  # noqa: N803 - the Windows parameter names
        assert (Credential["Type"], Flags) == (1, 0)
        self._enter("CredWrite")
        blob = Credential["CredentialBlob"].encode("utf-16-le", "surrogatepass")
        if len(blob) > LONGEST:
            raise error(BAD_DATA, "CredWrite", "The stub received bad data")
        self.held[Credential["TargetName"]] = {**Credential, "CredentialBlob": blob}
        self.ever.add(Credential["TargetName"])

    def _read(self, Type: int, TargetName: str) -> dict[str, Any]:  # noqa: N803
        assert Type == 1
        self._enter("CredRead")
        if TargetName not in self.held:
            raise error(NOT_FOUND, "CredRead", "Element not found.")
        return dict(self.held[TargetName])

    def _delete(self, Type: int, TargetName: str) -> None:  # noqa: N803
        assert Type == 1
        self._enter("CredDelete")
        if self.held.pop(TargetName, None) is None:
            raise error(NOT_FOUND, "CredDelete", "Element not found.")

    def _enumerate(self, Filter: str, Flags: int) -> tuple[dict[str, Any], ...]:  # noqa: N803
        assert (Filter[-1], Flags) == ("*", 0)
        self._enter("CredEnumerate")
        found = tuple(dict(each) for name, each in self.held.items() if name.startswith(Filter[:-1]))
        if not found:
            raise error(NOT_FOUND, "CredEnumerate", "Element not found.")
        return found
