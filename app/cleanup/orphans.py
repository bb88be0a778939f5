"""Finds secrets in the keyring whose setup is gone, without a prompt, and removes them with confirmation.

Secrets that may still be useful are never orphans: not while the setup's file exists in any state, including damaged
and set aside, and not while the data folder cannot be read. Secrets that this data folder never had may belong to
another data folder and are reported separately.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.setup.register import Whose
from app.vault import VaultStatus

if TYPE_CHECKING:
    from collections.abc import Collection

    from app.setup.store import Store
    from app.vault import Vault


@dataclass(frozen=True, slots=True)
class Orphans:
    """Ids of setups that are missing here but have secrets in the keyring."""

    own: frozenset[str] = frozenset()
    """Setups that this data folder once had."""
    unknown: frozenset[str] = frozenset()
    """Unknown setups, perhaps of another data folder."""


async def find(store: Store, vault: Vault, open_ids: Collection[str] = ()) -> Orphans:
    """Look for orphans. ``open_ids`` are open setups, which may not be on disk yet."""
    # List the keyring first: a setup's file is written before its secrets, so a new one is never taken for an orphan.
    stored = await vault.stored_values()
    if not stored.keys:
        return Orphans()
    known = await asyncio.to_thread(store.known)
    if known is None:
        return Orphans()
    lost = {setup_id for setup_id, _ in stored.keys} - known.present - set(open_ids)
    own = frozenset(setup_id for setup_id in lost if known.register.get(setup_id) is Whose.OWN)
    return Orphans(own, frozenset(setup_id for setup_id in lost if setup_id not in known.register))


async def remove(store: Store, vault: Vault, ids: frozenset[str], open_ids: Collection[str] = ()) -> str | None:
    """Remove the secrets of those ids that are still orphans. Return what failed as a sentence, or None."""
    found = await find(store, vault, open_ids)
    failed: list[VaultStatus] = []
    for setup_id in sorted(ids & (found.own | found.unknown)):
        outcome = await vault.purge(setup_id)
        if outcome.status is not VaultStatus.DELETED:
            failed.append(outcome.status)
    if not failed:
        return None
    of = "a setup" if len(failed) == 1 else f"{len(failed)} setups"
    return f"The secrets of {of} couldn't be removed. {failed[0].words}"
