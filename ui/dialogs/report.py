"""A dialog that shows a text that is safe to share, and copies exactly that text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QPlainTextEdit, QWidget

from ui.desktop.screen_fit import ScreenFit
from ui.widgets.accessibility import give_name
from ui.widgets.buttons import button
from ui.widgets.layouts import column, row, wide
from ui.widgets.tab_order import InTabOrder
from ui.widgets.text import label

if TYPE_CHECKING:
    from ui.desktop.clipboard import ClipboardGuard


class ReportDialog(InTabOrder, QDialog):
    """A heading, what to do, the text, Copy and Close."""

    def __init__(
        self, heading: str, sentence: str, copy: str, text: str, clipboard: ClipboardGuard, parent: QWidget
    ) -> None:
        """``copy`` is the verb on the button."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("SCIM Setup Assistant")
        ScreenFit(self, first=(640, 480), least=(480, 320))
        # The companion stays on top of everything while the main window is hidden.
        self.setWindowFlag(Qt.WindowType.WindowStaysOnTopHint, not parent.isVisible())
        self._clipboard = clipboard
        self._text = QPlainTextEdit(self)
        self._text.setObjectName("report")
        self._text.setProperty("role", "mono")
        self._text.setReadOnly(True)
        self._text.setTabChangesFocus(True)
        give_name(self._text, copy.removeprefix("Copy ").capitalize())
        self._text.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)
        self._status = label("", "good", self)
        copier = button(copy, "primary", "copy", name="copy-report", press=self._copy)
        copier.setDefault(True)
        close = button("Close", name="close-report", press=self.accept)
        column(
            label(heading, "heading", self, wrap=False),
            label(sentence, "muted", self),
            wide(self._text),
            row(wide(self._status), copier, close, spacing=12),
            inside=self,
            spacing=12,
            margins=(24, 24, 24, 16),
        )
        self.show_text(text)
        copier.setFocus()

    def show_text(self, text: str) -> None:
        """Show another text; the shown text is what is copied."""
        self._text.setPlainText(text)
        self._status.setText("")

    def _copy(self) -> None:
        self._clipboard.copy_plain(self._text.toPlainText(), "Report")
        self._status.setText("Copied.")
