"""The one place that touches the keyring: which backend, and what its answers mean.

Everything here blocks and runs in the vault's thread. ``keyring.get_keyring()`` is never used: environment
and configuration files can make it a backend that discards values or writes them to a plain file.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from app.vault.outcome import Outcome, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from keyring.backend import KeyringBackend

USERNAME = "secret"
"""Constant, because keyrings let anyone search by it."""

_ALLOWED: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "linux": ("keyring.backends.SecretService", "Keyring"),
        "darwin": ("keyring.backends.macOS", "Keyring"),
        "win32": ("keyring.backends.Windows", "WinVaultKeyring"),
    }
)

_NAMES: Mapping[str, str] = MappingProxyType(
    {"darwin": "macOS Keychain", "win32": "Windows Credential Manager"},
)

_LINUX_OWNERS: Mapping[str, str] = MappingProxyType(
    {"gnome-keyring": "GNOME Keyring", "kwalletd": "KWallet", "ksecretd": "KWallet", "keepassxc": "KeePassXC"}
)

SYSTEM = "the system keyring"
_WINDOWS_UNITS = 1280
"""UTF-16 units: CRED_MAX_CREDENTIAL_BLOB_SIZE is 2,560 bytes. Above it Windows answers with error 1783."""


@dataclass(frozen=True, slots=True)
class Keyring:
    """A backend that may be used, with its name for the screen."""

    backend: KeyringBackend
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
    known = _ALLOWED.get(platform)
    if known is None:
        return None
    module, name = known
    try:
        kind = getattr(importlib.import_module(module), name)
        if kind.priority <= 0:
            return None
        backend = kind()
    except Exception:  # noqa: BLE001 - a library, a service or a bus that is not there: all mean no keyring
        return None
    if platform == "win32":
        backend.persist = "local machine"  # the default roams with the profile
    return describe(backend, platform)


def describe(backend: KeyringBackend, platform: str) -> Keyring:
    """That backend, with the name and the limits of the platform."""
    name = _NAMES.get(platform) or _linux_name()
    return Keyring(backend, name, _WINDOWS_UNITS if platform == "win32" else None)


def _linux_name() -> str:
    try:
        owner = _owner_of_secret_service()
    except Exception:  # noqa: BLE001 - a name for the screen is not worth a failure
        return SYSTEM
    return next((name for start, name in _LINUX_OWNERS.items() if owner.startswith(start)), SYSTEM)


def _owner_of_secret_service() -> str:
    """The process name behind the Secret Service; raises whatever D-Bus and /proc raise."""
    import secretstorage
    from jeepney import DBusAddress, new_method_call  # type: ignore[import-untyped]

    bus = DBusAddress("/org/freedesktop/DBus", "org.freedesktop.DBus", "org.freedesktop.DBus")
    question = new_method_call(bus, "GetConnectionUnixProcessID", "s", ("org.freedesktop.secrets",))
    connection = secretstorage.dbus_init()
    try:
        reply = connection.send_and_get_reply(question, timeout=2)
    finally:
        connection.close()
    return Path(f"/proc/{int(reply.body[0])}/comm").read_text(encoding="utf-8").strip()


def _status_of(error: Exception) -> Status:
    from keyring.errors import KeyringLocked

    return Status.LOCKED if isinstance(error, KeyringLocked) else Status.REFUSED
