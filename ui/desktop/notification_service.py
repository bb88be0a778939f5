"""Speaks to the desktop's notification service over the session bus.

Sources: Desktop Notifications Specification 1.3; the documentation of ``org.freedesktop.portal.Notification``.
"""

from __future__ import annotations

import asyncio
from html import escape
from typing import TYPE_CHECKING, Any, Final

from jeepney import DBusAddress, HeaderFields, MatchRule, MessageType, message_bus, new_method_call
from jeepney.io.asyncio import open_dbus_connection

from app.system.paths import resources

if TYPE_CHECKING:
    from collections.abc import Callable

    from jeepney import Message
    from jeepney.io.asyncio import DBusConnection

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

    @property
    def connected(self) -> bool:
        """Whether ``listen`` can run, or does."""
        return self._connection is not None

    async def connect(self) -> bool:
        """Connect to the session bus. Return whether that was possible."""
        try:
            self._connection = await asyncio.wait_for(open_dbus_connection(), SECONDS)
        except _FAILED:
            return False
        return True

    async def listen(self) -> None:
        """Take answers and clicks until the connection ends or the task is cancelled, then disconnect."""
        connection = self._connection
        assert connection is not None
        try:
            rule = MatchRule(type="signal", sender=self._address.bus_name, interface=self._address.interface)
            await connection.send(message_bus.AddMatch(rule))
            while True:
                self._take(await connection.receive())
        except _FAILED:
            pass  # the session ends, or the bus does
        finally:
            self._connection = None
            for reply in self._replies.values():
                reply.set_exception(EOFError())
            connection.writer.close()

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

        Return whether a service took it. ``listen`` has to run.
        """
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
