"""Asks a foreign server as the program does: its connection test, a look of its watch, and what arrived."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from app.net import ReadOnlyClient
from app.scim.arrivals import ArrivalReader, ArrivalReport
from app.scim.changes import MOST_REQUESTS, Capabilities, ChangesSeen, look
from app.scim.connection_test import Finding, TimeLimits, run
from app.scim.endpoint import Endpoint
from app.scim.tokens import Bearer, StaticToken, TokenSource
from tests.foreign.servers import TOKEN
from tests.support.probes import PROBES

if TYPE_CHECKING:
    from datetime import datetime


def run_checks(base_url: str, client: str, token: str = TOKEN, limits: TimeLimits | None = None) -> tuple[Finding, ...]:
    """Test the connection as the guide of this client does."""
    tokens = TokenSource(StaticToken(token), practice=True)
    endpoint = Endpoint(base_url, practice=True)
    return asyncio.run(run(endpoint, tokens, PROBES[client], proxy_for=lambda _: None, limits=limits))


def watch(base_url: str, since: datetime, known: Capabilities | None = None) -> ChangesSeen:
    """Look once for changes, within the limit of requests."""

    async def once() -> object:
        endpoint = Endpoint(base_url, practice=True)
        async with ReadOnlyClient(endpoint.host, None, practice=True) as client:
            return await look(client, endpoint, TOKEN, since, known)

    seen = asyncio.run(once())
    assert isinstance(seen, ChangesSeen), seen
    assert seen.requests <= MOST_REQUESTS
    return seen


def arrived(base_url: str) -> ArrivalReport:
    """Read every user and group."""

    async def bearer(_renew: bool) -> Bearer:
        return Bearer(TOKEN)

    async def read() -> ArrivalReport:
        endpoint = Endpoint(base_url, practice=True)
        async with ReadOnlyClient(endpoint.host, None, practice=True) as client:
            return await ArrivalReader(client, endpoint, bearer, everything=True, on_progress=lambda _: None).run()

    return asyncio.run(read())
