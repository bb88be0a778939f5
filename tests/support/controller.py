"""A controller of one open setup, with a real keyring and Qt's event loop."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from tests.support.clock import NOW
from tests.support.running import play
from tests.support.sessions import opened
from ui import tasks
from ui.desktop.clipboard import ClipboardGuard
from ui.session.controller import SetupController

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime
    from pathlib import Path

    from PySide6.QtWidgets import QApplication

    from app.vault import Vault

BASE = "https://scim.example.com/canary-tenant/v2"
CANARY = "canary-token-7f3d91"


def walk(
    qapp: QApplication,
    folder: Path,
    story: Callable[[SetupController], Awaitable[None]],
    vault: Vault | None = None,
    guide: str = "entra",
    token_url: str | None = None,
    now: Callable[[], datetime] = lambda: NOW,
    base_url: str = BASE,
    token: str = CANARY * 3,
) -> None:
    """Run a story on the controller of an open setup, in practice if a token address or Base URL is given."""
    bugs: list[BaseException] = []
    host = QWidget()  # owns what must not be collected in another thread

    async def main() -> None:
        practice = token_url is not None or base_url != BASE
        base = "http://127.0.0.1:9/scim" if practice and base_url == BASE else base_url
        captured = {"base_url": base, "token": token} if vault is None else {}
        background = tasks.Tasks(bugs.append)
        async with opened(
            folder,
            guide,
            captured,
            practice=practice,
            vault=vault,
            now=now,
            token_url=token_url,
            keep=vault is not None,
        ) as session:
            controller = SetupController(
                session, background, ClipboardGuard(host), lambda _lane: "", lambda _url: None, host
            )
            try:
                await story(controller)
            finally:
                controller.close()
                await background.cancel_all()
        host.deleteLater()
        await asyncio.sleep(0.02)

    play(qapp, main)
    assert bugs == []
