"""Explains a pasted error message of the portal or CIE. The text is dropped as soon as it is out of sight."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, Qt, QTimer, Signal
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from app.values.rules import without_secrets
from ui.widgets.accessibility import give_name
from ui.widgets.buttons import button
from ui.widgets.cards import Card, Note
from ui.widgets.causes import CauseList
from ui.widgets.layouts import REST, clear, column, fill, row, wide
from ui.widgets.scroll import ScrollColumn, column_around
from ui.widgets.speech import describe
from ui.widgets.text import label, rich, spoken_elsewhere

if TYPE_CHECKING:
    from PySide6.QtGui import QHideEvent

    from app.diagnosis.portal_errors import DecodedError
    from ui.session.controller import SetupController

SHOWN = 20_000
"""Characters. A longer text isn't shown, since laying it out would block the window."""


LOW, HIGH = 96, 4000
"""Heights of the input in pixels: beside its explanation or in another page, and as much as a page has."""


class _Pasted(QPlainTextEdit):
    """An input that submits pasted or dropped text immediately. Neither undo nor the input method keeps it.

    It shows bullets for what may be a secret: screen readers speak each inserted text, and screens are shared. The text
    itself is kept beside it.
    """

    given = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._entered = self._shown = ""
        self.setUndoRedoEnabled(False)
        self.setInputMethodHints(Qt.InputMethodHint.ImhSensitiveData | Qt.InputMethodHint.ImhNoPredictiveText)
        self.setTabChangesFocus(True)
        self.setMinimumHeight(LOW)

    def entered(self) -> str:
        """Return the text as it was entered, unless it was edited since: then what is shown."""
        shown = self.toPlainText()
        return self._entered if shown == self._shown else shown

    def insertFromMimeData(self, source: QMimeData) -> None:  # noqa: N802 - Qt's name
        """Submit a pasted or dropped text."""
        # A character of Python has to be one position of Qt, and a line break one character.
        text = re.sub("[^\\0-\uffff]", "\ufffd", re.sub("\r\n?", "\n", source.text()))
        if len(text) > SHOWN:
            self.clear()
            self.setPlaceholderText(f"A text of {len(text):,} characters was read. It isn't shown.")
        else:
            entered, cursor = self.entered(), self.textCursor()
            start, end = cursor.selectionStart(), cursor.selectionEnd()
            self.insertPlainText(without_secrets(text))
            text = entered[:start] + text + entered[end:]
            self._entered, self._shown = text, self.toPlainText()
        self.given.emit(text)

    def clear(self) -> None:
        """Drop the text."""
        super().clear()
        self._entered = self._shown = ""


class PortalErrorCard(Card):
    """An input with its explanation below. The text is read on this computer and never saved."""

    def __init__(
        self, controller: SetupController, parent: QWidget | None = None, heading: str = "", *, most: int = LOW
    ) -> None:
        """``most`` is the height of the input, if there is room, until there is an explanation."""
        super().__init__("card", parent, heading)
        self.setObjectName("portal-error")
        self._controller = controller
        self._asked, self._most = False, most
        lead = "Paste the whole message. It is read on this computer, sent nowhere and not saved."
        self._input = _Pasted(self)
        self._input.setObjectName("portal-error-text")
        give_name(self._input, "Error message")
        self._input.given.connect(self._read)
        self.setFocusProxy(self._input)
        explain = button("Explain", name="read-error", press=lambda: self._read(self._input.entered()))
        drop = button("Clear", name="clear-error", press=self.clear)
        self._results = column()
        describe(self._input, lead)
        lines = (spoken_elsewhere(label(lead, "muted", self)), wide(self._input, 1000), row(explain, drop, REST))
        self.add(*lines, self._results, REST)
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
        self._input.setMaximumHeight(self._most)
        clear(self._results)

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
        clear(self._results)
        self._input.setMaximumHeight(LOW)
        results = QWidget(self)
        lines = column(inside=results, spacing=8)
        fill(lines, label(decoded.title, "bad-heading" if decoded.causes else "heading", results))
        if decoded.recognized:
            fill(lines, label("Recognized: " + ", ".join(decoded.recognized), "small", results))
        fill(lines, *(Note(rich(sentence), "muted", results) for sentence in decoded.compared))
        if decoded.hint:
            fill(lines, label(decoded.hint, "muted", results))
        fill(lines, CauseList(decoded.causes, "error-cause", self._controller.go, results))
        fill(self._results, results)
        QTimer.singleShot(0, results, lambda: self._bring_into_view(results))

    def _bring_into_view(self, results: QWidget) -> None:
        if (around := column_around(self)) is not None:
            around.keep_in_view(results)


class PortalErrorPage(QWidget):
    """The card as a tool."""

    def __init__(self, controller: SetupController) -> None:
        super().__init__()
        scroll = ScrollColumn(self)
        card = PortalErrorCard(controller, scroll, most=HIGH)
        fill(scroll.column, wide(card))
        column(scroll, inside=self)
        self.setFocusProxy(card)
