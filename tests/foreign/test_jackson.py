"""saml-jackson, which counts no further than 50, gives nothing a time, and reads one kind of filter only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app import net
from app.scim.changes import Coverage
from app.scim.connection_test import Check, Observation, Verdict
from tests.foreign.looking import arrived, run_checks, ten_tests, watch
from tests.foreign.people import add, change, group, user
from tests.foreign.servers import JACKSON
from tests.foreign.test_stocked_servers import GROUPS, USERS, Stocked, next_second

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import trustme

pytestmark = pytest.mark.lane("servers")


@pytest.fixture(scope="module")
def stocked() -> Iterator[Stocked]:
    """The server with users, and groups with members."""
    net.prepare()
    with JACKSON.running() as base_url:
        users = [add(base_url, "User", user(number)) for number in range(USERS)]
        groups = [add(base_url, "Group", group(number, users[number])) for number in range(GROUPS)]
        yield Stocked("saml-jackson", base_url, users, groups)


ODD = {
    "entra": {},
    "okta-custom": {},
    "others": {},
    # It hands out its groups at any path that it doesn't know, also as its configuration.
    "cyberark": {Check.GROUPS: (Verdict.WARNED, Observation.WRONG_SHAPE)},
    # It splits a filter at "eq ", and this client sends "Eq ".
    "pingfederate": {Check.TOKEN: (Verdict.FAILED, Observation.SERVER_ERROR)},
}
"""What does not pass, by client."""


@pytest.mark.parametrize("client", ODD)
def test_each_client_gets_its_true_verdict(stocked: Stocked, client: str) -> None:
    found = run_checks(stocked.base_url, client)
    odd = {
        each.check: (each.verdict, each.observation)
        for each in found
        if each.verdict in (Verdict.FAILED, Verdict.WARNED)
    }
    assert odd == ODD[client]


@pytest.mark.usefixtures("trusted", "secret_service")
def test_ten_tests_in_a_row_pass(stocked: Stocked, tmp_path: Path, authority: trustme.CA) -> None:
    runs, made_up = ten_tests(stocked.base_url, "entra", tmp_path, authority)
    assert {each.verdict for findings in runs for each in findings} == {Verdict.PASSED}
    assert made_up == 1


def test_a_wrong_token_is_reported(stocked: Stocked) -> None:
    failed = [each for each in run_checks(stocked.base_url, "entra", "another") if each.verdict is Verdict.FAILED]
    assert [(each.check, each.observation) for each in failed] == [(Check.TOKEN, Observation.UNAUTHORIZED)]


def test_everybody_arrives_though_the_total_is_capped(stocked: Stocked) -> None:
    report = arrived(stocked.base_url)
    assert (report.users.read, report.users.total, report.users.complete) == (USERS, USERS, True)
    assert (report.groups.read, report.groups.total, report.groups.complete) == (GROUPS, GROUPS, True)


@pytest.mark.parametrize("what", ["user added", "group changed", "user in the middle changed"])
def test_the_watch_says_that_it_cannot_tell(stocked: Stocked, what: str) -> None:
    base_url, since = stocked.base_url, next_second()
    match what:
        case "user added":
            add(base_url, "User", user(USERS))
        case "group changed":
            change(base_url, "Group", stocked.groups[1], group(1, stocked.users[5]))
        case _:
            change(base_url, "User", stocked.users[USERS // 2], user(USERS // 2, active=False))
    seen = watch(base_url, since)
    assert (seen.newest, seen.coverage) == (None, Coverage.TOTALS)


def test_an_empty_one_passes_and_growing_numbers_are_seen() -> None:
    net.prepare()
    with JACKSON.running() as base_url:
        assert not [each for each in run_checks(base_url, "entra") if each.verdict is Verdict.FAILED]
        before = watch(base_url, next_second())
        assert (before.newest, before.users, before.groups) == (None, 0, 0)
        add(base_url, "User", user(0))
        after = watch(base_url, next_second())
        assert (after.newest, after.users, after.coverage) == (None, 1, Coverage.TOTALS)
