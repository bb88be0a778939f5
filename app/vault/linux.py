"""The Secret Service of a Linux desktop: GNOME Keyring, KWallet, KeePassXC or another provider.

Items carry the attributes that the ``keyring`` library uses, so secrets stored by earlier versions are found. That
library's own backend is not used, for two reasons. It opens a connection for each call, and KeePassXC prompts on each
new connection. And it replaces an item by creating it again, which KeePassXC 2.7.4 never answers when it is configured
not to confirm each access.
"""

from __future__ import annotations

import threading
import time
from contextlib import suppress
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

SETTLE_SECONDS = MappingProxyType({"KeePassXC": 2.0})
"""Seconds to wait after a change, by provider. KeePassXC 2.7.4 saves its database in a thread and was seen to crash
when another change came in the meantime. Saving takes as long as opening the database, one second by default."""

_UNPROVEN = frozenset({"KWallet"})
"""Providers whose sessions have to prove themselves. kwalletd 5.103 and 6.13 derive another session key than the client
in about one session of 150: when the client's public key begins with nine one bits, or the shared secret with a zero
byte (measured in 9,500 sessions). Such a session reads every secret as empty or garbled until it ends; a new one is
right."""

_LOCK_UNTRUE = frozenset({"KWallet"})
"""Providers whose ``Locked`` cannot be believed. Up to 6.13, KWallet calls a wallet that was opened at login locked
until ``Unlock`` was called; that then needs no prompt (measured on 6.13)."""

_SESSIONS = 4
"""Sessions that are opened at most until two read the same secret."""

PROVIDERS: Mapping[str, str] = MappingProxyType(
    {"gnome-keyring": "GNOME Keyring", "kwalletd": "KWallet", "ksecretd": "KWallet", "keepassxc": "KeePassXC"}
)


def available() -> bool:
    """Return whether a Secret Service is running or can be started. Raises what D-Bus raises."""
    import secretstorage

    connection = secretstorage.dbus_init()
    try:
        return bool(secretstorage.check_service_availability(connection))
    finally:
        connection.close()


def provider() -> str | None:
    """Return the name of the program that serves it, for the screen, or None if it is not a known one."""
    try:
        process = _process()
    except Exception:  # noqa: BLE001 - a name for the screen is not worth a failure
        return None
    return next((name for start, name in PROVIDERS.items() if process.startswith(start)), None)


class ChangeSpacer:
    """Keeps a minimum time between two changes made by this process."""

    def __init__(self) -> None:
        self._settled_at = 0.0

    def run(self, change: Callable[[], T], seconds: float) -> T:
        """Make the change once the previous one has settled, then allow it that many seconds."""
        time.sleep(max(0.0, self._settled_at - time.monotonic()))
        try:
            return change()
        finally:
            self._settled_at = time.monotonic() + seconds


_spacer = ChangeSpacer()


