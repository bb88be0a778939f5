"""The strip that says in every window that this is practice, with the way out of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFrame

from ui.widgets.buttons import button
from ui.widgets.icon_label import IconLabel
from ui.widgets.layouts import middle, row, wide
from ui.widgets.text import label

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from ui.widgets.buttons import Press


class PracticeStrip(QFrame):
    """An amber strip at the top of a window, as long as practice lasts."""

    def __init__(self, parent: QWidget, leave: Press) -> None:
        super().__init__(parent)
        self.setObjectName("practice-strip")
        self.setProperty("role", "practice")
        icon = IconLabel(16, self)
        icon.show_icon("info", "caution")
        words = label("Practice: nothing real changes.", "caution", self)
        out = button("Leave practice", name="leave-practice", press=leave)
        row(middle(icon), wide(words), middle(out), inside=self, spacing=8, margins=(16, 8, 16, 8))
