"""Killed 500 times while it saves and captures: no setup unreadable, no secret lost, no secret unnoticed.

A server that has everything imported forks a child for each kill. The child makes setups, captures, replaces and
deletes with the real store and a real keyring, and says in a pipe what it is about to do and what was reported as done.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import os
import random
import secrets
import select
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from app.cleanup import orphans
from app.guide import catalog
from app.session.open_setup import new_setup, utc_now
from app.setup.lock import FolderTaken
from app.setup.store import NotSaved, Store
from app.vault import Vault, VaultStatus

if TYPE_CHECKING:
    from app.setup.state import Setup

ROOT = Path(__file__).resolve().parents[2]
KILLS = 500
LONGEST = 0.09
"""Maximum seconds from a child's first output to its kill; an action takes a few milliseconds."""
NAMES = ("token", "base_url")


def serve(folder: Path) -> None:
    """For each seed on standard input, fork a child and print its id; the child works until it is killed."""
    for module in ("app.setup.document", "keyring.errors", "secretstorage", "jeepney.io.blocking"):
        importlib.import_module(module)  # so that a child starts working immediately
    guide = catalog.guide("entra")
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for seed in sys.stdin:
        if (child := os.fork()) == 0:
            asyncio.run(work(folder, guide, random.Random(int(seed))))
            os._exit(0)
        tell(child=child)


def tell(**what: object) -> None:
    """Print one line in a single write."""
    os.write(1, f"{json.dumps(what)}\n".encode())


async def work(folder: Path, guide: object, chance: random.Random) -> None:
    """Save, capture, replace and delete endlessly, in the program's way."""
    store, vault = Store(folder), Vault("setup")
    while not isinstance(store.lock(), FolderTaken):
        time.sleep(0.001)  # the previous one is still being recorded
    here = [setup.id for setup in store.list().setups]
    while True:
        if len(here) < 3 or chance.random() < 0.2:
            setup = new_setup(guide, utc_now(), practice=False)  # type: ignore[arg-type]
            assert not isinstance(store.save(setup), NotSaved)
            here.append(setup.id)
        setup_id = chance.choice(here)
        if len(here) > 6 or chance.random() < 0.1:
            await delete(store, vault, setup_id, by_hand=chance.random() < 0.3)
            here.remove(setup_id)
        else:
            await capture(store, vault, setup_id, chance.choice(NAMES), secrets.token_hex(chance.choice((16, 500))))


async def capture(store: Store, vault: Vault, setup_id: str, name: str, value: str) -> None:
    """Into the keyring, then into the file."""
    tell(putting=[setup_id, name], value=value)
    outcome = await vault.put(setup_id, name, value)
    tell(put=[setup_id, name], value=value, status=outcome.status)
    setup = store.load(setup_id)
    store.save(setup.with_(kept={**setup.kept, name: utc_now()}))  # type: ignore[union-attr]


async def delete(store: Store, vault: Vault, setup_id: str, *, by_hand: bool = False) -> None:
    """Secrets first, then the file; or the file alone, as an admin does who cleans up the folder."""
    tell(deleting=setup_id)
    for name in () if by_hand else NAMES:
        assert (await vault.delete(setup_id, name)).status is VaultStatus.DELETED
    assert not isinstance(store.delete(setup_id), NotSaved)


