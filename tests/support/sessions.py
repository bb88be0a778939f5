"""One open setup without a window: its session, on a data folder and a keyring."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from app.guide import catalog
from app.session.open_setup import new_setup
from app.session.session import SetupSession
from app.setup.lock import FolderTaken
from app.setup.store import Store
from app.system.policy import NO_POLICY
from app.vault import Vault
from tests.support.clock import NOW

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping
    from datetime import datetime
    from pathlib import Path

    from app.guide.model import Guide
    from app.system.policy import Policy


@asynccontextmanager
async def opened(
    folder: Path,
    guide: Guide | str = "entra",
    captured: Mapping[str, str] | None = None,
    *,
    practice: bool = False,
    vault: Vault | None = None,
    now: Callable[[], datetime] = lambda: NOW,
    token_url: str | None = None,
    policy: Policy = NO_POLICY,
    keep: bool = False,
) -> AsyncIterator[SetupSession]:
    """A new setup with these values captured; deleted afterward unless it should be kept."""
    known = catalog.guide(guide) if isinstance(guide, str) else guide
    store, keyring = Store(folder, practice=practice), vault or Vault("practice" if practice else "setup")
    assert isinstance(store.lock(), FolderTaken)
    setup = new_setup(known, NOW, practice=practice)
    session = SetupSession(known, setup, keyring, store, now=now, token_url=token_url, policy=policy)
    try:
        await session.open()
        for name, text in (captured or {}).items():
            given = await session.captures.give(name, text)
            assert given.accepted, (name, given.sentence)
        yield session
        if not keep:
            assert await session.forget() is None
    finally:
        keyring.close()
        store.close()
