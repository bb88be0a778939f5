"""The Windows Credential Manager on a fake. Not yet run on Windows."""

from __future__ import annotations

import asyncio
import importlib
from typing import TYPE_CHECKING

import pytest

from app.vault import NEEDS_REENTRY, Outcome, Vault, VaultStatus
from tests.vault.fakes import installed, opened
from tests.vault.test_slots import LONG, OTHER, SETUP, TOKEN, always
from tests.vault.windows import BAD_DATA, NO_LOGON_SESSION, CredentialManager, error

if TYPE_CHECKING:
    from collections.abc import Iterator

ID = SETUP.rpartition("/")[2]


@pytest.fixture
def windows() -> Iterator[CredentialManager]:
    system = CredentialManager()
    with installed(system):
        yield system


def test_the_library_alone_behaves_as_the_workaround_assumes(windows: CredentialManager) -> None:
    backend = importlib.import_module("keyring.backends.Windows").WinVaultKeyring()
    backend.set_password("service", "secret", "x" * 1280)
    with pytest.raises(error) as refused:
        backend.set_password("service", "secret", "x" * 1281)
    assert refused.value.winerror == BAD_DATA
    backend.set_password("service", "secret", "new")
    assert windows.texts() == {"service": "new", "secret@service": "x" * 1280}


def test_credentials_stay_on_this_computer(windows: CredentialManager) -> None:
    assert opened(windows).put(TOKEN, LONG, always).status is VaultStatus.STORED
    assert {each["Persist"] for each in windows.held.values()} == {2}


def test_a_long_value_is_split_and_a_short_one_is_not(windows: CredentialManager) -> None:
    opened(windows).put(TOKEN, LONG, always)
    assert set(windows.texts()) == {f"{TOKEN}#a", *(f"{TOKEN}#a{number}" for number in range(1, 5))}
    opened(windows).put(TOKEN, "short", always)
    assert set(windows.texts()) == {f"{TOKEN}#b"}


def lose(windows: CredentialManager) -> None:
    del windows.held[f"{TOKEN}#a2"]


def change(windows: CredentialManager) -> None:
    windows.held[f"{TOKEN}#a2"]["CredentialBlob"] = "other".encode("utf-16-le")


def scribble(windows: CredentialManager) -> None:
    windows.held[f"{TOKEN}#a"]["CredentialBlob"] = "[]".encode("utf-16-le")


@pytest.mark.parametrize(
    ("damage", "status"),
    [(lose, VaultStatus.INCOMPLETE), (change, VaultStatus.ALTERED), (scribble, VaultStatus.ALTERED)],
)
def test_a_damaged_value_is_reported_and_can_be_replaced_or_removed(
    windows: CredentialManager, damage: object, status: VaultStatus
) -> None:
    assert callable(damage)

    async def story() -> None:
        vault = Vault("setup", platform="win32")
        for heal in (vault.put(ID, "token", LONG + "new"), vault.delete(ID, "token")):
            opened(windows).put(TOKEN, LONG, always)
            damage(windows)
            found = await vault.get(ID, "token")
            assert (found.status, found.value) == (status, None)
            assert found.status in NEEDS_REENTRY
            assert (await heal).status in (VaultStatus.STORED, VaultStatus.DELETED)
            await vault.delete(ID, "token")
            assert windows.texts() == {}
        vault.close()

    asyncio.run(story())


def test_a_damaged_value_stays_until_a_new_one_is_stored(windows: CredentialManager) -> None:
    opened(windows).put(TOKEN, LONG, always)
    lose(windows)
    damaged = windows.texts()
    windows.calls.answers["CredWrite"] = NO_LOGON_SESSION
    assert opened(windows).put(TOKEN, "new", always).status is VaultStatus.REFUSED
    assert windows.texts() == damaged


def test_without_a_credential_set_as_in_a_network_logon_the_value_is_held(windows: CredentialManager) -> None:
    async def story() -> None:
        vault = Vault("setup", platform="win32")
        windows.calls.answers |= dict.fromkeys(("CredRead", "CredWrite", "CredEnumerate"), NO_LOGON_SESSION)
        put = await vault.put(ID, "token", "value")
        assert put == Outcome(VaultStatus.REFUSED, held=True)
        assert put.sentence.startswith(VaultStatus.REFUSED.words)
        assert (await vault.stored_values()).status is VaultStatus.REFUSED
        windows.calls.answers.clear()
        assert (await vault.retry(ID)).status is VaultStatus.STORED
        assert vault.name == "Windows Credential Manager"
        vault.close()

    asyncio.run(story())


def test_a_refused_removal_is_reported(windows: CredentialManager) -> None:
    opened(windows).put(TOKEN, LONG, always)
    opened(windows).put(OTHER, "other", always)
    before = windows.texts()
    windows.calls.answers["CredDelete"] = 5  # ERROR_ACCESS_DENIED
    assert opened(windows).delete(TOKEN).status is VaultStatus.REFUSED
    assert windows.texts() == before
