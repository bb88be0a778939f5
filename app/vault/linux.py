"""The Secret Service of a Linux desktop: GNOME Keyring, KWallet, KeePassXC, or whatever else serves it.

Items carry the attributes of the library keyring, so what earlier versions kept is found. That library's own
backend is not used for two reasons. It opens a connection for each call, and KeePassXC asks the admin anew on each
connection. And it replaces an item by creating it again, which KeePassXC 2.7.4 never answers where it is set not
to ask for each access.
"""

from __future__ import annotations

import threading
import time
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

from app.vault.outcome import VaultError, VaultStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from jeepney.io.blocking import DBusConnection
    from secretstorage import Collection, Item

T = TypeVar("T")

_APPLICATION = "Python keyring library"

_SAVING = MappingProxyType({"KeePassXC": 2.0})
"""Seconds after a change for which a keyring is left alone. KeePassXC 2.7.4 writes its database in a thread, and was
seen to crash there when another change came meanwhile. Writing takes as long as opening, by default a second."""

_PAUSES = (0.05, 0.2, 0.0)
"""Seconds after each attempt to read a secret."""

_OWNERS: Mapping[str, str] = MappingProxyType(
    {"gnome-keyring": "GNOME Keyring", "kwalletd": "KWallet", "ksecretd": "KWallet", "keepassxc": "KeePassXC"}
)


def served() -> bool:
    """Whether a Secret Service runs or can be started. Raises what D-Bus raises."""
    import secretstorage

    connection = secretstorage.dbus_init()
    try:
        return bool(secretstorage.check_service_availability(connection))
    finally:
        connection.close()


def owner() -> str | None:
    """The name of the program that serves it, for the screen; None where it is not a known one."""
    try:
        process = _process()
    except Exception:  # noqa: BLE001 - a name for the screen is not worth a failure
        return None
    return next((name for start, name in _OWNERS.items() if process.startswith(start)), None)


class _Quiet:
    """The time between two changes that this process makes."""

    def __init__(self) -> None:
        self._over = 0.0

    def keep(self, change: Callable[[], T], seconds: float) -> T:
        """Make the change once the one before has settled."""
        time.sleep(max(0.0, self._over - time.monotonic()))
        try:
            return change()
        finally:
            self._over = time.monotonic() + seconds


_quiet = _Quiet()


