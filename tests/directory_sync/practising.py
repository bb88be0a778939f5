"""A practice CIE with a directory of one user and one group, a Full Sync, and service accounts on demand."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from app.directory_sync.client import DirectoryList, DirectorySyncClient
from app.guide import catalog
from app.net import Answer, LoopbackClient
from app.practice.process import PracticeProcess, Started
from app.scim.tokens import ServiceAccount, TokenSource
from tests.support.until import until_answered
from ui.tour.visitor import ConsoleVisitor

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from app.values.api_regions import Access

NAME = "one.example"
"""The Directory Name."""


@asynccontextmanager
async def practice(folder: Path) -> AsyncIterator[tuple[Started, ConsoleVisitor, LoopbackClient]]:
    """The running server, after Actions → Full Sync was pressed."""
    process = PracticeProcess()
    started = await process.start(folder / "state", "7b" * 32)
    assert isinstance(started, Started), started
    try:
        async with LoopbackClient() as client:
            visitor = await submitted(client, started)
            assert await visitor.full_sync() == "Sync started"
            yield started, visitor, client
    finally:
        await process.stop()


async def submitted(client: LoopbackClient, started: Started) -> ConsoleVisitor:
    """Submit the directory and send it a user and a group, as a portal would."""
    visitor = ConsoleVisitor(client, started, catalog.guide("entra"))
    base_url = await visitor.add_directory("one", NAME)
    token = await visitor.generate_token()
    assert isinstance(base_url, str)
    assert isinstance(token, str)
    assert await visitor.submit() is None
    assert await visitor.acknowledge() is None
    await _fill(client, base_url, token)
    return visitor


async def _fill(client: LoopbackClient, base_url: str, token: str) -> None:
    core = "urn:ietf:params:scim:schemas:core:2.0"
    headers = {"authorization": f"Bearer {token}", "content-type": "application/scim+json"}
    for path, resource in (
        ("/Users", {"schemas": [f"{core}:User"], "userName": f"jo@{NAME}", "displayName": "Jo"}),
        ("/Groups", {"schemas": [f"{core}:Group"], "displayName": "Admins"}),
    ):
        answer = await client.request("POST", base_url + path, headers, json.dumps(resource))
        assert isinstance(answer, Answer)
        assert answer.status == 201


async def account(visitor: ConsoleVisitor, origin: str, access: Access) -> ServiceAccount:
    """A new service account."""
    made = await visitor.create_service_account()
    assert isinstance(made, dict)
    return ServiceAccount(access.token_url(origin), made["Client ID"], made["Client Secret"], access.scope)


def way(origin: str, access: Access, tokens: TokenSource) -> DirectorySyncClient:
    """How that practice is asked."""
    return DirectorySyncClient(
        access.base(origin), tokens, practice=True, now=lambda: datetime.now(UTC), proxy_for=lambda _: None
    )


async def synced(asked: DirectorySyncClient) -> DirectoryList:
    """The list as soon as it tells of a success."""

    async def listed() -> DirectoryList:
        answer = await asked.directories()
        assert isinstance(answer, DirectoryList), answer
        return answer

    return await until_answered(listed, lambda found: found.directories[0].last_success is not None)
