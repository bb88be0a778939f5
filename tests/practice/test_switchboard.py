"""Every rehearsed fault fails the right check and leads to the right step first."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from app.diagnosis.causes import explain
from app.diagnosis.portal_errors import decode
from app.diagnosis.setup_facts import SetupFacts
from app.guide import catalog
from app.guide.vocabulary import Kind, Milestone
from app.net import LoopbackClient
from app.practice.process import PracticeProcess, Started
from app.practice.switchboard import Fault, PortalFault
from app.scim.connection_test import Check, Observation, TimeLimits, Verdict, run
from app.scim.endpoint import Endpoint
from app.scim.tokens import StaticToken, TokenSource
from app.setup.state import Setup
from tests.support.probes import LOOKUP
from tests.support.setups import a_setup
from tests.support.until import until_answered
from ui.tour.visitor import ConsoleVisitor, CycleProgress

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
GUIDE = catalog.guide("entra")
EXPECTED = {
    Fault.NOT_SUBMITTED: (Check.TOKEN, Observation.UNAUTHORIZED, "generate-token"),
    Fault.UNAUTHORIZED: (Check.TOKEN, Observation.UNAUTHORIZED, "generate-token"),
    Fault.FORBIDDEN: (Check.TOKEN, Observation.FORBIDDEN, "generate-token"),
    Fault.NOT_FOUND: (Check.TOKEN, Observation.NOT_FOUND, "copy-base-url"),
    Fault.TOO_MANY: (Check.TOKEN, Observation.TOO_MANY, "test-connection"),
    Fault.SERVER_ERROR: (Check.TOKEN, Observation.SERVER_ERROR, "test-connection"),
    Fault.REDIRECT: (Check.TOKEN, Observation.REDIRECT, "copy-base-url"),
    Fault.HTML: (Check.TOKEN, Observation.SIGN_IN_PAGE, "copy-base-url"),
    Fault.FILTER_IGNORED: (Check.USERS, Observation.FILTER_IGNORED, None),
    Fault.OPEN_DOOR: (Check.CONTROL, Observation.OPEN_DOOR, "copy-base-url"),
    Fault.SLOW: (Check.TOKEN, Observation.TIMEOUT, "test-connection"),
    Fault.CLOSED: (Check.USERS, Observation.CLOSED, "test-connection"),
    Fault.UNTRUSTED: (Check.CERTIFICATE, Observation.UNTRUSTED, None),
}


def test_every_fault_has_an_expected_finding() -> None:
    assert set(EXPECTED) == set(Fault) - {Fault.NONE}


def test_each_fault_is_found_and_leads_to_its_step(tmp_path: Path) -> None:
    reached = {Milestone.SUBMITTED.value: NOW}
    setup = Setup(id="0" * 32, guide="entra", client="Entra", name="n", created=NOW, changed=NOW, reached=reached)
    limits = TimeLimits(name=1.0, request=1.0, whole=6.0)

    async def story() -> None:
        process = PracticeProcess()
        started = await process.start(tmp_path / "state", "4d" * 32)
        assert isinstance(started, Started), started
        try:
            async with LoopbackClient() as client:
                visitor = ConsoleVisitor(client, started, GUIDE)
                base_url = await visitor.add_directory("one", "one")
                token = await visitor.generate_token()
                assert isinstance(base_url, str)
                assert isinstance(token, str)
                assert await visitor.submit() is None
                tokens = TokenSource(StaticToken(token), practice=True)
                probe = LOOKUP
                for fault, (check, observation, step) in EXPECTED.items():
                    assert fault.words in await visitor.break_it(fault.value)
                    endpoint = Endpoint(await visitor.shown_base_url(), practice=True)
                    assert endpoint.plain == (fault is not Fault.UNTRUSTED)
                    found = await run(endpoint, tokens, probe, proxy_for=lambda _: None, limits=limits)
                    failed = next(each for each in found if each.verdict is Verdict.FAILED)
                    assert (failed.check, failed.observation) == (check, observation), fault
                    diagnosis = explain(found, SetupFacts.of(GUIDE, setup))
                    assert diagnosis is not None
                    assert diagnosis.causes[0].step == step, fault
                assert Fault.NONE.words in await visitor.break_it("none")
                assert await visitor.shown_base_url() == base_url
                good = await run(
                    Endpoint(base_url, practice=True), tokens, probe, proxy_for=lambda _: None, limits=limits
                )
                assert {each.verdict for each in good} == {Verdict.PASSED, Verdict.NOT_CHECKED}
                feed = await visitor.received()
                assert ("GET", "200") in {(row[1], row[3]) for row in feed}
                assert token not in str(feed)
                assert base_url.split("/")[4] not in str(feed)
        finally:
            await process.stop()

    asyncio.run(story())


def test_each_fault_of_the_portal_is_shown_and_sends_nothing(tmp_path: Path) -> None:
    async def ended(visitor: ConsoleVisitor) -> CycleProgress:
        assert await visitor.start() == "Provisioning started."
        return await until_answered(visitor.status, lambda progress: "progress" not in progress.message)

    async def story() -> None:
        process = PracticeProcess()
        started = await process.start(tmp_path / "state", "5e" * 32)
        assert isinstance(started, Started), started
        try:
            async with LoopbackClient() as client:
                visitor = ConsoleVisitor(client, started, GUIDE)
                base_url = await visitor.add_directory("one", "one")
                token = await visitor.generate_token()
                assert isinstance(base_url, str)
                assert isinstance(token, str)
                assert await visitor.submit() is None
                assert await visitor.create_app() is None
                given = {Kind.BASE_URL: base_url, Kind.TOKEN: token}
                fields = GUIDE.practice.fields
                assert await visitor.enter({f.label: given[GUIDE.values[f.value].kind] for f in fields}) is None
                await visitor.test()
                await visitor.create()
                await visitor.assign()
                for fault in set(PortalFault) - {PortalFault.NONE}:
                    assert fault.words in await visitor.break_portal(fault.value)
                    progress = await ended(visitor)
                    if fault is PortalFault.DUPLICATE_GROUPS:
                        decoded = decode(progress.message, GUIDE, a_setup(GUIDE))
                        assert decoded.recognized == ("Duplicate group names",)
                        assert decoded.causes[0].step == "review-group-mapping"
                    else:
                        assert (progress.users, progress.groups) == ("0", "0")
                    assert (await visitor.directories())[0].timestamp == "-", fault
                assert PortalFault.NONE.words in await visitor.break_portal("none")
                progress = await ended(visitor)
                assert (progress.users, progress.groups) == ("12", "3")
                assert (await visitor.directories())[0].timestamp != "-"
        finally:
            await process.stop()

    asyncio.run(story())
