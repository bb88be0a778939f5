"""The one module that touches the keyring: it chooses a backend and interprets its answers.

Everything here blocks and runs in the vault's thread. ``keyring.get_keyring()`` is never used: environment variables
and configuration files can make it return a backend that discards values or writes them to a plain file.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from app.vault import linux
from app.vault.outcome import DAMAGED, Outcome, VaultError, VaultStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

USERNAME = "secret"
"""The same for every secret, because any program may search a keyring by user name."""

NAMES: Mapping[str, str] = MappingProxyType(
    {"darwin": "macOS Keychain", "win32": "Windows Credential Manager"},
)

SYSTEM = "the system keyring"


class KeyringBackend(Protocol):
    """The operations that a keyring offers."""

    def get_password(self, service: str, username: str, /) -> str | None:
        """Return the secret, or None."""

    def set_password(self, service: str, username: str, password: str, /) -> None:
        """Store the secret."""

    def delete_password(self, service: str, username: str, /) -> None:
        """Remove the secret. Removing one that does not exist is not an error."""

    def services(self, username: str, /) -> frozenset[str]:
        """Return the services that have secrets, without prompting."""


@runtime_checkable
class Lockable(Protocol):
    """A backend that never prompts by itself while it is locked."""

    def is_locked(self) -> bool:
        """Return whether unlocking needs a prompt. No property: ``isinstance`` would ask for its value."""

    def unlock(self) -> None:
        """Show the prompt and wait until it was answered."""


@dataclass(frozen=True, slots=True)
class Keyring:
    """A backend that is safe to use, with its name for the screen. No method raises."""

    backend: KeyringBackend
    name: str

    def put(self, service: str, value: str, wanted: Callable[[], bool]) -> Outcome:
        """Write, read back and compare. If the new value was not stored, restore the previous one."""
        before = self.get(service)
        if before.status not in {VaultStatus.READ, VaultStatus.ABSENT, *DAMAGED} or not wanted():
            return Outcome(before.status)
        status = self._write(service, value, before.value)
        if status is not VaultStatus.STORED:
            self._restore(service, before.value)
        return Outcome(status)

    def get(self, service: str) -> Outcome:
        """Return READ with the value, ABSENT, or the reason for the failure."""
        try:
            found: object = self.backend.get_password(service, USERNAME)
        except Exception as error:  # noqa: BLE001 - each OS raises its own exceptions
            return Outcome(_status_of(error))
        if found is None:
            return Outcome(VaultStatus.ABSENT)
        return Outcome(VaultStatus.READ, found) if isinstance(found, str) else Outcome(VaultStatus.MISMATCH)

    def delete(self, service: str) -> Outcome:
        """Remove the secret, then look again: DELETED only if nothing is found, also when nothing was there before."""
        try:
            self.backend.delete_password(service, USERNAME)
        except Exception as error:  # noqa: BLE001 - each OS raises its own exceptions
            return Outcome(_status_of(error))
        after = self.get(service).status
        if after is VaultStatus.ABSENT:
            return Outcome(VaultStatus.DELETED)
        return Outcome(VaultStatus.REFUSED if after is VaultStatus.READ or after in DAMAGED else after)

    def services(self, prefix: str) -> frozenset[str] | VaultStatus:
        """Return every service that starts with the prefix, without prompting, or why they cannot be listed."""
        try:
            found = self.backend.services(USERNAME)
        except Exception as error:  # noqa: BLE001 - each OS raises its own exceptions
            return _status_of(error)
        return frozenset(service for service in found if service.startswith(prefix))

    @property
    def locked(self) -> bool:
        """Whether ``unlock`` would prompt. Where the system itself prompts when a secret is read, False."""
        try:
            return isinstance(self.backend, Lockable) and self.backend.is_locked()
        except Exception:  # noqa: BLE001 - whatever is wrong, the next call reports it
            return False

    def unlock(self) -> VaultStatus:
        """Unlock by the keyring's own prompt; no other call shows one. Return READY, or why it stayed locked."""
        try:
            if isinstance(self.backend, Lockable):
                self.backend.unlock()
        except Exception as error:  # noqa: BLE001 - each OS raises its own exceptions
            return _status_of(error)
        return VaultStatus.READY

    def release(self) -> None:
        """Close what this thread holds open."""
        if isinstance(self.backend, linux.SecretService):
            self.backend.release()

    def _write(self, service: str, value: str, before: str | None) -> VaultStatus:
        try:
            self.backend.set_password(service, USERNAME, value)
        except Exception as error:  # noqa: BLE001 - each OS raises its own exceptions
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


def platform_keyring(platform: str) -> Keyring | None:
    """Return the keyring for a ``sys.platform``, or None if there is none that is safe to use."""
    try:
        backend = _backend(platform)
    except Exception:  # noqa: BLE001 - a missing library, service or bus: each means no keyring
        return None
    return None if backend is None else with_platform_name(backend, platform)


def with_platform_name(backend: KeyringBackend, platform: str) -> Keyring:
    """Pair the backend with the keyring's name on that platform."""
    return Keyring(backend, NAMES.get(platform) or linux.provider() or SYSTEM)


def _backend(platform: str) -> KeyringBackend | None:
    if platform == "linux":
        return linux.SecretService() if linux.available() else None
    if platform == "win32":
        from app.vault import windows

        return windows.open_backend()
    if platform == "darwin":
        from app.vault import mac

        return mac.open_backend()
    return None


def _status_of(error: Exception) -> VaultStatus:
    from keyring.errors import KeyringLocked

    if isinstance(error, VaultError):
        return error.status
    return VaultStatus.LOCKED if isinstance(error, KeyringLocked) else VaultStatus.REFUSED
