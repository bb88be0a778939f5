"""``cie-scim-assistant --remove-my-data``: setups, practice and their secrets leave this account, and that is proved.

No uninstaller can do it: files and keyring belong to the user alone. It deletes as deleting a single setup does,
secrets first. The directory in CIE and the portals are not touched.
"""

from __future__ import annotations

import asyncio
import shutil
import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.text.legible import legible

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from app.setup.lock import AlreadyOpen, CannotUse
    from app.setup.store import Store
    from app.vault import Vault

OWN = ("setups", "practice")
"""What the program keeps in its data folder, beside the lock. Anything else there is not its own."""

QUESTION = "Type yes to remove all of it, anything else to keep it: "
KEPT = "Everything stays as it is."


@dataclass(frozen=True, slots=True)
class Stock:
    """The setups of one kind, real or practice."""

    setups: tuple[str, ...]
    """Ids, also of those that cannot be read."""
    secrets: int
    """How many values their files say are in the keyring."""

    def line(self, kind: str) -> str:
        """In one line, by count."""
        return f"{_count(len(self.setups), f'{kind}setup')} with {_count(self.secrets, 'secret')} in the keyring"


@dataclass(frozen=True, slots=True)
class Survey:
    """What there is to remove."""

    folder: Path
    real: Stock
    practice: Stock
    present: bool
    """Whether the data folder holds anything of the program."""

    @property
    def lines(self) -> tuple[str, ...]:
        """What will be removed, a line each."""
        kinds = ((self.real, ""), (self.practice, "practice "))
        counted = [stock.line(kind) for stock, kind in kinds if stock.setups]
        return (*counted, f"Everything of the assistant in the folder {legible(str(self.folder))}")

    @property
    def untouched(self) -> str:
        """What removal does not mean."""
        return "The directory in CIE and the portal stay as they are. What is removed cannot be brought back."


@dataclass(frozen=True, slots=True)
class Result:
    """What came of the removal."""

    complete: bool
    sentence: str


def survey(folder: Path) -> Survey:
    """Look at what there is; nothing is changed, and the keyring is not asked."""
    from app.setup.store import Store

    return Survey(
        folder,
        _stock(Store(folder)),
        _stock(Store(folder / "practice")),
        any((folder / name).exists() for name in OWN),
    )


def _stock(store: Store) -> Stock:
    listing = store.list(repair=False)
    unread = (trouble.setup_id for trouble in listing.troubles if trouble.setup_id)
    ids = dict.fromkeys((*(setup.id for setup in listing.setups), *unread))
    return Stock(tuple(ids), sum(len(setup.kept) for setup in listing.setups))


async def remove(found: Survey) -> Result:
    """Remove all of it. While the assistant is open, or where the keyring cannot be asked, nothing is removed."""
    from app.practice.process import KEPT_SEED
    from app.setup.lock import FolderTaken
    from app.setup.store import Store
    from app.vault import Vault, VaultStatus

    if any((found.folder / name).is_symlink() for name in OWN):
        where = legible(str(found.folder))
        return Result(complete=False, sentence=f"A folder in {where} is a symbolic link. Nothing was removed.")
    stores = (Store(found.folder), Store(found.folder / "practice"))
    vaults = (Vault("setup"), Vault("practice"))
    try:
        for store in stores:
            locked = store.lock()
            if not isinstance(locked, FolderTaken):
                return Result(complete=False, sentence=_not_begun(locked))
        if not (await vaults[0].ready()).usable:
            return Result(
                complete=False,
                sentence="No keyring can be reached, so nothing was removed. Sign in to the desktop of this account "
                "and run it there. On a computer that has no keyring no secret is kept: delete the folder "
                f"{legible(str(found.folder))}.",
            )
        left = [await _remove_setups(*pair) for pair in zip(vaults, (found.real, found.practice), strict=True)]
        left += [await _remove_orphans(*pair) for pair in zip(stores, vaults, strict=True)]
        owner, seed = KEPT_SEED
        left.append((await vaults[1].delete(owner, seed)).status is not VaultStatus.DELETED)
    finally:
        for vault in vaults:
            vault.close()
        for store in stores:
            store.close()
    if any(left):
        return Result(
            complete=False,
            sentence="The keyring did not let go of every secret, so the files stay. Unlock the keyring, then run it "
            "again.",
        )
    return _remove_files(found)


async def _remove_setups(vault: Vault, stock: Stock) -> bool:
    """Take the secrets of these setups out of the keyring; returns whether it kept any."""
    from app.guide import catalog
    from app.session.directory_sync import SECRETS

    # Also of files that cannot be read, so every name that any guide has.
    names = {name for guide in catalog.guides() for name, spec in guide.values.items() if spec.secret}
    names.update(SECRETS.values())
    return await _purge(vault, stock.setups, names)


async def _remove_orphans(store: Store, vault: Vault) -> bool:
    """Remove what is left of setups that were here once; returns whether the keyring kept any."""
    from app.cleanup import orphans

    return await _purge(vault, sorted((await orphans.find(store, vault)).own))


async def _purge(vault: Vault, setup_ids: Iterable[str], names: Iterable[str] = ()) -> bool:
    from app.vault import VaultStatus

    outcomes = [await vault.purge(setup_id, names) for setup_id in setup_ids]
    return any(outcome.status is not VaultStatus.DELETED for outcome in outcomes)


def _remove_files(found: Survey) -> Result:
    failed: list[str] = []
    for name in OWN:
        with suppress(FileNotFoundError):
            try:
                shutil.rmtree(found.folder / name)
            except OSError:
                failed.append(name)
    with suppress(OSError):
        (found.folder / "lock").unlink()
        found.folder.rmdir()  # only where nothing else is in it
    if failed:
        where = legible(str(found.folder))
        return Result(complete=False, sentence=f"The secrets are gone, but not every file in {where} could be removed.")
    setups, secrets = len(found.real.setups + found.practice.setups), found.real.secrets + found.practice.secrets
    return Result(
        complete=True,
        sentence=f"Removed: {_count(setups, 'setup')} and {_count(secrets, 'secret')}. The keyring was asked again "
        "and holds none of them.",
    )


def _not_begun(locked: AlreadyOpen | CannotUse) -> str:
    from app.setup.lock import AlreadyOpen

    if isinstance(locked, AlreadyOpen):
        return "The assistant is open. Close it first; nothing was removed."
    return f"{locked.sentence} Nothing was removed."


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def main(folder: Path) -> int:
    """Tell, ask and remove where there is a standard input; returns 0 unless something could not be removed."""
    found = survey(folder)
    if not found.present:
        sys.stdout.write("There is nothing of the assistant in this account.\n")
        return 0
    listed = "".join(f"  {line}\n" for line in found.lines)
    sys.stdout.write(f"This removes from this account:\n{listed}{found.untouched}\n{QUESTION}")
    sys.stdout.flush()
    answer = sys.stdin.readline().strip().casefold()
    if answer != "yes":
        sys.stdout.write(f"{KEPT}\n")
        return 0
    result = asyncio.run(remove(found))
    (sys.stdout if result.complete else sys.stderr).write(f"{result.sentence}\n")
    return 0 if result.complete else 1
