"""The vault on a real Secret Service, and on keyrings that misbehave."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest
from keyring.errors import KeyringLocked  # noqa: TID253 - these tests are about the keyring
from secretstorage import Item

from app.vault import Outcome, Vault, VaultStatus, linux
from tests.support.keyrings import SETUP, LockedKeyring, MemoryKeyring, PromptingKeyring, UndyingKeyring, service
from tests.support.until import until

ROOT = Path(__file__).resolve().parents[2]


def test_a_value_is_stored_read_and_removed_in_a_real_keyring(secret_service: str) -> None:
    assert secret_service

    async def story() -> None:
        vault = Vault("setup", platform="linux")
        ready = await vault.ready()
        assert (ready.status, ready.usable) == (VaultStatus.READY, True)
        assert vault.name == "GNOME Keyring"
        long = "é" * 20_000
        for value in ("first", long, "second"):
            stored = await vault.put(SETUP, "token", value)
            assert (stored.status, stored.kept, stored.held) == (VaultStatus.STORED, True, False)
        vault.close()
        later = Vault("setup", platform="linux")
        assert await later.get(SETUP, "token") == Outcome(VaultStatus.READ, "second")
        with closing(Vault("practice", platform="linux")) as practice:
            assert (await practice.get(SETUP, "token")).status is VaultStatus.ABSENT
        assert (await later.delete(SETUP, "token")).status is VaultStatus.DELETED
        assert (await later.get(SETUP, "token")).status is VaultStatus.ABSENT
        assert (await later.delete(SETUP, "token")).status is VaultStatus.DELETED
        later.close()

    asyncio.run(story())


@pytest.mark.usefixtures("secret_service")
@pytest.mark.parametrize(("empty", "status"), [(2, VaultStatus.READ), (9, VaultStatus.EMPTY)])
def test_an_empty_answer_is_retried_and_never_taken_for_the_value(
    empty: int, status: VaultStatus, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, answers = Item.get_secret, [b""] * empty

    async def story() -> None:
        vault = Vault("setup", platform="linux")
        assert (await vault.put(SETUP, "token", "value")).status is VaultStatus.STORED
        with monkeypatch.context() as patch:
            patch.setattr(Item, "get_secret", lambda item: answers.pop() if answers else real(item))
            assert (await vault.get(SETUP, "token")).status is status
        assert (await vault.get(SETUP, "token")).value == "value"
        assert (await vault.delete(SETUP, "token")).status is VaultStatus.DELETED
        vault.close()

    asyncio.run(story())


def test_a_keyring_that_saves_is_left_alone_until_it_has_settled() -> None:
    made: list[float] = []
    spacer = linux.ChangeSpacer()
    for _ in range(3):
        spacer.run(lambda: made.append(time.monotonic()), 0.05)
    assert min(later - earlier for earlier, later in pairwise(made)) >= 0.05
    assert set(linux.SETTLE_SECONDS) <= set(linux.PROVIDERS.values())


def test_configuration_cannot_choose_a_backend(secret_service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert secret_service
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")

    async def story() -> None:
        vault = Vault("setup", platform="linux")
        assert (await vault.put(SETUP, "chosen", "value")).status is VaultStatus.STORED
        assert (await vault.delete(SETUP, "chosen")).status is VaultStatus.DELETED
        vault.close()

    asyncio.run(story())


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32", "plan9"])
def test_without_a_keyring_values_live_for_this_run(platform: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)

    async def story() -> None:
        vault = Vault("setup", platform=platform)
        put = await vault.put(SETUP, "token", "value")
        assert (put.status, put.kept) == (VaultStatus.MEMORY, True)
        assert vault.name == "memory for this run"
        assert (await vault.ready()).status is VaultStatus.MEMORY
        assert (await vault.get(SETUP, "token")).value == "value"
        assert (await vault.delete(SETUP, "token")).status is VaultStatus.DELETED
        assert (await vault.get(SETUP, "token")).status is VaultStatus.ABSENT
        vault.close()

    asyncio.run(story())


def test_a_deletion_is_confirmed() -> None:
    keyring = UndyingKeyring()
    keyring.items[service()] = "value"
    with closing(Vault("setup", keyring)) as vault:
        assert asyncio.run(vault.delete(SETUP, "token")).status is VaultStatus.REFUSED


def test_purging_removes_named_held_and_listed_values_once_the_keyring_is_unlocked() -> None:
    class Unlocking(MemoryKeyring):
        locked = True

        def services(self, username: str) -> frozenset[str]:
            if self.locked:
                raise KeyringLocked("no collection is unlocked")
            return super().services(username)

        def delete_password(self, service: str, username: str) -> None:
            self.locked = False
            super().delete_password(service, username)

    async def story() -> None:
        keyring = Unlocking()
        keyring.items |= {service(): "named", service("old"): "named nowhere"}
        vault = Vault("setup", keyring)
        assert (await vault.purge(SETUP)).status is VaultStatus.LOCKED
        vault._held[SETUP, "base_url"] = "held"
        assert (await vault.purge(SETUP, ["token"])).status is VaultStatus.DELETED
        assert keyring.items == {}
        assert (await vault.get(SETUP, "base_url")).status is VaultStatus.ABSENT
        vault.close()

    asyncio.run(story())


def test_purging_stops_at_the_first_value_that_stays() -> None:
    asked: list[str] = []

    class Counting(LockedKeyring):
        def delete_password(self, service: str, username: str) -> None:
            asked.append(service)
            raise KeyringLocked("its prompt was dismissed")

    with closing(Vault("setup", Counting())) as vault:
        assert asyncio.run(vault.purge(SETUP, ["token", "base_url"])).status is VaultStatus.LOCKED
    assert asked == [service("base_url")]


def test_a_late_answer_does_not_undo_later_changes() -> None:
    async def story() -> None:
        keyring = PromptingKeyring()
        vault = Vault("setup", keyring, limit_seconds=0.1)
        await vault.put(SETUP, "token", "older")
        assert (await vault.put(SETUP, "token", "newer")).status is VaultStatus.STORED
        keyring.release.set()
        await until(lambda: keyring.ended.is_set() and vault._changing[SETUP, "token"] == 0)
        assert keyring.items[service()] == "newer"
        assert (await vault.get(SETUP, "token")).value == "newer"
        vault.close()

    asyncio.run(story())


def test_a_late_answer_does_not_restore_a_deleted_value() -> None:
    async def story() -> None:
        keyring = PromptingKeyring()
        vault = Vault("setup", keyring, limit_seconds=0.1)
        await vault.put(SETUP, "token", "value")
        assert (await vault.delete(SETUP, "token")).status is VaultStatus.DELETED
        keyring.release.set()
        await until(lambda: keyring.ended.is_set() and vault._changing[SETUP, "token"] == 0)
        assert keyring.items == {}
        vault.close()

    asyncio.run(story())


def test_a_canceled_wait_can_be_retried() -> None:
    async def story() -> None:
        keyring = PromptingKeyring()
        vault = Vault("setup", keyring)
        task = asyncio.create_task(vault.put(SETUP, "token", "value"))
        await until(keyring.entered.is_set)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (await vault.get(SETUP, "token")).value == "value"
        assert (await vault.retry(SETUP)).status is VaultStatus.STORED
        keyring.release.set()
        vault.close()

    asyncio.run(story())


def test_a_hung_keyring_does_not_keep_the_process_alive() -> None:
    script = """
import asyncio, time
from tests.support.until import until
from tests.support.keyrings import MemoryKeyring
from app.vault import Vault
class Stuck(MemoryKeyring):
    def get_password(self, service, username):
        time.sleep(60)
print(asyncio.run(Vault("setup", Stuck(), limit_seconds=0.1).get("0" * 32, "token")).status)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=20, check=True
    )
    assert done.stdout.strip() == "unanswered"


def test_importing_the_vault_imports_no_keyring() -> None:
    script = "import sys, app.vault; print('keyring' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=20, check=True
    )
    assert done.stdout.strip() == "False"
