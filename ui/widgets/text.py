"""Labels: plain or with the portal's labels in bold, always wrapping rather than cut."""

from __future__ import annotations

import html
import re

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget


def rich(text: str) -> str:
    """HTML in which ``**label**`` is bold and everything else is shown as it stands."""
    return re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", html.escape(text, quote=False))


def label(text: str, role: str, parent: QWidget | None = None, *, wrap: bool = True, rich: bool = False) -> QLabel:
    """A label in one of the theme's roles. ``rich`` says that the text is HTML made by ``rich()``."""
    made = QLabel(parent)
    made.setTextFormat(Qt.TextFormat.RichText if rich else Qt.TextFormat.PlainText)
    made.setText(text)
    made.setProperty("role", role)
    made.setWordWrap(wrap)
    if wrap:
        made.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
    return made
