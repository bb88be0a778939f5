"""Keyrings in memory that misbehave, each in one way."""

from __future__ import annotations

import threading
import time

from keyring.errors import KeyringLocked  # noqa: TID253 - the tests of the vault are about it

SETUP = "0123456789abcdef0123456789abcdef"


def service(name: str = "token", namespace: str = "setup") -> str:
    """The vault's name for a value of the setup."""
    return f"cie-scim-assistant/{namespace}/{SETUP}/{name}"


class MemoryKeyring:
    """A keyring that works until a test makes it misbehave."""

    def __init__(self) -> None:
        self.items: dict[str, str] = {}
        self.well = False
        """Whether it works again."""

    def get_password(self, service: str, username: str) -> str | None:
        assert username == "secret"
        return self.items.get(service)

    def set_password(self, service: str, username: str, password: str) -> None:
        assert username == "secret"
        self.items[service] = password

    def delete_password(self, service: str, username: str) -> None:
        assert username == "secret"
        self.items.pop(service, None)

    def services(self, username: str) -> frozenset[str]:
        assert username == "secret"
        return frozenset(self.items)


class LockedKeyring(MemoryKeyring):
    """Reports that it is locked for every call."""

    def get_password(self, service: str, username: str) -> str | None:
        self._refuse()
        return super().get_password(service, username)

    def set_password(self, service: str, username: str, password: str) -> None:
        self._refuse()
        super().set_password(service, username, password)

    def delete_password(self, service: str, username: str) -> None:
        self._refuse()
        super().delete_password(service, username)

    def services(self, username: str) -> frozenset[str]:
        self._refuse()
        return super().services(username)

    def _refuse(self) -> None:
        if not self.well:
            raise KeyringLocked("locked")


class DismissedKeyring(LockedKeyring):
    """Prompts only when it is unlocked, and every prompt is dismissed. It answers slowly."""

    def __init__(self) -> None:
        super().__init__()
        self.prompts = 0

    def is_locked(self) -> bool:
        time.sleep(0.05)
        return True

    def unlock(self) -> None:
        self.prompts += 1
        raise KeyringLocked("dismissed")


class RefusingKeyring(MemoryKeyring):
    """Writes nothing, and raises an error whose message contains the value."""

    def set_password(self, service: str, username: str, password: str) -> None:
        if not self.well:
            raise RuntimeError("broken: " + password)
        super().set_password(service, username, password)


class DiscardingKeyring(MemoryKeyring):
    """Writes nothing, without an error."""

    def set_password(self, service: str, username: str, password: str) -> None:
        if self.well:
            super().set_password(service, username, password)


class GarblingKeyring(MemoryKeyring):
    """Writes another value."""

    def set_password(self, service: str, username: str, password: str) -> None:
        super().set_password(service, username, password if self.well or password == "old" else password[:-1])


class DeletingFirstKeyring(MemoryKeyring):
    """Removes the old value but doesn't write the new one."""

    def set_password(self, service: str, username: str, password: str) -> None:
        self.items.pop(service, None)
        if password == "new" and not self.well:
            raise RuntimeError("could not add")
        super().set_password(service, username, password)


class UndyingKeyring(MemoryKeyring):
    """Removes nothing, without an error."""

    def delete_password(self, service: str, username: str) -> None:
        pass


class SlowKeyring(MemoryKeyring):
    """Answers slowly."""

    def get_password(self, service: str, username: str) -> str | None:
        time.sleep(0.1)
        return super().get_password(service, username)


class PromptingKeyring(MemoryKeyring):
    """Blocks the first write until released, like a prompt."""

    def __init__(self) -> None:
        super().__init__()
        self.release = threading.Event()
        self.entered = threading.Event()
        self.ended = threading.Event()
        self.first = True

    def set_password(self, service: str, username: str, password: str) -> None:
        if self.first:
            self.first = False
            self.entered.set()
            self.release.wait(20)
            super().set_password(service, username, password)
            self.ended.set()
        else:
            super().set_password(service, username, password)


class SilentKeyring(MemoryKeyring):
    """Blocks every call until released, like a prompt that nobody answers."""

    def __init__(self, seconds: float = 20) -> None:
        super().__init__()
        self.release = threading.Event()
        self.seconds = seconds
        """Maximum duration of one call."""

    def get_password(self, service: str, username: str) -> str | None:
        self.release.wait(self.seconds)
        return super().get_password(service, username)
