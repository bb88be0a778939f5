"""Empties layouts."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtWidgets import QLayout


def clear(layout: QLayout) -> None:
    """Delete every widget of a layout with the next turn of the event loop. It is hidden and loses its name now."""
    while (item := layout.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.setObjectName("")
            widget.hide()
            widget.deleteLater()
