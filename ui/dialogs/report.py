"""A dialog that shows a text that is safe to share, and copies exactly that text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from ui.widgets.buttons import button
from ui.widgets.text import label

if TYPE_CHECKING:
    from ui.desktop.clipboard import ClipboardGuard


class ReportDialog(QDialog):
    """A heading, what to do, the text, Copy and Close."""

    def __init__(
        self, heading: str, sentence: str, copy: str, text: str, clipboard: ClipboardGuard, parent: QWidget
    ) -> None:
        """``copy`` is the verb on the button."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("SCIM Setup Assistant")
        self.setMinimumSize(560, 420)
        # The companion stays on top of everything while the main window is hidden.
        self.setWindowFlag(Qt.WindowType.WindowStaysOnTopHint, not parent.isVisible())
        self._clipboard = clipboard
        self._text = QPlainTextEdit(self)
        self._text.setObjectName("report")
        self._text.setProperty("role", "mono")
        self._text.setReadOnly(True)
        self._text.setTabChangesFocus(True)
        self._text.setAccessibleName(copy.removeprefix("Copy ").capitalize())
        self._text.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 18)
        column.setSpacing(10)
        column.addWidget(label(heading, "heading", self, wrap=False))
        column.addWidget(label(sentence, "muted", self))
        column.addWidget(self._text, 1)
        column.addLayout(self._foot(copy))
        self.show_text(text)
        self._copier.setFocus()

    def _foot(self, copy: str) -> QHBoxLayout:
        self._status = label("", "good", self)
        self._copier = copier = button(copy, "primary", "copy")
        copier.setObjectName("copy-report")
        copier.clicked.connect(self._copy)
        close = button("Close")
        close.setObjectName("close-report")
        close.clicked.connect(self.accept)
        copier.setDefault(True)
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(self._status, 1)
        row.addWidget(copier)
        row.addWidget(close)
        return row

    def show_text(self, text: str) -> None:
        """Show another text; the shown text is what is copied."""
        self._text.setPlainText(text)
        self._status.setText("")

    def _copy(self) -> None:
        self._clipboard.copy_plain(self._text.toPlainText(), "Report")
        self._status.setText("Copied.")
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, "Copied."))
