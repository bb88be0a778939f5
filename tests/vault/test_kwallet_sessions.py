"""KWallet: sessions with another key than ours never lose, garble or replace a secret.

The deterministic case of kwalletd 5.103 and 6.13 is a public key of the client that begins with nine one bits.
"""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

import pytest
from secretstorage import dhcrypto

from app.vault import Outcome, Vault, VaultStatus
from tests.vault.providers import KWallet

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SETUP = "0123456789abcdef0123456789abcdef"
VAULTS = int(os.environ.get("KWALLET_VAULTS", "60"))
"""Fresh vaults of the long test; 2,000 take some minutes."""


@pytest.fixture(scope="module")
def wallet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KWallet]:
    provider = KWallet(tmp_path_factory.mktemp("kwallet"))
    try:
        provider.start()
        yield provider
    finally:
        provider.close()


@pytest.fixture
def sessions(wallet: KWallet, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[bool]]:
    """Take a list: True for each of the next sessions that gets a key the service misreads. Then keys by chance."""
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", wallet.address)
    planned: list[bool] = []
    by_chance = dhcrypto.Session.__init__

    def choose(session: dhcrypto.Session) -> None:
        misread = planned.pop(0) if planned else None
        by_chance(session)
        while misread is not None and (session.my_public_key >> 1015 == 0x1FF) is not misread:
            # One key in 512 fits. The next power of two costs a doubling, and a new key two thousand of them.
            session.my_private_key += 1
            session.my_public_key = session.my_public_key * 2 % dhcrypto.DH_PRIME_1024

    monkeypatch.setattr(dhcrypto.Session, "__init__", choose)
    yield planned
    planned.clear()


def fresh() -> Vault:
    return Vault("setup", platform="linux", limit_seconds=60)


async def read_and_close(vault: Vault, name: str) -> Outcome:
    outcome = await vault.get(SETUP, name)
    vault.close()
    return outcome


@pytest.mark.parametrize("planned", [[True], [True, True], [False, True], [True, False, True]])
def test_a_misread_session_is_noticed(sessions: list[bool], planned: list[bool]) -> None:
    async def story() -> None:
        vault = fresh()
        sessions[:] = planned
        assert (await vault.put(SETUP, "token", "first value")).status is VaultStatus.STORED
        vault.close()
        sessions[:] = planned
        assert await read_and_close(fresh(), "token") == Outcome(VaultStatus.READ, "first value")
        vault = fresh()
        sessions[:] = planned
        assert (await vault.put(SETUP, "token", "second value")).status is VaultStatus.STORED
        vault.close()
        sessions.clear()
        assert await read_and_close(fresh(), "token") == Outcome(VaultStatus.READ, "second value")
        vault = fresh()
        assert (await vault.delete(SETUP, "token")).status is VaultStatus.DELETED
        vault.close()

    asyncio.run(story())


def test_no_value_is_ever_wrong(sessions: list[bool]) -> None:
    """Every tenth vault begins with the deterministic case; the others meet what chance brings."""

    async def story() -> None:
        vault = fresh()
        assert (await vault.put(SETUP, "kept", "kept value")).status is VaultStatus.STORED
        vault.close()
        for number in range(VAULTS):
            sessions[:] = [True] if number % 10 == 0 else []
            vault = fresh()
            assert await vault.get(SETUP, "kept") == Outcome(VaultStatus.READ, "kept value"), number
            if number % 5 == 0:
                assert (await vault.put(SETUP, "new", f"value {number}")).status is VaultStatus.STORED, number
                assert await read_and_close(fresh(), "new") == Outcome(VaultStatus.READ, f"value {number}")
            vault.close()

    asyncio.run(story())


def test_an_item_without_a_value_says_so(wallet: KWallet, sessions: list[bool], tmp_path: Path) -> None:
    """KWallet keeps names at once and values after five seconds: killed between, it has an item that is empty."""

    async def story() -> None:
        vault = fresh()
        assert (await vault.put(SETUP, "cut-off", "value")).status is VaultStatus.STORED
        vault.close()
        wallet.kill()
        wallet.start()
        again = fresh()
        assert (await again.unlock()).status is VaultStatus.READY
        outcome = await again.get(SETUP, "cut-off")
        assert outcome.status in (VaultStatus.EMPTY, VaultStatus.ABSENT)
        assert (await again.put(SETUP, "cut-off", "pasted again")).status is VaultStatus.STORED
        again.close()
        assert await read_and_close(fresh(), "cut-off") == Outcome(VaultStatus.READ, "pasted again")

    asyncio.run(story())
