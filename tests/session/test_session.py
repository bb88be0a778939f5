"""An open setup when things happen at the same time, in an unusual order, or with another guide."""

from __future__ import annotations

import asyncio
import copy
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from app.guide import catalog, guide_file
from app.guide.vocabulary import Milestone
from app.scim.changes import ChangesSeen
from app.scim.finding import Check
from app.session.connection import CHANGED
from app.session.session import SetupSession
from app.session.testing import ConnectionTestState
from app.setup import journey
from app.setup.journey import BlockReason
from app.setup.store import Store
from app.system.paths import resources
from app.vault import Outcome, Vault, VaultStatus
from tests.hostile.server import TOKEN, Hostile, listing, says
from tests.support.clock import NOW
from tests.support.sessions import opened
from tests.support.until import until

if TYPE_CHECKING:
    import socket
    import threading
    from collections.abc import AsyncIterator
    from pathlib import Path

    from app.guide.model import Guide

LONG = TOKEN + "-0123456789"


def right(connection: socket.socket, request: str, stop: threading.Event) -> None:
    says(listing())(connection, request.replace(LONG, TOKEN), stop)


def slow(connection: socket.socket, request: str, stop: threading.Event) -> None:
    stop.wait(0.4)
    right(connection, request, stop)


def whole(guide_id: str) -> dict[str, Any]:
    data: dict[str, Any] = copy.deepcopy(guide_file.merge(resources() / "guides" / f"{guide_id}.yaml"))
    return data


@asynccontextmanager
async def at_the_test(folder: Path, guide: Guide, base_url: str) -> AsyncIterator[SetupSession]:
    """A practice setup whose open step is Test Connection."""
    async with opened(folder, guide, {"base_url": base_url, "token": LONG}, practice=True) as session:
        session.setup = session.setup.with_(
            done={step.id: NOW for step in guide.steps[: guide.steps.index(guide.step("test-connection"))]},
            reached={Milestone.SUBMITTED.value: NOW},
        )
        await session.go("test-connection")
        yield session


@pytest.mark.usefixtures("secret_service")
def test_an_incomplete_test_is_no_result(tmp_path: Path) -> None:
    async def story(url: str) -> None:
        async with at_the_test(tmp_path, catalog.guide("entra"), url) as session:
            testing = asyncio.create_task(session.testing.run())
            await until(lambda: len(session.testing.findings) >= 2)
            testing.cancel()
            with pytest.raises(asyncio.CancelledError):
                await testing
            assert session.testing.findings == ()
            assert await session.complete() == journey.Block(BlockReason.UNTESTED)

    with Hostile(slow) as server:
        asyncio.run(story(server.base_url))


@pytest.mark.usefixtures("secret_service")
def test_a_new_token_invalidates_the_result(tmp_path: Path) -> None:
    async def story(url: str) -> None:
        async with at_the_test(tmp_path, catalog.guide("entra"), url) as session:
            assert await session.testing.run() == ""
            assert "test-connection" in session.setup.done
            assert (await session.captures.give("token", LONG + "x")).accepted
            assert session.testing.findings == ()
            await session.go("test-connection")
            assert await session.complete() == journey.Block(BlockReason.UNTESTED)
            testing = asyncio.create_task(session.testing.run())
            await asyncio.sleep(0.1)
            assert (await session.captures.give("token", LONG)).accepted
            assert await testing == CHANGED
            assert "test-connection" in session.setup.stale

    with Hostile(slow) as server:
        asyncio.run(story(server.base_url))


@pytest.mark.usefixtures("secret_service")
def test_a_failed_test_has_its_causes_without_a_window(tmp_path: Path) -> None:
    refusal = says(b"HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n")

    async def story(url: str) -> None:
        async with at_the_test(tmp_path, catalog.guide("entra"), url) as session:
            testing = session.testing
            seen: list[tuple[ConnectionTestState, Check | None]] = []
            session.subscribe(lambda _event: seen.append((testing.state, testing.current)))
            assert [testing.state, testing.diagnosis] == [ConnectionTestState.NOT_YET, None]
            assert await testing.run() == ""
            running = [check for state, check in seen if state is ConnectionTestState.RUNNING]
            assert list(dict.fromkeys(running))[: len(testing.checks) + 1] == [None, *testing.checks]
            assert Check.ISSUED not in testing.checks, "the token was generated"
            assert [testing.state, testing.current] == [ConnectionTestState.FAILED, None]
            diagnosis = testing.diagnosis
            assert diagnosis is not None
            first = diagnosis.causes[0]
            assert first.step == "generate-token", "Submit was confirmed after the token was stored"
            offered = [cause.step for cause in diagnosis.causes if cause.action is not None and cause.action.offered]
            assert len(offered) == len(set(offered)), "a link for each step"
            assert session.here.step.id not in offered
            await session.go("generate-token")
            assert testing.diagnosis is not None
            assert testing.diagnosis.causes[0].action is not None
            assert not testing.diagnosis.causes[0].action.offered, "it is open"
            assert (await session.captures.give("token", LONG + "x")).accepted
            assert [testing.state, testing.diagnosis] == [ConnectionTestState.NOT_YET, None]

    with Hostile(refusal) as server:
        asyncio.run(story(server.base_url))


