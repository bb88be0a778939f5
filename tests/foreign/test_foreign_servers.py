"""Test Connection and the watch report the truth about SCIM servers by other authors that are empty at first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from app import net
from app.guide.vocabulary import Expect
from app.scim.connection_test import Check, Observation, TimeLimits, Verdict
from tests.foreign.looking import failure, run_checks, watch
from tests.foreign.people import add, group, user
from tests.foreign.servers import SERVERS, SLOW, TOKEN
from tests.support.probes import PROBES

if TYPE_CHECKING:
    from collections.abc import Iterator


PROMPT = [name for name in SERVERS if name != SLOW]
"""Those that refuse every wrong token at once, however many there were."""


@pytest.fixture(scope="module", params=PROMPT)
def whole(request: pytest.FixtureRequest) -> Iterator[str]:
    """The Base URL of an empty server with users and groups."""
    net.prepare()
    with SERVERS[request.param].running() as base_url:
        yield base_url


@pytest.fixture(scope="module", params=PROMPT)
def users_only(request: pytest.FixtureRequest) -> Iterator[str]:
    """The Base URL of an empty server without groups."""
    net.prepare()
    with SERVERS[request.param].running(groups=False) as base_url:
        yield base_url


@pytest.mark.parametrize("client", PROBES)
def test_a_working_server_passes_every_check(whole: str, client: str) -> None:
    found = run_checks(whole, client)
    assert {each.verdict for each in found} == {Verdict.PASSED, Verdict.NOT_CHECKED}, found


@pytest.mark.parametrize("client", PROBES)
def test_missing_groups_are_reported_as_not_offered(users_only: str, client: str) -> None:
    found = {each.check: each.verdict for each in run_checks(users_only, client)}
    asks_for_groups = PROBES[client].second.expect is not Expect.OBJECT
    assert found.pop(Check.GROUPS) is (Verdict.NOT_OFFERED if asks_for_groups else Verdict.PASSED)
    assert set(found.values()) == {Verdict.PASSED, Verdict.NOT_CHECKED}


@pytest.mark.parametrize(
    ("token", "path"), [("another-token", ""), (TOKEN + "x", ""), (TOKEN[:-1], ""), (TOKEN, "/v9")]
)
def test_a_wrong_token_and_a_wrong_path_are_reported(whole: str, token: str, path: str) -> None:
    failed, steps = failure(run_checks(whole + path, "entra", token))
    assert failed.check is Check.TOKEN
    assert failed.observation is (Observation.NOT_FOUND if path else Observation.UNAUTHORIZED)
    assert steps[0] == ("copy-base-url" if path else "generate-token")


def test_a_wrong_token_is_reported_also_where_its_refusal_comes_late() -> None:
    net.prepare()
    quick = TimeLimits(request=2.0)
    with SERVERS[SLOW].running() as base_url:
        right = run_checks(base_url, "entra", limits=quick)  # its made-up token is the first one refused
        assert not [each for each in right if each.verdict in (Verdict.FAILED, Verdict.WARNED)]
        for _ in range(2):
            failed, steps = failure(run_checks(base_url, "entra", "another-token", quick))
            assert (failed.check, failed.observation) == (Check.TOKEN, Observation.UNAUTHORIZED)
            assert steps[0] == "generate-token"
        failed, steps = failure(run_checks(base_url, "entra", "another-token", quick))
        assert (failed.check, failed.observation) == (Check.TOKEN, Observation.TIMEOUT)
        assert "generate-token" in steps


def test_the_watch_sees_additions(whole: str) -> None:
    since = datetime.now(UTC) - timedelta(seconds=1)
    before = watch(whole, since)
    assert (before.newest, before.users, before.groups) == (None, 0, 0)
    users = [add(whole, "User", user(number)) for number in range(3)]
    add(whole, "Group", group(0, users[0]))
    after = watch(whole, since, before.capabilities)
    assert (after.users, after.groups) == (3, 1)
    assert after.newest is not None
    assert since - timedelta(seconds=1) <= after.newest <= datetime.now(UTC) + timedelta(seconds=1)
    later = watch(whole, datetime.now(UTC) + timedelta(hours=1), after.capabilities)
    assert (later.newest, later.users, later.groups) == (None, 3, 1)


def test_the_watch_knows_that_groups_are_missing(users_only: str) -> None:
    since = datetime.now(UTC) - timedelta(seconds=1)
    add(users_only, "User", user(0))
    seen = watch(users_only, since)
    assert (seen.users, seen.groups) == (1, None)
    assert seen.newest is not None
