"""Stores a secret under two names in turn, so that the old value survives until the new one has been read back.

For keyrings that delete before they replace, or that take short values only. The head of a secret records its
generation, the number of its parts and the hash of the whole value; a short value is stored in the head itself. Parts
are written before the head and never overwrite anything, and the newest head with a complete value is the one that
counts. So whenever the program is killed, either the old or the new secret can be read.
"""

from __future__ import annotations

import json
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Protocol

from app.vault.outcome import VaultError, VaultStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SEPARATOR = "#"
"""Separates a service from the suffix added to its name; no service contains it."""
_SLOTS = ("a", "b")
_FORMAT = 1


class PasswordBackend(Protocol):
    """What the library's backends do for one name. Deleting a missing name raises."""

    def get_password(self, service: str, username: str, /) -> str | None:
        """Return the text, or None."""

    def set_password(self, service: str, username: str, password: str, /) -> None:
        """Store the text."""

    def delete_password(self, service: str, username: str, /) -> None:
        """Remove the text."""


@dataclass(frozen=True, slots=True)
class _Head:
    slot: str
    generation: int = 0
    parts: int = 0
    digest: str = ""
    inline: str = field(default="", repr=False)
    """The value, if it has no parts."""

    def text(self) -> str:
        line = {"v": _FORMAT, "gen": self.generation, "n": self.parts, "sha256": self.digest}
        return f"{json.dumps(line, separators=(',', ':'))}\n{self.inline}"


