"""Words of the program itself, for the first window.

They need no guard against markup, so Qt's enum namespace, which takes 12 ms to load, can come later.
"""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QWidget


def fixed(text: str, role: str, parent: QWidget) -> QLabel:
    """A label in one of the theme's roles. Only for words that stand in this program."""
    made = QLabel(text, parent)
    made.setProperty("role", role)
    return made
