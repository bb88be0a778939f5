"""Buttons in the theme's roles."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QPushButton

from ui.theme import icons

_ICON_COLOURS = {"primary": "on_accent", "link": "accent", "copy": "accent"}


def button(text: str, role: str = "secondary", icon: str | None = None) -> QPushButton:
    """A button that says what it does."""
    made = QPushButton(text)
    made.setProperty("role", role)
    if icon is not None:
        made.setIcon(icons.icon(icon, _ICON_COLOURS.get(role, "text")))
        made.setIconSize(QSize(15, 15))
    return made


class LinkButton(QPushButton):
    """A button that looks like a link."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.setProperty("role", "link")


class IconButton(QPushButton):
    """A button with an icon only; its purpose is its tooltip and its accessible name."""

    def __init__(self, name: str, purpose: str) -> None:
        super().__init__()
        self.setProperty("role", "icon")
        self.setIcon(icons.icon(name, "muted"))
        self.setToolTip(purpose)
        self.setAccessibleName(purpose)
