"""Speaks to the desktop's notification service over the session bus.

Sources: Desktop Notifications Specification 1.3; the documentation of ``org.freedesktop.portal.Notification``.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from jeepney import DBusAddress, HeaderFields

from app.system.paths import resources
from app.system.session_bus import FAILED, SessionBus, portal

if TYPE_CHECKING:
    from collections.abc import Callable

    from jeepney import Message

DEFAULT: Final = "default"
"""The action of a click on the notification itself."""

_NAME: Final = "org.freedesktop.Notifications"
_SERVER: Final = DBusAddress("/org/freedesktop/Notifications", _NAME, _NAME)
_PORTAL: Final = portal("Notification")


class NotificationService:
    """One connection for all notifications: a service reports a click only to the connection that notified."""

    def __init__(self, entry: str, clicked: Callable[[str], None], *, through_portal: bool) -> None:
        """``entry`` names the program's desktop entry. ``clicked`` receives the desktop's activation token, if any.

        ``through_portal`` uses the desktop's portal, the only way out of a sandbox.
        """
        self._entry = entry
        self._clicked = clicked
        self._address = _PORTAL if through_portal else _SERVER
        self._bus = SessionBus(self._take)
        self._shown: set[object] = set()
        self._tokens: dict[object, str] = {}

    @property
    def ended(self) -> bool:
        """Whether the connection failed or was lost. A new one may succeed."""
        return self._bus.ended

    async def run(self) -> None:
        """Connect to the session bus, then take answers and clicks until the connection ends or this is cancelled."""
        await self._bus.run(self._address.bus_name, self._address.interface)

    def _take(self, message: Message) -> None:
        fields = message.header.fields
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
        try:
            if self._address is _PORTAL:
                return await self._to_portal(f"{name}: {what}", f"{then[:1].upper()}{then[1:]}")
            return await self._to_server(what, f"{name}: {then}")
        except FAILED:
            return False

    async def _to_portal(self, title: str, sentence: str) -> bool:
        # Both are plain, but xdg-desktop-portal-gtk 1.14 passes the body on as markup. So the name is in the title.
        number = str(len(self._shown))
        self._shown.add(number)
        texts = {"title": ("s", title), "body": ("s", sentence), "default-action": ("s", DEFAULT)}
        return await self._bus.call(self._address, "AddNotification", "sa{sv}", (number, texts)) is not None

    async def _to_server(self, title: str, sentence: str) -> bool:
        if (answer := await self._bus.call(self._address, "GetCapabilities")) is None:
            return False
        (capabilities,) = answer
        # Only the body is markup, and only where the service says so; elsewhere, an escaped text would show as such.
        body = escape(sentence, quote=False) if "body-markup" in capabilities else sentence
        actions, hints = [DEFAULT, "Open the assistant"], {"desktop-entry": ("s", self._entry)}
        icon = (resources() / "icons/app.svg").as_uri()  # found by its name only where a package has installed it
        notified = ("SCIM Setup Assistant", 0, icon, title, body, actions, hints, -1)
        if (answer := await self._bus.call(self._address, "Notify", "susssasa{sv}i", notified)) is None:
            return False
        self._shown.add(answer[0])
        return True
