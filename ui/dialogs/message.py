"""A small box that reports or asks something, in this program's look; its text is never treated as HTML."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from ui.theme import icons
from ui.widgets.icon_label import TONE_ICONS
from ui.widgets.text import breakable, unbroken

ICON = 28
"""Device-independent pixels."""


class MessageBox(QMessageBox):
    """Closes with its window, and is deleted once it was answered."""

    def __init__(self, parent: QWidget | None, text: str, more: str = "", *, tone: str = "caution") -> None:
        """``more`` explains a question; the tone selects the icon."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("SCIM Setup Assistant")
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setIconPixmap(icons.pixmap(TONE_ICONS.get(tone, "info"), ICON, tone))
        if more:
            self.setProperty("role", "question")
        self.setText(breakable(text))
        self.setInformativeText(breakable(more))

    def text(self) -> str:
        """Return the text without the break points."""
        return unbroken(super().text())

    def informativeText(self) -> str:  # noqa: N802 - Qt's name
        """Return the text without the break points."""
        return unbroken(super().informativeText())
