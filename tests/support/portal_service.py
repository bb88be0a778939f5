"""A small portal for the desktop's global shortcuts, on a real session bus, with a user who answers its dialog."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from jeepney import DBusAddress, HeaderFields, MessageType, new_error, new_method_return, new_signal
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import open_dbus_connection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jeepney import Message

NAME = "org.freedesktop.portal.Desktop"
PATH = "/org/freedesktop/portal/desktop"
SHORTCUTS = "org.freedesktop.portal.GlobalShortcuts"
REQUEST = "org.freedesktop.portal.Request"


class PortalService:
    """What the portal was asked, and what its user does."""

    def __init__(self, address: str, *, agrees: bool = True, trigger: str = "Super+C") -> None:
        self.asked: list[tuple[str, tuple[Any, ...]]] = []
        """Methods and their arguments, in order."""
        self._agrees = agrees
        self._trigger = trigger
        self._session = ""
        self._client = ""
        self._address = address
        self._connection = open_dbus_connection(address)
        self._connection.send_and_get_reply(message_bus.RequestName(NAME))
        self._ended = threading.Event()
        self.thread = threading.Thread(target=self._serve, name="portal")

    def press(self, *, session: str = "", shortcut: str = "", permission: str = "", forged: bool = False) -> None:
        """Press the key; ``forged`` as any other program on the bus could."""
        ident = shortcut or (self.asked[-1][1][1][0][0] if self.asked else "")
        options = {"activation_token": ("s", permission)} if permission else {}
        body = (session or self._session, ident, 1, options)
        signal = new_signal(DBusAddress(PATH, interface=SHORTCUTS), "Activated", "osta{sv}", body)
        signal.header.fields[HeaderFields.destination] = self._client
        if forged:
            with open_dbus_connection(self._address) as other:
                other.send(signal)
        else:
            self._connection.send(signal)

    def _serve(self) -> None:
        while not self._ended.is_set():
            try:
                message = self._connection.receive(timeout=0.05)
            except TimeoutError:
                continue
            if message.header.message_type is MessageType.method_call:
                self._answer(message)

    def _answer(self, call: Message) -> None:
        fields = call.header.fields
        self._client = str(fields[HeaderFields.sender])
        match fields[HeaderFields.member], call.body:
            case "Get", (str(interface), "version") if interface == SHORTCUTS:
                self._connection.send(new_method_return(call, "v", (("u", 1),)))
            case "CreateSession", (options,):
                self._session = f"{PATH}/session/{self._sender}/{options['session_handle_token'][1]}"
                self._respond(call, options, {"session_handle": ("s", self._session)}, agreed=True)
            case "BindShortcuts", (session, shortcuts, _parent, options) if session == self._session:
                bound = [(ident, {**about, "trigger_description": ("s", self._trigger)}) for ident, about in shortcuts]
                self._respond(call, options, {"shortcuts": ("a(sa{sv})", bound)}, agreed=self._agrees)
            case _:
                self._connection.send(new_error(call, "org.freedesktop.DBus.Error.UnknownMethod"))

    @property
    def _sender(self) -> str:
        return self._client.lstrip(":").replace(".", "_")

    def _respond(self, call: Message, options: dict[str, Any], results: dict[str, Any], *, agreed: bool) -> None:
        self.asked.append((str(call.header.fields[HeaderFields.member]), call.body))
        path = f"{PATH}/request/{self._sender}/{options['handle_token'][1]}"
        self._connection.send(new_method_return(call, "o", (path,)))
        answer = (0, results) if agreed else (1, {})
        response = new_signal(DBusAddress(path, interface=REQUEST), "Response", "ua{sv}", answer)
        response.header.fields[HeaderFields.destination] = self._client
        self._connection.send(response)

    def close(self) -> None:
        """Leave the bus."""
        self._ended.set()
        self.thread.join(5)
        self._connection.close()


@contextmanager
def portal_service(address: str, *, agrees: bool = True) -> Iterator[PortalService]:
    """Serve the portal on that bus."""
    service = PortalService(address, agrees=agrees)
    service.thread.start()
    try:
        yield service
    finally:
        service.close()
