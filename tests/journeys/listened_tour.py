"""The program's own tour, which writes each utterance of a screen reader, and the state at that moment.

Usage: ``listened_tour.py FILE [arguments of the program]``.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtGui import QGuiApplication

from app.cli import parse
from app.guide.vocabulary import Milestone
from app.setup.gate import Locked, gate
from tests.support.accessibility import Report, recorded
from ui.start import main
from ui.tour.driver import TourDriver
from ui.tour.tour import Tour
from ui.widgets.speech import SETTLE_MS

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from ui.application import Application

FILE = Path(sys.argv.pop(1))


class Driver(TourDriver):
    """Presses as slowly as a person who listens, and copies as another program does."""

    async def press(self, widget: QWidget) -> None:
        """Press a widget once all is said."""
        await asyncio.sleep(3 * SETTLE_MS / 1000)
        await super().press(widget)

    async def set_clipboard(self, text: str) -> None:
        """Copy a text."""
        QGuiApplication.clipboard().setText(text)


def _moment(application: Application) -> dict[str, Any]:
    """Return the current state."""
    controller = application.opened.controller
    if controller is None:
        return {}
    session = controller.session
    return {
        "step": session.here.step.id,
        "labels": [step.done_label for step in session.guide.steps if step.done_label],
        "unlocked": not isinstance(gate(session.guide, session.setup), Locked),
        "finished": Milestone.FINISHED in session.setup.reached,
        "tested": bool(session.setup.runs),
    }


async def walk(application: Application) -> int:
    """Take the tour."""
    heard: list[dict[str, Any]] = []

    def write(report: Report) -> None:
        if said := report.utterance:
            heard.append({"said": said, "event": report.event.name, **_moment(application)})

    folder = application.options.tour
    assert folder is not None
    with recorded() as reports:
        reports.added = write
        code = await Tour(Driver(application, folder)).run()
    FILE.write_text(json.dumps(heard, indent=1), "utf-8")
    return code


if __name__ == "__main__":
    sys.exit(main(parse(sys.argv[1:]), walk))