@pytest.mark.usefixtures("secret_service")
def test_a_test_without_credentials_says_why_it_could_not_run(tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path) as session:
            problem = await session.testing.run()
            assert problem
            assert (session.testing.state, session.testing.problem) == (ConnectionTestState.NOT_RUN, problem)
            assert not session.testing.running
            assert session.setup.runs == ()

    asyncio.run(story())


@pytest.mark.usefixtures("secret_service")
def test_a_look_at_a_former_endpoint_does_not_count(tmp_path: Path) -> None:
    changed = {"id": "1", "userName": "a@example.com", "meta": {"lastModified": "2026-11-24T12:01:00Z"}}

    def former(connection: socket.socket, request: str, stop: threading.Event) -> None:
        stop.wait(0.1)
        says(listing(changed))(connection, request.replace(LONG, TOKEN), stop)

    async def story(one: Hostile, other: Hostile) -> None:
        async with at_the_test(tmp_path, catalog.guide("entra"), one.base_url) as session:
            looking = asyncio.create_task(session.connection.look(NOW))
            await until(lambda: one.requests)
            assert (await session.captures.give("base_url", other.base_url)).accepted
            after = await looking
            assert isinstance(after, ChangesSeen)
            assert after.newest is None, "the timestamp of the former directory"

    with Hostile(former) as one, Hostile(right) as other:
        asyncio.run(story(one, other))


@pytest.mark.usefixtures("secret_service")
def test_a_deleted_setup_does_not_come_back(tmp_path: Path) -> None:
    async def story(url: str) -> None:
        async with at_the_test(tmp_path, catalog.guide("entra"), url) as session:
            testing = asyncio.create_task(session.testing.run())
            await asyncio.sleep(0.1)
            session.unsaved = "The disk is full."
            assert await session.forget() is None
            assert session.unsaved is None
            await testing
            await session.tick("license", on=True)
            assert list(tmp_path.rglob("*.json")) == []

    with Hostile(slow) as server:
        asyncio.run(story(server.base_url))


@pytest.mark.usefixtures("secret_service")
def test_another_method_reopens_submit_and_the_test(tmp_path: Path) -> None:
    async def story(url: str) -> None:
        async with at_the_test(tmp_path, catalog.guide("others"), url) as session:
            assert await session.testing.run() == ""
            await session.answer("authorization", "oidc")
            assert {"submit", "test-connection"} <= session.setup.stale
            assert session.testing.findings == ()

    with Hostile(right) as server:
        asyncio.run(story(server.base_url))


@pytest.mark.usefixtures("secret_service")
def test_submitting_again_forgets_the_timestamp_and_locks_full_sync(tmp_path: Path) -> None:
    async def story(url: str) -> None:
        guide = catalog.guide("entra")
        async with at_the_test(tmp_path, guide, url) as session:
            every = {step.id: NOW for step in guide.steps}
            session.setup = session.setup.with_(done=every, stale=frozenset({"submit"}))
            assert await session.waiting.enter_timestamp((NOW + timedelta(minutes=1)).isoformat()) is None
            assert session.setup.sighting is not None
            session.now = lambda: NOW + timedelta(minutes=10)
            await session.go("submit")
            assert await session.complete() is None
            assert session.setup.sighting is None
            assert {"await-timestamp", "full-sync", "sync-status"} <= session.setup.stale
            assert journey.block(guide, session.setup, "full-sync") is not None

    asyncio.run(story("http://127.0.0.1:9/x/v2"))


@pytest.mark.usefixtures("secret_service")
def test_a_setup_fits_itself_to_a_guide_that_changed(tmp_path: Path) -> None:
    newer = whole("entra")
    newer["values"]["realm"] = {"label": "Realm", "kind": "domain", "origin": "here", "derived_from": "primary_domain"}
    newer["values"]["site"] = {"label": "Site", "kind": "label", "origin": "here", "suggestion": "Berlin"}
    newer["values"]["tenant_id"]["kind"] = "client-id"
    newer["branches"] = [b for b in newer["branches"] if b["id"] != "authorization"]

    async def story() -> None:
        async with opened(tmp_path) as before:
            assert (await before.captures.give("tenant_id", "7c1e3a52-9b1f-4c77-8d2a-0e5b6f3d9a10")).accepted
            assert (await before.captures.give("primary_domain", "contoso.com")).accepted
            old = before.setup.with_(stale=frozenset({"gone"}), answers={"authorization": "static", "gone": "x"})
            old = old.with_(kept={"primary_domain": NOW})
            after = SetupSession(guide_file.check(newer), old, before.vault, Store(tmp_path), now=lambda: NOW)
            await after.open()
            assert "tenant_id" not in after.setup.values, "what became secret leaves the file"
            assert after.setup.kept == {}, "a value that is no longer secret is captured like any other"
            assert (after.setup.values["site"], after.setup.values["realm"]) == ("Berlin", "contoso.com")
            assert after.setup.stale == frozenset()
            assert after.trouble is None

    asyncio.run(story())


