"""Buttons in the theme's roles; their icons follow the theme."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QRectF, QSize, QTimer, Signal, SignalInstance
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QPushButton

from ui.theme import icons
from ui.theme.style import current, restyle
from ui.widgets.accessibility import give_name
from ui.widgets.speech import SETTLE_MS, describe
from ui.widgets.text import tip

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QKeyEvent, QMouseEvent, QPaintEvent

    Press = Callable[..., object] | SignalInstance

_ICON_COLORS = {
    "primary": "on_accent",
    "link": "accent",
    "copy": "accent",
    "danger": "bad",
    "quiet": "muted",
    "tool": "muted",
}


class PushButton(QPushButton):
    """A push button that Enter also presses, as in a browser; Qt alone reacts only to Space."""

    def __init__(self, text: str = "", *, name: str = "", press: Press | None = None) -> None:
        """``name`` is its object name; ``press`` is called, or emitted, when it is pressed."""
        super().__init__(text)
        self.setObjectName(name)
        if press is not None:
            self.clicked.connect(press)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Press on Enter."""
        from PySide6.QtCore import Qt  # its namespace takes 12 ms to load, too long for the first window

        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.click()
            return
        super().keyPressEvent(event)


class IconedButton(PushButton):
    """Renders its icon again when the theme changes, because a pixmap keeps the colors it was drawn in."""

    def __init__(self, text: str, *, name: str = "", press: Press | None = None) -> None:
        super().__init__(text, name=name, press=press)
        self._sign: tuple[str, str, int] | None = None

    def show_icon(self, name: str, color: str, size: int = 16) -> None:
        """Show the icon, ``size`` device-independent pixels, in a token's color."""
        self._sign = (name, color, size)
        self.setIconSize(QSize(size, size))
        self.setIcon(icons.icon(name, color, size))

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Render the icon again if the theme changed."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.StyleChange and self._sign is not None:
            self.show_icon(*self._sign)


class MainButton(IconedButton):
    """The primary button of a page. If its action isn't possible, it says why.

    It then looks disabled but takes the focus: Tab skips a disabled button, so its reason would not be heard.
    A double click counts once: the second click would complete the next step, unseen.
    """

    refused = Signal(str)
    """It was pressed, and this is why nothing happens."""
    obstacle = ""
    """Why its action isn't possible; empty if it is."""

    def __init__(self, text: str, *, name: str = "", press: Press | None = None) -> None:
        super().__init__(text, name=name)
        self.setProperty("role", "primary")
        self._press = press.emit if isinstance(press, SignalInstance) else press
        self.clicked.connect(self._act)

    def show_obstacle(self, obstacle: str) -> None:
        """Refuse to act for this reason, or act again if there is none."""
        if obstacle != self.obstacle:
            self.obstacle = obstacle
            restyle(self, "possible", not obstacle)
            if self.hasFocus():  # later: if it was pressed, the focus goes to the next step, which is said instead
                QTimer.singleShot(SETTLE_MS, self, lambda: describe(self, self.obstacle))
            else:
                describe(self, obstacle)

    def _act(self) -> None:
        if self.obstacle:
            self.refused.emit(self.obstacle)
        elif self._press is not None:
            self._press()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw a line inside the focus ring, because the button's own color is too close to the ring's."""
        super().paintEvent(event)
        if self.hasFocus() and not self.obstacle:
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QColor(current().on_accent))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(2.5, 2.5, -2.5, -2.5), 4, 4)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Ignore the second click."""
        event.accept()


def button(
    text: str,
    role: str = "secondary",
    icon: str | None = None,
    *,
    name: str = "",
    press: Press | None = None,
    hint: str = "",
) -> IconedButton:
    """Return a button whose text says what it does, with a hint as its tooltip.

    Roles: primary, secondary, quiet, link, copy, danger, tool.
    """
    made = (MainButton if role == "primary" else IconedButton)(text, name=name, press=press)
    made.setToolTip(hint)
    made.setProperty("role", role)
    if icon is not None:
        made.show_icon(icon, _ICON_COLORS.get(role, "text"))
    return made


def mark_here(made: QPushButton, *, here: bool) -> None:
    """Show whether the page that it opens is open. Screen readers would call a checkable button a check box."""
    restyle(made, "here", here)


class IconButton(IconedButton):
    """A button with only an icon; its tooltip and its accessible name state its purpose."""

    def __init__(self, icon: str, purpose: str, *, name: str = "", press: Press | None = None) -> None:
        super().__init__("", name=name, press=press)
        self.setProperty("role", "icon")
        self.show_purpose(icon, purpose)

    def show_purpose(self, icon: str, purpose: str) -> None:
        """Change its icon and purpose."""
        self.show_icon(icon, "muted", 18)
        self.setToolTip(tip(purpose))
        give_name(self, purpose)
