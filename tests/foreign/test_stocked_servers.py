"""What the program says of SCIM servers by other authors that have a directory already, and one that changes."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from app import net
from app.guide.vocabulary import Expect
from app.scim.arrivals import ArrivalKind
from app.scim.changes import Coverage
from app.scim.connection_test import Check, Observation, TimeLimits, Verdict
from app.scim.pages import PAGE
from tests.foreign.looking import arrived, failure, run_checks, ten_tests, watch
from tests.foreign.people import add, change, group, user
from tests.foreign.servers import SERVERS, SLOW, UNFILTERED
from tests.support.probes import PROBES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import trustme

USERS, GROUPS = 2 * PAGE + 30, 3
"""More users than a page."""
SEEING = ("scim2-server", "scim2-flask", "SCIMMY", UNFILTERED)
"""Those that filter or sort by the time of a change. The others do neither, whatever their configuration says."""


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


@pytest.mark.slow(50, "fills servers by other authors with users, and tests the connection ten times")
@pytest.mark.usefixtures("trusted", "secret_service")
@pytest.mark.parametrize("client", ["entra", "okta-custom"])
def test_ten_tests_in_a_row_have_the_same_true_verdict(
    stocked: Stocked, client: str, tmp_path: Path, authority: trustme.CA
) -> None:
    runs, made_up = ten_tests(stocked.base_url, client, tmp_path, authority)
    ignored = stocked.name == UNFILTERED and PROBES[client].first.expect is Expect.EMPTY
    for findings in runs:
        failed = [(each.check, each.observation) for each in findings if each.verdict is Verdict.FAILED]
        assert failed == ([(Check.USERS, Observation.FILTER_IGNORED)] if ignored else [])
        assert ignored or findings[-1].check is Check.CONTROL
        assert ignored or findings[-1].verdict is Verdict.PASSED
    assert made_up == (0 if ignored else 1), "the service must not lock out the setup's own token"


def test_a_wrong_token_is_reported(stocked: Stocked) -> None:
    failed, steps = failure(run_checks(stocked.base_url, "entra", "another-token", TimeLimits(request=2.0)))
    assert failed.check is Check.TOKEN
    # The slow one may have refused enough others before to answer late.
    late = stocked.name == SLOW and failed.observation is Observation.TIMEOUT
    assert late or failed.observation is Observation.UNAUTHORIZED
    assert "generate-token" in steps[: 2 if late else 1]


def test_everybody_on_every_page_arrives(stocked: Stocked) -> None:
    report = arrived(stocked.base_url)
    assert (report.users.read, report.users.total, report.users.complete) == (USERS, USERS, True)
    assert (report.groups.read, report.groups.total, report.groups.complete) == (GROUPS, GROUPS, True)
    # django-scim2 takes no members when a group is added.
    assert report.has_members is any(each.get("members") for each in stocked.groups)
    assert report.counts[ArrivalKind.NO_MEMBERS] == 0


def next_second() -> datetime:
    """Wait for a whole second, because the watch takes a change of the same second for one since then."""
    time.sleep(1 - time.time() % 1 + 0.02)
    return datetime.now(UTC)


@pytest.mark.parametrize("what", ["user added", "group changed", "user in the middle changed"])
def test_every_change_is_seen_or_the_watch_says_that_it_may_not_be(stocked: Stocked, what: str) -> None:
    base_url, since = stocked.base_url, next_second()
    before = watch(base_url, since)
    assert before.newest is None
    while before != (again := watch(base_url, since, before.capabilities)):
        before = again  # what a look could not prove within its requests, the next one does
    match what:
        case "user added":
            add(base_url, "User", user(USERS + 1))
        case "group changed":
            change(base_url, "Group", stocked.groups[1], {**group(1, stocked.users[5]), "displayName": "Another name"})
        case _:
            change(base_url, "User", stocked.users[USERS // 2], user(USERS // 2, active=False))
    after = watch(base_url, since, before.capabilities)
    grown = (after.users or 0) + (after.groups or 0) - (before.users or 0) - (before.groups or 0)
    assert grown == (what == "user added")
    if stocked.name in SEEING:
        assert after.newest is not None
    if after.newest is not None:
        assert since <= after.newest <= datetime.now(UTC)
    elif not grown:
        assert after.coverage is not Coverage.ALL
