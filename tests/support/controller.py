"""One open setup behind its widgets: a controller, a real keyring, and Qt's own event loop."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from app.guide import catalog
from app.session.open_setup import new_setup
from app.session.session import SetupSession
from app.setup.store import Store
from app.vault import Vault
from tests.support.clock import NOW
from tests.support.running import play
from ui import tasks
from ui.desktop.clipboard import ClipboardGuard
from ui.session.controller import SetupController

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime
    from pathlib import Path

    from PySide6.QtWidgets import QApplication

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
    """Play a story on a desk with an open setup; in practice where its token address or its Base URL are given."""
    bugs: list[BaseException] = []
    host = QWidget()  # owns what must not be collected in another thread

    async def main() -> None:
        store = Store(folder)
        store.lock()
        known = catalog.guide(guide)
        practice = token_url is not None or base_url != BASE
        keyring = vault or Vault("practice" if practice else "setup")
        setup = new_setup(known, NOW, practice=practice)
        session = SetupSession(known, setup, keyring, store, now=now, token_url=token_url)
        background = tasks.Tasks(bugs.append)
        controller = SetupController(
            session, background, ClipboardGuard(host), lambda _lane: "", lambda _url: None, host
        )
        try:
            if vault is None:
                await session.open()
                assert (await session.captures.give("base_url", base_url)).accepted
                assert (await session.captures.give("token", token)).accepted
            await story(controller)
        finally:
            controller.close()
            await background.cancel_all()
            if vault is None:
                await session.forget()
            keyring.close()
            host.deleteLater()
            await asyncio.sleep(0.02)

    play(qapp, main)
    assert bugs == []
