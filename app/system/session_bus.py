"""The one way to the session bus of a Linux desktop: connections, calls with a limit, and the desktop's portal.

Import it only where it is used: jeepney is installed on Linux alone. The keyring has its own connection.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from jeepney import DBusAddress, HeaderFields, MatchRule, MessageType, message_bus, new_method_call
from jeepney.auth import BEGIN, Authenticator
from jeepney.bus import get_bus
from jeepney.io.asyncio import DBusConnection
from jeepney.io.blocking import open_dbus_connection

if TYPE_CHECKING:
    from collections.abc import Callable

    from jeepney import Message
    from jeepney.io.blocking import DBusConnection as BlockingConnection

SECONDS: Final = 5.0
"""How long the bus and a service may take to answer; the bus may have to start the service."""
FAILED: Final = (OSError, ValueError, EOFError, RuntimeError, KeyError)
"""What a missing bus, a bus that rejects us, or one that ends raises. A timeout is an ``OSError``."""
PORTAL: Final = "org.freedesktop.portal"


def portal(interface: str) -> DBusAddress:
    """Return an interface of the desktop's portal, such as ``Inhibit``. It also serves programs outside a sandbox."""
    return DBusAddress("/org/freedesktop/portal/desktop", f"{PORTAL}.Desktop", f"{PORTAL}.{interface}")


def connect() -> BlockingConnection | None:
    """Return a connection for ``ask``; None if there is no session bus. Blocks."""
    try:
        return open_dbus_connection()
    except FAILED:
        return None


def ask(
    connection: BlockingConnection,
    service: DBusAddress,
    method: str,
    kinds: str,
    values: tuple[Any, ...],
    seconds: float,
) -> tuple[Any, ...] | None:
    """Return what a service answers within so many seconds; None if it refuses or doesn't answer. Blocks."""
    try:
        answer = connection.send_and_get_reply(new_method_call(service, method, kinds, values), timeout=seconds)
    except FAILED:
        return None
    return _result(answer)


def _result(answer: Message) -> tuple[Any, ...] | None:
    return tuple(answer.body) if answer.header.message_type is MessageType.method_return else None


class SessionBus:
    """A connection for calls and signals in the event loop, as long as ``run`` runs."""

    def __init__(self, on_signal: Callable[[Message], None]) -> None:
        """``on_signal`` takes each signal that ``run`` asks for, and any that a program sends to this one alone."""
        self._on_signal = on_signal
        self._connection: DBusConnection | None = None
        self._replies: dict[int, asyncio.Future[Message]] = {}
        self._ready = asyncio.Event()
        """The connection was made, or failed."""
        self.name = ""
        """The unique name of the connection."""
        self.ended = False
        """It failed or was lost. A new one may succeed."""

    async def run(self, sender: str, *interfaces: str) -> None:
        """Connect, then take answers, and signals of a sender, until the connection ends or this is cancelled."""
        try:
            async with asyncio.timeout(SECONDS):
                reader, writer = await asyncio.open_unix_connection(get_bus("SESSION"))
        except FAILED:
            self._end()
            return
        try:
            connection = DBusConnection(reader, writer)
            async with asyncio.timeout(SECONDS):
                self.name = await _introduce(connection)
            for interface in interfaces:
                rule = MatchRule(type="signal", sender=sender, interface=interface)
                await connection.send(message_bus.AddMatch(rule))
            self._connection = connection
            self._ready.set()
            while True:
                self._take(await connection.receive())
        except FAILED:
            pass  # the session ends, or the bus does
        finally:
            writer.close()
            self._end()
            with suppress(OSError):
                await writer.wait_closed()

    def _end(self) -> None:
        self._connection, self.ended = None, True
        self._ready.set()
        for reply in self._replies.values():
            if not reply.done():
                reply.set_exception(EOFError())

    def _take(self, message: Message) -> None:
        serial = message.header.fields.get(HeaderFields.reply_serial, 0)
        if (reply := self._replies.pop(serial, None)) is None:
            self._on_signal(message)
        elif not reply.done():
            reply.set_result(message)

    async def call(
        self, service: DBusAddress, method: str, kinds: str | None = None, values: tuple[Any, ...] = ()
    ) -> tuple[Any, ...] | None:
        """Return what a service answers, or None if that is an error or there is no bus. ``run`` has to run.

        Raises:
            OSError, ValueError, EOFError, RuntimeError, KeyError: The bus or the service doesn't answer.
        """
        await self._ready.wait()
        if (connection := self._connection) is None:
            return None
        serial = next(connection.outgoing_serial)
        reply = self._replies[serial] = asyncio.get_running_loop().create_future()
        try:
            await connection.send(new_method_call(service, method, kinds, values), serial=serial)
            return _result(await asyncio.wait_for(reply, SECONDS))
        finally:
            self._replies.pop(serial, None)


async def _introduce(connection: DBusConnection) -> str:
    """Open a conversation with the bus, and return the name that it gives.

    Jeepney's own function leaves the connection open if it is cancelled.
    """
    authenticator = Authenticator()
    for data in authenticator:
        connection.writer.write(data)
        authenticator.feed(await connection.reader.read(1024))
    connection.writer.write(BEGIN)
    serial = next(connection.outgoing_serial)
    await connection.send(message_bus.Hello(), serial=serial)
    while True:
        message = await connection.receive()
        if message.header.fields.get(HeaderFields.reply_serial) == serial:
            return str(message.body[0])