class SlottedBackend:
    """Secrets by service and user name, on top of a backend that keeps each slot and part under its own name."""

    def __init__(
        self, backend: PasswordBackend, list_names: Callable[[str, str], frozenset[str]], max_units: int | None = None
    ) -> None:
        """``list_names`` lists a user's names with a prefix; ``max_units`` is the longest text, in UTF-16 units."""
        self._backend = backend
        self._list_names = list_names
        self._max_units = max_units
        self._locks: dict[str, threading.RLock] = {}

    def lock(self, service: str) -> threading.RLock:
        """Return the lock of a secret, held while it is read or changed: an abandoned thread may still be using it."""
        return self._locks.setdefault(service, threading.RLock())

    def get_password(self, service: str, username: str) -> str | None:
        """Return the secret or None, and remove its older version. Raises VaultError if it is damaged."""
        with self.lock(service):
            heads = self._heads(service, username)
            head, value = self._newest(service, username, heads)
            with suppress(Exception):  # reading matters more, and the next read tries again
                self._clear_older(service, username, heads, head)
            return value

    def remove_replaced(self, service: str, username: str) -> None:
        """Remove the older version and report failure. Raises VaultError, or what the backend raises."""
        with self.lock(service):
            heads = self._heads(service, username)
            self._clear_older(service, username, heads, self._newest(service, username, heads)[0])

    def set_password(self, service: str, username: str, password: str) -> None:
        """Write beside the current value, which the next read removes. Raises what the backend raises."""
        with self.lock(service):
            heads = self._heads(service, username)
            try:
                current, _ = self._newest(service, username, heads)
            except VaultError:
                current = heads[0]
            slot = _SLOTS[0] if current is None else _other(current.slot)
            self._clear(service, slot, username)
            self._write(service, username, slot, heads[0].generation + 1 if heads else 1, password)

    def delete_password(self, service: str, username: str) -> None:
        """Remove the secret with everything left of it. Raises what the backend raises."""
        with self.lock(service):
            for slot in _SLOTS:
                self._drop(_name(service, slot), username)
            for slot in _SLOTS:
                self._drop_parts(service, slot, username)

    def services(self, username: str) -> frozenset[str]:
        """Return the services that still have anything stored. Raises what the backend raises."""
        return frozenset(name.partition(SEPARATOR)[0] for name in self._list_names("", username) if SEPARATOR in name)

    def _heads(self, service: str, username: str) -> list[_Head]:
        """Return the heads, newest first. A head that cannot be parsed has generation 0."""
        texts = ((slot, self._backend.get_password(_name(service, slot), username)) for slot in _SLOTS)
        heads = [_parse(slot, text) for slot, text in texts if text is not None]
        return sorted(heads, key=lambda head: head.generation, reverse=True)

    def _newest(self, service: str, username: str, heads: list[_Head]) -> tuple[_Head | None, str | None]:
        """Return the head that counts and its value. Raises VaultError if there are heads but none is complete."""
        faults: list[VaultError] = []
        for head in heads:
            try:
                return head, self._read_value(service, username, head)
            except VaultError as fault:
                faults.append(fault)
        if faults:
            raise faults[0]
        return None, None

    def _read_value(self, service: str, username: str, head: _Head) -> str:
        value = head.inline
        for number in range(1, head.parts + 1):
            piece = self._backend.get_password(_name(service, head.slot, number), username)
            if piece is None:
                raise VaultError(VaultStatus.INCOMPLETE)
            value += piece
        if _digest(value) != head.digest:
            raise VaultError(VaultStatus.ALTERED)
        return value

    def _write(self, service: str, username: str, slot: str, generation: int, value: str) -> None:
        """Write the value into an empty slot."""
        head = _Head(slot, generation, 0, _digest(value), value)
        if self._max_units is not None and _length(head.text()) > self._max_units:
            pieces = tuple(_pieces(value, self._max_units))
            for number, piece in enumerate(pieces, 1):
                self._backend.set_password(_name(service, slot, number), username, piece)
            head = _Head(slot, generation, len(pieces), head.digest)
        self._backend.set_password(_name(service, slot), username, head.text())

    def _clear_older(self, service: str, username: str, heads: list[_Head], current: _Head | None) -> None:
        """Remove what ``current`` has replaced. Parts without a head stay: another process may be writing them."""
        for head in heads:
            if current is not None and head.generation < current.generation:
                self._clear(service, head.slot, username)

    def _clear(self, service: str, slot: str, username: str) -> None:
        """Empty the slot, parts first: while the head exists, a later attempt knows that parts are left to remove."""
        self._drop_parts(service, slot, username)
        self._drop(_name(service, slot), username)

    def _drop_parts(self, service: str, slot: str, username: str) -> None:
        head = _name(service, slot)
        if self._max_units is not None:
            for name in sorted(self._list_names(head, username) - {head}):
                self._drop(name, username)

    def _drop(self, name: str, username: str) -> None:
        try:
            self._backend.delete_password(name, username)
        except Exception:
            if name in self._list_names(name, username):
                raise


def _other(slot: str) -> str:
    return _SLOTS[0] if slot == _SLOTS[1] else _SLOTS[1]


def _name(service: str, slot: str, part: int = 0) -> str:
    return f"{service}{SEPARATOR}{slot}{part}" if part else f"{service}{SEPARATOR}{slot}"


def _parse(slot: str, text: str) -> _Head:
    line, _, inline = text.partition("\n")
    try:
        read = json.loads(line)
        if read["v"] == _FORMAT:
            return _Head(slot, int(read["gen"]), int(read["n"]), str(read["sha256"]), inline)
    except (ValueError, KeyError, TypeError):
        pass
    return _Head(slot)  # its empty hash matches no value


def _digest(value: str) -> str:
    return sha256(value.encode("utf-8", "surrogatepass")).hexdigest()


def _length(text: str) -> int:
    """Return the length in UTF-16 units."""
    return len(text) + sum(char > "\uffff" for char in text)


def _pieces(value: str, max_units: int) -> Iterator[str]:
    """Split the value into pieces of at most that many UTF-16 units, without splitting a character."""
    start, length = 0, 0
    for index, char in enumerate(value):
        need = 2 if char > "\uffff" else 1
        if length + need > max_units:
            yield value[start:index]
            start, length = index, 0
        length += need
    yield value[start:]
