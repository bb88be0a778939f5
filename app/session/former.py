"""Keeps the value that a secret had before its last replacement, until it is restored or removed.

It is another item of the setup in the keyring, so that whatever removes the setup's secrets removes it too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.vault import VaultStatus

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.session.open_setup import OpenSetup
    from app.vault import Outcome, Vault

_ROLE: Final = ".former"


def items(names: Iterable[str]) -> frozenset[str]:
    """Return the names under which the keyring may have these secrets and their former values."""
    return frozenset(item for name in names for item in (name, name + _ROLE))


class FormerSecrets:
    """The former values of one open setup, at most one for each secret."""

    def __init__(self, opened: OpenSetup, vault: Vault) -> None:
        self._opened = opened
        self._vault = vault
        self.names: frozenset[str] = frozenset()
        """The secrets that have one, as far as the keyring showed it without a prompt."""

    async def look(self) -> None:
        """Find out which secrets have one, without a prompt."""
        owner = self._opened.setup.id
        shown = (await self._vault.stored_values()).names(owner) | self._vault.held(owner)
        self.names = frozenset(item.removesuffix(_ROLE) for item in shown if item.endswith(_ROLE))

    async def keep(self, name: str, value: str) -> Outcome:
        """Keep the value that is about to be replaced, instead of the one kept before."""
        outcome = await self._vault.put(self._opened.setup.id, name + _ROLE, value)
        if outcome.kept:
            self.names |= {name}
        return outcome

    async def read(self, name: str) -> Outcome:
        """Read a former value without a prompt."""
        return await self._vault.get(self._opened.setup.id, name + _ROLE)

    async def remove(self, name: str) -> Outcome:
        """Remove a former value. Return DELETED once the keyring was asked again and has none."""
        outcome = await self._vault.delete(self._opened.setup.id, name + _ROLE)
        if outcome.status is VaultStatus.DELETED:
            self.names -= {name}
        return outcome

    def drop_held(self, name: str) -> None:
        """Forget one that is in memory only."""
        self._vault.discard_held(self._opened.setup.id, name + _ROLE)
        self.names -= {name}
