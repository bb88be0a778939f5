"""A dialog for the tags of a setup."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QLineEdit

from app.setup.sentences import setup_name
from app.values.tags import parse_tags
from ui.widgets.accessibility import give_name
from ui.widgets.buttons import button
from ui.widgets.cards import Note
from ui.widgets.layouts import REST, column, row
from ui.widgets.speech import describe, say
from ui.widgets.tab_order import InTabOrder
from ui.widgets.text import label

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from app.setup.state import Setup

PURPOSE = (
    "Words to group setups by, separated by commas. Monitoring can choose setups by a tag, and labels its metrics with "
    "the first one."
)


class TagsDialog(InTabOrder, QDialog):
    """One field, Save and Cancel.

    Signals:
        saved: The tags, in their order.
    """

    saved = Signal(object)

    def __init__(self, setup: Setup, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("tags-dialog")
        self.setWindowTitle("Tags")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFixedWidth(460)
        self._field = QLineEdit(", ".join(setup.tags), self)
        self._field.setObjectName("tags")
        self._field.setPlaceholderText("For example production, europe")
        give_name(self._field, "Tags")
        describe(self._field, PURPOSE)
        self._wrong = Note("", "caution", self)
        self._wrong.hide()
        self._field.textEdited.connect(self._wrong.hide)
        save = button("Save", "primary", name="save-tags", press=self._save)
        save.setDefault(True)
        cancel = button("Cancel", name="cancel-tags", press=self.reject)
        heading = label(f"Tags of \u201c{setup_name(setup)}\u201d", "heading", self)
        column(
            *(
                heading,
                label(PURPOSE, "muted", self),
                self._field,
                self._wrong,
                REST,
                row(REST, save, cancel, spacing=12),
            ),
            inside=self,
            spacing=12,
            margins=(24, 24, 24, 16),
        )
        self._field.setFocus()

    def _save(self) -> None:
        tags = parse_tags(self._field.text())
        if isinstance(tags, str):
            self._wrong.set_text(tags, "caution")
            self._wrong.show()
            self._field.setFocus()
            say(tags)
            return
        self.saved.emit(tags)
        self.accept()
