"""The causes of a failure, each with its evidence and a link to the step to revisit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from ui.widgets.accessibility import give_name
from ui.widgets.layouts import column, fill, left
from ui.widgets.link import LinkButton
from ui.widgets.text import label, spoken_elsewhere

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.diagnosis.ranking import Cause, Revisit


class CauseList(QWidget):
    """Causes, most likely first."""

    def __init__(self, causes: Sequence[Cause], name: str, go: Callable[[str], None], parent: QWidget) -> None:
        """``name`` starts the object names of the links; ``go`` opens a step."""
        super().__init__(parent)
        lines = column(inside=self, spacing=8)
        shown = None
        for cause in causes:
            sentence = label(cause.sentence, "body", self, stop=True)
            fill(lines, sentence)
            if cause.basis is None or cause.basis != shown:  # once for neighbors with the same evidence
                fill(lines, spoken_elsewhere(label(cause.evidence, "small", self)))
                give_name(sentence, f"{cause.sentence} {cause.evidence}")
            shown = cause.basis
            if cause.action is not None and cause.action.offered:
                fill(lines, left(_link(cause.action, name, go)))


def _link(action: Revisit, name: str, go: Callable[[str], None]) -> LinkButton:
    words = f"Go to step {action.number}, {action.title}"
    return LinkButton(words, name=f"{name}-{action.step}", press=lambda: go(action.step))