@dataclass
class Ledger:
    """What the keyring must contain, according to the children's output."""

    proved: dict[tuple[str, str], str] = field(default_factory=dict)
    """Reported as stored."""
    begun: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    """Also valid: the killed run had started to store it."""
    deleting: set[str] = field(default_factory=set)
    """Setups whose deletion had started: their secrets may be there or not."""
    stored: int = 0
    interrupted: int = 0
    orphans: int = 0

    def hear(self, line: str) -> None:
        """Record a child's output."""
        said = json.loads(line)
        if "deleting" in said:
            self.deleting.add(said["deleting"])
        elif "putting" in said:
            self.begun.setdefault(tuple(said["putting"]), set()).add(said["value"])
        elif "put" in said:
            assert said["status"] == VaultStatus.STORED, said["status"]
            self.proved[tuple(said["put"])] = said["value"]
            self.begun.pop(tuple(said["put"]), None)
            self.stored += 1

    async def check(self, store: Store, vault: Vault) -> None:
        """Compare files and keyring with the output, and continue from the actual state."""
        listing = store.list()
        assert listing.troubles == (), "a setup cannot be read"
        here = {setup.id: setup for setup in listing.setups}
        held = (await vault.stored_values()).keys
        found = await orphans.find(store, vault)
        for key in held:
            assert key[0] in here or key[0] in found.own, "a secret without a setup went unnoticed"
        for key, value in {**self.proved}.items():
            got = (await vault.get(*key)).value
            if key[0] in self.deleting:
                assert got in {None, value, *self.begun.get(key, ())}, "half a secret"
                self.proved.pop(key)
                if got is not None:
                    self.proved[key] = got
            else:
                assert key[0] in here, "a setup is lost"
                assert got in {value, *self.begun.get(key, ())}, "a secret is lost or not whole"
                self.proved[key] = str(got)
        for key in self.begun.keys() - self.proved.keys():
            got = (await vault.get(*key)).value
            assert got is None or got in self.begun[key], "half a secret"
            if got is not None and key[0] in here:
                self.proved[key] = got
        self.proved = {key: value for key, value in self.proved.items() if key[0] in here}
        self.interrupted += len(self.begun)
        self.orphans += len(found.own)
        self.begun.clear()
        self.deleting.clear()
        assert await orphans.remove(store, vault, found.own) is None


@pytest.mark.slow(40, "kills 500 processes at work")
@pytest.mark.usefixtures("secret_service")
def test_killed_500_times_it_loses_no_setup_and_no_secret(tmp_path: Path) -> None:
    seed = int(os.environ.get("KILL_SEED", secrets.randbits(32)))
    print(f"KILL_SEED={seed}")
    chance, ledger = random.Random(seed), Ledger()
    server = subprocess.Popen(
        [sys.executable, "-c", f"from tests.journeys.test_random_kills import *; serve(Path({str(tmp_path)!r}))"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert server.stdin is not None
    assert server.stdout is not None
    os.set_blocking(server.stdout.fileno(), False)
    left = b""
    store, vault = Store(tmp_path), Vault("setup")
    loop = asyncio.new_event_loop()
    try:
        for number in range(KILLS):
            server.stdin.write(b"%d\n" % chance.getrandbits(32))
            server.stdin.flush()
            words, left = killed(server.stdout.fileno(), chance.uniform(0, LONGEST), left)
            for line in words:
                ledger.hear(line)
            if number % 10 == 9 or number == KILLS - 1:
                loop.run_until_complete(ledger.check(store, vault))
        loop.run_until_complete(clean(store, vault))
        print(f"{ledger.stored} stored, {ledger.interrupted} interrupted, {ledger.orphans} orphans found")
        assert min(ledger.stored, ledger.interrupted, ledger.orphans) > 10, "the children hardly got to work"
    finally:
        loop.close()
        vault.close()
        server.stdin.close()
        server.wait(10)
        server.stdout.close()


def killed(words: int, delay: float, left: bytes) -> tuple[list[str], bytes]:
    """Let a child work for that many seconds, kill it, and read the rest of its output."""
    child, heard, deadline = 0, left, None
    while deadline is None or time.monotonic() < deadline:
        wait = 20 if deadline is None else max(0, deadline - time.monotonic())
        ready, _, _ = select.select([words], [], [], wait)
        assert ready or deadline is not None, "no child in 20 seconds"
        if ready:
            heard += os.read(words, 65536)
        lines = heard.split(b"\n")[:-1]
        if not child:
            child = next((json.loads(line)["child"] for line in lines if b'"child"' in line), 0)
        elif deadline is None and len(lines) > 1:
            deadline = time.monotonic() + delay
    os.kill(child, signal.SIGKILL)
    while Path(f"/proc/{child}").exists():
        time.sleep(0.0005)
    while select.select([words], [], [], 0)[0] and (more := os.read(words, 65536)):
        heard += more
    *said, rest = heard.decode().split("\n")
    return [line for line in said if '"child"' not in line], rest.encode()


async def clean(store: Store, vault: Vault) -> None:
    """Delete everything as the admin would, and check that nothing is left."""
    setups: tuple[Setup, ...] = store.list().setups
    for setup in setups:
        await delete(store, vault, setup.id)
    found = await orphans.find(store, vault)
    assert await orphans.remove(store, vault, found.own) is None
    assert await orphans.find(store, vault) == orphans.Orphans(unknown=found.unknown)
