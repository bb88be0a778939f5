"""Each client's own way of asking, as it goes over the wire."""

from __future__ import annotations

import asyncio
import json
import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest

from app.guide.vocabulary import ProbeStyle
from app.scim.connection_test import Check, Finding, Observation, Verdict, run
from app.scim.endpoint import Endpoint
from app.scim.listing import CONFIGURATION
from app.scim.probes import PROBES
from app.scim.tokens import StaticToken, TokenSource
from tests.hostile.server import LIST, TOKEN, Hostile, http

if TYPE_CHECKING:
    import socket
    import threading

GUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
ASKED = {
    ProbeStyle.ENTRA: (
        rf'/Users\?filter=userName eq "{GUID}"',
        rf'/Groups\?excludedAttributes=members&filter=displayName eq "{GUID}"',
    ),
    ProbeStyle.OKTA: (r"/Users\?startIndex=1&count=2", r"/Groups\?startIndex=1&count=100"),
    ProbeStyle.CYBERARK: (r"/Users\?count=1", "/ServiceProviderConfig"),
    ProbeStyle.PING: (rf'/Users\?filter=userName Eq "{GUID}"', r"/Groups\?startIndex=1&count=1"),
    ProbeStyle.GENERIC: (rf'/Users\?filter=userName eq "{GUID}"', r"/Groups\?startIndex=1&count=1"),
}


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


def run_checks(server: Hostile, style: ProbeStyle) -> dict[Check, Finding]:
    endpoint = Endpoint(f"http://127.0.0.1:{server.port}/scim", practice=True)
    tokens = TokenSource(StaticToken(TOKEN), practice=True)
    found = asyncio.run(run(endpoint, tokens, PROBES[style], proxy_for=lambda _: None))
    return {finding.check: finding for finding in found}


def test_every_style_has_its_requests() -> None:
    assert set(PROBES) == set(ProbeStyle) == set(ASKED)


@pytest.mark.parametrize("style", ProbeStyle)
def test_the_requests_are_those_of_the_client(style: ProbeStyle) -> None:
    with serving() as server:
        found = run_checks(server, style)
        paths = [unquote(request.split(" ")[1]).removeprefix("/scim") for request in server.requests]
        methods = {request.split(" ")[0] for request in server.requests}
    assert methods == {"GET"}
    first, second, control = paths
    assert re.fullmatch(ASKED[style][0], first)
    assert re.fullmatch(ASKED[style][1], second)
    assert re.fullmatch(ASKED[style][0], control)
    assert {finding.verdict for finding in found.values()} == {Verdict.PASSED}
    assert TOKEN not in repr(found)


@pytest.mark.parametrize("style", ProbeStyle)
def test_an_ignored_filter_is_noticed_where_one_is_sent(style: ProbeStyle) -> None:
    with serving(filters=False) as server:
        found = run_checks(server, style)
    looks_up = "filter=" in ASKED[style][0]
    assert (found[Check.USERS].observation is Observation.FILTER_IGNORED) == looks_up