@pytest.mark.usefixtures("secret_service")
def test_secrets_of_an_older_guide_are_deleted_too(tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path) as session:
            await session.vault.put(session.setup.id, "old_secret", "canary-of-the-old-guide")
            await session.vault.put(session.setup.id, "named_nowhere", "canary-of-a-lost-file")
            session.setup = session.setup.with_(kept={"old_secret": NOW})
            assert await session.forget() is None
            for name in ("old_secret", "named_nowhere"):
                assert (await session.vault.get(session.setup.id, name)).status is VaultStatus.ABSENT

    asyncio.run(story())


@pytest.mark.usefixtures("secret_service")
def test_a_setup_whose_secrets_stay_says_why_and_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(*_: object) -> Outcome:
        return Outcome(VaultStatus.LOCKED)

    async def story() -> None:
        async with opened(tmp_path) as session:
            await session.make_file()
            with monkeypatch.context() as patch:
                patch.setattr(session.vault, "delete", refuse)
                trouble = await session.forget()
            assert trouble is not None
            assert trouble.endswith(VaultStatus.LOCKED.words)
            assert list(tmp_path.rglob("*.json"))
            await session.tick("license", on=True)
            assert session.unsaved is None, "the setup is in use again"

    asyncio.run(story())


@pytest.mark.parametrize("shut", [VaultStatus.LOCKED, VaultStatus.DENIED, VaultStatus.UNANSWERED])
def test_a_locked_keyring_is_asked_once_and_not_for_a_new_setup(
    shut: VaultStatus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    async def prompt(_self: Vault, _setup: str, name: str) -> Outcome:
        asked.append(name)
        return Outcome(shut)

    async def story() -> None:
        monkeypatch.setattr(Vault, "get", prompt)
        async with opened(tmp_path) as session:
            assert asked == []
            await session.make_file()
            await session.open()
            assert len(asked) == 1

    asyncio.run(story())


@pytest.mark.usefixtures("secret_service")
@pytest.mark.parametrize("status", [VaultStatus.INCOMPLETE, VaultStatus.ALTERED])
def test_an_incomplete_secret_has_to_be_captured_again(
    status: VaultStatus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def damaged(*_: object) -> Outcome:
        return Outcome(status)

    async def story() -> None:
        async with opened(tmp_path) as session:
            assert (await session.captures.give("token", LONG)).accepted
            with monkeypatch.context() as patch:
                patch.setattr(session.vault, "get", damaged)
                await session.open()
            assert not session.captures.shown("token").present
            label = session.guide.values["token"].label
            assert session.trouble == (
                f"Not in the keyring of this computer, or no longer usable: {label}. Capture it again."
            )
            assert (await session.captures.give("token", LONG)).accepted
            assert session.trouble is None

    asyncio.run(story())


@pytest.mark.usefixtures("secret_service")
def test_a_name_without_an_id_removes_the_former_id(tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path, "others") as session:
            assert (await session.captures.give("client_name", "Acme")).accepted
            assert session.setup.values["directory_id"] == "Acme"
            assert (await session.captures.give("client_name", "\u65e5\u672c")).accepted
            assert "directory_id" not in session.setup.values
            assert journey.unchosen(session.guide, session.setup, session.guide.step("enter-details"))

    asyncio.run(story())


@pytest.mark.usefixtures("secret_service")
def test_only_a_route_that_fails_from_here_allows_skipping_the_test(tmp_path: Path) -> None:
    async def story(url: str, *, may: bool) -> None:
        async with at_the_test(tmp_path, catalog.guide("entra"), url) as session:
            assert await session.testing.run() == ""
            assert session.testing.failed
            assert session.testing.may_skip is may
            await session.testing.skip()
            assert ("test-connection" in session.setup.done) is may

    asyncio.run(story("http://127.0.0.1:9/scim", may=True))
    with Hostile(says(b"HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n")) as server:
        asyncio.run(story(server.base_url, may=False))


@pytest.mark.usefixtures("secret_service")
def test_a_token_that_is_another_value_of_the_setup_is_stopped(tmp_path: Path) -> None:
    async def story() -> None:
        guide = catalog.guide("pingfederate")
        secret = "s3cret-of-the-service-account"
        captured = {"ping_user": "svc-ping@corp.contoso.com", "client_id": "scim-client-0001", "client_secret": secret}
        async with opened(tmp_path, guide, captured) as session:
            for name, text, clash in (
                ("token", secret, "client_secret"),
                ("token", "scim-client-0001", "client_id"),
                ("client_secret", "scim-client-0001", "client_id"),
            ):
                given = await session.captures.give(name, text)
                assert not given.accepted
                assert guide.values[clash].label in given.sentence
                assert text not in given.sentence
            assert "token" not in session.setup.kept
            assert (await session.captures.give("token", LONG)).accepted
            assert (await session.captures.give("token", LONG)).accepted  # the same token again

    asyncio.run(story())
