"""What must hold on every keyring."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.cleanup import orphans
from app.cleanup.orphans import Orphans
from app.guide import catalog
from app.session.open_setup import new_setup, utc_now
from app.setup.lock import FolderTaken
from app.setup.store import Saved, Store
from app.vault import VaultStatus

if TYPE_CHECKING:
    from pathlib import Path

    from app.vault import Vault


async def secrets_without_a_setup_are_found_and_removed(folder: Path, vault: Vault) -> None:
    """Create two setups and delete the file of one. Leaves no secret of either in the vault."""
    store = Store(folder)
    assert isinstance(store.lock(), FolderTaken)
    kept, gone = (new_setup(catalog.guide("entra"), utc_now(), practice=False) for _ in range(2))
    for setup, names in ((kept, ["token"]), (gone, ["token", "base_url"])):
        assert isinstance(store.save(setup), Saved)
        for name in names:
            assert (await vault.put(setup.id, name, f"{name} of {setup.id}" * 100)).status is VaultStatus.STORED
    assert await orphans.find(store, vault) == Orphans()
    (folder / "setups" / f"{gone.id}.json").unlink()
    found = await orphans.find(store, vault)
    assert found == Orphans(own=frozenset({gone.id}))
    assert await orphans.remove(store, vault, found.own) is None
    assert await orphans.find(store, vault) == Orphans()
    assert {setup_id for setup_id, _ in (await vault.stored_values()).keys} == {kept.id}
    assert (await vault.get(gone.id, "token")).status is VaultStatus.ABSENT
    assert (await vault.get(kept.id, "token")).value == f"token of {kept.id}" * 100
    assert (await vault.purge(kept.id)).status is VaultStatus.DELETED
    assert (await vault.stored_values()).keys == frozenset()
    store.close()
