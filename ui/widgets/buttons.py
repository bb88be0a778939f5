"""Buttons in the theme's roles; their icons follow the theme."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize
from PySide6.QtWidgets import QPushButton, QWidget

from ui.theme import icons
from ui.widgets.text import tip

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QMouseEvent

_ICON_COLOURS = {
    "primary": "on_accent",
    "link": "accent",
    "copy": "accent",
    "danger": "bad",
    "quiet": "muted",
    "tool": "muted",
}


class PushButton(QPushButton):
    """A push button that Enter presses too, as in a browser; by itself Qt reacts to Space only.

    A double click on the button that goes on is one press: the second click would do the next step, unseen.
    """

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """The second click of two."""
        if self.property("role") == "primary":
            event.accept()
        else:
            super().mouseDoubleClickEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Enter is a press."""
        from PySide6.QtCore import Qt  # its namespace takes 12 ms, which the first window does not pay

        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.click()
            return
        super().keyPressEvent(event)


class IconedButton(PushButton):
    """Renders its icon again when the theme changes, since a pixmap keeps the colours it was drawn in."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._sign: tuple[str, str, int] | None = None

    def show_icon(self, name: str, colour: str, size: int = 16) -> None:
        """Show that icon, ``size`` device-independent pixels, in a token's colour."""
        self._sign = (name, colour, size)
        self.setIconSize(QSize(size, size))
        self.setIcon(icons.icon(name, colour, size))

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """The theme changed."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.StyleChange and self._sign is not None:
            self.show_icon(*self._sign)


def button(text: str, role: str = "secondary", icon: str | None = None) -> IconedButton:
    """A button that says what it does. Roles: primary, secondary, quiet, link, copy, danger, tool."""
    made = IconedButton(text)
    made.setProperty("role", role)
    if icon is not None:
        made.show_icon(icon, _ICON_COLOURS.get(role, "text"))
    return made


def mark_here(made: QPushButton, *, here: bool) -> None:
    """Show whether what it opens is open. A checkable button would be told as a check box."""
    if made.property("here") is not here:
        made.setProperty("here", here)
        made.style().polish(made)


class IconButton(IconedButton):
    """A button with an icon only; its purpose is its tooltip and its accessible name."""

    def __init__(self, name: str, purpose: str) -> None:
        super().__init__("")
        self.setProperty("role", "icon")
        self.show_sign(name, purpose)

    def show_sign(self, name: str, purpose: str) -> None:
        """Change what it is for."""
        self.show_icon(name, "muted", 18)
        self.setToolTip(tip(purpose))
        self.setAccessibleName(purpose)
