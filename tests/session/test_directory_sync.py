"""The Directory Sync API of a setup: its service account in a real keyring, its answers over real HTTP."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from app.directory_sync.client import ApiFailure, ApiStage, DirectoryList
from app.directory_sync.objects import Matches
from app.guide import catalog
from app.guide.vocabulary import CIE_COUNTS, Kind, Milestone
from app.scim.observation import Observation
from app.session.directory_sync import SECRETS
from app.session.open_setup import new_setup
from app.setup.document import decode, encode
from app.setup.gate import Locked, gate
from app.setup.state import Wait
from app.setup.status import awaited
from app.system.policy import NO_KEYRING, NO_POLICY, Policy
from app.values.api_regions import Access, Address, Issuer
from app.values.service_account import Pair, read_pair, read_tsg_id
from app.vault import Vault
from tests.hostile.server import Hostile, http
from tests.support import sessions
from tests.support.clock import NOW
from tests.support.until import until

if TYPE_CHECKING:
    import socket
    import threading
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from app.session.events import SessionEvent
    from app.session.session import SetupSession

CLIENT_ID = "canary-account@1102345678.iam.panserviceaccount.com"
CLIENT_SECRET = "canary-secret-of-the-api"
TOKEN_ANSWER = http(200, json.dumps({"access_token": "t0ken", "token_type": "Bearer", "expires_in": 900}).encode())


def entry(after: float = 40, **more: object) -> dict[str, Any]:
    synced = int((NOW + timedelta(seconds=after)).timestamp())
    return {
        "count": {"user": 12, "group": 3},
        "domain": "acme.example",
        "status": {"description": "cache_applied", "lastSuccessUpdatedOn": synced},
        **more,
    }


def domains(*entries: object) -> bytes:
    return http(200, json.dumps({"success": True, "result": list(entries)}).encode(), "application/json")


class Cie:
    """A token address and an API that give a test's answers; the last one of a list is repeated."""

    def __init__(self) -> None:
        self.tokens = [TOKEN_ANSWER]
        self.domains = [domains(entry())]
        self.found = [http(500)]
        self.server = Hostile(self._answer)

    def _answer(self, connection: socket.socket, request: str, _stop: threading.Event) -> None:
        line = request.partition("\r\n")[0]
        left = self.tokens if "access_token" in line else self.domains if line.startswith("GET") else self.found
        connection.sendall(left.pop(0) if len(left) > 1 else left[0])

    @property
    def lines(self) -> list[str]:
        """Return the request lines, without the protocol."""
        return [request.partition(" HTTP/")[0] for request in self.server.requests]


def opened(folder: Path, cie: Cie, policy: Policy = NO_POLICY) -> AbstractAsyncContextManager[SetupSession]:
    """A practice setup with a Directory Name; its API is on loopback."""
    token_url = f"http://127.0.0.1:{cie.server.port}/oauth2/access_token"
    captured = {"directory_name": "acme.example"}
    return sessions.opened(folder, captured=captured, practice=True, token_url=token_url, policy=policy)


async def turn_on(session: SetupSession) -> None:
    assert await session.api.give_secret(Kind.CLIENT_ID, CLIENT_ID) is None
    assert await session.api.give_secret(Kind.CLIENT_SECRET, CLIENT_SECRET) is None
    assert session.api.on


async def held(session: SetupSession) -> list[str | None]:
    """Return what is in the keyring, read by another vault."""
    other = Vault("practice")
    try:
        return [(await other.get(session.setup.id, name)).value for name in SECRETS.values()]
    finally:
        other.close()


@pytest.mark.usefixtures("secret_service")
def test_it_is_off_without_a_service_account_and_leaves_nothing_behind(tmp_path: Path) -> None:
    async def story() -> None:
        cie = Cie()
        with cie.server:
            async with opened(tmp_path, cie) as session:
                api = session.api
                assert not api.on
                assert not api.begun
                look = await api.ask()
                assert isinstance(look, ApiFailure)
                assert look.stage is ApiStage.KEYRING
                await api.look_calmly()
                assert cie.lines == []
                await turn_on(session)
                assert api.access == Access("1102345678")  # from the Client ID
                assert await held(session) == [CLIENT_ID, CLIENT_SECRET]
                for path in tmp_path.rglob("*.json*"):
                    assert b"canary" not in path.read_bytes()
                assert isinstance(await api.ask(), DirectoryList)
                assert cie.lines == ["POST /oauth2/access_token", "GET /cie/directory-sync/v1/domains"]
                assert "authorization: bearer t0ken" in cie.server.requests[1].lower()
                assert "canary" not in cie.server.requests[1]
                assert await api.turn_off() == ()
                assert await held(session) == [None, None]
                assert not api.begun
                assert session.setup.api is None
                assert api.look is None
                await turn_on(session)
                assert await session.forget() is None
                assert await held(session) == [None, None]

    asyncio.run(story())


