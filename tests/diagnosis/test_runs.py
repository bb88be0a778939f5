"""What is kept of a test, what differs between two, and what of an exchange may be copied."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.diagnosis.evidence import lines, meaning, ticket
from app.diagnosis.runs import KEPT_FACTS, compare, findings_of, headline, keep
from app.guide import catalog
from app.net import Answer
from app.scim.evidence import exchange
from app.scim.finding import Check, Finding, Verdict
from app.scim.observation import Observation
from app.setup.document import decode, encode
from app.setup.state import MOST_RUNS, CheckRecord, RunRecord
from tests.support.setups import a_setup

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
ASKED = "GET \u2026/Users"
GOOD = (
    Finding(Check.NAME, Verdict.PASSED, Observation.GOOD, 0.01, {"addresses": 1, "ipv4": 1}),
    Finding(Check.TOKEN, Verdict.PASSED, Observation.GOOD, 0.02, {"status": 200, "asked": ASKED}),
)
BAD = (
    Finding(Check.NAME, Verdict.PASSED, Observation.GOOD, 0.9, {"addresses": 1, "ipv4": 1}),
    Finding(Check.TOKEN, Verdict.FAILED, Observation.UNAUTHORIZED, 0.02, {"status": 401, "asked": ASKED}),
)


def test_a_date_at_the_end_of_the_calendar_is_none() -> None:
    answer = Answer(200, "", {"date": "Fri, 31 Dec 9999 23:59:59 -1200"}, b"", 0.1, {}, None, proxied=False)
    assert "date" not in exchange(answer)


def test_a_kept_run_says_the_same_again() -> None:
    run = keep(BAD, NOW)
    again = findings_of(run)
    assert [(f.check, f.verdict, f.observation, f.seconds) for f in again] == [
        (f.check, f.verdict, f.observation, f.seconds) for f in BAD
    ]
    assert "asked" not in repr(run)
    assert headline(run) == "Request is let in: The endpoint answered 401 Unauthorized"
    assert headline(keep(GOOD, NOW)) == "All checks passed"
    assert not {"asked", "host", "path", "token"} & KEPT_FACTS


def test_two_runs_are_compared_check_by_check() -> None:
    found = compare(keep(BAD, NOW), keep(GOOD, NOW + timedelta(minutes=5)))
    assert [each.check for each in found] == [Check.TOKEN]
    assert (found[0].was, found[0].now) == ("The endpoint answered 401 Unauthorized", "The endpoint let it in")
    assert compare(keep(GOOD, NOW), keep(GOOD, NOW)) == ()


def test_a_check_of_a_newer_version_is_left_out() -> None:
    run = RunRecord(
        NOW, (CheckRecord("quantum", "passed", "good"), CheckRecord("name", "passed", "good", None, {"addresses": 2}))
    )
    assert [finding.check for finding in findings_of(run)] == [Check.NAME]


@pytest.mark.parametrize("fact", ["of another version", -5])
def test_a_check_that_cannot_be_told_is_left_out(fact: str | int) -> None:
    facts = dict.fromkeys(KEPT_FACTS, fact)
    every = [CheckRecord(r.value, v.value, o.value, None, facts) for r in Check for v in Verdict for o in Observation]
    for record in every:
        run = RunRecord(NOW, (record,))
        assert headline(run)
        assert isinstance(compare(run, keep(GOOD, NOW)), tuple)
    assert len(findings_of(RunRecord(NOW, tuple(every)))) < len(every)


def test_runs_are_in_the_file_of_the_setup_and_an_older_file_has_none() -> None:
    setup = a_setup(catalog.guide("entra")).with_(runs=tuple(keep(BAD, NOW) for _ in range(MOST_RUNS + 3)))
    content = encode(setup)
    assert decode(content).runs == setup.runs[-MOST_RUNS:]
    import json

    old = json.loads(content)
    del old["runs"]
    assert decode(json.dumps(old).encode()).runs == ()


def test_words_of_a_server_are_not_taken_over() -> None:
    secret = "the-right-token"
    answer = Answer(
        status=401,
        content_type=f"application/{secret}",
        headers={
            "server": f"{secret}/1.0",
            "www-authenticate": f'Bearer realm="{secret}", error="invalid_token", error_description="{secret}"',
            "date": "Tue, 24 Nov 2026 12:00:00 GMT",
            "x-debug": secret,
        },
        body=secret.encode(),
        seconds=0.1,
        timings={"connect": 0.01, "http": 0.05},
        peer=None,
        proxied=False,
        family="ipv4",
    )
    finding = Finding(Check.TOKEN, Verdict.FAILED, Observation.UNAUTHORIZED, 0.1, {"status": 401}, exchange(answer))
    said = ticket([finding])
    assert secret not in said
    assert dict(lines(finding)) == {
        "Status": "401",
        "Content-Type": "another one",
        "Server": "another one",
        "Date": "2026-11-24 12:00:00 UTC",
        "WWW-Authenticate": "Bearer",
        "Body": "15 bytes, not kept",
        "Over": "IPv4",
        "Time": "connection 10 ms, answer 50 ms",
    }


def test_a_warning_says_what_it_does_not_mean() -> None:
    warned = (Observation.INSPECTED, Observation.SPLIT_DNS, Observation.NAME_LOCAL, Observation.CLOCK_OFF)
    for observation in warned:
        assert meaning(Finding(Check.NAME, Verdict.WARNED, observation)).startswith("It means that ")
    assert meaning(GOOD[0]) == ""
