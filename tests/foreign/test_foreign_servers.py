"""Test Connection and the watch report the truth about SCIM servers by other authors."""

from __future__ import annotations

import asyncio
import json
import urllib.request
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from app import net
from app.diagnosis.causes import explain
from app.diagnosis.setup_facts import SetupFacts
from app.guide import catalog
from app.guide.vocabulary import Expect
from app.net import ReadOnlyClient
from app.scim.changes import MOST_REQUESTS, Capabilities, ChangesSeen, look
from app.scim.connection_test import Check, Finding, Observation, Verdict, run
from app.scim.endpoint import Endpoint
from app.scim.tokens import StaticToken, TokenSource
from tests.foreign import servers
from tests.foreign.servers import TOKEN
from tests.support.probes import PROBES
from tests.support.setups import a_setup

if TYPE_CHECKING:
    from collections.abc import Iterator

SERVERS = {"scim2-server": servers.scim2_server, "SCIMMY": servers.scimmy, "django-scim2": servers.django_scim2}
CORE = "urn:ietf:params:scim:schemas:core:2.0:"


@pytest.fixture(scope="module", params=SERVERS)
def whole(request: pytest.FixtureRequest) -> Iterator[str]:
    """The Base URL of a server with users and groups."""
    net.prepare()
    with SERVERS[request.param]() as base_url:
        yield base_url


@pytest.fixture(scope="module", params=SERVERS)
def users_only(request: pytest.FixtureRequest) -> Iterator[str]:
    """The Base URL of a server without groups."""
    net.prepare()
    with SERVERS[request.param](groups=False) as base_url:
        yield base_url


def run_checks(base_url: str, client: str, token: str = TOKEN) -> tuple[Finding, ...]:
    tokens = TokenSource(StaticToken(token), practice=True)
    return asyncio.run(run(Endpoint(base_url, practice=True), tokens, PROBES[client], proxy_for=lambda _: None))


def watch(base_url: str, since: datetime, known: Capabilities | None = None) -> ChangesSeen:
    async def once() -> object:
        endpoint = Endpoint(base_url, practice=True)
        async with ReadOnlyClient(endpoint.host, None, allow_http_loopback=True) as client:
            return await look(client, endpoint, TOKEN, since, known)

    seen = asyncio.run(once())
    assert isinstance(seen, ChangesSeen), seen
    assert seen.requests <= MOST_REQUESTS
    return seen


def add(base_url: str, kind: str, **attributes: Any) -> None:
    """Add a resource as the portal does."""
    body = json.dumps({"schemas": [f"{CORE}{kind}"], **attributes}).encode()
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/scim+json"}
    request = urllib.request.Request(f"{base_url}/{kind}s", body, headers, method="POST")
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.status == 201


@pytest.mark.parametrize("client", PROBES)
def test_a_working_server_passes_every_check(whole: str, client: str) -> None:
    found = run_checks(whole, client)
    assert {each.verdict for each in found} == {Verdict.PASSED}, found


@pytest.mark.parametrize("client", PROBES)
def test_missing_groups_are_reported_as_not_offered(users_only: str, client: str) -> None:
    found = {each.check: each.verdict for each in run_checks(users_only, client)}
    asks_for_groups = PROBES[client].second.expect is not Expect.OBJECT
    assert found.pop(Check.GROUPS) is (Verdict.NOT_OFFERED if asks_for_groups else Verdict.PASSED)
    assert set(found.values()) == {Verdict.PASSED}


@pytest.mark.parametrize(
    ("token", "path"), [("another-token", ""), (TOKEN + "x", ""), (TOKEN[:-1], ""), (TOKEN, "/v9")]
)
def test_a_wrong_token_and_a_wrong_path_are_reported(whole: str, token: str, path: str) -> None:
    found = run_checks(whole + path, "entra", token)
    failed = next(each for each in found if each.verdict is Verdict.FAILED)
    assert failed.check is Check.TOKEN
    assert failed.observation is (Observation.NOT_FOUND if path else Observation.UNAUTHORIZED)
    guide = catalog.guide("entra")
    diagnosis = explain(found, SetupFacts.of(guide, a_setup(guide)))
    assert diagnosis is not None
    assert diagnosis.causes[0].step == ("copy-base-url" if path else "generate-token")


def test_the_watch_sees_additions(whole: str) -> None:
    since = datetime.now(UTC) - timedelta(seconds=1)
    before = watch(whole, since)
    assert (before.newest, before.users, before.groups) == (None, 0, 0)
    for number in range(3):
        add(whole, "User", userName=f"user{number}@example.com", emails=[{"value": f"user{number}@example.com"}])
    add(whole, "Group", displayName="Everybody")
    after = watch(whole, since, before.capabilities)
    assert (after.users, after.groups) == (3, 1)
    assert after.newest is not None
    assert since - timedelta(seconds=1) <= after.newest <= datetime.now(UTC) + timedelta(seconds=1)
    later = watch(whole, datetime.now(UTC) + timedelta(hours=1), after.capabilities)
    assert (later.newest, later.users, later.groups) == (None, 3, 1)


def test_the_watch_knows_that_groups_are_missing(users_only: str) -> None:
    since = datetime.now(UTC) - timedelta(seconds=1)
    add(users_only, "User", userName="ada@example.com", emails=[{"value": "ada@example.com"}])
    seen = watch(users_only, since)
    assert (seen.users, seen.groups) == (1, None)
    assert seen.newest is not None
