"""Removing this account's data: what is listed, what is asked, and that nothing is left."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.cleanup import removal
from app.cli import parse
from app.guide.vocabulary import Kind
from app.practice.process import SEED_KEY
from app.session.directory_sync import SECRETS
from app.setup.store import Store
from app.system.preferences import Edge, Preferences, PreferencesFile
from app.vault import Vault, VaultStatus
from tests.support.sessions import opened

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
TOKEN = "canary-token-0123456789-0123456789"


def capture(folder: Path, *, practice: bool = False) -> str:
    """Create a setup with its Base URL and token in the keyring. Return its id."""
    host = "http://127.0.0.1:9" if practice else "https://scim.example.com"
    captured = {"base_url": f"{host}/directory", "token": TOKEN}

    async def work() -> str:
        data = folder / "practice" if practice else folder
        async with opened(data, captured=captured, practice=practice, keep=True) as session:
            assert await session.api.give_secret(Kind.CLIENT_SECRET, f"api-{TOKEN}") is None
            return session.setup.id

    return asyncio.run(work())


def kept(setup_id: str, name: str = "token", *, practice: bool = False) -> VaultStatus:
    """Return the keyring's status of a value."""
    vault = Vault("practice" if practice else "setup")
    try:
        return asyncio.run(vault.get(setup_id, name)).status
    finally:
        vault.close()


def call(folder: Path, answer: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "app", "--remove-my-data", "--data-dir", str(folder)],
        cwd=ROOT,
        env={**os.environ, "HOME": str(folder.parent), **env},
        input=answer,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.usefixtures("secret_service")
def test_data_is_listed_first_and_gone_afterwards(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    setups = [capture(folder), capture(folder)]
    practice = capture(folder, practice=True)
    owner, seed = SEED_KEY
    consoles = Vault("practice")
    asyncio.run(consoles.put(owner, seed, "00" * 32))
    consoles.close()
    (folder / "setups" / "damaged.json").write_text("set aside by an earlier run")
    assert PreferencesFile(folder).change(Preferences(Edge.LEFT)) == ""

    refused = call(folder, "y\n")
    assert refused.returncode == 0
    assert "  2 setups with 6 secrets in the keyring\n" in refused.stdout
    assert "  1 practice setup with 3 secrets in the keyring\n" in refused.stdout
    assert str(folder) in refused.stdout
    assert TOKEN not in refused.stdout
    assert refused.stdout.endswith(f"{removal.CANCELED}\n")
    assert kept(setups[0]) is VaultStatus.READ

    removed = call(folder, "Yes\n")
    assert removed.returncode == 0, removed.stderr
    assert "Removed: 3 setups and 9 secrets." in removed.stdout
    assert not folder.exists()
    for setup_id in setups:
        assert kept(setup_id) is kept(setup_id, "base_url") is VaultStatus.ABSENT
        assert kept(setup_id, SECRETS[Kind.CLIENT_SECRET]) is VaultStatus.ABSENT
    assert kept(practice, practice=True) is kept(owner, seed, practice=True) is VaultStatus.ABSENT
    again = call(folder, "yes\n")
    assert (again.returncode, again.stdout) == (0, removal.NO_DATA)
    assert not folder.exists()


@pytest.mark.usefixtures("secret_service")
def test_other_files_in_the_folder_stay(tmp_path: Path) -> None:
    capture(tmp_path)
    (tmp_path / "letter.txt").write_text("the admin's own")
    assert call(tmp_path, "yes\n").returncode == 0
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


@pytest.mark.usefixtures("secret_service")
def test_secrets_of_an_unreadable_setup_are_removed_too(tmp_path: Path) -> None:
    setup_id = capture(tmp_path)
    for file in (tmp_path / "setups").iterdir():
        file.write_text('{"format": 9999}')  # from a newer version
    assert call(tmp_path, "yes\n").returncode == 0
    assert kept(setup_id) is VaultStatus.ABSENT
    assert not (tmp_path / "setups").exists()


@pytest.mark.usefixtures("secret_service")
def test_without_the_keyring_nothing_is_removed(tmp_path: Path) -> None:
    setup_id = capture(tmp_path)
    ended = call(tmp_path, "yes\n", DBUS_SESSION_BUS_ADDRESS="unix:path=/nowhere")
    assert ended.returncode == 1
    assert "keyring" in ended.stderr
    assert list((tmp_path / "setups").glob("*.json"))
    assert kept(setup_id) is VaultStatus.READ
    asyncio.run(removal.remove(removal.survey(tmp_path)))


@pytest.mark.usefixtures("secret_service")
def test_while_the_assistant_is_open_nothing_is_removed(tmp_path: Path) -> None:
    setup_id = capture(tmp_path)
    store = Store(tmp_path)
    store.lock()
    ended = call(tmp_path, "yes\n")
    assert ended.returncode == 1
    assert ended.stderr.strip() == removal.OPEN
    store.close()
    assert kept(setup_id) is VaultStatus.READ
    asyncio.run(removal.remove(removal.survey(tmp_path)))


@pytest.mark.usefixtures("secret_service")
def test_a_folder_behind_a_link_is_not_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "letter.txt").write_text("the admin's own")
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "practice").symlink_to(elsewhere)
    result = asyncio.run(removal.remove(removal.survey(folder)))
    assert not result.complete
    assert "symbolic link" in result.sentence
    assert [path.name for path in elsewhere.iterdir()] == ["letter.txt"]


def test_a_hand_over_file_is_passed_on_and_a_missing_one_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "contoso.ciescim"
    file.write_text("{}")
    assert parse([str(file), "--practice"]).open_file == file
    assert parse([]).open_file is None
    with pytest.raises(SystemExit) as refused:
        parse(["chekc"])
    assert refused.value.code == 2
    assert "chekc" in capsys.readouterr().err
