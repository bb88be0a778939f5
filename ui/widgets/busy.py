"""A thin bar for a share of a wait."""

from __future__ import annotations

from PySide6.QtWidgets import QProgressBar, QWidget


class ThinBar(QProgressBar):
    """Determinate, without text."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setRange(0, 1000)
        self.setTextVisible(False)
        self.setAccessibleName("Share of the estimated wait")

    def set_value(self, share: float) -> None:
        """Show a share from 0 to 1."""
        self.setValue(round(1000 * min(1.0, max(0.0, share))))
