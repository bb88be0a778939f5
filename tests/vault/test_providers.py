"""The vault on three real Secret Services: locked, unlocked, killed and restarted during a run."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from app.vault import Outcome, Vault, VaultStatus
from app.vault.outcome import HELD
from tests.vault.providers import SAVING, Provider
from tests.vault.stories import secrets_without_a_setup_are_found_and_removed

if TYPE_CHECKING:
    from pathlib import Path

SETUP = "0123456789abcdef0123456789abcdef"
PATIENCE = 1.0
"""Seconds that a call waits for a prompt that nobody answers here."""


async def proved(value: str, name: str = "token") -> None:
    """Check that another run of the program finds the value."""
    later = Vault("setup", platform="linux", limit_seconds=10)
    assert await later.get(SETUP, name) == Outcome(VaultStatus.READ, value)
    later.close()


def test_values_are_put_replaced_read_and_removed(provider: Provider) -> None:
    async def story() -> None:
        vault = Vault("setup", platform="linux", limit_seconds=10)
        assert (await vault.ready()).usable
        assert vault.name == provider.name
        for value in ("first", "é" * 20_000, "second"):
            assert (await vault.put(SETUP, "token", value)).status is VaultStatus.STORED
            await proved(value)
        assert (await vault.put(SETUP, "base_url", "other")).status is VaultStatus.STORED
        assert (await vault.delete(SETUP, "token")).status is VaultStatus.DELETED
        assert (await vault.get(SETUP, "token")).status is VaultStatus.ABSENT
        await proved("other", "base_url")
        assert (await vault.delete(SETUP, "base_url")).status is VaultStatus.DELETED
        vault.close()

    asyncio.run(story())


@pytest.mark.left_behind("thread", "a prompt that nobody answers holds its thread until the keyring ends")
def test_a_value_put_while_locked_is_held_until_it_is_unlocked(provider: Provider) -> None:
    async def story() -> None:
        vault = Vault("setup", platform="linux", limit_seconds=10)
        assert (await vault.put(SETUP, "token", "before")).status is VaultStatus.STORED
        provider.lock()
        vault.limit_seconds = PATIENCE
        assert (await vault.stored_values()).status is VaultStatus.LOCKED, "no prompt, which nobody answers here"
        put = await vault.put(SETUP, "token", "after")
        assert put.status is (VaultStatus.UNANSWERED if provider.prompts else VaultStatus.LOCKED)
        assert put.held
        assert put.sentence.endswith(HELD)
        assert (await vault.get(SETUP, "token")).value == "after"
        provider.unlock()
        vault.limit_seconds = 10
        assert (await vault.retry(SETUP)).status is VaultStatus.STORED
        await proved("after")
        assert (await vault.delete(SETUP, "token")).status is VaultStatus.DELETED
        vault.close()

    asyncio.run(story())


def test_a_keyring_that_stops_loses_nothing_and_is_used_again_once_it_runs(provider: Provider) -> None:
    async def story(vault: Vault) -> None:
        await asyncio.sleep(SAVING)  # until an earlier test's change is written
        earlier = provider.on_disk()
        assert (await vault.put(SETUP, "base_url", "before")).status is VaultStatus.STORED
        provider.flush()
        provider.written(earlier)
        provider.kill()
        put = await vault.put(SETUP, "token", "while away")
        assert (put.status, put.held) == (VaultStatus.GONE, True)
        assert put.sentence == f"{VaultStatus.GONE.words} {HELD}"
        assert (await vault.get(SETUP, "base_url")).status is VaultStatus.GONE
        provider.start()
        assert (await vault.retry(SETUP)).status is VaultStatus.STORED
        await proved("while away")
        await proved("before", "base_url")
        for name in ("token", "base_url"):
            assert (await vault.delete(SETUP, name)).status is VaultStatus.DELETED

    vault = Vault("setup", platform="linux", limit_seconds=10)
    try:
        asyncio.run(story(vault))
    finally:
        vault.close()


def test_secrets_without_a_setup_are_found_and_removed(provider: Provider, tmp_path: Path) -> None:
    vault = Vault("setup", platform="linux", limit_seconds=10)
    assert vault.name != provider.name
    asyncio.run(secrets_without_a_setup_are_found_and_removed(tmp_path, vault))
    assert vault.name == provider.name
    vault.close()
