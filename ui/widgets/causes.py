"""The causes of a failure, each with its evidence and a link to the step to revisit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.widgets.link import LinkButton
from ui.widgets.text import label

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.diagnosis.ranking import Cause, Revisit


class CauseList(QWidget):
    """Causes, most likely first."""

    def __init__(self, causes: Sequence[Cause], name: str, go: Callable[[str], None], parent: QWidget) -> None:
        """``name`` starts the object names of the links; ``go`` opens a step."""
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        shown = None
        for cause in causes:
            column.addWidget(label(cause.sentence, "body", self))
            if cause.basis is None or cause.basis != shown:  # once for neighbors with the same evidence
                column.addWidget(label(cause.evidence, "small", self))
            shown = cause.basis
            if cause.action is not None and cause.action.offered:
                column.addWidget(self._link(cause.action, name, go), 0, Qt.AlignmentFlag.AlignLeft)

    def _link(self, action: Revisit, name: str, go: Callable[[str], None]) -> LinkButton:
        link = LinkButton(f"Go to step {action.number}, {action.title}")
        link.setObjectName(f"{name}-{action.step}")
        link.clicked.connect(lambda: go(action.step))
        return link
