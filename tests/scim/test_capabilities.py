"""The card of what a service offers: absence is no failure, and nothing of the service's own words is shown."""

from __future__ import annotations

import asyncio
import json
import time
from typing import TYPE_CHECKING

import pytest

from app.net import ReadOnlyClient
from app.scim.capabilities import Feature, Offered, ServiceOffer, ServicePart, ask
from app.scim.endpoint import Endpoint
from tests.hostile.server import TOKEN, Hostile, http, listing

if TYPE_CHECKING:
    import socket
    import threading
    from collections.abc import Mapping

CONFIGURATION = {
    "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
    "patch": {"supported": True},
    "bulk": {"supported": False, "maxOperations": 0},
    "filter": {"supported": True, "maxResults": 200},
    "sort": {"supported": "yes"},
}
USER = {
    "id": "urn:ietf:params:scim:schemas:core:2.0:User",
    "attributes": [
        {"name": "userName", "required": True},
        {"name": "the-right-token", "required": True},
        {"name": "displayName", "required": False},
        "odd",
    ],
}
SOMEBODY: dict[str, object] = {"id": "1"}
WHOLE = {
    ServicePart.CONFIGURATION: http(200, json.dumps(CONFIGURATION).encode()),
    ServicePart.USERS: listing(SOMEBODY, total=1204),
    ServicePart.GROUPS: listing(SOMEBODY, total=37),
    ServicePart.SCHEMAS: listing(USER, {"id": "urn:example:the-right-token"}),
}


def offer(answers: Mapping[ServicePart, bytes], limit: float = 5.0) -> tuple[ServiceOffer, list[str]]:
    def answering(connection: socket.socket, request: str, stop: threading.Event) -> None:
        path = request.split(" ")[1].partition("?")[0].removeprefix("/scim/v2")
        if (answer := answers.get(ServicePart(path))) is not None:
            connection.sendall(answer)
        else:
            stop.wait(3)

    async def once() -> ServiceOffer:
        endpoint = Endpoint(server.base_url, practice=True)
        async with ReadOnlyClient(endpoint.host, None, practice=True) as client:
            return await ask(client, endpoint, TOKEN, limit)

    with Hostile(answering) as server:
        found = asyncio.run(once())
        asked = [request.split(" ")[1] for request in server.requests]
    assert TOKEN not in repr(found)
    return found, asked


def test_what_a_whole_service_offers() -> None:
    found, asked = offer(WHOLE)
    assert set(found.parts.values()) == {Offered.YES}
    assert (found.users, found.groups, found.page) == (1204, 37, 200)
    assert found.features == {Feature.FILTER: True, Feature.PATCH: True, Feature.BULK: False}
    assert (found.schemas, found.other_schemas) == (("User",), 1)
    assert (found.required, found.other_required) == (("userName",), 1)
    assert asked == [
        "/scim/v2/ServiceProviderConfig",
        "/scim/v2/Users?startIndex=1&count=1&attributes=id",
        "/scim/v2/Groups?startIndex=1&count=1&attributes=id",
        "/scim/v2/Schemas",
    ]


@pytest.mark.parametrize("status", [404, 405, 501])
def test_what_is_absent_is_not_offered(status: int) -> None:
    found, _ = offer(dict.fromkeys(ServicePart, http(status)) | {ServicePart.USERS: listing()})
    assert found.parts[ServicePart.USERS] is Offered.YES
    assert {found.parts[part] for part in ServicePart if part is not ServicePart.USERS} == {Offered.NO}
    assert found.groups is None


@pytest.mark.parametrize("answer", [http(500), http(200, b"<html>", "text/html"), http(200, b"[]"), http(200, b"{")])
def test_what_cannot_be_read_is_not_known(answer: bytes) -> None:
    found, asked = offer(dict.fromkeys(ServicePart, answer))
    assert set(found.parts.values()) == {Offered.UNKNOWN}
    assert len(asked) == 4


@pytest.mark.parametrize("status", [401, 429, 503])
def test_a_refusal_ends_the_questions(status: int) -> None:
    found, asked = offer(WHOLE | {ServicePart.USERS: http(status)})
    assert found.parts[ServicePart.CONFIGURATION] is Offered.YES
    assert len(asked) == 2


def test_silence_ends_in_time() -> None:
    began = time.monotonic()
    found, _ = offer({}, 0.3)
    assert time.monotonic() - began < 2
    assert set(found.parts.values()) == {Offered.UNKNOWN}
