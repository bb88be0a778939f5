"""Secrets in the keyring whose setup is gone: found without a prompt, and removed with proof.

Nothing is an orphan that may still be of use: not while the setup's file is there in any state, damaged and set aside
as well; not while the data folder cannot be read. What this data folder never held may be another folder's, and is
told apart.
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
    """Ids of setups that are not here, but have secrets in the keyring."""

    own: frozenset[str] = frozenset()
    """This data folder held them once."""
    strange: frozenset[str] = frozenset()
    """Nothing is known of them: perhaps another data folder's."""


async def find(store: Store, vault: Vault, open_ids: Collection[str] = ()) -> Orphans:
    """Look for them. ``open_ids`` are setups in use, which may not have reached the disk."""
    # The keyring first: a setup's file is written before its secrets, so none captured meanwhile looks lost.
    stored = await vault.stored_values()
    if not stored.keys:
        return Orphans()
    here = await asyncio.get_running_loop().run_in_executor(None, store.known)
    if here is None:
        return Orphans()
    lost = {setup_id for setup_id, _ in stored.keys} - here.present - set(open_ids)
    own = frozenset(setup_id for setup_id in lost if here.register.get(setup_id) is Whose.OWN)
    return Orphans(own, frozenset(setup_id for setup_id in lost if setup_id not in here.register))


async def remove(store: Store, vault: Vault, ids: frozenset[str], open_ids: Collection[str] = ()) -> str | None:
    """Remove the secrets of those that are orphans still. Returns what the keyring did not do, or None."""
    found = await find(store, vault, open_ids)
    failed: list[VaultStatus] = []
    for setup_id in sorted(ids & (found.own | found.strange)):
        outcome = await vault.purge(setup_id)
        if outcome.status is not VaultStatus.DELETED:
            failed.append(outcome.status)
    if not failed:
        return None
    from app.vault import SENTENCES

    of = "a setup" if len(failed) == 1 else f"{len(failed)} setups"
    return f"The secrets of {of} could not be removed. {SENTENCES[failed[0]]}"