class SecretService:
    """Secrets by service and user name. Each thread has its own connection until it calls ``release``.

    Only ``unlock`` prompts. Everything else raises KeyringLocked instead.
    """

    def __init__(self) -> None:
        self._local = threading.local()
        self._guard = threading.Lock()
        self._prompting: set[str] = set()
        """Services whose prompt is open, by their unique names on the bus."""

    def get_password(self, service: str, username: str) -> str | None:
        """Return the secret, or None. Raises KeyringLocked, VaultError if it is damaged, or what the service raises."""
        return self._with_session(lambda session: self._read(session, _query(service, username)))

    def set_password(self, service: str, username: str, password: str) -> None:
        """Store the secret. Raises KeyringLocked, or what the service raises."""
        query, secret = _query(service, username), password.encode()
        self._with_session(lambda session: session.write(query, secret))
        if not self._current().proven and self.get_password(service, username) != password:
            self._with_session(lambda session: session.write(query, secret))  # reading has proved a session

    def _read(self, session: _Session, query: Mapping[str, str]) -> str | None:
        """Read until a session can be trusted, or two agree; the last one stays this thread's session."""
        read: list[bytes] = []
        while (secret := session.read(query)) is not None:
            if secret and (session.proven or secret in read):
                session.proven = True
                with suppress(UnicodeDecodeError):
                    return secret.decode()
            read.append(secret)
            if len(read) == _SESSIONS:
                raise VaultError(VaultStatus.MISMATCH if any(read) else VaultStatus.EMPTY)
            self.release()
            session = self._current()
        return None

    def delete_password(self, service: str, username: str) -> None:
        """Remove the secret from every unlocked collection. Raises KeyringLocked, or what the service raises."""
        self._with_session(lambda session: session.remove(_query(service, username)))

    def services(self, username: str) -> frozenset[str]:
        """Return the services with secrets, without prompting. Raises KeyringLocked while the keyring is locked."""
        return self._with_session(lambda session: session.services(username))

    def is_locked(self) -> bool:
        """Return whether ``unlock`` would prompt. Raises what the service raises."""
        return self._with_session(lambda session: session.locked)

    def unlock(self) -> None:
        """Unlock the keyring, or create a missing one, by the service's prompt. Raises KeyringLocked if dismissed.

        Raises VaultError while an earlier prompt of the same service is open, also one that is no longer waited for.
        """
        owner = self._with_session(lambda session: session.owner)
        with self._guard:
            if owner in self._prompting:
                raise VaultError(VaultStatus.UNANSWERED)
            self._prompting.add(owner)
        try:
            self._with_session(lambda session: session.unlock())
        finally:
            self._prompting.discard(owner)

    def release(self) -> None:
        """Close this thread's connection."""
        session: _Session | None = getattr(self._local, "session", None)
        self._local.session = None
        if session is not None:
            session.connection.close()

    def _with_session(self, act: Callable[[_Session], T]) -> T:
        from keyring.errors import KeyringLocked
        from secretstorage import LockedException, PromptDismissedException, SecretServiceNotAvailableException

        session: _Session | None = getattr(self._local, "session", None)
        if session is not None and not session.same_service:
            self.release()
        try:
            for _ in range(_SESSIONS - 1):
                session = self._current()
                try:
                    return act(session)
                except (LockedException, PromptDismissedException, KeyringLocked, VaultError):
                    raise
                except Exception:
                    if session.proven:
                        raise
                    self.release()  # the service may have refused what it could not decrypt
            return act(self._current())
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

    def _current(self) -> _Session:
        """This thread's session, opened if there is none."""
        session: _Session | None = getattr(self._local, "session", None)
        if session is None:
            session = self._local.session = _Session()
        return session


