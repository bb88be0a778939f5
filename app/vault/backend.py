"""The one place that touches the keyring: which backend, and what its answers mean.

Everything here blocks and runs in the vault's thread. ``keyring.get_keyring()`` is never used: environment
and configuration files can make it a backend that discards values or writes them to a plain file.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

from app.vault import linux
from app.vault.outcome import DAMAGED, Outcome, VaultError, VaultStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

USERNAME = "secret"
"""Constant, because keyrings let anyone search by it."""

_NAMES: Mapping[str, str] = MappingProxyType(
    {"darwin": "macOS Keychain", "win32": "Windows Credential Manager"},
)

SYSTEM = "the system keyring"


class Secrets(Protocol):
    """What a keyring does for us."""

    def get_password(self, service: str, username: str, /) -> str | None:
        """The secret, or None."""

    def set_password(self, service: str, username: str, password: str, /) -> None:
        """Keep the secret."""

    def delete_password(self, service: str, username: str, /) -> None:
        """Remove the secret. That there is none is no error."""

    def services(self, username: str, /) -> frozenset[str]:
        """The services with secrets, seen without a prompt."""


@dataclass(frozen=True, slots=True)
class Keyring:
    """A backend that may be used, with its name for the screen. Nothing of it raises."""

    backend: Secrets
    name: str

    def put(self, service: str, value: str, wanted: Callable[[], bool]) -> Outcome:
        """Write, read back, compare; what was there before comes back if the new value does not hold."""
        before = self.get(service)
        if before.status not in {VaultStatus.READ, VaultStatus.ABSENT, *DAMAGED} or not wanted():
            return Outcome(before.status)
        status = self._write(service, value, before.value)
        if status is not VaultStatus.STORED:
            self._restore(service, before.value)
        return Outcome(status)

    def get(self, service: str) -> Outcome:
        """READ with the value, ABSENT, or why not."""
        try:
            found: object = self.backend.get_password(service, USERNAME)
        except Exception as error:  # noqa: BLE001 - each OS raises its own kinds
            return Outcome(_status_of(error))
        if found is None:
            return Outcome(VaultStatus.ABSENT)
        return Outcome(VaultStatus.READ, found) if isinstance(found, str) else Outcome(VaultStatus.MISMATCH)

    def delete(self, service: str) -> Outcome:
        """Remove, then ask again: DELETED only if nothing is found. Removing nothing is DELETED too."""
        try:
            self.backend.delete_password(service, USERNAME)
        except Exception as error:  # noqa: BLE001 - each OS raises its own kinds
            return Outcome(_status_of(error))
        after = self.get(service).status
        if after is VaultStatus.ABSENT:
            return Outcome(VaultStatus.DELETED)
        return Outcome(VaultStatus.REFUSED if after is VaultStatus.READ or after in DAMAGED else after)

    def services(self, prefix: str) -> frozenset[str] | VaultStatus:
        """Every service under that prefix, without a prompt, or why it cannot be told."""
        try:
            found = self.backend.services(USERNAME)
        except Exception as error:  # noqa: BLE001 - each OS raises its own kinds
            return _status_of(error)
        return frozenset(service for service in found if service.startswith(prefix))

    def release(self) -> None:
        """Let go what this thread holds open."""
        if isinstance(self.backend, linux.SecretService):
            self.backend.release()

    def _write(self, service: str, value: str, before: str | None) -> VaultStatus:
        try:
            self.backend.set_password(service, USERNAME, value)
        except Exception as error:  # noqa: BLE001 - each OS raises its own kinds
            return _status_of(error)
        back = self.get(service)
        if back.status not in (VaultStatus.READ, VaultStatus.ABSENT):
            return back.status
        if back.value == value:
            return VaultStatus.STORED
        return VaultStatus.DISCARDED if back.value in (before, None) else VaultStatus.MISMATCH

    def _restore(self, service: str, old: str | None) -> None:
        if self.get(service).value == old:
            return
        if old is None:
            self.delete(service)
        else:
            self._write(service, old, None)


def allowed(platform: str) -> Keyring | None:
    """The keyring for ``sys.platform``, or None where there is none that may be used."""
    try:
        backend = _backend(platform)
    except Exception:  # noqa: BLE001 - a library, a service or a bus that is not there: all mean no keyring
        return None
    return None if backend is None else describe(backend, platform)


def describe(backend: Secrets, platform: str) -> Keyring:
    """That backend, with the name that the platform has for it."""
    return Keyring(backend, _NAMES.get(platform) or linux.owner() or SYSTEM)


def _backend(platform: str) -> Secrets | None:
    if platform == "linux":
        return linux.SecretService() if linux.served() else None
    if platform == "win32":
        from app.vault import windows

        return windows.store()
    if platform == "darwin":
        from app.vault import mac

        return mac.store()
    return None


def _status_of(error: Exception) -> VaultStatus:
    from keyring.errors import KeyringLocked

    if isinstance(error, VaultError):
        return error.status
    return VaultStatus.LOCKED if isinstance(error, KeyringLocked) else VaultStatus.REFUSED
