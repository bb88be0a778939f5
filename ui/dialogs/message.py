"""A small box that reports or asks something, in this program's look; its text is never treated as HTML."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from ui.theme import icons
from ui.widgets.icon_label import TONE_ICONS
from ui.widgets.text import breakable, unbroken

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QFontMetrics
    from PySide6.QtWidgets import QPushButton

ICON = 28
"""Device-independent pixels."""
LINE = 260
"""Pixels that a line surely holds; Qt makes a box about 400 wide."""
TEXT_LINES, MORE_LINES = 8, 20
"""The maximum number of lines of both texts, however long they are; fewer on a small screen."""
AROUND = 200
"""Pixels of a box's height beyond the lines of its texts, with the desktop's frame."""
LONGEST = 4000
"""Characters that are measured at all."""


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
        metrics, room = self.fontMetrics(), self.screen().availableGeometry().height() - AROUND
        lines = min(TEXT_LINES + MORE_LINES, room // metrics.lineSpacing())
        at_top = min(TEXT_LINES, lines // 3 if more else lines)
        self.setText(breakable(_fitted(text, at_top, metrics)))
        self.setInformativeText(breakable(_fitted(more, min(MORE_LINES, lines - at_top), metrics)))

    def offer(
        self, yes: str, no: str, act: Callable[[], object] | None = None, *, harmful: bool = True
    ) -> tuple[QPushButton, QPushButton]:
        """Add the two answers of a question and return their buttons; ``act`` is called on yes.

        Escape answers no, and so does Enter if yes is harmful.
        """
        role = QMessageBox.ButtonRole.DestructiveRole if harmful else QMessageBox.ButtonRole.AcceptRole
        agree, refuse = self.addButton(yes, role), self.addButton(no, QMessageBox.ButtonRole.RejectRole)
        self.setEscapeButton(refuse)
        self.setDefaultButton(refuse if harmful else agree)
        if act is not None:
            self.buttonClicked.connect(lambda pressed: act() if pressed is agree else None)
        return agree, refuse

    def text(self) -> str:
        """Return the text without the break points."""
        return unbroken(super().text())

    def informativeText(self) -> str:  # noqa: N802 - Qt's name
        """Return the text without the break points."""
        return unbroken(super().informativeText())


def _fitted(text: str, lines: int, metrics: QFontMetrics) -> str:
    """Return as much of the text as these lines hold."""
    kept: list[str] = []
    for paragraph in text[:LONGEST].split("\n"):
        if lines <= 0:
            return "\n".join(kept) + "\u2026"
        kept.append(metrics.elidedText(paragraph, Qt.TextElideMode.ElideRight, lines * LINE))
        lines -= max(1, ceil(metrics.horizontalAdvance(kept[-1]) / LINE))
    return "\n".join(kept)
