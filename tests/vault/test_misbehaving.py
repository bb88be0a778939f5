"""Each way a keyring can misbehave has its own status and sentence, and loses nothing.

One more way, disappearing during a run, is tested with real keyrings in ``test_providers.py``. Behavior specific to
macOS and Windows is in ``test_mac.py`` and ``test_windows.py``.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import closing

import pytest
from keyring.backends.null import Keyring as NullKeyring  # noqa: TID253 - what a configuration file could select

from app.vault import Vault, VaultStatus
from app.vault import backend as keyrings
from app.vault import vault as vaults
from app.vault.outcome import HELD
from tests.support.golden import Golden, lines, worded
from tests.support.keyrings import (
    SETUP,
    DeletingFirstKeyring,
    DiscardingKeyring,
    DismissedKeyring,
    GarblingKeyring,
    LockedKeyring,
    MemoryKeyring,
    PromptingKeyring,
    RefusingKeyring,
    SlowKeyring,
    service,
)
from tests.support.until import until


def check_held_until_it_works(keyring: MemoryKeyring, status: VaultStatus) -> None:
    """The new value is held and the old one stays until the keyring works; then the new one is stored."""

    async def story() -> None:
        keyring.items[service()] = "old"
        vault = Vault("setup", keyring)
        put = await vault.put(SETUP, "token", "new")
        assert (put.status, put.kept, put.held) == (status, True, True)
        assert put.sentence == f"{status.words} {HELD}"
        assert "new" not in repr(put)
        assert (await vault.get(SETUP, "token")).value == "new"
        assert keyring.items == {service(): "old"}
        keyring.well = True
        assert (await vault.retry(SETUP)).status is VaultStatus.STORED
        assert keyring.items == {service(): "new"}
        assert vault.held(SETUP) == frozenset()
        vault.close()

    asyncio.run(story())


def test_locked() -> None:
    check_held_until_it_works(LockedKeyring(), VaultStatus.LOCKED)


def test_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[keyrings.Keyring | None] = [None]
    monkeypatch.setattr(keyrings, "platform_keyring", lambda _: found[0])

    async def story() -> None:
        vault = Vault("setup")
        put = await vault.put(SETUP, "token", "value")
        assert (put.status, put.held) == (VaultStatus.MEMORY, True)
        assert put.sentence == VaultStatus.MEMORY.words
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
        assert call.result().status is VaultStatus.STORED
        assert (await vault.get(SETUP, "token")).value == "value"
        vault.close()
        return longest

    assert asyncio.run(story()) < 0.1, "the event loop keeps running"


def test_prompting() -> None:
    async def story() -> None:
        keyring = PromptingKeyring()
        keyring.items[service()] = "old"
        vault = Vault("setup", keyring, limit_seconds=0.1)
        put = await vault.put(SETUP, "token", "new")
        assert (put.status, put.kept, put.held) == (VaultStatus.UNANSWERED, True, True)
        assert put.sentence == f"{VaultStatus.UNANSWERED.words} {HELD}"
        assert (await vault.get(SETUP, "token")).value == "new"
        assert keyring.items == {service(): "old"}
        assert (await vault.put(SETUP, "base_url", "other")).status is VaultStatus.STORED, "other calls continue"
        keyring.release.set()
        await until(lambda: not vault.held(SETUP))  # the late answer was confirmed, so memory is cleared
        assert keyring.items == {service(): "new", service("base_url"): "other"}
        vault.close()

    asyncio.run(story())


@pytest.mark.parametrize("kind", [RefusingKeyring, DeletingFirstKeyring])
def test_refusing(kind: type[MemoryKeyring]) -> None:
    check_held_until_it_works(kind(), VaultStatus.REFUSED)


def test_silently_discarding() -> None:
    check_held_until_it_works(DiscardingKeyring(), VaultStatus.DISCARDED)


def test_silently_discarding_as_a_configured_backend_would() -> None:
    async def story() -> None:
        vault = Vault("setup", NullKeyring())  # type: ignore[arg-type, no-untyped-call]
        put = await vault.put(SETUP, "token", "value")
        assert (put.status, put.held) == (VaultStatus.DISCARDED, True)
        assert (await vault.get(SETUP, "token")).value == "value"
        vault.close()

    asyncio.run(story())


def test_returning_something_else() -> None:
    check_held_until_it_works(GarblingKeyring(), VaultStatus.MISMATCH)


def test_returning_something_else_for_a_new_value_leaves_nothing() -> None:
    keyring = GarblingKeyring()
    with closing(Vault("setup", keyring)) as vault:
        assert asyncio.run(vault.put(SETUP, "token", "new")).held
    assert keyring.items == {}


def test_returning_something_other_than_text() -> None:
    keyring = MemoryKeyring()
    keyring.items[service()] = b"bytes"  # type: ignore[assignment]
    with closing(Vault("setup", keyring)) as vault:
        assert asyncio.run(vault.get(SETUP, "token")).status is VaultStatus.MISMATCH


def test_a_dismissed_prompt_is_not_repeated_by_the_same_press(monkeypatch: pytest.MonkeyPatch) -> None:
    """Removing the secrets of many setups takes longer than the time for which one dismissal counts."""
    monkeypatch.setattr(vaults, "DISMISSED_SECONDS", 0.2)
    keyring = DismissedKeyring()

    async def story() -> None:
        vault = Vault("setup", keyring)
        for _ in range(2):
            shown = keyring.prompts
            for number in range(12):
                assert (await vault.purge(f"{number:032x}", ("token",))).status is VaultStatus.LOCKED
            assert keyring.prompts == shown + 1
            await asyncio.sleep(0.3)
        vault.close()

    asyncio.run(story())


def test_every_status_has_a_sentence_of_its_own(golden: Golden) -> None:
    golden("statuses", lines(VaultStatus, worded(VaultStatus)))
    said = [status.words for status in VaultStatus]
    assert len(set(said)) == len(said)
    assert all(s.endswith(".") and "!" not in s and "please" not in s.lower() for s in said)
