"""Many practice setups in one data folder, each with the secrets of its own endpoint."""

from __future__ import annotations

import asyncio
import uuid
from contextlib import contextmanager
from typing import TYPE_CHECKING

from app.guide import catalog
from app.setup.lock import FolderTaken
from app.setup.store import Saved, Store
from app.vault import Vault, VaultStatus
from tests.support.setups import a_setup

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from app.setup.state import Setup

TOKEN = "canary-of-the-token-0123456789"


def saved(folder: Path, count: int, *, tags: tuple[str, ...] = (), name: str = "contoso.com") -> list[Setup]:
    """Save so many practice setups that have been submitted, without secrets."""
    files = Store(folder / "practice", practice=True)
    assert isinstance(files.lock(), FolderTaken)
    setup = a_setup(catalog.guide("entra"))
    setups = [setup.with_(id=uuid.uuid4().hex, practice=True, name=name, tags=tags) for _ in range(count)]
    for each in setups:
        assert isinstance(files.save(each), Saved)
    files.close()
    return setups


def store(setups: Sequence[Setup], base_urls: Sequence[str]) -> None:
    """Put these Base URLs and a token into the keyring, in turn for each setup."""

    async def give() -> None:
        vault = Vault("practice")
        for number, setup in enumerate(setups):
            for name, value in (("base_url", base_urls[number % len(base_urls)]), ("token", TOKEN)):
                assert (await vault.put(setup.id, name, value)).status is VaultStatus.STORED
        vault.close()

    asyncio.run(give())


@contextmanager
def stored(setups: Sequence[Setup], base_urls: Sequence[str]) -> Iterator[None]:
    """Keep them in the keyring until the end."""

    async def take() -> None:
        vault = Vault("practice")
        for setup in setups:
            assert (await vault.purge(setup.id)).status is VaultStatus.DELETED
        vault.close()

    store(setups, base_urls)
    try:
        yield
    finally:
        asyncio.run(take())
