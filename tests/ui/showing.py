"""Shows a few widgets in a separate window, and reads its texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QLabel, QLineEdit, QVBoxLayout, QWidget

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

_pages: list[QWidget] = []


def shown(qtbot: QtBot, *widgets: QWidget, width: int = 360) -> QWidget:
    page = QWidget()
    _pages[:] = [page]  # qtbot holds it only weakly
    qtbot.addWidget(page)
    column = QVBoxLayout(page)
    for widget in widgets:
        column.addWidget(widget)
    column.addStretch(1)
    page.resize(width, 600)
    page.show()
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    return page


def on_screen(root: QWidget) -> str:
    """Return every text of a label or line, visible or not."""
    labels = [QLabel.text(w) for w in root.findChildren(QLabel)]
    lines = [w.text() for w in root.findChildren(QLineEdit)]
    return "\n".join([*labels, *lines]).replace("\u200b", "")
