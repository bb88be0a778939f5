"""The steps after the open one, as lines below it in the companion."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QRect
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.guide.vocabulary import Lane
from app.setup.journey import Mark, ahead, places
from ui.widgets.layouts import column
from ui.widgets.text import label
from ui.wizard.step_card import StepLine

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from app.guide.model import Guide
    from app.setup.journey import Place
    from ui.session.controller import SetupController

GAP = 12
"""Pixels between two lines."""


def console_names(guide: Guide) -> dict[Lane, str]:
    """Return what the companion calls each console."""
    return {Lane.CIE: guide.cie.name, Lane.PORTAL: guide.portal.name, Lane.ASSISTANT: "this window"}


def next_steps(controller: SetupController) -> tuple[list[QWidget], LaterSteps]:
    """Return the lines of the steps that can be completed with the open one, and what shows the ones after those."""
    session = controller.session
    guide, setup, here = session.guide, session.setup, session.here
    near = ahead(guide, setup)
    last = near[-1] if near else here
    later = [place for place in places(guide, setup)[last.number :] if place.mark is not Mark.DONE]
    return _lines(controller, near, here), LaterSteps(_lines(controller, later, last, "later"))


def _lines(
    controller: SetupController, shown: tuple[Place, ...] | list[Place], before: Place, prefix: str = "line"
) -> list[QWidget]:
    """Return a line for each step, below the console's name where it is another one than before."""
    names, lines = console_names(controller.session.guide), list[QWidget]()
    for place in shown:
        line: QWidget = StepLine(place, controller)
        line.setObjectName(f"{prefix}-{place.step.id}")
        if place.step.console is not before.step.console:
            group = QWidget()
            column(label(f"Then in {names[place.step.console]}", "small", group), line, inside=group, spacing=4)
            line = group
        lines.append(line)
        before = place
    return lines


class LaterSteps(QWidget):
    """Shows as many lines as fit into the room that is left, so that they never make the column scroll."""

    def __init__(self, lines: list[QWidget]) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Ignored)
        self._lines = lines
        for line in lines:
            line.setParent(self)
            line.hide()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Show what fits now."""
        super().resizeEvent(event)
        self._arrange()

    def event(self, event: QEvent) -> bool:
        """Show what fits once a line has changed its height."""
        if event.type() is QEvent.Type.LayoutRequest:
            self._arrange()
        return super().event(event)

    def _arrange(self) -> None:
        top, width = 0, self.width()
        for line in self._lines:
            line.ensurePolished()
            height = line.heightForWidth(width) if line.hasHeightForWidth() else line.sizeHint().height()
            height = max(height, line.minimumHeight())
            line.setGeometry(QRect(0, top, width, height))
            top += height + GAP
            line.setVisible(top - GAP <= self.height())
