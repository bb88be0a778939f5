"""A question about the admin's situation, with its answers and their consequences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.text.marked import unmarked
from ui.widgets.accessibility import give_name
from ui.widgets.cards import Card
from ui.widgets.choices import RadioLine
from ui.widgets.speech import ANNOUNCES, describe
from ui.widgets.text import label, rich, spoken_elsewhere

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from app.guide.model import Branch, Option
    from ui.session.controller import SetupController

INDENT = 32
"""Indentation of the text under an answer, in pixels."""


class Question(Card):
    """One branch of the guide as radio buttons."""

    def __init__(self, branch: Branch, controller: SetupController, parent: QWidget | None = None) -> None:
        super().__init__("card", parent)
        self.setObjectName(f"question-{branch.id}")
        self._controller = controller
        spoken_elsewhere(self)  # the step lists the question, and each answer has its lines as its description
        if ANNOUNCES:  # Orca 48 would say it with the group, and again with the answer
            give_name(self, unmarked(branch.ask))
        self.add(label(rich(branch.ask), "body", self, rich=True))
        chosen = controller.session.guide.answers(controller.session.setup.answers)[branch.id]
        for option in branch.options:
            self._add(branch, option, chosen=option.id == chosen)

    def _add(self, branch: Branch, option: Option, *, chosen: bool) -> None:
        choice = RadioLine(unmarked(option.label), self)
        choice.setObjectName(f"branch-{branch.id}-{option.id}")
        choice.setChecked(chosen)
        choice.setEnabled(option.unavailable is None)
        choice.toggled.connect(lambda on: self._controller.answer(branch.id, option.id) if on else None)
        self.add(choice)
        lines = [words for words in (option.sign, option.means, option.shuts_gate) if words]
        if option.unavailable:
            lines = [f"Not possible here. {option.unavailable}"]
        describe(choice, " ".join(lines))
        for words in lines:
            # Tab passes over an answer that isn't possible.
            line = label(rich(words), "small", self, rich=True, stop=bool(option.unavailable))
            if option.unavailable:
                give_name(line, unmarked(f"{option.label}. {words}"))
            line.setContentsMargins(INDENT, 0, 0, 0)
            self.add(line)
