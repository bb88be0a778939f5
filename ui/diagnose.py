"""Diagnostics of the running program: adds to ``app.diagnostics`` what only the side of the window knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import PySide6
from PySide6.QtCore import qVersion
from PySide6.QtGui import QGuiApplication

from app.diagnostics import Shelf, Surface, report
from ui.theme import style
from ui.theme.tokens import DARK, LIGHT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from PySide6.QtWidgets import QWidget

    from app.assistant.assistant import Assistant
    from app.setup.store import Listing
    from app.vault import Vault


def diagnose(
    window: QWidget, vault: Vault | None, listing: Listing | None, opened: Iterable[Assistant], *, practice: bool
) -> str:
    """The text, safe to paste into a ticket."""
    keyring = vault.name if vault is not None else "not looked for"
    shelf = Shelf.of(listing.setups, len(listing.troubles)) if listing is not None else Shelf(0, 0, 0, 0)
    return report(_surface(window), keyring, shelf, tuple(opened), practice=practice)


def _surface(window: QWidget) -> Surface:
    tokens = style.current()
    theme = "light" if tokens is LIGHT else "dark" if tokens is DARK else "contrast of the system"
    return Surface(qVersion(), PySide6.__version__, QGuiApplication.platformName(), theme, window.devicePixelRatioF())
