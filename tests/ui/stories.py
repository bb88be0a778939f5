"""Stories on one open setup: a desk, a real keyring, and Qt's own event loop."""

from __future__ import annotations

import asyncio
import gc
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QPlainTextEdit, QWidget

from app.guide import catalog
from app.session.open_setup import new_setup
from app.session.session import Assistant
from app.setup.store import Store
from app.vault import Vault
from ui import tasks
from ui.desktop.clipboard import ClipboardGuard
from ui.session.controller import Desk
from ui.theme import style

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
BASE = "https://scim.example.com/canary-tenant/v2"
CANARY = "canary-token-7f3d91"


def words(root: QWidget) -> str:
    """Every text on a widget and what a screen reader is told of it; what was replaced is hidden and goes later."""
    there = [w for w in root.findChildren(QWidget) if w.isVisibleTo(root)]
    texts = [w.text() for w in there if isinstance(w, QLabel | QAbstractButton)]
    texts += [w.toPlainText() + w.placeholderText() for w in there if isinstance(w, QPlainTextEdit)]
    texts += [w.accessibleName() + w.accessibleDescription() + w.windowTitle() for w in there]
    return "\n".join(texts).replace("\u200b", "")


def child(root: QWidget, name: str) -> QAbstractButton:
    found = root.findChild(QAbstractButton, name)
    assert isinstance(found, QAbstractButton), name
    return found


def by_tab(window: QWidget) -> set[str]:
    """The names of what Tab reaches from where the keyboard is, once around."""
    reached: list[QWidget] = []
    while (focused := window.focusWidget()) is not None and focused not in reached:
        reached.append(focused)
        QTest.keyClick(focused, Qt.Key.Key_Tab)
    return {each.objectName() for each in reached}


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not true():
            await asyncio.sleep(0.01)


def walk(
    qapp: QApplication,
    folder: Path,
    story: Callable[[Desk], Awaitable[None]],
    vault: Vault | None = None,
    guide: str = "entra",
    token_url: str | None = None,
    now: Callable[[], datetime] = lambda: NOW,
    base_url: str = BASE,
    token: str = CANARY * 3,
) -> None:
    """Play a story on a desk with an open setup; in practice where its token address or its Base URL are given."""
    style.apply(qapp, dark=False)
    bugs: list[BaseException] = []
    host = QWidget()  # owns what must not be collected in another thread

    async def main() -> int:
        store = Store(folder)
        store.lock()
        known = catalog.guide(guide)
        practice = token_url is not None or base_url != BASE
        keyring = vault or Vault("practice" if practice else "setup")
        setup = new_setup(known, NOW, practice=practice)
        assistant = Assistant(known, setup, keyring, store, now=now, token_url=token_url)
        background = tasks.Tasks(bugs.append)
        desk = Desk(assistant, background, ClipboardGuard(host), lambda _lane: "", lambda _url: None, host)
        try:
            if vault is None:
                await assistant.open()
                assert (await assistant.captures.give("base_url", base_url)).accepted
                assert (await assistant.captures.give("token", token)).accepted
            await story(desk)
        finally:
            desk.close()
            await background.cancel_all()
            if vault is None:
                await assistant.forget()
            keyring.close()
            host.deleteLater()
            await asyncio.sleep(0.02)
        return 0

    try:
        assert tasks.run(qapp, main) == 0
    finally:
        gc.collect()  # the timers of a loop that has ended must not be collected in the next story's thread
    assert bugs == []
