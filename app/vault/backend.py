"""The one place that touches the keyring: which backend, and what its answers mean.

Everything here blocks and runs in the vault's thread. ``keyring.get_keyring()`` is never used: environment
and configuration files can make it a backend that discards values or writes them to a plain file.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from app.vault import linux
from app.vault.outcome import Outcome, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

USERNAME = "secret"
"""Constant, because keyrings let anyone search by it."""

_ALLOWED: Mapping[str, tuple[str, str]] = MappingProxyType(
    {"darwin": ("keyring.backends.macOS", "Keyring"), "win32": ("keyring.backends.Windows", "WinVaultKeyring")}
)

_NAMES: Mapping[str, str] = MappingProxyType(
    {"darwin": "macOS Keychain", "win32": "Windows Credential Manager"},
)

SYSTEM = "the system keyring"
_WINDOWS_UNITS = 1280
"""UTF-16 units: CRED_MAX_CREDENTIAL_BLOB_SIZE is 2,560 bytes. Above it Windows answers with error 1783."""


class Secrets(Protocol):
    """What a keyring does for us; the library keyring's backends do it."""

    def get_password(self, service: str, username: str, /) -> str | None:
        """The secret, or None."""

    def set_password(self, service: str, username: str, password: str, /) -> None:
        """Keep the secret."""

    def delete_password(self, service: str, username: str, /) -> None:
        """Remove the secret."""


@runtime_checkable
class Searchable(Secrets, Protocol):
    """A keyring that shows what it holds."""

    def services(self, username: str, /) -> frozenset[str]:
        """The services with secrets, seen without a prompt."""


@dataclass(frozen=True, slots=True)
class Keyring:
    """A backend that may be used, with its name for the screen."""

    backend: Secrets
    name: str
    units: int | None = None
    """The longest value in UTF-16 units; None where there is no known limit."""

    def put(self, service: str, value: str, wanted: Callable[[], bool]) -> Outcome:
        """Write, read back, compare; what was there before comes back if the new value does not hold."""
        if self.units is not None and len(value.encode("utf-16-le", "surrogatepass")) // 2 > self.units:
            return Outcome(Status.REFUSED)
        before = self.get(service)
        if before.status in (Status.LOCKED, Status.REFUSED) or not wanted():
            return Outcome(before.status)
        status = self._write(service, value)
        if status is not Status.STORED:
            self._restore(service, before.value)
        return Outcome(status)

    def get(self, service: str) -> Outcome:
        """READ with the value, ABSENT, or why not."""
        try:
            found: object = self.backend.get_password(service, USERNAME)
        except Exception as error:  # noqa: BLE001 - each OS raises its own kinds
            return Outcome(_status_of(error))
        if found is None:
            return Outcome(Status.ABSENT)
        return Outcome(Status.READ, found) if isinstance(found, str) else Outcome(Status.MISMATCH)

    def delete(self, service: str) -> Outcome:
        """Remove, then ask again: DELETED only if nothing is found. Removing nothing is DELETED too."""
        failure: Status | None = None
        try:
            self.backend.delete_password(service, USERNAME)
        except Exception as error:  # noqa: BLE001 - also raised where there was nothing to delete
            failure = _status_of(error)
        after = self.get(service).status
        if after is Status.ABSENT:
            return Outcome(Status.DELETED)
        return Outcome(Status.LOCKED if Status.LOCKED in (failure, after) else Status.REFUSED)

    def services(self, prefix: str) -> frozenset[str] | Status:
        """Every service under that prefix, without a prompt, or why it cannot be told."""
        if not isinstance(self.backend, Searchable):
            return Status.UNSEARCHABLE
        try:
            found = self.backend.services(USERNAME)
        except Exception as error:  # noqa: BLE001 - each OS raises its own kinds
            return _status_of(error)
        return frozenset(service for service in found if service.startswith(prefix))

    def release(self) -> None:
        """Let go what this thread holds open."""
        if isinstance(self.backend, linux.SecretService):
            self.backend.release()

    def _write(self, service: str, value: str) -> Status:
        try:
            self.backend.set_password(service, USERNAME, value)
        except Exception as error:  # noqa: BLE001 - each OS raises its own kinds
            return _status_of(error)
        back = self.get(service)
        if back.status is Status.READ:
            return Status.STORED if back.value == value else Status.MISMATCH
        return Status.MISMATCH if back.status is Status.ABSENT else back.status

    def _restore(self, service: str, old: str | None) -> None:
        # macOS deletes before it adds, so a failed write may have taken the old value with it.
        if self.get(service).value == old:
            return
        if old is None:
            self.delete(service)
        else:
            self._write(service, old)


def allowed(platform: str) -> Keyring | None:
    """The keyring for ``sys.platform``, or None where there is none that may be used."""
    try:
        backend = _backend(platform)
    except Exception:  # noqa: BLE001 - a library, a service or a bus that is not there: all mean no keyring
        return None
    return None if backend is None else describe(backend, platform)


def describe(backend: Secrets, platform: str) -> Keyring:
    """That backend, with the name and the limits of the platform."""
    name = _NAMES.get(platform) or linux.owner() or SYSTEM
    return Keyring(backend, name, _WINDOWS_UNITS if platform == "win32" else None)


def _backend(platform: str) -> Secrets | None:
    if platform == "linux":
        return linux.SecretService() if linux.served() else None
    known = _ALLOWED.get(platform)
    if known is None:
        return None
    module, name = known
    kind = getattr(importlib.import_module(module), name)
    if kind.priority <= 0:
        return None
    backend: Secrets = kind()
    if platform == "win32":
        backend.persist = "local machine"  # type: ignore[attr-defined]  # the default roams with the profile
    return backend


def _status_of(error: Exception) -> Status:
    from keyring.errors import KeyringLocked

    return Status.LOCKED if isinstance(error, KeyringLocked) else Status.REFUSED
