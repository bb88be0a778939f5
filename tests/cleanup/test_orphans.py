"""Secrets without a setup are found and removed in a real keyring; secrets that may be needed are not touched."""

from __future__ import annotations

import asyncio
import secrets
from typing import TYPE_CHECKING

import pytest

from app.cleanup import orphans
from app.cleanup.orphans import Orphans
from app.guide import catalog
from app.practice.process import SEED_KEY
from app.session.open_setup import new_setup, utc_now
from app.setup.lock import FolderTaken
from app.setup.register import Whose, add, read
from app.setup.store import Saved, Store
from app.vault import Vault, VaultStatus

if TYPE_CHECKING:
    from pathlib import Path

    from app.setup.state import Setup

pytestmark = pytest.mark.usefixtures("secret_service")


class Installation:
    """A data folder and the vault that its program uses."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = Store(folder)
        assert isinstance(self.store.lock(), FolderTaken)
        self.vault = Vault("setup")

    async def capture(self, name: str = "token") -> Setup:
        """A saved setup with a secret."""
        setup = new_setup(catalog.guide("entra"), utc_now(), practice=False)
        assert isinstance(self.store.save(setup), Saved)
        assert (await self.vault.put(setup.id, name, secrets.token_hex(16))).status is VaultStatus.STORED
        return setup

    def file(self, setup: Setup) -> Path:
        return self.folder / "setups" / f"{setup.id}.json"

    async def close(self) -> None:
        """Remove everything, so that the next test starts clean."""
        for setup_id in {setup_id for setup_id, _ in (await self.vault.stored_values()).keys}:
            assert (await self.vault.purge(setup_id)).status is VaultStatus.DELETED
        self.store.close()
        self.vault.close()


def test_secrets_whose_file_is_gone_are_found_and_removed(tmp_path: Path) -> None:
    async def story() -> None:
        controller = Installation(tmp_path)
        kept, gone = await controller.capture(), await controller.capture()
        await controller.vault.put(gone.id, "base_url", "another")
        assert await orphans.find(controller.store, controller.vault) == Orphans()
        controller.file(gone).unlink()
        found = await orphans.find(controller.store, controller.vault)
        assert found == Orphans(own=frozenset({gone.id}))
        assert await orphans.remove(controller.store, controller.vault, found.own) is None
        held = (await controller.vault.stored_values()).keys
        assert held == {(kept.id, "token")}
        assert (await controller.vault.get(gone.id, "token")).status is VaultStatus.ABSENT
        await controller.close()

    asyncio.run(story())


@pytest.mark.parametrize("state", ["damaged", "unreadable", "set aside", "earlier version only", "open"])
def test_a_setup_with_a_file_in_any_state_is_no_orphan(state: str, tmp_path: Path) -> None:
    async def story() -> None:
        controller = Installation(tmp_path)
        setup = await controller.capture()
        path = controller.file(setup)
        in_use: tuple[str, ...] = ()
        if state == "damaged":
            path.write_text("{")
        elif state == "unreadable":
            path.unlink()
            path.symlink_to("nowhere")
        elif state == "set aside":
            path.write_text("{")
            assert controller.store.list().setups == ()
            assert not path.exists()
        elif state == "earlier version only":
            path.rename(path.with_name(f"{path.name}.bak"))
        else:
            path.unlink()
            in_use = (setup.id,)
        assert await orphans.find(controller.store, controller.vault, in_use) == Orphans()
        assert await orphans.remove(controller.store, controller.vault, frozenset({setup.id}), in_use) is None
        assert (await controller.vault.get(setup.id, "token")).status is VaultStatus.READ
        await controller.close()

    asyncio.run(story())


def test_an_unplugged_drive_makes_no_orphans(tmp_path: Path) -> None:
    async def story() -> None:
        controller = Installation(tmp_path / "drive")
        await controller.capture()
        (tmp_path / "drive").rename(tmp_path / "unplugged")
        assert await orphans.find(controller.store, controller.vault) == Orphans()
        await controller.close()

    asyncio.run(story())


def test_another_data_folders_secrets_are_kept(tmp_path: Path) -> None:
    async def story() -> None:
        here, there = Installation(tmp_path / "here"), Installation(tmp_path / "there")
        mine, theirs = await here.capture(), await there.capture()
        assert await orphans.find(here.store, here.vault) == Orphans(unknown=frozenset({theirs.id}))
        here.store.leave_alone({theirs.id})
        assert await orphans.find(here.store, here.vault) == Orphans()
        here.file(mine).unlink()
        assert await orphans.find(here.store, here.vault) == Orphans(own=frozenset({mine.id}))
        assert await orphans.find(there.store, there.vault) == Orphans(unknown=frozenset({mine.id}))
        there.store.close()
        there.vault.close()
        await here.close()

    asyncio.run(story())


def test_the_seed_of_the_practice_consoles_is_no_orphan(tmp_path: Path) -> None:
    async def story() -> None:
        store, vault = Store(tmp_path), Vault("practice")
        assert isinstance(store.lock(), FolderTaken)
        before = (await vault.stored_values()).keys
        assert (await vault.put(*SEED_KEY, "a seed")).status is VaultStatus.STORED
        assert (await vault.stored_values()).keys == before
        assert (await vault.delete(*SEED_KEY)).status is VaultStatus.DELETED
        store.close()
        vault.close()

    asyncio.run(story())


def test_setups_older_than_the_register_count_as_own(tmp_path: Path) -> None:
    async def story() -> None:
        controller = Installation(tmp_path)
        setup = await controller.capture()
        (tmp_path / "setups" / "known").unlink()
        controller.store.close()
        assert isinstance(controller.store.lock(), FolderTaken)
        controller.file(setup).unlink()
        assert await orphans.find(controller.store, controller.vault) == Orphans(own=frozenset({setup.id}))
        await controller.close()

    asyncio.run(story())


def test_a_register_line_left_half_written_by_a_killed_run_harms_no_other(tmp_path: Path) -> None:
    register, first, second = tmp_path / "known", "a" * 32, "b" * 32
    add(register, [first], Whose.OWN)
    with register.open("a") as file:
        file.write("own bbbb")
    add(register, [second], Whose.OTHER)
    add(register, [second], Whose.OTHER)
    assert read(register) == {first: Whose.OWN, second: Whose.OTHER}
    assert register.stat().st_mode & 0o777 == 0o600
    assert register.read_text().count(second) == 1
