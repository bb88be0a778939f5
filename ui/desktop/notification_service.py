"""Speaks to the desktop's notification service over the session bus.

Sources: Desktop Notifications Specification 1.3; the documentation of ``org.freedesktop.portal.Notification``.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from html import escape
from typing import TYPE_CHECKING, Any, Final

from jeepney import DBusAddress, HeaderFields, MatchRule, MessageType, message_bus, new_method_call
from jeepney.auth import BEGIN, Authenticator
from jeepney.bus import get_bus
from jeepney.io.asyncio import DBusConnection

from app.system.paths import resources

if TYPE_CHECKING:
    from collections.abc import Callable

    from jeepney import Message

SECONDS: Final = 5.0
"""How long the bus and the service may take to answer; the bus may have to start the service."""
DEFAULT: Final = "default"
"""The action of a click on the notification itself."""

_NAME: Final = "org.freedesktop.Notifications"
_SERVER: Final = DBusAddress("/org/freedesktop/Notifications", _NAME, _NAME)
_PORTAL: Final = DBusAddress(
    "/org/freedesktop/portal/desktop", "org.freedesktop.portal.Desktop", "org.freedesktop.portal.Notification"
)
_FAILED: Final = (OSError, ValueError, EOFError, RuntimeError, KeyError)
"""What a missing bus or a bus that ends raises. A timeout is an ``OSError``."""


class NotificationService:
    """One connection for all notifications: a service reports a click only to the connection that notified."""

    def __init__(self, entry: str, clicked: Callable[[str], None], *, portal: bool) -> None:
        """``entry`` names the program's desktop entry. ``clicked`` receives the desktop's activation token, if any.

        ``portal`` uses the desktop's portal, the only way out of a sandbox.
        """
        self._entry = entry
        self._clicked = clicked
        self._address = _PORTAL if portal else _SERVER
        self._connection: DBusConnection | None = None
        self._replies: dict[int, asyncio.Future[Message]] = {}
        self._shown: set[object] = set()
        self._tokens: dict[object, str] = {}
        self._ready = asyncio.Event()
        """The connection was made, or failed."""
        self.ended = False
        """It failed, or was lost. A new service may have more luck."""

    async def run(self) -> None:
        """Connect to the session bus, then take answers and clicks until the connection ends or this is cancelled."""
        try:
            async with asyncio.timeout(SECONDS):
                reader, writer = await asyncio.open_unix_connection(get_bus("SESSION"))
        except _FAILED:
            self._end()
            return
        try:
            connection = DBusConnection(reader, writer)
            async with asyncio.timeout(SECONDS):
                await _authenticate(connection)
            rule = MatchRule(type="signal", sender=self._address.bus_name, interface=self._address.interface)
            await connection.send(message_bus.AddMatch(rule))
            self._connection = connection
            self._ready.set()
            while True:
                self._take(await connection.receive())
        except _FAILED:
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
        fields = message.header.fields
        if (reply := self._replies.pop(fields.get(HeaderFields.reply_serial, 0), None)) is not None:
            if not reply.done():
                reply.set_result(message)
            return
        if fields.get(HeaderFields.interface) != self._address.interface or message.body[:1] == ():
            return
        shown, *more = message.body
        if shown not in self._shown:
            return
        match fields.get(HeaderFields.member), more:
            case "ActivationToken", [str(token)]:
                self._tokens[shown] = token
            case "ActionInvoked", [str(action), *_] if action == DEFAULT:
                self._clicked(self._tokens.pop(shown, ""))
            case "NotificationClosed", _:
                self._shown.discard(shown)
                self._tokens.pop(shown, None)

    async def show(self, what: str, name: str, then: str) -> bool:
        """Show what has happened to the setup of that name, and what to do then, in plain text.

        Return whether a service took it. ``run`` has to have been started.
        """
        await self._ready.wait()
        try:
            if self._address is _PORTAL:
                return await self._to_portal(f"{name}: {what}", f"{then[:1].upper()}{then[1:]}")
            return await self._to_server(what, f"{name}: {then}")
        except _FAILED:
            return False

    async def _to_portal(self, title: str, sentence: str) -> bool:
        # Both are plain, but xdg-desktop-portal-gtk 1.14 hands the body on as markup. So the name is in the title.
        number = str(len(self._shown))
        self._shown.add(number)
        texts = {"title": ("s", title), "body": ("s", sentence), "default-action": ("s", DEFAULT)}
        return await self._call("AddNotification", "sa{sv}", (number, texts)) is not None

    async def _to_server(self, title: str, sentence: str) -> bool:
        if (answer := await self._call("GetCapabilities")) is None:
            return False
        (capabilities,) = answer
        # Only the body is markup, and only where the service says so; elsewhere, an escaped text would show as such.
        body = escape(sentence, quote=False) if "body-markup" in capabilities else sentence
        actions, hints = [DEFAULT, "Open the assistant"], {"desktop-entry": ("s", self._entry)}
        icon = (resources() / "icons/app.svg").as_uri()  # found by its name only where a package has installed it
        notified = ("SCIM Setup Assistant", 0, icon, title, body, actions, hints, -1)
        if (answer := await self._call("Notify", "susssasa{sv}i", notified)) is None:
            return False
        self._shown.add(answer[0])
        return True

    async def _call(
        self, method: str, kinds: str | None = None, values: tuple[Any, ...] = ()
    ) -> tuple[Any, ...] | None:
        """Return the answer of the service, or None if it is an error. Raises what ``_FAILED`` lists."""
        if (connection := self._connection) is None:
            return None
        serial = next(connection.outgoing_serial)
        reply = self._replies[serial] = asyncio.get_running_loop().create_future()
        await connection.send(new_method_call(self._address, method, kinds, values), serial=serial)
        try:
            answer = await asyncio.wait_for(reply, SECONDS)
        finally:
            self._replies.pop(serial, None)
        return tuple(answer.body) if answer.header.message_type is MessageType.method_return else None


async def _authenticate(connection: DBusConnection) -> None:
    """Open a conversation with the bus. Jeepney's own function leaves the connection open if it is cancelled."""
    authenticator = Authenticator()
    for data in authenticator:
        connection.writer.write(data)
        authenticator.feed(await connection.reader.read(1024))
    connection.writer.write(BEGIN)
    await connection.send(message_bus.Hello())
