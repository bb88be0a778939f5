"""A replaced secret keeps its former value in real keyrings, until it is brought back or removed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from app.cleanup import removal
from app.session.former import items
from app.vault import Vault, VaultStatus
from tests.support.sessions import opened

if TYPE_CHECKING:
    from pathlib import Path

    from app.session.session import SetupSession

TOKEN = "canary-token-of-the-directory-" * 2
NEXT = "another-canary-of-the-same-size" * 2
CAPTURED = {"base_url": "https://scim.example.com/canary-tenant/v2", "token": TOKEN}

pytestmark = pytest.mark.usefixtures("provider")


async def stored(session: SetupSession) -> dict[str, str | None]:
    """What the keyring has for the setup, read by another run of the program."""
    vault = Vault("setup")
    try:
        found = (await vault.stored_values()).names(session.setup.id)
        return {name: (await vault.get(session.setup.id, name)).value for name in found if name}
    finally:
        vault.close()


async def token_of(session: SetupSession) -> str | None:
    return (await session.captures.read("token")).value


def test_the_former_value_can_be_brought_back_or_removed(tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path, captured=CAPTURED) as session:
            captures = session.captures
            assert captures.former.names == frozenset()
            assert (await captures.give("token", TOKEN)).accepted
            assert captures.former.names == frozenset(), "nothing was replaced"
            before = session.setup.stale
            assert (await captures.give("token", NEXT)).accepted
            assert captures.former.names == {"token"}
            assert (await captures.former.read("token")).value == TOKEN
            assert (await captures.undo("token")).accepted
            assert (await token_of(session), captures.former.names, session.setup.stale) == (TOKEN, frozenset(), before)
            assert not (await captures.undo("token")).accepted
            assert await token_of(session) == TOKEN
            assert (await captures.give("token", NEXT)).accepted
            assert await captures.remove_former("token") is None
            assert captures.former.names == frozenset()
            assert (await captures.former.read("token")).status is VaultStatus.ABSENT
            assert await token_of(session) == NEXT

    asyncio.run(story())


def test_a_later_run_finds_it_and_removal_takes_it_along(tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path, captured=CAPTURED) as session:
            assert (await session.captures.give("token", NEXT)).accepted
            await session.captures.reconcile()
            assert session.captures.former.names == {"token"}
            kept = await stored(session)
            assert {kept.get(item) for item in items(["token"])} <= {TOKEN, NEXT, None}, "KeePassXC lists no names"
        assert await stored(session) == {}

    asyncio.run(story())


@pytest.mark.parametrize("killed_before", ["put", "delete"])
def test_a_killed_replacement_loses_no_token(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, killed_before: str
) -> None:
    """Killed before the new value is stored (``put``), or before an undo removes the former one (``delete``)."""

    class KilledError(Exception):
        pass

    async def story() -> None:
        async with opened(tmp_path, captured=CAPTURED) as session:
            vault, real = session.vault, getattr(session.vault, killed_before)
            if killed_before == "delete":
                assert (await session.captures.give("token", NEXT)).accepted

            async def killed(setup_id: str, name: str, *rest: str) -> object:
                if (killed_before == "put") == (name == "token"):
                    raise KilledError
                return await real(setup_id, name, *rest)

            monkeypatch.setattr(vault, killed_before, killed)
            with pytest.raises(KilledError):
                await (
                    session.captures.give("token", NEXT) if killed_before == "put" else session.captures.undo("token")
                )
            monkeypatch.undo()
            values = {(await vault.get(session.setup.id, item)).value for item in items(["token"])}
            assert TOKEN in values

    asyncio.run(story())


def test_a_slip_is_asked_about_and_nothing_is_lost(tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path, captured=CAPTURED) as session:
            captures = session.captures
            for name, slip in (("token", "canary-of-a-slip"), ("base_url", "https://scim.example")):
                stored_value = CAPTURED[name]
                asked = await captures.give(name, slip)
                assert (asked.accepted, asked.asks, captures.asked(name)) == (False, True, slip)
                assert (await captures.read(name)).value == stored_value
                captures.decline(name)
                assert captures.asked(name) is None
                assert (await captures.give(name, slip)).asks
                assert (await captures.confirm(name)).accepted
                assert (await captures.read(name)).value == slip
                assert (await captures.former.read(name)).value == stored_value
                assert (await captures.undo(name)).accepted
                assert (await captures.read(name)).value == stored_value

    asyncio.run(story())


def test_everything_of_an_account_includes_former_values(tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path, captured=CAPTURED, keep=True) as session:
            assert (await session.captures.give("token", NEXT)).accepted
        assert (await removal.remove(removal.survey(tmp_path))).complete
        vault = Vault("setup")
        assert [(await vault.get(session.setup.id, item)).status for item in items(["token"])] == [
            VaultStatus.ABSENT
        ] * 2
        vault.close()

    asyncio.run(story())
