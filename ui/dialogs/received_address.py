"""Asks before an address that a hand-over file named is opened for the first time."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from PySide6.QtWidgets import QApplication

from app.values.rules import read
from ui.dialogs.message import MessageBox

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from ui.session.controller import SetupController


def ask(window: QWidget, controller: SetupController, url: str, names: tuple[str, ...]) -> None:
    """Ask whether to open the address, which contains these values of the file."""
    values, setup = controller.session.guide.values, controller.session.setup
    lines = ["This address comes from the hand-over file. Check it before you sign in there."]
    for name in names:
        warnings = read(values[name].kind, setup.values[name], hosts=values[name].hosts).warnings
        lines.append(" ".join((f"{values[name].label}: {setup.values[name]}.", *warnings)))
    front = window if window.isVisible() else QApplication.activeWindow()  # the companion hides the main window
    box = MessageBox(front, f"Open {urlsplit(url).netloc}?", "\n\n".join(lines))
    box.setObjectName("received-address")
    _, stay = box.offer("Open", "Cancel", lambda: controller.confirm_address(url, names), harmful=False)
    box.setDefaultButton(stay)
    box.open()
