"""A small icon beside a text, in the color of its tone."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QLabel, QWidget

from ui.theme import icons

TONE_ICONS = {"good": "check", "caution": "warning", "bad": "warning"}
"""The icon of a tone; every other tone has the plain ``info``. Color is never the only indication."""


class IconLabel(QLabel):
    """An icon that is drawn again when the theme or the screen changes."""

    def __init__(self, size: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._size = size
        self._shown: tuple[str, str] | None = None
        self.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)

    def show_icon(self, name: str, color: str) -> None:
        """Show the icon in a token's color."""
        if (name, color) != self._shown:
            self._shown = (name, color)
            self._draw()

    def show_tone(self, tone: str) -> None:
        """Show the icon that belongs to a tone."""
        self.show_icon(TONE_ICONS.get(tone, "info"), tone)

    def _draw(self) -> None:
        if self._shown is not None:
            self.setPixmap(icons.pixmap(self._shown[0], self._size, self._shown[1]))

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the icon again if the theme changed."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.StyleChange:
            self._draw()
