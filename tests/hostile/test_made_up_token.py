"""A test never locks out its own token: the made-up one is sent at most once for each captured pair of values."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from app.scim import connection_test
from app.scim.finding import Check, Finding, Verdict
from app.scim.observation import Observation
from app.session.connection import Connection
from app.setup.document import decode, encode
from app.setup.hand_over import pack
from app.setup.state import ControlRecord
from tests.hostile import faults
from tests.hostile.server import TOKEN, Hostile, http, listing, serving
from tests.support.clock import NOW
from tests.support.sessions import opened

if TYPE_CHECKING:
    import socket
    import threading
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

    import trustme

    from app.session.session import SetupSession
    from tests.hostile.server import Answering

    Story = Callable[["SetupSession", Hostile], Awaitable[None]]

pytestmark = pytest.mark.usefixtures("trusted", "secret_service")
RIGHT = (f"{TOKEN}-0123456789", f"{TOKEN}-abcdefghij")


def service(refusal: Answering) -> Answering:
    """Lists nobody for a right token; any other gets this refusal."""

    def answering(connection: socket.socket, request: str, stop: threading.Event) -> None:
        if any(f"Bearer {token}\r\n" in request for token in RIGHT):
            connection.sendall(listing())
        else:
            refusal(connection, request, stop)

    return answering


def made_up(server: Hostile) -> int:
    return sum(not any(token in request for token in RIGHT) for request in server.requests)


@asynccontextmanager
async def captured(server: Hostile, folder: Path) -> AsyncIterator[SetupSession]:
    values = {"base_url": server.base_url, "token": RIGHT[0]}
    async with opened(folder, captured=values) as session:
        yield session


def run(authority: trustme.CA, folder: Path, refusal: Answering, story: Story) -> None:
    async def whole(server: Hostile) -> None:
        async with captured(server, folder) as session:
            await story(session, server)

    with Hostile(service(refusal), serving(authority)) as server:
        asyncio.run(whole(server))


async def control(session: SetupSession) -> Finding:
    assert await session.testing.run() == ""
    assert not session.testing.failed, session.testing.findings
    found = session.testing.findings[-1]
    assert found.check is Check.CONTROL
    return found


def test_a_refused_token_is_sent_once_for_each_capture(authority: trustme.CA, tmp_path: Path) -> None:
    async def story(session: SetupSession, server: Hostile) -> None:
        for _ in range(3):
            found = await control(session)
            assert (found.verdict, made_up(server)) == (Verdict.PASSED, 1)
        kept = session.setup.control
        assert kept == ControlRecord(session.setup.captures, "passed", "good")
        assert decode(encode(session.setup)) == session.setup
        assert b'"control":null' in pack(session.setup, NOW).replace(b" ", b"")
        await session.captures.give("token", RIGHT[1])
        for _ in range(2):
            await control(session)
            assert made_up(server) == 2
        await session.vault.put(session.setup.id, "token", RIGHT[0])  # changed behind the session's back
        for _ in range(2):
            await control(session)
            assert made_up(server) == 3

    run(authority, tmp_path, faults.anybody(http(401)), story)


@pytest.mark.parametrize(
    ("refusal", "seen"),
    [(faults.silent, Observation.TIMEOUT), (faults.anybody(http(429)), Observation.TOO_MANY)],
    ids=["silent", "429"],
)
def test_a_made_up_token_that_is_put_off_is_a_remark_and_not_sent_again(
    authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refusal: Answering, seen: Observation
) -> None:
    monkeypatch.setattr(connection_test.TimeLimits.__init__, "__defaults__", (5.0, 0.5, 20.0))

    async def story(session: SetupSession, server: Hostile) -> None:
        for _ in range(10):
            found = await control(session)
            assert (found.verdict, found.observation) == (Verdict.WARNED, seen)
            assert made_up(server) == 1

    run(authority, tmp_path, refusal, story)


def test_it_can_be_switched_off_and_is_never_sent_unattended(authority: trustme.CA, tmp_path: Path) -> None:
    async def story(session: SetupSession, server: Hostile) -> None:
        unattended = await Connection(session.vault, lambda: (session.guide, session.setup)).test(attended=False)
        assert isinstance(unattended, tuple)
        assert replace(unattended[-1], details=None) == Finding(Check.CONTROL, Verdict.NOT_TRIED, Observation.NOT_SENT)
        await session.change(lambda setup: setup.with_(without_control=True))
        found = await control(session)
        assert (found.verdict, found.observation) == (Verdict.NOT_TRIED, Observation.NOT_SENT)
        assert (made_up(server), session.setup.control) == (0, None)
        await session.change(lambda setup: setup.with_(without_control=False))
        assert (await control(session)).verdict is Verdict.PASSED
        assert made_up(server) == 1

    run(authority, tmp_path, faults.anybody(http(401)), story)


def test_an_accepted_one_is_looked_at_again(authority: trustme.CA, tmp_path: Path) -> None:
    async def story(session: SetupSession, server: Hostile) -> None:
        for count in (1, 2):
            assert await session.testing.run() == ""
            assert session.testing.findings[-1].observation is Observation.OPEN_DOOR
            assert (made_up(server), session.setup.control) == (count, None)

    run(authority, tmp_path, faults.anybody(listing()), story)
