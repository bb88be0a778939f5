"""A program on the accessibility bus that hears every event and asks for every text, as a curious one could.

Runs with the system's Python, which has the bindings. Writes each text as a line of JSON, beside its event. Walks
through the whole tree for each line of standard input, answers with ``null``, and ends with standard input.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import gi  # type: ignore[import-not-found]

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # type: ignore[import-not-found]  # noqa: E402 - the version comes first

KINDS = ("object:", "window:", "focus:", "document:", "terminal:", "mouse:")


def write(event: str, *texts: object) -> None:
    """Write the texts that are not empty."""
    for text in texts:
        if text:
            sys.stdout.write(json.dumps([event, str(text)]) + "\n")
    sys.stdout.flush()


def ask(event: str, source: Any) -> None:
    """Ask an object for all its texts."""
    try:
        write(event, source.get_name(), source.get_description(), *(source.get_attributes() or {}).values())
        if (text := source.get_text_iface()) is not None:
            write(event, Atspi.Text.get_text(text, 0, -1))
            write(event, *(Atspi.Text.get_text(text, at, at + 1) for at in range(Atspi.Text.get_character_count(text))))
    except GLib.Error:
        pass  # the object is gone


def heard(event: Any) -> None:
    """Write what an event carries, and ask its source."""
    carried = event.any_data
    write(event.type, carried if isinstance(carried, str) else "")
    ask(f"asked at {event.type}", event.source)


def walk(source: Any) -> None:
    """Ask an object and all inside it."""
    ask("asked", source)
    try:
        for index in range(source.get_child_count()):
            if (child := source.get_child_at_index(index)) is not None:
                walk(child)
    except GLib.Error:
        pass


def ordered(channel: Any, _condition: Any) -> bool:
    """Follow an order."""
    if not channel.readline():
        Atspi.event_quit()
        return False
    walk(Atspi.get_desktop(0))
    sys.stdout.write("null\n")
    sys.stdout.flush()
    return True


listener = Atspi.EventListener.new(heard)
for kind in KINDS:
    listener.register(kind)
GLib.io_add_watch(sys.stdin, GLib.IO_IN | GLib.IO_HUP, ordered)
sys.stdout.write("null\n")
sys.stdout.flush()
Atspi.event_main()
