"""Explains a pasted error message of the portal or CIE. The text is dropped as soon as it is out of sight."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from ui.widgets.buttons import button
from ui.widgets.cards import Card, Note
from ui.widgets.causes import CauseList
from ui.widgets.scroll import ScrollColumn
from ui.widgets.text import label, rich

if TYPE_CHECKING:
    from PySide6.QtGui import QHideEvent

    from app.diagnosis.portal_errors import DecodedError
    from ui.session.controller import SetupController

SHOWN = 20_000
"""Characters. A longer text isn't shown, since laying it out would block the window."""


class _Pasted(QPlainTextEdit):
    """An input that submits pasted or dropped text immediately. Neither undo nor the input method keeps it."""

    given = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setUndoRedoEnabled(False)
        self.setInputMethodHints(Qt.InputMethodHint.ImhSensitiveData | Qt.InputMethodHint.ImhNoPredictiveText)
        self.setTabChangesFocus(True)
        self.setFixedHeight(96)

    def insertFromMimeData(self, source: QMimeData) -> None:  # noqa: N802 - Qt's name
        """Submit a pasted or dropped text."""
        text = source.text()
        if len(text) > SHOWN:
            self.clear()
            self.setPlaceholderText(f"A text of {len(text):,} characters was read. It isn't shown.")
        else:
            self.insertPlainText(text)
            text = self.toPlainText()
        self.given.emit(text)


class PortalErrorCard(Card):
    """An input with its explanation below. The text is read on this computer and never saved."""

    def __init__(self, controller: SetupController, parent: QWidget | None = None, heading: str = "") -> None:
        super().__init__("card", parent)
        self.setObjectName("portal-error")
        self._controller = controller
        self._asked = False
        if heading:
            self.body.addWidget(label(heading, "heading", self))
        lead = "Paste the whole message. It is read on this computer, sent nowhere and not saved."
        self.body.addWidget(label(lead, "muted", self))
        self._input = _Pasted(self)
        self._input.setObjectName("portal-error-text")
        self._input.setAccessibleName("Error message")
        self._input.given.connect(self._read)
        self.setFocusProxy(self._input)
        self.body.addWidget(self._input)
        row = QHBoxLayout()
        for text, name, press in (
            ("Explain", "read-error", lambda: self._read(self._input.toPlainText())),
            ("Clear", "clear-error", self.clear),
        ):
            made = button(text)
            made.setObjectName(name)
            made.clicked.connect(press)
            row.addWidget(made)
        row.addStretch(1)
        self.body.addLayout(row)
        self._results: QWidget | None = None
        controller.error_read.connect(self._show)
        controller.concealed.connect(self.clear)
        self.clear()

    def clear(self) -> None:
        """Drop the text and its explanation, and cancel one in progress."""
        if self._asked:
            self._controller.cancel_reading()
        self._asked = False
        self._input.clear()
        self._input.setPlaceholderText("Message, code or log lines")
        self._replace(None)

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        """Drop everything with the page."""
        self.clear()
        super().hideEvent(event)

    def _read(self, text: str) -> None:
        if text.strip():
            self._asked = True
            self._controller.read_error(text)
        else:
            self.clear()

    def _show(self, decoded: DecodedError) -> None:
        if not self._asked:
            return  # read for another card
        results = QWidget(self)
        column = QVBoxLayout(results)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(label(decoded.title, "bad-heading" if decoded.causes else "heading", results))
        if decoded.recognized:
            column.addWidget(label("Recognized: " + ", ".join(decoded.recognized), "small", results))
        for sentence in decoded.compared:
            column.addWidget(Note(rich(sentence), "muted", results))
        if decoded.hint:
            column.addWidget(label(decoded.hint, "muted", results))
        column.addWidget(CauseList(decoded.causes, "error-cause", self._controller.go, results))
        self._replace(results)
        QTimer.singleShot(0, results, lambda: self._bring_into_view(results))

    def _bring_into_view(self, results: QWidget) -> None:
        around = self.parentWidget()
        while around is not None and not isinstance(around, ScrollColumn):
            around = around.parentWidget()
        if around is not None:
            around.keep_in_view(results)

    def _replace(self, results: QWidget | None) -> None:
        if self._results is not None:
            self.body.removeWidget(self._results)
            self._results.hide()
            self._results.deleteLater()
        self._results = results
        if results is not None:
            self.body.addWidget(results)


class PortalErrorPage(QWidget):
    """The card as a tool."""

    def __init__(self, controller: SetupController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        scroll = ScrollColumn(self)
        card = PortalErrorCard(controller, scroll)
        scroll.column.addWidget(card)
        scroll.column.addStretch(1)
        outer.addWidget(scroll)
        self.setFocusProxy(card)
