"""The browser: addresses of consoles, and pages of the handbook."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from app.system import handbook

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ui.session.controller import SetupController


def open_in_browser(url: str) -> None:
    """Open an address in the desktop's browser."""
    QDesktopServices.openUrl(QUrl(url))


async def open_handbook(controller: SetupController | None, folder: Path, open_url: Callable[[str], None]) -> None:
    """Open the handbook at the open step, or at its first page if no setup is open.

    ``folder`` holds the setups, and the page that redirects to the step.
    """
    found = handbook.page(None)
    if controller is not None:
        step = controller.session.here.step.id
        found = await asyncio.to_thread(handbook.page_at_step, controller.session.guide.id, step, folder)
    open_url(found.as_uri())
