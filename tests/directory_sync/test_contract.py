"""The practice server and the client keep to what is published of the four operations of the Directory Sync API."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml  # noqa: TID253 - the facts beside this file

from app.directory_sync.client import ApiFailure, ApiStage
from app.directory_sync.objects import question, read_objects
from app.net import Answer, ApiClient, NoAnswer, RequestFailure
from app.practice.directory_sync import OTHER_PREFIX, PREFIX
from app.practice.server_state import TSG_ID
from app.practice.switchboard import ApiFault
from app.scim.observation import Observation
from app.scim.tokens import Bearer, TokenSource
from app.values.address import API_HOSTS
from app.values.api_regions import Access, Address, Issuer
from tests.directory_sync.practising import NAME, account, practice, synced, way

if TYPE_CHECKING:
    from app.net import LoopbackClient

CONTRACT: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("contract.yaml").read_text("utf-8"))
OPERATIONS: dict[str, dict[str, Any]] = CONTRACT["operations"]
TYPES = {"boolean": bool, "integer": int, "string": str, "list": list}


def at(data: Any, path: str) -> list[Any]:
    """Every value under a path such as ``result[].count.user``."""
    found = [data]
    for part in path.split("."):
        found = [each[part.removesuffix("[]")] for each in found]
        if part.endswith("[]"):
            found = [inner for each in found for inner in each]
    return found


def keeps(data: Any, fields: dict[str, str]) -> None:
    """Whether every field is there, with its type."""
    for path, kind in fields.items():
        values = at(data, path)
        assert values, path
        assert all(type(value) is TYPES[kind] for value in values), path


class Asked:
    """The practice server, asked as the description says and otherwise."""

    def __init__(self, client: LoopbackClient, origin: str, token: str) -> None:
        self._client = client
        self._origin = origin
        self._headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}

    async def send(self, name: str, body: object = None, verb: str = "", **headers: str) -> tuple[int, bytes]:
        """Status and body of one operation; its own verb where none is given."""
        operation = OPERATIONS[name]
        answer = await self._client.request(
            verb or operation["verb"],
            f"{self._origin}{CONTRACT['prefix']}{operation['path']}",
            {**self._headers, **headers},
            None if body is None else json.dumps(body),
        )
        assert isinstance(answer, Answer)
        return answer.status, answer.body

    async def right(self, name: str, body: object = None) -> tuple[int, Any]:
        """Likewise, with a status that is published and a JSON body."""
        status, content = await self.send(name, body)
        assert status in OPERATIONS[name]["statuses"], (name, body, status)
        return status, json.loads(content)


async def check_searches(asked: Asked, name: str) -> None:
    operation = OPERATIONS[name]
    right: dict[str, Any] = {"domain": NAME, "attrs": ["Name"]}
    status, data = await asked.right(name, right)
    assert status == 200
    keeps(data, operation["fields"])
    assert data["result"]["count"] == 1
    for attribute in CONTRACT["attributes"]:
        for match in CONTRACT["matches"]:
            sought = {"attrName": attribute, "attrValue": "no such", "match": match}
            status, data = await asked.right(name, {**right, "name": sought})
            assert (status, data["result"]["count"]) == (200, 0)
    wrong = [{key: value for key, value in right.items() if key != left} for left in operation["required"]]
    wrong += [{**right, "pageSz": size} for size in (CONTRACT["page_size"]["least"] - 1, 1001)]
    wrong += [{**right, "domain": "other.example"}]
    for body in (*wrong, {**right, "name": {"attrName": "Color", "attrValue": "x", "match": "equal"}}):
        status, data = await asked.right(name, body)
        assert status == 400, body
        keeps(data, CONTRACT["refusal"])


async def check_new_secret(asked: Asked) -> None:
    operation = OPERATIONS["update-secret"]
    secret = {"directoryId": "b0", "client_secret": "x"}
    for provider in operation["providers"]:
        status, data = await asked.right("update-secret", {**secret, "provider": provider})
        assert status == 404
        keeps(data, operation["fields"])
    assert (await asked.right("update-secret", {**secret, "provider": "scim"}))[0] == 421
    whole = {**secret, "provider": "aad"}
    for left in operation["required"]:
        body = {key: value for key, value in whole.items() if key != left}
        assert (await asked.right("update-secret", body))[0] == 400


def test_the_practice_server_serves_the_four_operations_as_published(tmp_path: Path) -> None:
    async def story() -> None:
        async with practice(tmp_path) as (started, visitor, client):
            access = Access(TSG_ID)
            tokens = TokenSource(await account(visitor, started.origin, access), practice=True)
            await synced(way(started.origin, access, tokens))
            bearer = await tokens.bearer()
            assert isinstance(bearer, Bearer)
            asked = Asked(client, started.origin, bearer.token)
            status, data = await asked.right("domains")
            assert status == 200
            keeps(data, OPERATIONS["domains"]["fields"])
            for name in ("cache-users", "cache-groups"):
                await check_searches(asked, name)
            await check_new_secret(asked)
            for name, operation in OPERATIONS.items():
                assert (await asked.send(name, verb="GET" if operation["verb"] == "POST" else "POST"))[0] == 405
                for scheme in ("", f"Bearer {bearer.token}x", f"Basic {bearer.token}"):
                    assert (await asked.send(name, authorization=scheme))[0] == 401
                assert (await asked.send(name, origin="http://elsewhere.example"))[0] == 403
                assert (await asked.send(name, host="elsewhere.example"))[0] == 421

    asyncio.run(story())


def test_the_client_reads_the_practice_server_at_each_address(tmp_path: Path) -> None:
    async def story() -> None:
        async with practice(tmp_path) as (started, visitor, _client):
            for issuer in Issuer:
                access = Access(TSG_ID, Address.SASE_CIE, issuer)
                tokens = TokenSource(await account(visitor, started.origin, access), practice=True)
                asked = way(started.origin, access, tokens)
                listed = await synced(asked)
                (directory,) = listed.named(NAME.upper())
                assert (directory.users, directory.groups, directory.status) == (1, 1, "cache_applied")
                assert listed.ahead == 0.0
                for path, attribute, value in (
                    ("/cache-users", "User Principal Name", f"jo@{NAME}"),
                    ("/cache-groups", "Name", "Admins"),
                ):
                    answer = await asked.query(path, question(NAME, attribute, value))
                    assert isinstance(answer, Answer)
                    found = read_objects(answer)
                    assert not isinstance(found, Observation)
                    assert found.count == 1
                    assert value in found.shown[0]
            moved = way(started.origin, Access(TSG_ID, Address.SASE), asked.tokens)
            for fault, usual, other in (
                (ApiFault.NONE, None, Observation.NOT_FOUND),
                (ApiFault.ADDRESS, Observation.NOT_FOUND, None),
                (ApiFault.ROLE, Observation.FORBIDDEN, Observation.NOT_FOUND),
            ):
                assert fault.words in await visitor.break_api(fault.value)
                for each, expected in ((asked, usual), (moved, other)):
                    look = await each.directories()
                    assert (look.observation if isinstance(look, ApiFailure) else None) == expected, fault
            tenant = Access("9999999")
            tokens = TokenSource(await account(visitor, started.origin, tenant), practice=True)
            look = await way(started.origin, tenant, tokens).directories()
            assert isinstance(look, ApiFailure)
            assert (look.stage, look.status) == (ApiStage.TOKEN, 400)

    asyncio.run(story())


def test_addresses_are_the_published_ones() -> None:
    assert Access("1234").base() == f"https://{CONTRACT['host']}{CONTRACT['prefix']}"
    assert CONTRACT["prefix"] == PREFIX
    every = [Access("1234", each) for each in Address]
    assert {each.base().split("/")[2] for each in every} == set(API_HOSTS)
    assert {each.base("http://127.0.0.1:9")[18:] for each in every} == {PREFIX, OTHER_PREFIX}
    assert len({each.base() for each in every}) == len(Address)


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("api.sase.paloaltonetworks.com", "https://api.sase.paloaltonetworks.com.evil.example"),
        ("api.sase.paloaltonetworks.com", "https://api.strata.paloaltonetworks.com"),
        ("api.sase.paloaltonetworks.com", "http://api.sase.paloaltonetworks.com"),
        ("evil.example", "https://evil.example"),
        ("auth.apps.paloaltonetworks.com", "https://auth.apps.paloaltonetworks.com"),
        ("127.0.0.1", "http://127.0.0.1:9"),
        ("", "https://evil.example"),
    ],
)
def test_a_token_goes_to_the_documented_hosts_only(host: str, origin: str) -> None:
    async def ask() -> object:
        async with ApiClient(host) as client:
            return await client.get(f"{origin}{PREFIX}/domains", "token", 1.0)

    answer = asyncio.run(ask())
    assert isinstance(answer, NoAnswer)
    assert answer.failure is RequestFailure.REFUSED_BY_US


@pytest.mark.parametrize("name", [name for name, each in OPERATIONS.items() if each["verb"] == "POST"])
def test_the_operation_that_changes_something_is_never_sent(name: str) -> None:
    operation = OPERATIONS[name]

    async def ask() -> object:
        async with ApiClient("127.0.0.1", practice=True) as client:
            return await client.query(f"http://127.0.0.1:9{PREFIX}{operation['path']}", "token", b"{}", 2.0)

    answer = asyncio.run(ask())
    assert isinstance(answer, NoAnswer)
    refused = answer.failure is RequestFailure.REFUSED_BY_US
    assert refused is operation.get("changes", False)
