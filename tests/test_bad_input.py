"""A bad text in any field gets one clear sentence, and the setup stays as it was, on the disk and in the keyring.

Bad answers of an endpoint: ``tests/hostile/test_bad_answers.py``.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from app.guide import catalog
from app.guide.vocabulary import SECRET_KINDS, Kind
from app.values.rules import LONGEST, looks_secret
from tests.support.sessions import opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
GOOD = {
    Kind.GUID: "7c1e3a52-9b1f-4c77-8d2a-0e5b6f3d9a10",
    Kind.DOMAIN: "contoso.com",
    Kind.TENANT_HOST: "contoso.okta.com",
    Kind.SYSTEM_ID: "LDAP-D803C87FAB2ADFB4B0A947B64BA6F0C6093A5CA3",
    Kind.DIRECTORY_USER: "Administrator@contoso.com",
    Kind.DIRECTORY_ID: "staff",
    Kind.DIRECTORY_NAME: "staff",
    Kind.BASE_URL: "https://scim.paloaltonetworks.com/canary/v2",
    Kind.TOKEN: "canary-token-that-is-long-enough",
    Kind.SERVICE_ACCOUNT: "scim@1234567890.iam.panserviceaccount",
    Kind.CLIENT_ID: "scim@1234567890.iam.panserviceaccount.com",
    Kind.CLIENT_SECRET: "canary-secret-that-is-long-enough",
    Kind.TEXT: "words",
    Kind.LABEL: "Access Key",
    Kind.COUNT: "12",
}
LIMITS = {Kind.DIRECTORY_ID: 40, Kind.DIRECTORY_NAME: 50, Kind.LABEL: 40, Kind.TEXT: 120}
WRONG_ALPHABET = {
    Kind.GUID: "7c1e3a52-9b1f-4c77-8d2a-0e5b6f3d9a1g",
    Kind.DOMAIN: "con toso.com",
    Kind.TENANT_HOST: "contoso okta com",
    Kind.SYSTEM_ID: "LDAP-D803/7F",
    Kind.DIRECTORY_USER: "cn=administrator",
    Kind.DIRECTORY_ID: "staff.one",
    Kind.DIRECTORY_NAME: "staff one",
    Kind.BASE_URL: "https://scim.paloaltonetworks.com/v2?x=1",
    Kind.TOKEN: "canary token that is long enough",
    Kind.SERVICE_ACCOUNT: "scim@nowhere",
    Kind.CLIENT_ID: "an id",
    Kind.CLIENT_SECRET: "a secret with spaces",
    Kind.TEXT: "{words}",
    Kind.LABEL: "**Key**",
    Kind.COUNT: "twelve",
}
WRONG_FIELD = {
    Kind.GUID: Kind.DOMAIN,
    Kind.DOMAIN: Kind.GUID,
    Kind.BASE_URL: Kind.TOKEN,
    Kind.TOKEN: Kind.BASE_URL,
    Kind.CLIENT_SECRET: Kind.CLIENT_ID,
    Kind.COUNT: Kind.TOKEN,
    Kind.SERVICE_ACCOUNT: Kind.DOMAIN,
    Kind.TEXT: Kind.TOKEN,
    Kind.LABEL: Kind.BASE_URL,
}


def fields() -> Iterator[tuple[str, str]]:
    """One field for each kind of value that some guide captures or lets the admin choose."""
    seen = set()
    for guide in catalog.guides():
        for name, spec in guide.values.items():
            given = spec.own or any(name in step.captures for step in guide.steps)
            if given and spec.kind not in seen:
                seen.add(spec.kind)
                yield guide.id, name


def bad_texts(kind: Kind) -> Iterator[tuple[str, str]]:
    yield "empty", ""
    yield "only spaces", " \n\t"
    yield "invisible", GOOD[kind][:1] + "\u200b" + GOOD[kind][1:]
    yield "a megabyte", "a" * 1_000_000
    yield "just too long", "a" * (LIMITS.get(kind, LONGEST) + 1)
    yield "wrong alphabet", WRONG_ALPHABET[kind]
    if kind in WRONG_FIELD:
        yield "wrong field", GOOD[WRONG_FIELD[kind]]


def test_every_kind_has_a_field() -> None:
    kinds = {catalog.guide(guide_id).values[name].kind for guide_id, name in fields()}
    assert kinds == set(GOOD)


@pytest.mark.usefixtures("secret_service")
@pytest.mark.parametrize(("guide_id", "name"), list(fields()))
def test_a_bad_text_changes_nothing(guide_id: str, name: str, tmp_path: Path) -> None:
    guide = catalog.guide(guide_id)
    spec = guide.values[name]

    async def story() -> None:
        async with opened(tmp_path, guide) as session:
            first = await session.captures.give(name, GOOD[spec.kind])
            assert first.accepted, first
            before, kept = session.setup, await session.vault.get(session.setup.id, name) if spec.secret else None
            files = {path.name: path.read_bytes() for path in tmp_path.rglob("*.json")}
            for what, text in bad_texts(spec.kind):
                if spec.optional and not text.strip():
                    continue
                given = await session.captures.give(name, text)
                assert not given.accepted, what
                assert given.sentence.endswith("."), what
                assert 10 < len(given.sentence) < 200, what
                assert session.setup == before, what
                if not spec.secret and looks_secret(text):
                    assert given.sensitive, what
            if kept is not None:
                assert (await session.vault.get(session.setup.id, name)).value == kept.value == GOOD[spec.kind]
            assert {path.name: path.read_bytes() for path in tmp_path.rglob("*.json")} == files
            for secret in SECRET_KINDS:
                assert all(GOOD[secret].encode() not in content for content in files.values())

    asyncio.run(story())
