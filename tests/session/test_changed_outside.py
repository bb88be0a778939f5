"""A secret that another program put into the keyring passes the rules of a captured one, or is captured again."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.guide.vocabulary import Kind, Milestone
from app.scim.changes import LookFailed
from app.session.access import AccessMissing
from app.session.directory_sync import SECRETS
from app.values.api_regions import Access
from app.values.rules import read
from app.vault import Vault, VaultStatus
from tests.support.clock import NOW
from tests.support.keyrings import MemoryKeyring
from tests.support.outgoing import outgoing
from tests.support.sessions import opened

if TYPE_CHECKING:
    from app.session.session import SetupSession

GOOD = {
    "base_url": "https://scim.example.paloaltonetworks.com/v2/abc",
    "token": "a-token-that-is-long-enough-0123",
    "client_id": "name@1234567.iam.panserviceaccount",
    "client_secret": "a-secret-that-is-long-enough",
}
KINDS = {name: Kind[name.upper()] for name in GOOD}

texts = st.one_of(
    st.text(max_size=80),
    st.from_regex(r"https?://[a-z.]{1,20}(:[0-9]{1,6})?/[a-zA-Z0-9/?#@ ]{0,20}", fullmatch=True),
    st.sampled_from(tuple(GOOD.values())).flatmap(
        lambda good: st.builds(
            lambda at, piece: good[:at] + piece + good[at:],
            st.integers(0, len(good)),
            st.sampled_from(
                ("\r\nX-Other: 1", "\n", " ", "\u200b", "\u202e", "@evil.example", "?", "#", "\0", "\ud7ff")
            ),
        )
    ),
    st.just("http://127.0.0.1:9/scim/v2"),
    st.integers(16_385, 40_000).map(lambda length: "t" * length),
)


def stored(session: SetupSession, keyring: MemoryKeyring, name: str, value: str) -> None:
    """Write as another program would, past every rule."""
    keyring.items[f"cie-scim-assistant/setup/{session.setup.id}/{name}"] = value


@pytest.mark.parametrize("name", GOOD)
def test_what_breaks_the_rules_is_neither_copied_nor_shown_nor_sent(name: str) -> None:
    guide = "entra" if name in ("base_url", "token") else "others"
    kind = KINDS[name]

    @given(value=texts.filter(lambda text: read(kind, text).value != text))
    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    def holds(value: str) -> None:
        async def story(folder: Path) -> None:
            keyring = MemoryKeyring()
            vault = Vault("setup", keyring)
            async with opened(folder, guide, vault=vault) as session:
                if guide == "others":
                    await session.answer("authorization", "oidc")
                for each in session.secrets:
                    assert (await session.captures.give(each, GOOD[each])).accepted
                session.setup = session.setup.with_(reached={Milestone.SUBMITTED: NOW})
                stored(session, keyring, name, value)
                with outgoing() as reached:
                    test = await session.connection.test()
                    look = await session.connection.look(NOW)
                assert reached == set()
                assert isinstance(test, AccessMissing)
                assert isinstance(look, LookFailed)
                shown = await session.captures.reveal(name)
                assert (shown.status, shown.value) == (VaultStatus.INVALID, None)
                assert name not in session.setup.kept
                assert session.guide.values[name].label in (session.captures.lost or "")
                assert not session.captures.shown(name).present
                assert (await session.captures.give(name, GOOD[name])).accepted
                assert (await session.captures.reveal(name)).value == GOOD[name]
                assert session.captures.lost is None

        with tempfile.TemporaryDirectory() as folder:
            asyncio.run(story(Path(folder)))

    holds()


@pytest.mark.parametrize("kind", SECRETS)
def test_the_secrets_of_the_api_too(kind: Kind, tmp_path: Path) -> None:
    async def story() -> None:
        keyring = MemoryKeyring()
        async with opened(tmp_path, vault=Vault("setup", keyring)) as session:
            for each, name in zip(SECRETS, ("client_id", "client_secret"), strict=True):
                assert await session.api.give_secret(each, GOOD[name]) is None
            session.setup = session.setup.with_(api=Access("1234567"))
            assert session.api.on
            stored(session, keyring, SECRETS[kind], "two words\r\nX-Other: 1")
            with outgoing() as reached:
                await session.api.ask()
            assert reached == set()
            assert not session.api.on
            assert session.captures.lost is not None

    asyncio.run(story())


def test_a_good_value_of_another_program_is_used(tmp_path: Path) -> None:
    async def story() -> None:
        keyring = MemoryKeyring()
        async with opened(tmp_path, captured={"token": GOOD["token"]}, vault=Vault("setup", keyring)) as session:
            stored(session, keyring, "token", "another-good-token-0123456789")
            assert (await session.captures.reveal("token")).value == "another-good-token-0123456789"
            assert session.captures.lost is None

    asyncio.run(story())
