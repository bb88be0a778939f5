"""Each client's own way of asking, as it goes over the wire."""

from __future__ import annotations

import asyncio
import json
import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest

from app.guide.vocabulary import RANDOM_GUID, Expect
from app.scim.connection_test import Check, Finding, Observation, Verdict, run
from app.scim.endpoint import Endpoint
from app.scim.listing import CONFIGURATION
from app.scim.tokens import StaticToken, TokenSource
from tests.hostile.server import LIST, TOKEN, Hostile, http
from tests.support.probes import PROBES

if TYPE_CHECKING:
    import socket
    import threading

    from app.scim.probes import Probe, Request

GUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


def on_the_wire(request: Request) -> str:
    """The pattern of its path and query, with a GUID of any kind."""
    query = "&".join(f"{name}={value}" for name, value in request.query.items())
    return re.escape(f"{request.path}?{query}" if query else request.path).replace(re.escape(RANDOM_GUID), GUID)


def serving(*, filters: bool = True) -> Hostile:
    """An endpoint with one user, that filters or does not."""

    def answering(connection: socket.socket, request: str, _stop: threading.Event) -> None:
        if f"authorization: bearer {TOKEN}" not in request.lower():
            connection.sendall(http(401))
            return
        path = request.split(" ")[1]
        if path.endswith("/ServiceProviderConfig"):
            configuration = {"schemas": [CONFIGURATION], "patch": {"supported": True}}
            connection.sendall(http(200, json.dumps(configuration).encode()))
            return
        found = [] if filters and "filter=" in path else [{"id": "1", "userName": "one"}]
        body = {"schemas": [LIST], "totalResults": len(found), "Resources": found}
        connection.sendall(http(200, json.dumps(body).encode()))

    return Hostile(answering)


def run_checks(server: Hostile, probe: Probe) -> dict[Check, Finding]:
    endpoint = Endpoint(f"http://127.0.0.1:{server.port}/scim", practice=True)
    tokens = TokenSource(StaticToken(TOKEN), practice=True)
    found = asyncio.run(run(endpoint, tokens, probe, proxy_for=lambda _: None))
    return {finding.check: finding for finding in found}


@pytest.mark.parametrize("client", PROBES)
def test_the_requests_are_those_of_the_client(client: str) -> None:
    probe = PROBES[client]
    with serving() as server:
        found = run_checks(server, probe)
        paths = [unquote(request.split(" ")[1]).removeprefix("/scim") for request in server.requests]
        methods = {request.split(" ")[0] for request in server.requests}
    assert methods == {"GET"}
    first, second, control = paths
    assert re.fullmatch(on_the_wire(probe.first), first)
    assert re.fullmatch(on_the_wire(probe.second), second)
    assert re.fullmatch(on_the_wire(probe.first), control)
    assert first != control or "filter" not in probe.first.query  # a new GUID each time
    assert {each.verdict for each in found.values()} == {Verdict.PASSED, Verdict.NOT_CHECKED}
    assert TOKEN not in repr(found)


@pytest.mark.parametrize("client", PROBES)
def test_an_ignored_filter_is_noticed_where_one_is_sent(client: str) -> None:
    with serving(filters=False) as server:
        found = run_checks(server, PROBES[client])
    looks_up = PROBES[client].first.expect is Expect.EMPTY
    assert (found[Check.USERS].observation is Observation.FILTER_IGNORED) == looks_up
