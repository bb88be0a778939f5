"""The settings portal of a desktop that asks for high contrast and less motion (1), or for neither (0)."""

from __future__ import annotations

import sys
from typing import Any

from jeepney import HeaderFields, MessageType, message_bus, new_error, new_method_return
from jeepney.io.blocking import Proxy, open_dbus_connection

WISH = int(sys.argv[1])
APPEARANCE = {"color-scheme": ("u", 0), "contrast": ("u", WISH), "reduced-motion": ("u", WISH)}
"""Keys of org.freedesktop.appearance: 1 is high contrast, and less motion."""


def main() -> None:
    """Answer until the bus ends."""
    with open_dbus_connection() as bus:
        Proxy(message_bus, bus).RequestName("org.freedesktop.portal.Desktop")
        print("ready", flush=True)
        while True:
            call = bus.receive()
            if call.header.message_type is not MessageType.method_call:
                continue
            try:
                kind, value = answer(call.header.fields.get(HeaderFields.member), call.body)
                bus.send(new_method_return(call, kind, value))
            except KeyError:
                bus.send(new_error(call, "org.freedesktop.portal.Error.NotFound", "s", ("no such setting",)))


def answer(method: object, body: tuple[Any, ...]) -> tuple[str, tuple[Any, ...]]:
    """Return the signature and body of an answer."""
    match method:
        case "ReadAll":
            return "a{sa{sv}}", ({"org.freedesktop.appearance": APPEARANCE},)
        case "ReadOne" | "Read" if body[0] == "org.freedesktop.appearance":
            value = APPEARANCE[body[1]]
            return "v", (value if method == "ReadOne" else ("v", value),)
    raise KeyError(method)


if __name__ == "__main__":
    main()
