"""What the program says of SCIM servers by other authors that have a directory already, and one that changes."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from app import net
from app.guide.vocabulary import Expect
from app.scim.arrivals import ArrivalKind
from app.scim.connection_test import Check, Finding, Observation, Verdict
from app.scim.pages import PAGE
from tests.foreign.looking import arrived
from tests.foreign.people import add, group, user
from tests.foreign.servers import SERVERS, TOKEN, UNFILTERED
from tests.support.probes import PROBES
from tests.support.sessions import opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

USERS, GROUPS = 2 * PAGE + 30, 3
"""More users than a page."""


@dataclass(frozen=True)
class Stocked:
    """A server with a directory in it."""

    name: str
    base_url: str
    users: list[dict[str, Any]]
    groups: list[dict[str, Any]]
    """As the server answered when they were added."""


@pytest.fixture(scope="module", params=SERVERS)
def stocked(request: pytest.FixtureRequest) -> Iterator[Stocked]:
    """A server with users, and groups with members."""
    net.prepare()
    with SERVERS[request.param].running() as base_url:
        users = [add(base_url, "User", user(number)) for number in range(USERS)]
        groups = [add(base_url, "Group", group(number, users[number])) for number in range(GROUPS)]
        yield Stocked(request.param, base_url, users, groups)


@pytest.mark.parametrize("client", ["entra", "okta-custom"])
def test_ten_tests_in_a_row_have_the_same_true_verdict(stocked: Stocked, client: str, tmp_path: Path) -> None:
    async def ten() -> list[tuple[Finding, ...]]:
        captured = {"base_url": stocked.base_url, "token": TOKEN}
        async with opened(tmp_path, client, captured, practice=True) as session:
            found = []
            for _ in range(10):
                await session.testing.run()
                found.append(session.testing.findings)
            return found

    ignored = stocked.name == UNFILTERED and PROBES[client].first.expect is Expect.EMPTY
    for findings in asyncio.run(ten()):
        failed = [(each.check, each.observation) for each in findings if each.verdict is Verdict.FAILED]
        assert failed == ([(Check.USERS, Observation.FILTER_IGNORED)] if ignored else [])


def test_everybody_on_every_page_arrives(stocked: Stocked) -> None:
    report = arrived(stocked.base_url)
    assert (report.users.read, report.users.total, report.users.complete) == (USERS, USERS, True)
    assert (report.groups.read, report.groups.total, report.groups.complete) == (GROUPS, GROUPS, True)
    # django-scim2 takes no members when a group is added.
    assert report.has_members is any(each.get("members") for each in stocked.groups)
    assert report.counts[ArrivalKind.NO_MEMBERS] == 0
