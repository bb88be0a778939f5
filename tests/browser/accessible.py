"""Reads what programs show over the accessibility bus: names, places on the screen, and the keyboard focus."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Final

from jeepney import (
    DBusAddress,
    DBusErrorResponse,
    HeaderFields,
    MessageType,
    Properties,
    new_method_call,
)
from jeepney.io.blocking import open_dbus_connection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jeepney import Message

ATSPI: Final = "org.a11y.atspi"
ROOT: Final = "/org/a11y/atspi/accessible/root"
VISIBLE: Final = 1 << 30
ENABLED: Final = 1 << 8
FOCUSABLE: Final = 1 << 11
FOCUSED: Final = 1 << 12
CHECKED: Final = 1 << 4


Box = tuple[int, int, int, int]
"""Left, top, right and bottom on the screen, in pixels."""


class Role(IntEnum):
    """The roles that the walks ask for, numbered as AT-SPI does."""

    CHECK_BOX = 7
    COMBO_BOX = 11
    LIST_ITEM = 32
    MENU = 33
    MENU_ITEM = 35
    PAGE_TAB = 37
    PASSWORD = 40
    BUTTON = 43
    TEXT = 61
    ENTRY = 79
    LINK = 88


@dataclass(frozen=True, slots=True)
class Node:
    """An object on the bus, as it was when it was read."""

    path: str
    role: int
    id: str
    """In Qt: the names of the widgets that it is in, and its own, with periods; empty in Chromium."""
    name: str
    states: int
    box: Box
    seen: Box
    """What the views around it leave of its box."""

    def has(self, *states: int) -> bool:
        """Return whether it has all these states."""
        return all(self.states & state for state in states)

    @property
    def center(self) -> tuple[int, int]:
        """The point to click."""
        left, top, right, bottom = self.box
        return (left + right) // 2, (top + bottom) // 2

    @property
    def in_view(self) -> bool:
        """Return whether its center isn't scrolled out of view."""
        across, down = self.center
        left, top, right, bottom = self.seen
        return left <= across < right and top <= down < bottom


class Bus:
    """A connection to the accessibility bus of a session."""

    def __init__(self, session: str) -> None:
        """``session`` is the address of the session bus."""
        with open_dbus_connection(session) as connection:
            asked = new_method_call(DBusAddress("/org/a11y/bus", "org.a11y.Bus", "org.a11y.Bus"), "GetAddress")
            (address,) = connection.send_and_get_reply(asked, timeout=20).body
        self._connection = open_dbus_connection(address)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _answers(self, *asked: Message) -> list[tuple[Any, ...]]:
        """Send all questions, then wait for all answers: waiting for each would take several times as long."""
        serials = [next(self._connection.outgoing_serial) for _ in asked]
        for serial, question in zip(serials, asked, strict=True):
            self._connection.send(question, serial=serial)
        found: dict[int, Message] = {}
        while len(found) < len(asked):
            answer = self._connection.receive(timeout=10)
            serial = answer.header.fields.get(HeaderFields.reply_serial, 0)
            if serial in serials:
                found[serial] = answer
        for answer in found.values():
            if answer.header.message_type is MessageType.error:
                raise DBusErrorResponse(answer)
        return [tuple(found[serial].body) for serial in serials]

    def nodes(self, pid: int) -> Iterator[Node]:
        """Yield what that process shows, window by window; what is hidden is left out with all inside it."""
        ((programs,),) = self._answers(_question(f"{ATSPI}.Registry", ROOT, "Accessible", "GetChildren"))
        daemon = DBusAddress("/org/freedesktop/DBus", "org.freedesktop.DBus", "org.freedesktop.DBus")
        for bus, path in programs:
            if self._answers(new_method_call(daemon, "GetConnectionUnixProcessID", "s", (bus,))) == [(pid,)]:
                yield from self._below(bus, path, None)

    def _below(self, bus: str, path: str, view: Box | None) -> Iterator[Node]:
        try:
            ((children,),) = self._answers(_question(bus, path, "Accessible", "GetChildren"))
        except DBusErrorResponse:  # gone since
            return
        for where, child in children:
            try:
                node = self._read(where, child, view)
            except DBusErrorResponse:
                continue
            if node.has(VISIBLE):
                yield node
                # The menu of a combo box is inside it on the bus, and a window of its own on the screen.
                yield from self._below(where, child, None if node.role == Role.MENU else node.seen)

    def _read(self, bus: str, path: str, view: Box | None) -> Node:
        widget = DBusAddress(path, bus, f"{ATSPI}.Accessible")
        ((low, high),), (role,), (known,), (name,), ((left, top, width, height),) = self._answers(
            _question(bus, path, "Accessible", "GetState"),
            _question(bus, path, "Accessible", "GetRole"),
            Properties(widget).get("AccessibleId"),
            Properties(widget).get("Name"),
            _question(bus, path, "Component", "GetExtents", "u", 0),
        )
        box = (left, top, left + width, top + height)
        seen = box
        # Some containers have no size of their own.
        if view is not None and width and height:
            seen = (max(left, view[0]), max(top, view[1]), min(box[2], view[2]), min(box[3], view[3]))
        elif view is not None:
            seen = view
        return Node(path, role, str(known[1]), str(name[1]), low | high << 32, box, seen)


def _question(bus: str, path: str, interface: str, method: str, kinds: str = "", *values: Any) -> Message:
    return new_method_call(DBusAddress(path, bus, f"{ATSPI}.{interface}"), method, kinds, values)
