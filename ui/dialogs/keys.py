"""The page of keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog

from app.text.marked import unmarked
from ui.desktop.screen_fit import ScreenFit
from ui.session.keys import Key
from ui.widgets.buttons import button
from ui.widgets.facts import FactTable
from ui.widgets.layouts import REST, column, fill, row, wide
from ui.widgets.scroll import ScrollColumn
from ui.widgets.tab_order import InTabOrder
from ui.widgets.text import label

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget


class KeysDialog(InTabOrder, QDialog):
    """Every key of the table with what it does."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("keys")
        self.setWindowTitle("Keys")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        close = button("Close", "primary", name="close", press=self.accept)
        close.setDefault(True)
        scroll = ScrollColumn(self)
        rows = [(key.value, unmarked(key.words)) for key in Key]
        fill(scroll.column, FactTable(rows, name_role="strong"), REST)
        foot = row(REST, close)
        column(label("Keys", "title", self), wide(scroll), foot, inside=self, spacing=16, margins=(24, 24, 24, 16))
        ScreenFit(self, first=(560, 640), least=(400, 280))
        close.setFocus()
