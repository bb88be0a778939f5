"""A secret under two names in turn, so that the old one stays until the new one has been read back.

For keyrings that delete before they replace, or that take short values only. The head of a secret tells its
generation, the number of its parts and the hash of the whole; a short value stands in the head itself. The parts are
written before the head, never over anything, and the newest head whose value is whole is the one that counts. So
whenever the program is killed, either the old secret or the new one can be read.
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

MARK = "#"
"""Between a service and what is added to its name; no service has it."""
_SLOTS = ("a", "b")
_FORMAT = 1


class PasswordBackend(Protocol):
    """What the library's backends do for a name. They raise where there is nothing to delete."""

    def get_password(self, service: str, username: str, /) -> str | None:
        """The text, or None."""

    def set_password(self, service: str, username: str, password: str, /) -> None:
        """Keep the text."""

    def delete_password(self, service: str, username: str, /) -> None:
        """Remove the text."""


@dataclass(frozen=True, slots=True)
class _Head:
    slot: str
    generation: int = 0
    parts: int = 0
    digest: str = ""
    inline: str = field(default="", repr=False)
    """The value, where there are no parts."""

    def text(self) -> str:
        line = {"v": _FORMAT, "gen": self.generation, "n": self.parts, "sha256": self.digest}
        return f"{json.dumps(line, separators=(',', ':'))}\n{self.inline}"


class SlottedBackend:
    """Secrets by service and user name, over a backend with a name for each slot and each part."""

    def __init__(
        self, backend: PasswordBackend, seen: Callable[[str, str], frozenset[str]], units: int | None = None
    ) -> None:
        """``seen`` gives the names that begin so with that user name; ``units`` is the longest text in UTF-16 units."""
        self._backend = backend
        self._seen = seen
        self._units = units
        self._turns: dict[str, threading.RLock] = {}

    def turn(self, service: str) -> threading.RLock:
        """Held while a secret is read or changed: a thread that was given up on may still be at it."""
        return self._turns.setdefault(service, threading.RLock())

    def get_password(self, service: str, username: str) -> str | None:
        """The secret, or None; what it replaced goes. Raises VaultError if it is not whole, or as the backend does."""
        with self.turn(service):
            heads = self._heads(service, username)
            head, value = self._newest(service, username, heads)
            with suppress(Exception):  # reading comes first; the next one tries again
                self._clear_older(service, username, heads, head)
            return value

    def settle(self, service: str, username: str) -> None:
        """Remove what was replaced, for certain. Raises VaultError, or what the backend raises."""
        with self.turn(service):
            heads = self._heads(service, username)
            self._clear_older(service, username, heads, self._newest(service, username, heads)[0])

    def set_password(self, service: str, username: str, password: str) -> None:
        """Write beside what is there, which goes once this is read. Raises what the backend raises."""
        with self.turn(service):
            heads = self._heads(service, username)
            try:
                current, _ = self._newest(service, username, heads)
            except VaultError:
                current = heads[0]
            slot = _SLOTS[0] if current is None else _other(current.slot)
            self._clear(service, slot, username)
            self._write(service, username, slot, heads[0].generation + 1 if heads else 1, password)

    def delete_password(self, service: str, username: str) -> None:
        """Remove the secret and all that was left of it. Raises what the backend raises."""
        with self.turn(service):
            for slot in _SLOTS:
                self._drop(_name(service, slot), username)
            for slot in _SLOTS:
                self._drop_parts(service, slot, username)

    def services(self, username: str) -> frozenset[str]:
        """The services of which anything is left. Raises what the backend raises."""
        return frozenset(name.partition(MARK)[0] for name in self._seen("", username) if MARK in name)

    def _heads(self, service: str, username: str) -> list[_Head]:
        """The newest first; of one that cannot be understood the generation is 0."""
        texts = ((slot, self._backend.get_password(_name(service, slot), username)) for slot in _SLOTS)
        heads = [_parse(slot, text) for slot, text in texts if text is not None]
        return sorted(heads, key=lambda head: head.generation, reverse=True)

    def _newest(self, service: str, username: str, heads: list[_Head]) -> tuple[_Head | None, str | None]:
        """The head that counts, with its value. Raises VaultError where there are heads but none is whole."""
        faults: list[VaultError] = []
        for head in heads:
            try:
                return head, self._whole(service, username, head)
            except VaultError as fault:
                faults.append(fault)
        if faults:
            raise faults[0]
        return None, None

    def _whole(self, service: str, username: str, head: _Head) -> str:
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
        """Into a slot with nothing in it."""
        head = _Head(slot, generation, 0, _digest(value), value)
        if self._units is not None and _length(head.text()) > self._units:
            pieces = tuple(_pieces(value, self._units))
            for number, piece in enumerate(pieces, 1):
                self._backend.set_password(_name(service, slot, number), username, piece)
            head = _Head(slot, generation, len(pieces), head.digest)
        self._backend.set_password(_name(service, slot), username, head.text())

    def _clear_older(self, service: str, username: str, heads: list[_Head], current: _Head | None) -> None:
        """Remove what that one has replaced. What has no head yet is left: another process may be writing it."""
        for head in heads:
            if current is not None and head.generation < current.generation:
                self._clear(service, head.slot, username)

    def _clear(self, service: str, slot: str, username: str) -> None:
        """The parts first: while the head is there, a next time knows that there is something to remove."""
        self._drop_parts(service, slot, username)
        self._drop(_name(service, slot), username)

    def _drop_parts(self, service: str, slot: str, username: str) -> None:
        head = _name(service, slot)
        if self._units is not None:
            for name in sorted(self._seen(head, username) - {head}):
                self._drop(name, username)

    def _drop(self, name: str, username: str) -> None:
        try:
            self._backend.delete_password(name, username)
        except Exception:
            if name in self._seen(name, username):
                raise


def _other(slot: str) -> str:
    return _SLOTS[0] if slot == _SLOTS[1] else _SLOTS[1]


def _name(service: str, slot: str, part: int = 0) -> str:
    return f"{service}{MARK}{slot}{part}" if part else f"{service}{MARK}{slot}"


def _parse(slot: str, text: str) -> _Head:
    line, _, inline = text.partition("\n")
    try:
        read = json.loads(line)
        if read["v"] == _FORMAT:
            return _Head(slot, int(read["gen"]), int(read["n"]), str(read["sha256"]), inline)
    except (ValueError, KeyError, TypeError):
        pass
    return _Head(slot)  # its empty hash fits no value


def _digest(value: str) -> str:
    return sha256(value.encode("utf-8", "surrogatepass")).hexdigest()


def _length(text: str) -> int:
    """In UTF-16 units."""
    return len(text) + sum(char > "\uffff" for char in text)


def _pieces(value: str, units: int) -> Iterator[str]:
    """The value in pieces of at most that many UTF-16 units; no character is cut."""
    start, length = 0, 0
    for place, char in enumerate(value):
        need = 2 if char > "\uffff" else 1
        if length + need > units:
            yield value[start:place]
            start, length = place, 0
        length += need
    yield value[start:]
