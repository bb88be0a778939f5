"""The macOS keychain on a fake. Not yet run on macOS."""

from __future__ import annotations

import asyncio
import importlib
import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from app.vault import Vault, VaultStatus
from tests.vault.fakes import installed, opened
from tests.vault.mac import AUTH_FAILED, CANCELLED, INTERACTION_NOT_ALLOWED, SIGNATURE_MODIFIED, Keychain
from tests.vault.test_slots import OTHER, SETUP, TOKEN, always

if TYPE_CHECKING:
    from collections.abc import Iterator

ID = SETUP.rpartition("/")[2]


@pytest.fixture
def mac() -> Iterator[Keychain]:
    system = Keychain()
    with installed(system):
        yield system


def test_the_library_alone_behaves_as_the_workaround_assumes(mac: Keychain) -> None:
    backend = importlib.import_module("keyring.backends.macOS").Keyring()
    backend.set_password("service", "secret", "old")
    mac.calls.answers["SecItemAdd"] = CANCELLED
    with pytest.raises(Exception, match="Denied"):
        backend.set_password("service", "secret", "new")
    assert mac.texts() == {}, "deleted, then not added"


def test_the_secrets_of_a_setup_are_one_item(mac: Keychain) -> None:
    async def story() -> None:
        vault = Vault("setup", platform="darwin")
        for name, value in (("token", "one"), ("base_url", "zwei \u00fc"), ("token", "three")):
            assert (await vault.put(ID, name, value)).status is VaultStatus.STORED
        assert set(mac.texts()) == {f"{SETUP}#a"}
        assert (await vault.get(ID, "token")).value == "three"
        assert (await vault.get(ID, "base_url")).value == "zwei \u00fc"
        assert (await vault.delete(ID, "token")).status is VaultStatus.DELETED
        assert (await vault.get(ID, "base_url")).value == "zwei \u00fc"
        assert len(mac.texts()) == 1
        assert (await vault.delete(ID, "base_url")).status is VaultStatus.DELETED
        assert mac.texts() == {}
        assert vault.name == "macOS Keychain"
        vault.close()

    asyncio.run(story())


@pytest.mark.parametrize("function", ["SecItemAdd", "SecItemCopyMatching"])
@pytest.mark.parametrize(
    ("code", "status"),
    [
        (CANCELLED, VaultStatus.DENIED),
        (INTERACTION_NOT_ALLOWED, VaultStatus.LOCKED),
        (AUTH_FAILED, VaultStatus.UNTRUSTED),
        (SIGNATURE_MODIFIED, VaultStatus.UNTRUSTED),
        (-25291, VaultStatus.REFUSED),
    ],
)
def test_each_denial_has_its_sentence_and_loses_nothing(
    mac: Keychain, code: int, status: VaultStatus, function: str
) -> None:
    async def story() -> None:
        vault = Vault("setup", platform="darwin")
        assert (await vault.put(ID, "token", "old")).status is VaultStatus.STORED
        before = mac.texts()
        mac.calls.answers[function] = code
        put = await vault.put(ID, "token", "new")
        assert (put.status, put.held) == (status, True)
        assert put.sentence.startswith(status.words)
        assert (await vault.get(ID, "token")).value == "new"
        assert mac.texts() == before
        mac.calls.answers.clear()
        assert (await vault.retry(ID)).status is VaultStatus.STORED
        assert len(mac.texts()) == 1
        vault.close()

    asyncio.run(story())


def test_a_prompt_answered_late_loses_nothing(mac: Keychain) -> None:
    async def story() -> None:
        vault = Vault("setup", platform="darwin", limit_seconds=10)
        assert (await vault.put(ID, "token", "old")).status is VaultStatus.STORED
        mac.answered.clear()
        vault.limit_seconds = 0.1
        for value in ("new", "newer"):
            put = await vault.put(ID, "token", value)
            assert (put.status, put.held) == (VaultStatus.UNANSWERED, True)
            assert (await vault.get(ID, "token")).value == value
        assert (await vault.put(ID, "base_url", "other")).held, "the same item, so it waits as well"
        assert tokens(mac) == ["old"]
        mac.answered.set()
        vault.limit_seconds = 10
        async with asyncio.timeout(5):
            while vault.held(ID):  # also while an abandoned call may still take effect
                assert (await vault.retry(ID)).status is VaultStatus.STORED
        assert opened(mac).get(TOKEN).value == "newer"
        assert opened(mac).get(OTHER).value == "other"
        assert len(mac.texts()) == 1
        vault.close()

    asyncio.run(story())


