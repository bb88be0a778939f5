"""Writes when each object on the accessibility bus takes the focus, and the names of it and of what is around it.

Runs with the system's Python, which has the bindings. A line of JSON for each; ends with standard input.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import gi  # type: ignore[import-not-found]

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # type: ignore[import-not-found]  # noqa: E402 - the version comes first


def heard(event: Any) -> None:
    """Write the time on the system's monotonic clock, which all processes share, and the names."""
    at, names, source = time.monotonic(), [], event.source
    if not event.detail1:
        return
    try:
        while source is not None:
            names.append(source.get_name())
            source = source.get_parent()
    except GLib.Error:
        pass  # the object is gone
    sys.stdout.write(json.dumps([at, names]) + "\n")
    sys.stdout.flush()


def ordered(_channel: Any, _condition: Any) -> bool:
    """End with standard input."""
    Atspi.event_quit()
    return False


listener = Atspi.EventListener.new(heard)
listener.register("object:state-changed:focused")
GLib.io_add_watch(sys.stdin, GLib.IO_IN | GLib.IO_HUP, ordered)
sys.stdout.write("null\n")
sys.stdout.flush()
Atspi.event_main()