@pytest.mark.usefixtures("secret_service")
def test_an_address_can_be_chosen_and_is_remembered(tmp_path: Path) -> None:
    async def story() -> None:
        cie = Cie()
        with cie.server:
            async with opened(tmp_path, cie) as session:
                await turn_on(session)
                await session.api.choose(Address.STRATA, Issuer.DESCRIPTION)
                assert await session.api.give_tsg_id("tsg_id:4711") is None
                await session.api.ask()
                assert cie.lines == ["POST /auth/v1/oauth2/access_token", "GET /directory-sync/v1/domains"]
                assert "scope=tsg_id%3A4711" in cie.server.requests[0]
                assert "digits" in (await session.api.give_tsg_id("acme") or "")
                assert decode(encode(session.setup)).api == Access("4711", Address.STRATA, Issuer.DESCRIPTION)

    asyncio.run(story())


def test_older_files_and_forged_files() -> None:
    setup = new_setup(catalog.guide("entra"), NOW, practice=False)
    old = json.loads(encode(setup.with_(api=Access("4711"))))
    assert decode(json.dumps({k: v for k, v in old.items() if k != "api"}).encode()) == setup
    for forged in ({"tsg_id": "1 OR 1"}, {"address": "https://evil.example"}, {"issuer": "else"}, {"host": "x"}):
        with pytest.raises(ValueError, match=next(iter(forged))):
            decode(json.dumps({**old, "api": {**old["api"], **forged}}).encode())


@pytest.mark.usefixtures("secret_service")
def test_a_claim_that_the_keyring_contradicts_is_dropped(tmp_path: Path) -> None:
    async def story() -> None:
        cie = Cie()
        with cie.server:
            async with opened(tmp_path, cie) as session:
                claimed = dict.fromkeys(SECRETS.values(), NOW)
                session.setup = session.setup.with_(api=Access("4711"), kept=claimed)
                assert session.api.on
                await session.open()
                assert not session.api.on
                assert session.api.begun
                assert session.trouble is None

    asyncio.run(story())


@pytest.mark.usefixtures("secret_service")
def test_a_withdrawn_token_is_fetched_again_once(tmp_path: Path) -> None:
    async def story() -> None:
        cie = Cie()
        with cie.server:
            async with opened(tmp_path, cie) as session:
                await turn_on(session)
                assert isinstance(await session.api.ask(), DirectoryList)
                cie.domains = [http(401), domains(entry())]
                assert isinstance(await session.api.ask(), DirectoryList)
                assert len(cie.lines) == 2 + 3
                cie.domains = [http(401)]
                look = await session.api.ask()
                assert isinstance(look, ApiFailure)
                assert look.observation is Observation.UNAUTHORIZED
                assert len(cie.lines) == 5 + 3
                await session.api.look_calmly()  # asking again doesn't help after a refusal
                assert len(cie.lines) == 8

    asyncio.run(story())


def reach(session: SetupSession, *milestones: Milestone) -> None:
    session.setup = session.setup.with_(reached=dict.fromkeys((each.value for each in milestones), NOW))


@pytest.mark.usefixtures("secret_service")
def test_the_end_of_a_full_sync_fills_in_counts_and_opens_no_gate(tmp_path: Path) -> None:
    async def story() -> None:
        cie = Cie()
        cie.domains = [domains(entry(-900)), http(503, Retry_After="120"), domains(entry(40))]
        with cie.server:
            async with opened(tmp_path, cie) as session:
                api = session.api
                await turn_on(session)
                reach(session, Milestone.SUBMITTED, Milestone.STARTED)
                assert awaited(session.guide, session.setup) is not Wait.FULL_SYNC
                assert not await session.waiting.for_full_sync()
                assert cie.lines == []
                reach(session, Milestone.SUBMITTED, Milestone.STARTED, Milestone.TIMESTAMP, Milestone.FULL_SYNC)
                pauses = list[float]()

                def note(_event: SessionEvent) -> None:
                    if api.next_look is not None:
                        pauses.append((api.next_look - NOW).total_seconds())
                        api.look_now()

                stop = session.subscribe(note)
                assert await asyncio.wait_for(session.waiting.for_full_sync(), 10)
                stop()
                assert min(pauses) >= 60
                assert max(pauses) >= 120
                assert [session.setup.values.get(name) for name in CIE_COUNTS] == ["12", "3"]
                assert session.setup.synced is None
                assert Milestone.FINISHED not in session.setup.reached
                assert session.setup.sighting is None
                assert isinstance(gate(session.guide, session.setup), Locked)
                assert session.setup.sync_ended == NOW
                assert awaited(session.guide, session.setup) is not Wait.FULL_SYNC
                asked = len(cie.lines)
                assert not await session.waiting.for_full_sync()
                assert len(cie.lines) == asked
                assert (await session.captures.give(CIE_COUNTS[0], "11")).accepted
                begun = {**session.setup.reached, Milestone.FULL_SYNC: NOW + timedelta(seconds=30)}
                session.setup = session.setup.with_(reached=begun)
                assert awaited(session.guide, session.setup) is Wait.FULL_SYNC, "another Full Sync started"
                assert await asyncio.wait_for(session.waiting.for_full_sync(), 10)
                assert session.setup.values[CIE_COUNTS[0]] == "11"

    asyncio.run(story())


