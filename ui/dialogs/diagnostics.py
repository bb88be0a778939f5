"""Diagnostics of the running program: adds what only the window knows to ``app.reports.diagnostics``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import PySide6
from PySide6.QtCore import qVersion
from PySide6.QtGui import QGuiApplication

from app.reports.diagnostics import SetupTally, WindowFacts, report
from ui.theme import style
from ui.theme.tokens import DARK, LIGHT

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from app.session.workspace import Workspace


def diagnose(window: QWidget, workspace: Workspace | None) -> str:
    """Return the text, safe to paste into a ticket."""
    if workspace is None:
        return report(_surface(window), "not checked", SetupTally({}, 0), (), practice=False)
    listing = workspace.listing
    opened = tuple(workspace.opened.values())
    # As home last listed them, with the current state of those opened since.
    setups = {setup.id: setup for setup in (listing.setups if listing is not None else ())}
    setups |= {session.setup.id: session.setup for session in opened}
    shelf = SetupTally.of(tuple(setups.values()), len(listing.troubles) if listing is not None else 0)
    return report(_surface(window), workspace.vault.name, shelf, opened, practice=workspace.practice)


def _surface(window: QWidget) -> WindowFacts:
    tokens = style.current()
    theme = "light" if tokens is LIGHT else "dark" if tokens is DARK else "system contrast"
    return WindowFacts(
        qVersion(), PySide6.__version__, QGuiApplication.platformName(), theme, window.devicePixelRatioF()
    )
