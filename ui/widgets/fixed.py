"""Labels with the program's own words, for the first window.

They need no protection against markup, so Qt's enum namespace, which takes 12 ms to load, can be loaded later.
"""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QWidget


def fixed(text: str, role: str, parent: QWidget) -> QLabel:
    """Return a label in one of the theme's roles. Only for words written in this program."""
    made = QLabel(text, parent)
    made.setProperty("role", role)
    return made
