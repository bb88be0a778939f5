"""Handles secrets without a setup: finds them when home is shown, and removes or keeps them as the admin decides."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from app.setup.store import Store
    from app.vault import Vault
    from ui.home.page import HomePage
    from ui.tasks import Tasks


class OrphanCleaner:
    """Connects the home page, the store and the vault."""

    def __init__(
        self,
        home: HomePage,
        tasks: Tasks,
        say: Callable[[str], None],
        in_use: Callable[[], tuple[Store, Vault, Collection[str]]],
    ) -> None:
        """``in_use`` returns the current store and vault, and the ids of the open setups."""
        self._home = home
        self._say = say
        self._in_use = in_use
        home.orphans_removed.connect(lambda ids: tasks.start(self.remove(ids)))
        home.orphans_left.connect(lambda ids: tasks.start(self.leave(ids)))

    async def look(self) -> None:
        """Report orphans on the home page, or nothing if they cannot be listed."""
        from app.cleanup import orphans

        store, vault, open_ids = self._in_use()
        found = await orphans.find(store, vault, open_ids)
        if store is self._in_use()[0]:
            self._home.show_orphans(found)

    async def remove(self, ids: frozenset[str]) -> None:
        """Remove the secrets of these missing setups."""
        from app.cleanup import orphans

        store, vault, open_ids = self._in_use()
        if (trouble := await orphans.remove(store, vault, ids, open_ids)) is not None:
            self._say(trouble)
        await self.look()

    async def leave(self, ids: frozenset[str]) -> None:
        """Do not ask about these again here: they belong to another data folder."""
        store, _, _ = self._in_use()
        await asyncio.to_thread(store.leave_alone, ids)
        await self.look()