class _Session:
    """One D-Bus connection with its Secret Service session."""

    def __init__(self) -> None:
        import secretstorage
        from secretstorage.util import open_session

        self.connection = secretstorage.dbus_init()
        try:
            self._session = open_session(self.connection)
            self.owner = _owner_of(self.connection)
            name = provider() or ""
            self._lock_untrue = name in _LOCK_UNTRUE
            self._settle_seconds = SETTLE_SECONDS.get(name, 0.0)
            self.proven = name not in _UNPROVEN
            """Whether the service is known to use the same session key."""
        except BaseException:
            self.connection.close()
            raise

    @property
    def same_service(self) -> bool:
        """Whether the service is still the process that the session was opened with, not one started since."""
        try:
            return _owner_of(self.connection) == self.owner
        except Exception:  # noqa: BLE001 - the service or the bus is gone
            return False

    def read(self, query: Mapping[str, str]) -> bytes | None:
        """Return the secret of the first item that matches the query, as this session decrypts it."""
        for item in self._items(query):
            self._check_open(item)
            return bytes(item.get_secret())
        return None

    def write(self, query: Mapping[str, str], secret: bytes) -> None:
        """Store the secret in the matching item, or in a new one."""
        collection = self._default()
        for item in collection.search_items(dict(query)):
            self._check_open(item)
            self._change(partial(item.set_secret, secret))
            return
        label = f"SCIM Setup Assistant ({query['service']})"
        attributes = {**query, "application": _APPLICATION}
        self._change(lambda: collection.create_item(label, attributes, secret, replace=True))

    def remove(self, query: Mapping[str, str]) -> None:
        """Remove every item that matches the query."""
        for item in self._items(query):
            self._check_open(item)
            self._change(item.delete)

    def _change(self, change: Callable[[], object]) -> None:
        _spacer.run(change, self._settle_seconds)

    def services(self, username: str) -> frozenset[str]:
        """Return the ``service`` attribute of our items. Raises KeyringLocked if a locked collection may hide some."""
        from keyring.errors import KeyringLocked

        collections = tuple(self._unlocked())
        # GNOME Keyring's session collection is never locked and never holds our items.
        if self._default_locked() or (not collections and self._collections()):
            raise KeyringLocked("the collection that holds the secrets is locked")
        query = {"application": _APPLICATION, "username": username}
        found = (item.get_attributes() for each in collections for item in each.search_items(query))
        return frozenset(attributes.get("service", "") for attributes in found)

    def _items(self, query: Mapping[str, str]) -> Iterator[Item]:
        # The collection for new items first, then items left behind when the admin chose another default collection.
        if self._existing_default() is not None or any(each.is_locked() for each in self._collections()):
            yield from self._default().search_items(dict(query))
        for collection in self._unlocked():
            yield from collection.search_items(dict(query))

    @property
    def locked(self) -> bool:
        """Whether the collection for new items is locked or missing, so that a prompt would be needed."""
        default = self._existing_default()
        return default is None or self._stays_locked(default)

    def unlock(self) -> None:
        """Unlock the collection for new items, or create it. Raises KeyringLocked if its prompt was dismissed."""
        import secretstorage
        from keyring.errors import InitError, KeyringLocked

        try:
            collection = secretstorage.get_default_collection(self.connection, self._session)
        except secretstorage.PromptDismissedException as error:
            raise InitError("there is no collection and none was created") from error
        if collection.is_locked():
            collection.unlock()
            if collection.is_locked():
                raise KeyringLocked("the collection stayed locked")

    def _default(self) -> Collection:
        from keyring.errors import KeyringLocked

        collection = self._existing_default()
        if collection is None or self._stays_locked(collection):
            raise KeyringLocked("the collection for new items is locked or missing")
        collection.session = self._session
        return collection

    def _existing_default(self) -> Collection | None:
        """Return the collection for new items. Does not create a missing one, which would prompt."""
        import secretstorage

        try:
            return secretstorage.Collection(self.connection)
        except secretstorage.ItemNotFoundException:
            return None

    def _stays_locked(self, collection: Collection) -> bool:
        """Return whether it is locked, also after asking to unlock it without a prompt where ``Locked`` is untrue."""
        from secretstorage.util import DBusAddressWrapper

        if not collection.is_locked():
            return False
        if not self._lock_untrue:
            return True
        # A prompt path in the answer is never called.
        service = DBusAddressWrapper("/org/freedesktop/secrets", "org.freedesktop.Secret.Service", self.connection)
        service.call("Unlock", "ao", [collection.collection_path])
        return bool(collection.is_locked())

    def _default_locked(self) -> bool:
        default = self._existing_default()
        return default is not None and bool(default.is_locked())

    def _collections(self) -> tuple[Collection, ...]:
        import secretstorage

        return tuple(secretstorage.get_all_collections(self.connection))

    def _unlocked(self) -> Iterator[Collection]:
        # Do not use the service-wide search: KeePassXC prompts for every locked database before it searches.
        for collection in self._collections():
            if not collection.is_locked():
                collection.session = self._session
                yield collection

    @staticmethod
    def _check_open(item: Item) -> None:
        from keyring.errors import KeyringLocked

        if item.is_locked():
            raise KeyringLocked("the item is locked")


def _query(service: str, username: str) -> Mapping[str, str]:
    return {"service": service, "username": username}


def _owner_of(connection: DBusConnection) -> str:
    """Return the unique bus name of the service. Raises what D-Bus raises."""
    return str(_ask_bus(connection, "GetNameOwner"))


def _process() -> str:
    """Return the name of the process that serves the Secret Service. Raises what D-Bus and /proc raise."""
    import secretstorage

    connection = secretstorage.dbus_init()
    try:
        process = int(_ask_bus(connection, "GetConnectionUnixProcessID"))
    finally:
        connection.close()
    return Path(f"/proc/{process}/comm").read_text(encoding="utf-8").strip()


def _ask_bus(connection: DBusConnection, question: str) -> Any:
    from jeepney import message_bus
    from jeepney.io.blocking import Proxy

    return getattr(Proxy(message_bus, connection, timeout=2), question)("org.freedesktop.secrets")[0]
