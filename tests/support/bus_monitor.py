"""Counts the calls that programs make on a session bus, as ``dbus-monitor`` would."""

from __future__ import annotations

import threading
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING

from jeepney import DBusAddress, HeaderFields, MessageType, new_method_call
from jeepney.io.blocking import open_dbus_connection

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def bus_calls(address: str) -> Iterator[Counter[str]]:
    """Yield how often each member of the Secret Service's interfaces is called on that bus while it is used."""
    monitor, calls = open_dbus_connection(address), Counter[str]()
    monitoring = DBusAddress("/org/freedesktop/DBus", "org.freedesktop.DBus", "org.freedesktop.DBus.Monitoring")
    monitor.send_and_get_reply(new_method_call(monitoring, "BecomeMonitor", "asu", (["type='method_call'"], 0)))
    ended = threading.Event()

    def listen() -> None:
        while not ended.is_set():
            try:
                message = monitor.receive(timeout=0.1)
            except TimeoutError:
                continue
            except (OSError, EOFError):
                return
            fields = message.header.fields
            if message.header.message_type is not MessageType.method_call:
                continue
            if str(fields.get(HeaderFields.interface, "")).startswith("org.freedesktop.Secret."):
                calls[str(fields[HeaderFields.member])] += 1

    thread = threading.Thread(target=listen, name="bus-monitor")
    thread.start()
    try:
        yield calls
    finally:
        ended.wait(0.3)  # until what was sent has come
        ended.set()
        thread.join(5)
        monitor.close()
