"""``cie-scim-assistant --remove-my-data``: removes setups, practice and their secrets from this account.

An uninstaller cannot do this, because files and keyring belong to the user. Secrets are removed first, as when a
single setup is deleted, and the keyring is queried again to confirm it. The directory in CIE and the portals are not
touched.
"""

from __future__ import annotations

import asyncio
import shutil
import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.cleanup import orphans
from app.guide import catalog
from app.practice.process import SEED_KEY
from app.session.directory_sync import SECRETS
from app.session.former import items
from app.setup.lock import AlreadyOpen, FolderTaken
from app.setup.store import Store
from app.system import preferences
from app.text.counts import counted
from app.text.legible import legible
from app.vault import Vault, VaultStatus

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from app.setup.lock import CannotUse

OUR_FOLDERS = ("setups", "practice")
"""What the program keeps in its data folder besides the lock and the preferences.

Anything else there is not the program's.
"""

QUESTION = "Type yes to remove all of it, or anything else to keep it: "
CANCELED = "Nothing was changed."
NO_DATA = "This account has no data of the assistant.\n"
OPEN = "The assistant is open. Close it first. Nothing was removed."


@dataclass(frozen=True, slots=True)
class SetupInventory:
    """The setups of one kind, real or practice."""

    setups: tuple[str, ...]
    """Ids, including those of unreadable setups."""
    secrets: int
    """The number of values that are in the keyring according to the setups' files."""

    def line(self, kind: str) -> str:
        """Return the counts in one line."""
        return f"{counted(len(self.setups), f'{kind}setup')} with {counted(self.secrets, 'secret')} in the keyring"


@dataclass(frozen=True, slots=True)
class Survey:
    """What can be removed."""

    folder: Path
    real: SetupInventory
    practice: SetupInventory
    present: bool
    """Whether the data folder contains anything of the program."""

    @property
    def lines(self) -> tuple[str, ...]:
        """What will be removed, one line each."""
        kinds = ((self.real, ""), (self.practice, "practice "))
        counted = [inventory.line(kind) for inventory, kind in kinds if inventory.setups]
        return (*counted, f"The assistant's files in the folder {legible(str(self.folder))}")

    @property
    def untouched(self) -> str:
        """What the removal does not change."""
        return "The directory in CIE and the portal don't change. Removed data can't be restored."


@dataclass(frozen=True, slots=True)
class Result:
    """The result of the removal."""

    complete: bool
    sentence: str


def survey(folder: Path) -> Survey:
    """Look for what can be removed. Changes nothing and does not use the keyring."""
    return Survey(
        folder,
        _inventory(Store(folder)),
        _inventory(Store(folder / "practice", practice=True)),
        any((folder / name).exists() for name in (*OUR_FOLDERS, preferences.NAME)),
    )


def _inventory(store: Store) -> SetupInventory:
    listing = store.list(repair=False)
    unread = (trouble.setup_id for trouble in listing.troubles if trouble.setup_id)
    ids = dict.fromkeys((*(setup.id for setup in listing.setups), *unread))
    return SetupInventory(tuple(ids), sum(len(setup.kept) for setup in listing.setups))


async def remove(found: Survey) -> Result:
    """Remove everything. Removes nothing while the assistant is open or the keyring is unavailable."""
    if any((found.folder / name).is_symlink() for name in OUR_FOLDERS):
        where = legible(str(found.folder))
        return Result(complete=False, sentence=f"A folder in {where} is a symbolic link. Nothing was removed.")
    stores = (Store(found.folder), Store(found.folder / "practice", practice=True))
    vaults = (Vault("setup"), Vault("practice"))
    try:
        for store in stores:
            locked = store.lock()
            if not isinstance(locked, FolderTaken):
                return Result(complete=False, sentence=_lock_failure(locked))
        if not (await vaults[0].ready()).usable:
            return Result(
                complete=False,
                sentence="The keyring isn't available, so nothing was removed. Sign in to this account's desktop "
                "and run this again there. A computer without a keyring has no saved secrets: delete the folder "
                f"{legible(str(found.folder))}.",
            )
        failures = [await _remove_setups(*pair) for pair in zip(vaults, (found.real, found.practice), strict=True)]
        failures += [await _remove_orphans(*pair) for pair in zip(stores, vaults, strict=True)]
        owner, seed = SEED_KEY
        failures.append((await vaults[1].delete(owner, seed)).status is not VaultStatus.DELETED)
    finally:
        for vault in vaults:
            vault.close()
        for store in stores:
            store.close()
    if any(failures):
        return Result(
            complete=False,
            sentence="Some secrets couldn't be removed from the keyring, so the files stay. Unlock the keyring, then "
            "run this again.",
        )
    return _remove_files(found)


async def _remove_setups(vault: Vault, inventory: SetupInventory) -> bool:
    """Remove the secrets of these setups. Return whether any could not be removed."""
    # Includes unreadable files, so use every secret name of every guide.
    names = {name for guide in catalog.guides() for name, spec in guide.values.items() if spec.secret}
    names.update(SECRETS.values())
    return await _purge(vault, inventory.setups, items(names))


async def _remove_orphans(store: Store, vault: Vault) -> bool:
    """Remove secrets left over from setups that were here once. Return whether any could not be removed."""
    return await _purge(vault, sorted((await orphans.find(store, vault)).own))


async def _purge(vault: Vault, setup_ids: Iterable[str], names: Iterable[str] = ()) -> bool:
    outcomes = [await vault.purge(setup_id, names) for setup_id in setup_ids]
    return any(outcome.status is not VaultStatus.DELETED for outcome in outcomes)


def _remove_files(found: Survey) -> Result:
    failed: list[str] = []
    for name in OUR_FOLDERS:
        with suppress(FileNotFoundError):
            try:
                shutil.rmtree(found.folder / name)
            except OSError:
                failed.append(name)
    try:
        preferences.remove(found.folder)
    except OSError:
        failed.append(preferences.NAME)
    with suppress(OSError):
        (found.folder / "lock").unlink()
        found.folder.rmdir()  # only if nothing else is in it
    if failed:
        where = legible(str(found.folder))
        return Result(complete=False, sentence=f"The secrets were removed, but some files in {where} couldn't be.")
    setups, secrets = len(found.real.setups + found.practice.setups), found.real.secrets + found.practice.secrets
    return Result(
        complete=True,
        sentence=f"Removed: {counted(setups, 'setup')} and {counted(secrets, 'secret')}. The keyring was checked again "
        "and has none of them.",
    )


def _lock_failure(locked: AlreadyOpen | CannotUse) -> str:
    if isinstance(locked, AlreadyOpen):
        return OPEN
    return f"{locked.sentence} Nothing was removed."


def main(folder: Path) -> int:
    """List what will be removed, ask on standard input, and remove it. Return 0 unless a removal failed."""
    found = survey(folder)
    if not found.present:
        sys.stdout.write(NO_DATA)
        return 0
    listed = "".join(f"  {line}\n" for line in found.lines)
    sys.stdout.write(f"This removes the following from this account:\n{listed}{found.untouched}\n{QUESTION}")
    sys.stdout.flush()
    answer = sys.stdin.readline().strip().casefold()
    if answer != "yes":
        sys.stdout.write(f"{CANCELED}\n")
        return 0
    result = asyncio.run(remove(found))
    (sys.stdout if result.complete else sys.stderr).write(f"{result.sentence}\n")
    return 0 if result.complete else 1