def test_two_values_of_a_setup_written_at_once_are_both_stored(mac: Keychain) -> None:
    keyring = opened(mac)
    mac.answered.clear()
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(keyring.put, TOKEN, "value", always)
        assert mac.prompted.wait(5)
        second = threads.submit(keyring.put, OTHER, "other", always)
        time.sleep(0.05)
        mac.answered.set()
        assert [each.result(5).status for each in (first, second)] == [VaultStatus.STORED, VaultStatus.STORED]
    assert (keyring.get(TOKEN).value, keyring.get(OTHER).value) == ("value", "other")


def tokens(mac: Keychain) -> list[str]:
    """The tokens in the stored items."""
    return [json.loads(text.partition("\n")[2])["token"] for text in mac.texts().values()]


def test_a_denied_removal_is_reported(mac: Keychain) -> None:
    opened(mac).put(TOKEN, "value", always)
    mac.calls.answers["SecItemDelete"] = CANCELLED
    assert opened(mac).delete(TOKEN).status is VaultStatus.DENIED
    assert len(mac.texts()) == 1


def test_a_value_counts_as_removed_only_once_no_copy_of_its_item_has_it(mac: Keychain) -> None:
    opened(mac).put(TOKEN, "canary", always)
    opened(mac).put(OTHER, "other", always)
    mac.calls.answers["SecItemDelete"] = CANCELLED
    for _ in range(2):
        assert opened(mac).delete(TOKEN).status is VaultStatus.DENIED
        assert "canary" in str(mac.texts())
    mac.calls.answers.clear()
    assert opened(mac).delete(TOKEN).status is VaultStatus.DELETED
    assert "canary" not in str(mac.texts())
    assert opened(mac).get(OTHER).value == "other"


def test_a_replaced_item_whose_removal_was_denied_is_removed_later(mac: Keychain) -> None:
    opened(mac).put(TOKEN, "old", always)
    mac.calls.answers["SecItemDelete"] = CANCELLED
    assert opened(mac).put(TOKEN, "new", always).status is VaultStatus.STORED
    assert len(mac.texts()) == 2
    mac.calls.answers.clear()
    assert opened(mac).get(TOKEN).value == "new"
    assert len(mac.texts()) == 1


def test_stored_values_are_listed_and_removed_without_reading_them(mac: Keychain) -> None:
    async def story() -> None:
        vault = Vault("setup", platform="darwin")
        await vault.put(ID, "token", "value")
        await vault.put(ID, "base_url", "other")
        mac.calls.answers["SecItemCopyMatching"] = CANCELLED
        found = await vault.stored_values()
        assert found.status is VaultStatus.READ
        assert {setup_id for setup_id, _ in found.keys} == {ID}
        assert (await vault.purge(ID, ["token"])).status is VaultStatus.DELETED
        assert mac.texts() == {}
        vault.close()

    asyncio.run(story())


def test_an_item_changed_by_another_program_is_reported_and_can_be_replaced(mac: Keychain) -> None:
    opened(mac).put(TOKEN, "value", always)
    mac.held[f"{SETUP}#a", "secret"] += b" "
    assert opened(mac).get(TOKEN).status is VaultStatus.ALTERED
    assert opened(mac).delete(OTHER).status is VaultStatus.DELETED
    assert mac.texts() == {}, "nothing in it could be read anymore"
    opened(mac).put(TOKEN, "value", always)
    mac.held[f"{SETUP}#a", "secret"] += b" "
    assert opened(mac).put(OTHER, "other", always).status is VaultStatus.STORED
    assert opened(mac).get(TOKEN).status is VaultStatus.ABSENT


def test_items_of_other_programs_are_left_alone(mac: Keychain) -> None:
    mac.held["another program", "secret"] = mac.held["x" * 2000, "secret"] = b"theirs"
    opened(mac).put(TOKEN, "value", always)
    assert opened(mac).services("") == frozenset({f"{SETUP}/"})
    assert opened(mac).delete(TOKEN).status is VaultStatus.DELETED
    assert set(mac.texts()) == {"another program", "x" * 2000}
