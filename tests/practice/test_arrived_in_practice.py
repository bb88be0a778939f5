"""What the practice portal sends arrives at the practice endpoint, including a duplicate group name."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import httpx  # noqa: TID253 - plays an identity provider that sends a duplicate
import pytest

from app import net
from app.guide import catalog
from app.guide.vocabulary import Kind as ValueKind
from app.net import LoopbackClient
from app.practice.process import PracticeProcess, Started
from app.practice.switchboard import PortalFault
from app.scim.arrivals import ArrivalKind, ArrivalReader, ArrivalReport
from app.scim.endpoint import Endpoint
from app.scim.tokens import Bearer
from tests.support.until import until_answered
from ui.tour.visitor import ConsoleVisitor

if TYPE_CHECKING:
    from pathlib import Path

GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"


async def look(base_url: str, token: str) -> ArrivalReport:
    async def bearer(_renew: bool) -> Bearer:
        return Bearer(token)

    endpoint = Endpoint(base_url, practice=True)
    async with net.ReadOnlyClient(endpoint.host, None, practice=True) as client:
        return await ArrivalReader(client, endpoint, bearer, everything=True, on_progress=lambda _progress: None).run()


@pytest.mark.parametrize("guide_id", ["okta"])
def test_what_practice_sent_has_arrived(guide_id: str, tmp_path: Path) -> None:
    guide = catalog.guide(guide_id)

    async def story() -> None:
        process = PracticeProcess()
        started = await process.start(tmp_path / "state", "3b" * 32)
        assert isinstance(started, Started), started
        try:
            async with LoopbackClient() as client:
                visitor = ConsoleVisitor(client, started, guide)
                base_url = await visitor.add_directory("one", "one")
                token = await visitor.generate_token()
                assert isinstance(base_url, str)
                assert isinstance(token, str)
                assert await visitor.submit() is None
                assert (await look(base_url, token)).users.total == 0
                assert await visitor.create_app() is None
                known = {ValueKind.BASE_URL: base_url, ValueKind.TOKEN: token}
                fields = {field.label: known[guide.values[field.value].kind] for field in guide.practice.fields}
                assert await visitor.enter(fields) is None
                await visitor.test()
                await visitor.create()
                await visitor.assign()
                await visitor.break_portal(PortalFault.DUPLICATE_GROUPS.value)
                await visitor.start()
                await until_answered(visitor.status, lambda progress: "Duplicate group names" in progress.message)
                seen = await look(base_url, token)
                assert (seen.users.total, seen.groups.total) == (0, 0), "with a duplicate name the portal sends nothing"
                await visitor.break_portal(PortalFault.NONE.value)
                assert await visitor.start() == "Provisioning started."
                await until_answered(visitor.status, lambda progress: progress.steady)
            seen = await look(base_url, token)
            assert (seen.users.total, seen.users.complete) == (12, True)
            assert (seen.groups.total, seen.groups.complete) == (3, True)
            assert seen.has_members
            assert {kind for kind, count in seen.counts.items() if count} == {ArrivalKind.NEWEST}
            name = await _send_twice(base_url, token)
            seen = await look(base_url, token)
            assert [row.name for row in seen.rows if row.kind is ArrivalKind.SAME] == [name]
            assert [row.name for row in seen.rows if row.kind is ArrivalKind.NO_MEMBERS] == [name]
        finally:
            await process.stop()

    asyncio.run(story())


async def _send_twice(base_url: str, token: str) -> str:
    """Create a second group with the name of an existing one."""
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {token}"}, trust_env=False) as client:
        known = (await client.get(f"{base_url}/Groups?count=1")).json()["Resources"][0]["displayName"]
        answer = await client.post(f"{base_url}/Groups", json={"schemas": [GROUP], "displayName": known})
        assert answer.status_code == 201, answer.text
    return str(known)