class SecretService:
    """Secrets by service and user name. Each thread has a connection of its own until it calls ``release``."""

    def __init__(self) -> None:
        self._local = threading.local()

    def get_password(self, service: str, username: str) -> str | None:
        """The secret, or None. Raises KeyringLocked, or what the service raises."""
        return self._through(lambda link: link.read(_query(service, username)))

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep the secret. Raises KeyringLocked, or what the service raises."""
        self._through(lambda link: link.write(_query(service, username), password.encode()))

    def delete_password(self, service: str, username: str) -> None:
        """Remove the secret from every unlocked collection. Raises KeyringLocked, or what the service raises."""
        self._through(lambda link: link.remove(_query(service, username)))

    def services(self, username: str) -> frozenset[str]:
        """The services with secrets, seen without a prompt. Raises KeyringLocked while the keyring is locked."""
        return self._through(lambda link: link.services(username))

    def release(self) -> None:
        """Close the connection of this thread."""
        link: _Link | None = getattr(self._local, "link", None)
        self._local.link = None
        if link is not None:
            link.connection.close()

    def _through(self, act: Callable[[_Link], T]) -> T:
        from keyring.errors import KeyringLocked
        from secretstorage import LockedException, PromptDismissedException, SecretServiceNotAvailableException

        link: _Link | None = getattr(self._local, "link", None)
        if link is not None and not link.current:
            self.release()
            link = None
        try:
            if link is None:
                link = self._local.link = _Link()
            return act(link)
        except (LockedException, PromptDismissedException) as error:
            raise KeyringLocked(type(error).__name__) from None
        except (SecretServiceNotAvailableException, OSError, EOFError):
            self.release()
            raise VaultError(VaultStatus.GONE) from None
        except KeyringLocked:
            raise
        except Exception:
            self.release()
            raise


class _Link:
    """One connection with its session."""

    def __init__(self) -> None:
        import secretstorage
        from secretstorage.util import open_session

        self.connection = secretstorage.dbus_init()
        try:
            self._session = open_session(self.connection)
            self._owner = _owner_of(self.connection)
            self._saving = _SAVING.get(owner() or "", 0.0)
        except BaseException:
            self.connection.close()
            raise

    @property
    def current(self) -> bool:
        """Whether the service is the one that the session was opened with, not one started since."""
        try:
            return _owner_of(self.connection) == self._owner
        except Exception:  # noqa: BLE001 - it is gone, or the bus is
            return False

    def read(self, query: Mapping[str, str]) -> str | None:
        """The secret of the first item that answers the query."""
        for item in self._items(query):
            self._unlock(item)
            # KWallet was seen to give an empty secret for an item that it had. Nothing that is kept is empty.
            for pause in _PAUSES:
                if secret := bytes(item.get_secret()).decode():
                    return secret
                time.sleep(pause)
            raise VaultError(VaultStatus.MISMATCH)
        return None

    def write(self, query: Mapping[str, str], secret: bytes) -> None:
        """Put the secret into the item, or into a new one."""
        collection = self._default()
        for item in collection.search_items(dict(query)):
            self._unlock(item)
            self._change(partial(item.set_secret, secret))
            return
        label = f"SCIM Setup Assistant ({query['service']})"
        attributes = {**query, "application": _APPLICATION}
        self._change(lambda: collection.create_item(label, attributes, secret, replace=True))

    def remove(self, query: Mapping[str, str]) -> None:
        """Remove every item that answers the query."""
        for item in self._items(query):
            self._unlock(item)
            self._change(item.delete)

    def _change(self, change: Callable[[], object]) -> None:
        _quiet.keep(change, self._saving)

    def services(self, username: str) -> frozenset[str]:
        """The attribute ``service`` of our items in unlocked collections. Raises KeyringLocked if it is not all."""
        from keyring.errors import KeyringLocked

        collections = tuple(self._unlocked())
        # GNOME Keyring has a collection for the session that is never locked, and never ours.
        if self._default_locked() or (not collections and self._collections()):
            raise KeyringLocked("where secrets are kept is locked")
        query = {"application": _APPLICATION, "username": username}
        found = (item.get_attributes() for each in collections for item in each.search_items(query))
        return frozenset(attributes.get("service", "") for attributes in found)

    def _items(self, query: Mapping[str, str]) -> Iterator[Item]:
        # First where new ones go, then what stayed behind when the admin made another collection the default.
        yield from self._default().search_items(dict(query))
        for collection in self._unlocked():
            yield from collection.search_items(dict(query))

    def _default(self) -> Collection:
        import secretstorage
        from keyring.errors import InitError, KeyringLocked

        try:
            collection = secretstorage.get_default_collection(self.connection, self._session)
        except secretstorage.PromptDismissedException as error:
            raise InitError("there is no collection, and none was made") from error
        collection.session = self._session
        if collection.is_locked():
            collection.unlock()
            if collection.is_locked():
                raise KeyringLocked("the collection stayed locked")
        return collection

    def _default_locked(self) -> bool:
        """Without making one where there is none, which would ask the admin."""
        import secretstorage

        try:
            return bool(secretstorage.Collection(self.connection).is_locked())
        except secretstorage.ItemNotFoundException:
            return False

    def _collections(self) -> tuple[Collection, ...]:
        import secretstorage

        return tuple(secretstorage.get_all_collections(self.connection))

    def _unlocked(self) -> Iterator[Collection]:
        # Not the search of the whole service: KeePassXC asks for every locked database before it searches.
        for collection in self._collections():
            if not collection.is_locked():
                collection.session = self._session
                yield collection

    @staticmethod
    def _unlock(item: Item) -> None:
        from keyring.errors import KeyringLocked

        if item.is_locked():
            item.unlock()
            if item.is_locked():
                raise KeyringLocked("the item stayed locked")


def _query(service: str, username: str) -> Mapping[str, str]:
    return {"service": service, "username": username}


def _owner_of(connection: DBusConnection) -> str:
    """The unique name of the service on the bus. Raises what D-Bus raises."""
    return str(_asked(connection, "GetNameOwner"))


def _process() -> str:
    """The process name behind the Secret Service. Raises what D-Bus and /proc raise."""
    import secretstorage

    connection = secretstorage.dbus_init()
    try:
        process = int(_asked(connection, "GetConnectionUnixProcessID"))
    finally:
        connection.close()
    return Path(f"/proc/{process}/comm").read_text(encoding="utf-8").strip()


def _asked(connection: DBusConnection, question: str) -> Any:
    from jeepney import message_bus
    from jeepney.io.blocking import Proxy

    return getattr(Proxy(message_bus, connection, timeout=2), question)("org.freedesktop.secrets")[0]
