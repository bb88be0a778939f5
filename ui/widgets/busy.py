"""A thin progress bar, which keeps still if the desktop asks for less motion."""

from __future__ import annotations

from PySide6.QtWidgets import QProgressBar, QWidget

from ui.theme.appearance import reduces_motion
from ui.widgets.accessibility import give_name

STEPS = 1000


class ThinBar(QProgressBar):
    """A share from 0 to 1, or unknown; without text."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setRange(0, STEPS)
        self.setTextVisible(False)
        give_name(self, "Share of the estimated wait")

    def set_value(self, share: float | None) -> None:
        """Show a share from 0 to 1, or None if it is unknown."""
        if share is None and not reduces_motion():
            self.setRange(0, 0)
            return
        self.setRange(0, STEPS)
        self.setValue(round(STEPS * min(1.0, max(0.0, share or 0.0))))
