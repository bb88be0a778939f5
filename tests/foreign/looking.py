"""Asks a foreign server as the program does: its connection test, a look of its watch, and what arrived."""

from __future__ import annotations

import asyncio
import re
import socket
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from app.diagnosis.causes import explain
from app.diagnosis.setup_facts import SetupFacts
from app.guide import catalog
from app.net import ReadOnlyClient
from app.scim.arrivals import ArrivalReader, ArrivalReport
from app.scim.changes import MOST_REQUESTS, Capabilities, ChangesSeen, look
from app.scim.connection_test import Finding, TimeLimits, Verdict, run
from app.scim.endpoint import Endpoint
from app.scim.tokens import Bearer, StaticToken, TokenSource
from tests.foreign.servers import TOKEN
from tests.hostile.server import Hostile, serving
from tests.support.probes import PROBES
from tests.support.sessions import opened
from tests.support.setups import a_setup

if TYPE_CHECKING:
    import threading
    from datetime import datetime
    from pathlib import Path

    import trustme

    from tests.hostile.server import Answering


def run_checks(base_url: str, client: str, token: str = TOKEN, limits: TimeLimits | None = None) -> tuple[Finding, ...]:
    """Test the connection as the guide of this client does."""
    tokens = TokenSource(StaticToken(token), practice=True)
    endpoint = Endpoint(base_url, practice=True)
    return asyncio.run(run(endpoint, tokens, PROBES[client], proxy_for=lambda _: None, limits=limits))


def failure(found: tuple[Finding, ...]) -> tuple[Finding, list[str | None]]:
    """Return the failed check, and the steps of its causes."""
    guide = catalog.guide("entra")
    diagnosis = explain(found, SetupFacts.of(guide, a_setup(guide)))
    assert diagnosis is not None
    return next(each for each in found if each.verdict is Verdict.FAILED), [each.step for each in diagnosis.causes]


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


def encrypted(base_url: str) -> Answering:
    """Pass a request that came over TLS on to a server that speaks plainly, as a reverse proxy does."""

    def answering(connection: socket.socket, request: str, _stop: threading.Event) -> None:
        one = re.sub(r"(?im)^connection: [^\r\n]*", "Connection: close", request)
        with socket.create_connection(("127.0.0.1", urlsplit(base_url).port or 0), 60) as server:
            server.sendall(one.encode("latin-1"))
            while part := server.recv(65536):
                connection.sendall(part)

    return answering


def ten_tests(base_url: str, client: str, folder: Path, authority: trustme.CA) -> tuple[list[tuple[Finding, ...]], int]:
    """Test the connection ten times over TLS and through a session. Return the findings, and how many wrong tokens.

    Needs the fixtures ``trusted`` and ``secret_service``.
    """

    async def ten(captured: dict[str, str]) -> list[tuple[Finding, ...]]:
        found = []
        async with opened(folder, client, captured) as session:
            for _ in range(10):
                await session.testing.run()
                found.append(session.testing.findings)
        return found

    with Hostile(encrypted(base_url), serving(authority)) as front:
        address = f"https://localhost:{front.port}{urlsplit(base_url).path}"
        runs = asyncio.run(ten({"base_url": address, "token": TOKEN}))
    return runs, sum(f"Bearer {TOKEN}\r\n" not in request for request in front.requests)
