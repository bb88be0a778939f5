"""Each way in which a keyring can misbehave has its sentence and loses nothing.

The eighth, vanishing in mid-run, is shown with real keyrings in ``test_providers.py``; what only macOS and Windows do
is in ``test_mac.py`` and ``test_windows.py``.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import closing

import pytest
from keyring.backends.null import Keyring as NullKeyring  # noqa: TID253 - what a configuration could choose

from app.vault import SENTENCES, Vault, VaultStatus
from app.vault import backend as keyrings
from tests.support.keyrings import (
    SETUP,
    DeletingFirstKeyring,
    DiscardingKeyring,
    GarblingKeyring,
    LockedKeyring,
    MemoryKeyring,
    PromptingKeyring,
    RefusingKeyring,
    SlowKeyring,
    service,
)
from tests.support.until import until

HELD = "The value is held until the program closes."


def held_until_it_behaves(keyring: MemoryKeyring, status: VaultStatus, sentence: str) -> None:
    """The new value is held and the old one stays, until it behaves: then the new one is there."""

    async def story() -> None:
        keyring.items[service()] = "old"
        vault = Vault("setup", keyring)
        put = await vault.put(SETUP, "token", "new")
        assert (put.status, put.kept, put.held) == (status, True, True)
        assert put.sentence == f"{sentence} {HELD}"
        assert "new" not in repr(put)
        assert (await vault.get(SETUP, "token")).value == "new"
        assert keyring.items == {service(): "old"}
        keyring.well = True
        assert (await vault.retry(SETUP)).status is VaultStatus.STORED
        assert keyring.items == {service(): "new"}
        assert vault._held == {}
        vault.close()

    asyncio.run(story())


def test_locked() -> None:
    held_until_it_behaves(LockedKeyring(), VaultStatus.LOCKED, "The keyring is locked. Unlock it, then try again.")


def test_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[keyrings.Keyring | None] = [None]
    monkeypatch.setattr(keyrings, "allowed", lambda _: found[0])

    async def story() -> None:
        vault = Vault("setup")
        put = await vault.put(SETUP, "token", "value")
        assert (put.status, put.held) == (VaultStatus.MEMORY, True)
        assert put.sentence == ("This computer offers no keyring, so the value is held only until the program closes.")
        assert vault.name == "memory for this run"
        assert (await vault.get(SETUP, "token")).value == "value"
        keyring = MemoryKeyring()
        found[0] = keyrings.Keyring(keyring, "a keyring")
        assert (await vault.retry(SETUP)).status is VaultStatus.STORED
        assert keyring.items == {service(): "value"}
        vault.close()

    asyncio.run(story())


def test_slow() -> None:
    async def story() -> float:
        vault = Vault("setup", SlowKeyring())
        call = asyncio.create_task(vault.put(SETUP, "token", "value"))
        longest, last = 0.0, time.monotonic()
        while not call.done():
            await asyncio.sleep(0.005)
            now = time.monotonic()
            longest, last = max(longest, now - last), now
        assert (call.result().status, call.result().sentence) == (VaultStatus.STORED, "Kept in the keyring.")
        assert (await vault.get(SETUP, "token")).value == "value"
        vault.close()
        return longest

    assert asyncio.run(story()) < 0.1, "the loop turns meanwhile"


def test_prompting() -> None:
    async def story() -> None:
        keyring = PromptingKeyring()
        keyring.items[service()] = "old"
        vault = Vault("setup", keyring, limit_seconds=0.1)
        put = await vault.put(SETUP, "token", "new")
        assert (put.status, put.kept, put.held) == (VaultStatus.UNANSWERED, True, True)
        assert put.sentence == (f"The keyring has not answered. Look for its prompt, answer it, then try again. {HELD}")
        assert (await vault.get(SETUP, "token")).value == "new"
        assert keyring.items == {service(): "old"}
        assert (await vault.put(SETUP, "base_url", "other")).status is VaultStatus.STORED, "other calls go on"
        keyring.release.set()
        await until(lambda: not vault._held)  # the late answer was proved, so memory lets go
        assert keyring.items == {service(): "new", service("base_url"): "other"}
        vault.close()

    asyncio.run(story())


@pytest.mark.parametrize("kind", [RefusingKeyring, DeletingFirstKeyring])
def test_refusing(kind: type[MemoryKeyring]) -> None:
    held_until_it_behaves(
        kind(),
        VaultStatus.REFUSED,
        "The keyring did not accept the request. Open the keyring's own program to see why.",
    )


DISCARDED = "The keyring reported success, but did not keep the value."


def test_silently_discarding() -> None:
    held_until_it_behaves(DiscardingKeyring(), VaultStatus.DISCARDED, DISCARDED)


def test_silently_discarding_as_a_configured_backend_would() -> None:
    async def story() -> None:
        vault = Vault("setup", NullKeyring())  # type: ignore[arg-type, no-untyped-call]
        put = await vault.put(SETUP, "token", "value")
        assert (put.status, put.held, put.sentence) == (VaultStatus.DISCARDED, True, f"{DISCARDED} {HELD}")
        assert (await vault.get(SETUP, "token")).value == "value"
        vault.close()

    asyncio.run(story())


def test_returning_something_else() -> None:
    held_until_it_behaves(
        GarblingKeyring(), VaultStatus.MISMATCH, "The keyring did not give back what was stored in it."
    )


def test_returning_something_else_where_there_was_nothing_leaves_nothing() -> None:
    keyring = GarblingKeyring()
    with closing(Vault("setup", keyring)) as vault:
        assert asyncio.run(vault.put(SETUP, "token", "new")).held
    assert keyring.items == {}


def test_returning_what_is_no_text() -> None:
    keyring = MemoryKeyring()
    keyring.items[service()] = b"bytes"  # type: ignore[assignment]
    with closing(Vault("setup", keyring)) as vault:
        assert asyncio.run(vault.get(SETUP, "token")).status is VaultStatus.MISMATCH


def test_every_status_has_a_sentence_of_its_own() -> None:
    assert set(SENTENCES) == set(VaultStatus)
    assert len(set(SENTENCES.values())) == len(SENTENCES)
    assert all(s.endswith(".") and "!" not in s and "please" not in s.lower() for s in SENTENCES.values())
