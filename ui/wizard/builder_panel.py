"""The form of a builder inside a step, which writes a command, a name or a filter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QComboBox, QFrame, QLineEdit, QPlainTextEdit, QWidget

from app.guide.builders import FORMS
from ui.widgets.accessibility import give_name
from ui.widgets.buttons import button
from ui.widgets.cards import Card, Note
from ui.widgets.disclosure import DisclosureLink
from ui.widgets.layouts import clear, column, fill, left, row, top, wide
from ui.widgets.speech import describe
from ui.widgets.text import label, rich

if TYPE_CHECKING:
    from app.guide.builders import Input
    from app.guide.vocabulary import Builder
    from ui.session.controller import SetupController

LONGEST = 200_000
"""Characters of a pasted text that are read."""

LINE = 20
"""Pixels of height per line of a multi-line input."""


class BuilderPanel(QWidget):
    """A form that is closed at first. Nothing in it is saved."""

    def __init__(self, builder: Builder, controller: SetupController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"builder-{builder.value}")
        self._controller = controller
        self._form = FORMS[builder]
        self._inputs: dict[str, QLineEdit | QPlainTextEdit | QComboBox] = {}
        self._bench = Card("card")
        for each in self._form.inputs:
            self._add(each)
        self._notes = QWidget(self._bench)
        self._noted = column(inside=self._notes)
        self._bench.add(self._result(), self._notes)
        opener = DisclosureLink(self._form.title, name=f"open-builder-{builder.value}", opens=self._bench)
        column(left(opener), self._bench, inside=self, spacing=8)
        self._built = ""
        self._build()

    def _add(self, wanted: Input) -> None:
        field: QLineEdit | QPlainTextEdit | QComboBox
        if wanted.choices:
            field = QComboBox(self._bench)
            field.addItems(list(wanted.choices))
            field.currentTextChanged.connect(self._build)
        elif wanted.lines > 1:
            field = QPlainTextEdit(self._bench)
            field.setFixedHeight(wanted.lines * LINE + 16)
            field.setPlaceholderText(wanted.hint)
            field.setTabChangesFocus(True)
            field.textChanged.connect(self._build)
        else:
            field = QLineEdit(self._bench)
            field.setPlaceholderText(wanted.hint)
            field.textChanged.connect(self._build)
        field.setObjectName(f"input-{wanted.id}")
        describe(field, wanted.hint)
        name = label(wanted.label, "strong", self._bench)
        name.setBuddy(field)
        self._bench.add(name, field)
        self._inputs[wanted.id] = field

    def _result(self) -> QFrame:
        frame = QFrame(self._bench)
        frame.setProperty("role", "value")
        self._shown = label("", "mono", frame)
        self._copy = button("Copy", "copy", "copy", name="copy-built", press=self._copy_built)
        give_name(self._copy, f"Copy the {self._form.result_label} written here")  # the step may carry its own
        row(wide(self._shown), top(self._copy), inside=frame, margins=(12, 8, 8, 8))
        return frame

    def _copy_built(self) -> None:
        self._controller.copy_built(self._built, self._form.result_label)

    def _text(self, field: QLineEdit | QPlainTextEdit | QComboBox) -> str:
        if isinstance(field, QComboBox):
            return field.currentText()
        return (field.toPlainText() if isinstance(field, QPlainTextEdit) else field.text())[:LONGEST]

    def _build(self) -> None:
        given = {name: self._text(field) for name, field in self._inputs.items()}
        built = self._form.build(given)
        self._built = built.text or ""
        self._shown.setText(self._built or self._form.result_label)
        self._copy.setEnabled(bool(self._built))
        clear(self._noted)
        typed = any(self._text(f).strip() for f in self._inputs.values() if not isinstance(f, QComboBox))
        if built.problem and typed:
            fill(self._noted, Note(rich(built.problem), "caution", self._notes))
        for note in built.notes:
            fill(self._noted, Note(rich(note), "muted", self._notes))
