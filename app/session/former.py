"""Keeps the value that a secret had before its last replacement, until it is restored or removed.

It is another item of the setup in the keyring, so that whatever removes the setup's secrets removes it too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.vault import VaultStatus

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.session.open_setup import OpenSetup
    from app.setup.state import Setup
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
        self._replaced: dict[str, tuple[Setup, Setup]] = {}
        """The setup before and after the last replacement of a secret in this run."""

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

    def note_replacement(self, name: str, before: Setup, after: Setup) -> None:
        """Note what the setup was before a secret was replaced, and after."""
        self._replaced[name] = before, after

    def stale_before(self, name: str) -> frozenset[str] | None:
        """Return the steps that were stale before the replacement; None if what steps depend on has changed since."""
        if name not in self._replaced:
            return None
        before, after = self._replaced[name]
        return before.stale if _inputs(after) == _inputs(self._opened.setup) else None

    async def read(self, name: str) -> Outcome:
        """Read a former value without a prompt."""
        return await self._vault.get(self._opened.setup.id, name + _ROLE)

    async def remove(self, name: str) -> Outcome:
        """Remove a former value. Return DELETED once the keyring was asked again and has none."""
        outcome = await self._vault.delete(self._opened.setup.id, name + _ROLE)
        if outcome.status is VaultStatus.DELETED:
            self.names -= {name}
            self._replaced.pop(name, None)
        return outcome

    def drop_held(self, name: str) -> None:
        """Forget one that is in memory only."""
        self._vault.discard_held(self._opened.setup.id, name + _ROLE)
        self.names -= {name}


def _inputs(setup: Setup) -> tuple[object, ...]:
    """Return what the steps depend on."""
    return setup.values, setup.kept, setup.answers, setup.stale
