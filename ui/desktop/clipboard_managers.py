"""Names the clipboard managers on this desktop that keep a copied secret although it is marked as one.

Measured on Debian 12 with all of them except cliphist. Like clipman, it gets its texts from ``wl-paste --watch``, which
passes on marked texts too. Klipper respects the mark and isn't listed.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Final

from ui.desktop.session_programs import session_programs


@dataclass(frozen=True, slots=True)
class ClipboardManager:
    """A program that keeps a history of what was copied."""

    name: str
    program: str
    """The file name of its program."""
    clear: str = "clear its history"
    """How to clear its history, as the end of a sentence, with the label in bold if it is known."""
    bus_name: str = ""
    """Its name on the session bus, which is visible in a sandbox that hides processes."""


MANAGERS: Final = (
    ClipboardManager("Clipman", "xfce4-clipman", "choose **Clear history** in its menu", "org.xfce.clipman"),
    ClipboardManager("Parcellite", "parcellite"),
    ClipboardManager("Diodon", "diodon", bus_name="net.launchpad.Diodon"),
    ClipboardManager("Qlipper", "qlipper"),
    ClipboardManager("GPaste", "gpaste-daemon", bus_name="org.gnome.GPaste"),
    ClipboardManager("CopyQ", "copyq", "remove it from its list"),
    ClipboardManager("clipman", "clipman", "run **clipman clear --all**"),
    ClipboardManager("cliphist", "cliphist", "run **cliphist wipe**"),
)


def managers_here() -> tuple[ClipboardManager, ...]:
    """Return those that run in this session, or none if the system doesn't tell."""
    if sys.platform != "linux":
        return ()
    programs, names = session_programs(), _bus_names()
    return tuple(each for each in MANAGERS if each.program in programs or each.bus_name in names)


def _bus_names() -> set[str]:
    from PySide6.QtDBus import QDBusConnection

    bus = QDBusConnection.sessionBus()
    interface = bus.interface() if bus.isConnected() else None
    if interface is None:
        return set()
    return {
        each.bus_name for each in MANAGERS if each.bus_name and interface.isServiceRegistered(each.bus_name).value()
    }
