"""What is stored of a run, what differs between two, and what of an exchange may be copied."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.diagnosis.runs import compare, findings_of, headline, keep
from app.diagnosis.ticket import lines, ticket
from app.guide import catalog
from app.guide.vocabulary import Expect
from app.net import Answer
from app.net.inspection import Authority
from app.net.names import AddressScope, IpFamily
from app.net.proxy import ProxyOrigin
from app.net.reach import ConnectResult
from app.scim.details import (
    AnswerDetails,
    BearerError,
    BodyKind,
    CertificateDetails,
    Details,
    Exchange,
    NameDetails,
    RedirectTarget,
    Repair,
    RouteDetails,
    TokenIssueDetails,
    kept_fields,
)
from app.scim.exchange import exchange
from app.scim.finding import Check, Finding, Verdict
from app.scim.observation import Observation
from app.setup.document import RunPart, decode, encode
from app.setup.state import MOST_RUNS, CheckRecord, RunRecord
from tests.support.setups import a_setup

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
ASKED = "GET \u2026/Users"
ONE = NameDetails(addresses=1, ipv4=1)
GOOD = (
    Finding(Check.NAME, Verdict.PASSED, Observation.GOOD, 0.01, ONE),
    Finding(Check.TOKEN, Verdict.PASSED, Observation.GOOD, 0.02, AnswerDetails(ASKED, 200)),
)
BAD = (
    Finding(Check.NAME, Verdict.PASSED, Observation.GOOD, 0.9, ONE),
    Finding(Check.TOKEN, Verdict.FAILED, Observation.UNAUTHORIZED, 0.02, AnswerDetails(ASKED, 401)),
)
FULL: dict[Check, Details] = {
    Check.ISSUED: TokenIssueDetails(ASKED, 200, minutes=15),
    Check.NAME: NameDetails(3, 2, 1, AddressScope.PRIVATE, proxied=True),
    Check.ROUTE: RouteDetails(
        *(ConnectResult.CONNECTED, ConnectResult.REFUSED, ProxyOrigin.SYSTEM, 407),
        credentials=True,
        sign_in="NTLM, Basic",
    ),
    Check.CERTIFICATE: CertificateDetails("An Issuer", 12, Authority.OWN, -400, NOW, NOW, "TLSv1.3", 2),
    Check.TOKEN: AnswerDetails(
        *(ASKED, 429, 37, Expect.EMPTY, BearerError.INVALID_TOKEN),
        body=BodyKind.PAGE,
        leads=RedirectTarget.OTHER_HOST,
        works=Repair.WITHOUT_END,
        earlier=True,
        exchange=Exchange(1, 2, 3, 15, IpFamily.IPV6, "text/html", "nginx", NOW, "Bearer"),
    ),
}
"""Details of every class with every field set."""


def test_every_kept_field_comes_back_and_no_other() -> None:
    findings = tuple(Finding(check, Verdict.FAILED, Observation.CLOSED, 0.1, FULL[check]) for check in FULL)
    run = RunPart.model_validate_json(RunPart.of(keep(findings, NOW)).model_dump_json(by_alias=True)).state()
    for before, after in zip(findings, findings_of(run), strict=True):
        assert before.details is not None
        assert type(after.details) is type(before.details)
        kept = kept_fields(before.details)
        assert kept
        for each in fields(before.details):
            value = getattr(before.details, each.name)
            assert value != each.default, "the table leaves nothing out"
            assert getattr(after.details, each.name) == (value if each.name in kept else each.default), each.name


@pytest.mark.parametrize("check", [Check.NAME, Check.ROUTE, Check.CERTIFICATE])
def test_a_token_that_was_not_issued_keeps_where_the_path_failed(check: Check) -> None:
    run = keep([Finding(Check.ISSUED, Verdict.FAILED, Observation.CLOSED, 0.1, FULL[check])], NOW)
    assert type(findings_of(run)[0].details) is type(FULL[check])


def test_nothing_that_names_a_host_a_path_or_a_request_is_stored() -> None:
    names = {name for details in FULL.values() for name in kept_fields(details)}
    assert names.isdisjoint({"request", "exchange", "host", "path", "token"})
    assert ASKED not in repr(keep(BAD, NOW))


def test_a_run_that_an_earlier_version_stored_is_read() -> None:
    stored: dict[str, Any] = {
        "at": "2026-11-24T12:00:00Z",
        "checks": [
            {"rung": "address", "verdict": "passed", "observation": "good", "seconds": None, "facts": {}},
            {
                "rung": "name",
                "verdict": "not-tried",
                "observation": "not-tried",
                "facts": {"proxied": 1, "proxy_from": "system"},
            },
            {
                "rung": "route",
                "verdict": "passed",
                "observation": "good",
                "seconds": 0.01,
                "facts": {"proxied": 1, "proxy_from": "environment"},
            },
            {
                "rung": "certificate",
                "verdict": "warned",
                "observation": "clock-off",
                "facts": {"issuer": "An Issuer", "days": 80, "authority": "public", "clock": -400},
            },
            {
                "rung": "token",
                "verdict": "failed",
                "observation": "unauthorized",
                "facts": {"status": 401, "error": "invalid_token", "body": "page"},
            },
        ],
    }
    read = RunPart.model_validate_json(json.dumps(stored)).state()
    assert [finding.details for finding in findings_of(read)] == [
        None,
        NameDetails(proxied=True),
        RouteDetails(proxy_from=ProxyOrigin.ENVIRONMENT),
        CertificateDetails("An Issuer", 80, Authority.PUBLIC, -400),
        AnswerDetails(status=401, error=BearerError.INVALID_TOKEN, body=BodyKind.PAGE),
    ]
    again = RunPart.of(read).model_dump(mode="json", by_alias=True, exclude_none=True)
    assert [check["facts"] for check in again["checks"]] == [check["facts"] for check in stored["checks"]]


def test_two_runs_are_compared_check_by_check() -> None:
    found = compare(keep(BAD, NOW), keep(GOOD, NOW + timedelta(minutes=5)))
    assert [each.check for each in found] == [Check.TOKEN]
    assert found[0].was is not None
    assert found[0].now is not None
    assert (found[0].was.verdict, found[0].now.verdict) == (Verdict.FAILED, Verdict.PASSED)
    assert compare(keep(GOOD, NOW), keep(GOOD, NOW)) == ()


CERTIFIED = CertificateDetails("An Issuer", 80, Authority.PUBLIC)


@pytest.mark.parametrize(
    ("details", "differs"),
    [
        (replace(CERTIFIED, days=79), False),
        (replace(CERTIFIED, clock=-3), False),
        (replace(CERTIFIED, issuer="Another"), True),
        (replace(CERTIFIED, authority=Authority.OWN), True),
        (None, True),
    ],
)
def test_what_is_measured_makes_no_difference(details: Details | None, *, differs: bool) -> None:
    first = Finding(Check.CERTIFICATE, Verdict.PASSED, Observation.GOOD, 0.1, CERTIFIED)
    second = replace(first, seconds=0.2, details=details)
    assert bool(compare(keep([first], NOW), keep([second], NOW))) is differs


def test_a_check_of_a_newer_version_is_left_out() -> None:
    run = RunRecord(
        NOW, (CheckRecord("quantum", "passed", "good"), CheckRecord("name", "passed", "good", None, {"addresses": 2}))
    )
    assert [finding.check for finding in findings_of(run)] == [Check.NAME]


@pytest.mark.parametrize("value", ["of another version", -5])
def test_a_check_with_values_of_another_version_is_left_out(value: str | int) -> None:
    stored = dict.fromkeys((name for details in FULL.values() for name in kept_fields(details)), value)
    every = [CheckRecord(r.value, v.value, o.value, None, stored) for r in Check for v in Verdict for o in Observation]
    for record in every:
        run = RunRecord(NOW, (record,))
        assert headline(run)
        assert isinstance(compare(run, keep(GOOD, NOW)), tuple)
    assert len(findings_of(RunRecord(NOW, tuple(every)))) < len(every)


def test_runs_are_in_the_file_of_the_setup_and_an_older_file_has_none() -> None:
    setup = a_setup(catalog.guide("entra")).with_(runs=tuple(keep(BAD, NOW) for _ in range(MOST_RUNS + 3)))
    content = encode(setup)
    assert decode(content).runs == setup.runs[-MOST_RUNS:]
    old = json.loads(content)
    assert {"rung", "facts"} <= old["runs"][0]["checks"][0].keys(), "an earlier version reads it too"
    del old["runs"]
    assert decode(json.dumps(old).encode()).runs == ()


def test_a_date_at_the_end_of_the_calendar_is_none() -> None:
    answer = Answer(200, "", {"date": "Fri, 31 Dec 9999 23:59:59 -1200"}, b"", 0.1, {}, None, proxied=False)
    assert exchange(answer).date is None


def test_words_of_a_server_are_not_passed_on() -> None:
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
        family=IpFamily.IPV4,
    )
    details = AnswerDetails(status=401, exchange=exchange(answer))
    finding = Finding(Check.TOKEN, Verdict.FAILED, Observation.UNAUTHORIZED, 0.1, details)
    assert secret not in ticket([finding])
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
