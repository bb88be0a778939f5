"""A key that works in any window, through the desktop's portal: the desktop asks the user which, and reports presses.

Source: XDG Desktop Portal, interfaces ``org.freedesktop.portal.GlobalShortcuts`` (version 1), ``Request`` and
``Session``. The session, and so the key, lasts as long as the connection.
"""

from __future__ import annotations

import asyncio
import secrets
from typing import TYPE_CHECKING, Any, Final

from jeepney import DBusAddress, HeaderFields

from app.system.session_bus import FAILED, SessionBus, portal

if TYPE_CHECKING:
    from collections.abc import Callable

    from jeepney import Message

SHORTCUT: Final = "bring-companion"
"""The shortcut's id between the portal and this program."""
DECISION_SECONDS: Final = 300.0
"""Seconds for the user to choose a key in the desktop's own dialog."""

_SHORTCUTS: Final = portal("GlobalShortcuts")
_REQUEST: Final = "org.freedesktop.portal.Request"
_PROPERTIES: Final = "org.freedesktop.DBus.Properties"
_TAKEN: Final = 0
"""A portal's answer: the user agreed. Other numbers mean a refusal or a failure."""


class GlobalKeyPortal:
    """One key of this program, which the portal calls a shortcut. It works while ``run`` is running."""

    def __init__(self, pressed: Callable[[str], None]) -> None:
        """``pressed`` receives the desktop's permission to come to the front, empty where it sends none."""
        self._pressed = pressed
        self._bus = SessionBus(self._take)
        self._answers: dict[str, asyncio.Future[tuple[int, dict[str, Any]]]] = {}
        """Path of a request → the portal's answer."""
        self._portal = ""
        """The unique name of the portal, so that no other program's signal counts."""
        self._session = ""

    async def run(self) -> None:
        """Connect, then take the portal's signals until the connection ends or this is cancelled."""
        await self._bus.run(_SHORTCUTS.bus_name, _SHORTCUTS.interface, _REQUEST)

    async def offered(self) -> bool:
        """Return whether this desktop's portal has global shortcuts."""
        properties = DBusAddress(_SHORTCUTS.object_path, _SHORTCUTS.bus_name, _PROPERTIES)
        try:
            found = await self._bus.call(properties, "Get", "ss", (_SHORTCUTS.interface, "version"))
            owner = DBusAddress("/org/freedesktop/DBus", "org.freedesktop.DBus", "org.freedesktop.DBus")
            named = await self._bus.call(owner, "GetNameOwner", "s", (_SHORTCUTS.bus_name,)) if found else None
        except FAILED:
            return False
        self._portal = named[0] if named else ""
        return bool(self._portal)

    async def bind(self, description: str) -> str | None:
        """Let the user choose the key in the desktop's dialog. Return the desktop's name for it; None without one."""
        try:
            if not self._session:
                made = await self._request("CreateSession", "a{sv}", (), {"session_handle_token": ("s", _token())})
                self._session = str(made["session_handle"][1])
            wanted = [(SHORTCUT, {"description": ("s", description)})]
            bound = await self._request("BindShortcuts", "oa(sa{sv})sa{sv}", (self._session, wanted, ""), {})
            shortcut = dict(bound["shortcuts"][1])[SHORTCUT]
        except (*FAILED, TypeError, IndexError):
            self._session = ""  # shortcuts of a session can be bound only once
            return None
        return str(shortcut.get("trigger_description", ("s", ""))[1]) or None

    async def _request(
        self, method: str, kinds: str, values: tuple[Any, ...], options: dict[str, Any]
    ) -> dict[str, Any]:
        """Return the results of a request, which the portal sends later as a signal.

        Raises:
            OSError, ValueError, EOFError, RuntimeError, KeyError: The portal refuses or doesn't answer.
        """
        token = _token()
        sender = self._bus.name.lstrip(":").replace(".", "_")
        path = f"{_SHORTCUTS.object_path}/request/{sender}/{token}"
        answer: asyncio.Future[tuple[int, dict[str, Any]]] = asyncio.get_running_loop().create_future()
        self._answers[path] = answer
        try:
            given = (*values, {**options, "handle_token": ("s", token)})
            if await self._bus.call(_SHORTCUTS, method, kinds, given) is None:
                raise ValueError(method)
            code, results = await asyncio.wait_for(answer, DECISION_SECONDS)
        finally:
            del self._answers[path]
        if code != _TAKEN:
            raise ValueError(method)
        return results

    def _take(self, message: Message) -> None:
        fields, body = message.header.fields, message.body
        if fields.get(HeaderFields.sender) != self._portal:
            return
        match fields.get(HeaderFields.interface), fields.get(HeaderFields.member), body:
            case str(interface), "Response", (int(code), dict(results)) if interface == _REQUEST:
                answer = self._answers.get(str(fields.get(HeaderFields.path)))
                if answer is not None and not answer.done():
                    answer.set_result((code, results))
            case str(interface), "Activated", (str(session), str(shortcut), _, dict(options)) if (
                interface == _SHORTCUTS.interface and session == self._session and shortcut == SHORTCUT
            ):
                permission = options.get("activation_token", ("s", ""))[1]
                self._pressed(permission if isinstance(permission, str) else "")


def _token() -> str:
    return f"scim_{secrets.token_hex(8)}"
