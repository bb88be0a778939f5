"""Every guide's practice portal provisions with the fields and methods that its guide names."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from app.guide import catalog
from app.guide.placeholders import fill_guide
from app.guide.vocabulary import Kind
from app.net import LoopbackClient
from app.practice.process import PracticeProcess, Started
from app.values.rules import derive, read
from tests.support.until import until_answered
from ui.tour.visitor import ConsoleVisitor

if TYPE_CHECKING:
    from pathlib import Path

    from app.guide.model import Guide
    from ui.tour.visitor import CycleProgress

SEED = "7e" * 32
WAYS = [(i, oidc) for i in catalog.ids() for oidc in (False, True) if not oidc or catalog.guide(i).practice.oidc_fields]


def directory_values(guide: Guide) -> dict[Kind, str]:
    """Return Directory ID and Directory Name as the assistant would derive them."""
    found: dict[Kind, str] = {}
    for spec in guide.values.values():
        if spec.kind in (Kind.DIRECTORY_ID, Kind.DIRECTORY_NAME):
            source = guide.practice.tenant_values.get(spec.derived_from or "")
            captured = (
                read(guide.values[spec.derived_from].kind, source).value if source and spec.derived_from else None
            )
            value = derive(spec.kind, captured).value if captured else spec.suggestion
            found[spec.kind] = value or guide.practice.tenant_values[_named(guide, spec.kind)]
    return found


def _named(guide: Guide, kind: Kind) -> str:
    return next(name for name in guide.practice.tenant_values if guide.values[name].kind is kind)


def steady(progress: CycleProgress) -> bool:
    """Whether the cycle has ended, and no message on the way was an error."""
    assert "ode" not in progress.message or progress.completed, progress
    assert not progress.message.startswith(("The connection", "The endpoint")), progress
    return bool(progress.steady)


@pytest.mark.slow(60, "starts the practice consoles for each guide, and waits for three cycles")
@pytest.mark.parametrize(("guide_id", "oidc"), WAYS)
def test_from_the_form_to_full_sync(guide_id: str, oidc: bool, tmp_path: Path) -> None:
    plain = catalog.guide(guide_id)
    guide = fill_guide(plain, plain.practice.tenant_values)
    values = directory_values(guide)

    async def connect(visitor: ConsoleVisitor, started: Started) -> None:
        base_url = await visitor.add_directory(values[Kind.DIRECTORY_ID], values[Kind.DIRECTORY_NAME])
        assert isinstance(base_url, str), base_url
        known = {Kind.BASE_URL: base_url, **values, Kind.TOKEN_URL: started.token_url}
        if oidc:
            account = await visitor.create_service_account()
            assert isinstance(account, dict)
            name = account["Service Account Name"]
            visitor.use_service_account(name)
            known |= {Kind.CLIENT_ID: account["Client ID"], Kind.CLIENT_SECRET: account["Client Secret"]}
            known[Kind.SCOPE] = derive(Kind.SCOPE, name).value or ""
        else:
            token = await visitor.generate_token()
            assert isinstance(token, str), token
            known[Kind.TOKEN] = token
        assert await visitor.submit() is None
        assert await visitor.acknowledge() is None
        if guide.practice.catalog:
            assert await visitor.create_app() is None
        fields = guide.practice.oidc_fields if oidc else guide.practice.fields
        entered = {field.label: known[guide.values[field.value].kind] for field in fields}
        assert await visitor.enter(entered) is None
        if guide.practice.test_button:
            assert "accepted" in await visitor.test()
        assert await visitor.create() == "The connection was saved."

    async def story() -> None:
        process = PracticeProcess()
        started = await process.start(tmp_path / "state", SEED)
        assert isinstance(started, Started), started
        try:
            async with LoopbackClient() as client:
                visitor = ConsoleVisitor(client, started, guide)
                await connect(visitor, started)
                await visitor.assign()
                for _ in range(2):  # the second cycle updates what the first created
                    assert await visitor.start() == "Provisioning started."
                    progress = await until_answered(visitor.status, steady)
                    assert (progress.users, progress.groups) == ("12", "3")
                assert await visitor.full_sync() == "Sync started"
                (row, *_) = await until_answered(visitor.directories, lambda rows: rows[0].status == "Success")
                assert (row.directory, row.client) == (values[Kind.DIRECTORY_NAME], guide.scim_client)
                assert (row.users, row.groups) == ("12", "3")
        finally:
            await process.stop()

    asyncio.run(story())