@pytest.mark.usefixtures("secret_service")
def test_turning_off_ends_the_wait(tmp_path: Path) -> None:
    async def story() -> None:
        cie = Cie()
        cie.domains = [domains(entry(-900))]
        with cie.server:
            async with opened(tmp_path, cie) as session:
                await turn_on(session)
                reach(session, *tuple(Milestone)[:4])
                task = asyncio.create_task(session.waiting.for_full_sync())
                await until(lambda: session.api.next_look)
                assert session.api.following
                assert await session.api.turn_off() == ()
                assert await asyncio.wait_for(task, 5) is False
                assert not session.api.following
                assert session.api.next_look is None

    asyncio.run(story())


@pytest.mark.usefixtures("secret_service")
def test_one_known_user_or_group_is_looked_up(tmp_path: Path) -> None:
    async def story() -> None:
        cie = Cie()
        jo = {"User Principal Name": "jo@acme.example", "Unique Identifier": "00-1"}
        cie.found = [http(200, json.dumps({"success": True, "result": {"count": 1, "data": [jo]}}).encode()), http(403)]
        with cie.server:
            async with opened(tmp_path, cie) as session:
                await turn_on(session)
                found = await session.api.find(group=False, value="jo@acme.example")
                assert found == Matches(1, ("jo@acme.example, 00-1",))
                assert cie.lines[1] == "POST /cie/directory-sync/v1/cache-users"
                sent = json.loads(cie.server.requests[1].partition("\r\n\r\n")[2])
                assert sent["domain"] == "acme.example"
                assert sent["name"] == {
                    "attrName": "User Principal Name",
                    "attrValue": "jo@acme.example",
                    "match": "equal",
                }
                refused = await session.api.find(group=True, value="Admins")
                assert isinstance(refused, ApiFailure)
                assert refused.observation is Observation.FORBIDDEN
                assert cie.lines[-1] == "POST /cie/directory-sync/v1/cache-groups"

    asyncio.run(story())


def test_a_policy_that_requires_a_keyring_is_enforced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")

    async def story(policy: Policy) -> str | None:
        cie = Cie()
        with cie.server:
            async with opened(tmp_path, cie, policy) as session:
                problem = await session.api.give_secret(Kind.CLIENT_ID, CLIENT_ID)
                assert session.api.kept(Kind.CLIENT_ID) is (problem is None)
                assert session.api.in_memory_only(Kind.CLIENT_ID) is (problem is None)
                return problem

    assert asyncio.run(story(Policy(keyring_required=True))) == NO_KEYRING
    assert asyncio.run(story(Policy())) is None


@pytest.mark.parametrize(
    "text",
    [
        f"Client ID,Client Secret\n{CLIENT_ID},{CLIENT_SECRET}\n",
        f"\ufeffname,client_id,client_secret,created\r\nx,{CLIENT_ID},{CLIENT_SECRET},2026\r\n",
        f'"Client ID","{CLIENT_ID}"\n"Client Secret","{CLIENT_SECRET}"\n',
        f"CLIENT SECRET,Service Account Name,CLIENT ID\n{CLIENT_SECRET},x, {CLIENT_ID} \n\n",
    ],
)
def test_the_two_values_of_the_file_are_found(text: str) -> None:
    assert read_pair(text) == Pair(CLIENT_ID, CLIENT_SECRET)
    assert "canary" not in repr(read_pair(text))


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "No Client ID"),
        ("name,mail\nx,y\n", "No Client ID"),
        (f"Client ID,Client Secret\n{CLIENT_ID},short\n", "Client Secret in this file"),
        (f"Client ID,Client Secret\n{CLIENT_ID}\n", "Client Secret in this file"),
        (f"Client ID,Client Secret\na,{CLIENT_SECRET}\n", "Client ID in this file"),
        (f"Client ID,Client Secret\n{CLIENT_ID},{CLIENT_SECRET}\n{CLIENT_ID},{CLIENT_SECRET}\n", "more than one"),
        ("Client ID,Client ID,Client Secret\na,b,c\n", "No Client ID"),
        ("a,b\n" * 100, "too many lines"),
        ("x" * 20_000, "too long"),
        ('"' + "\r" * 30, "No Client ID"),
    ],
)
def test_a_file_that_does_not_fit_is_refused_without_its_content(text: str, word: str) -> None:
    told = read_pair(text)
    assert isinstance(told, str)
    assert word in told
    assert "canary" not in told


def test_a_tsg_id_in_its_forms() -> None:
    assert [read_tsg_id(text).value for text in ("1102345678", " tsg_id:1102345678 ", CLIENT_ID)] == ["1102345678"] * 3
    assert [read_tsg_id(text).value for text in ("", "12", "1" * 21, "one", "1102345678 x", "x@y")] == [None] * 6
