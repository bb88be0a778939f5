"""The sentences of every enum, each table as it is on the screen. A changed sentence is changed in its file too."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from app.diagnosis import arrivals, directory_sync, facts, findings, offers
from app.diagnosis.arrivals import ArrivalVerdict
from app.directory_sync.client import ApiStage
from app.directory_sync.full_sync import FullSyncProgress
from app.guide.vocabulary import Expect
from app.net.inspection import Authority
from app.net.names import AddressScope, IpFamily
from app.net.proxy import ProxyOrigin
from app.net.reach import ConnectResult
from app.scim.arrivals import Arrival, ArrivalKind, ArrivalReport, ResourceTally
from app.scim.capabilities import Feature, Offered, ServiceOffer, ServicePart
from app.scim.changes import Coverage
from app.scim.details import (
    AnswerDetails,
    BearerError,
    BodyKind,
    CertificateDetails,
    NameDetails,
    RedirectTarget,
    Repair,
    RouteDetails,
    TokenIssueDetails,
)
from app.scim.finding import Check, Finding, Verdict
from app.scim.observation import Observation
from app.scim.pages import ReadingStopped
from app.text.times import clock
from tests.support.golden import Golden, lines, worded

if TYPE_CHECKING:
    from collections.abc import Mapping
    from enum import StrEnum

TABLES: dict[str, tuple[type[StrEnum], Mapping[Any, str | tuple[str, ...]]]] = {
    "checks": (Check, worded(Check)),
    "verdicts": (Verdict, worded(Verdict)),
    "observations": (Observation, worded(Observation)),
    "expected": (Expect, worded(Expect)),
    "ip_families": (IpFamily, worded(IpFamily)),
    "proxy_origins": (ProxyOrigin, worded(ProxyOrigin)),
    "connect_results": (ConnectResult, worded(ConnectResult)),
    "redirects": (RedirectTarget, worded(RedirectTarget)),
    "authorities": (Authority, worded(Authority)),
    "address_scopes": (AddressScope, worded(AddressScope)),
    "arrival_kinds": (ArrivalKind, worded(ArrivalKind)),
    "arrival_verdicts": (arrivals.ArrivalVerdict, worded(arrivals.ArrivalVerdict)),
    "facts": (facts.Fact, worded(facts.Fact)),
    "api_results": (directory_sync.ApiResult, worded(directory_sync.ApiResult)),
    "features": (Feature, worded(Feature)),
    "offered": (Offered, worded(Offered)),
    "api_places": (ApiStage, worded(ApiStage)),
    "full_sync": (FullSyncProgress, worded(FullSyncProgress)),
}
"""Those with a sentence for every member."""
PARTIAL: dict[str, tuple[type[StrEnum], Mapping[Any, str]]] = {
    "meanings": (Observation, findings.MEANINGS),
    "coverages": (Coverage, findings.COVERAGES),
    "path_subjects": (Check, directory_sync.SUBJECTS),
}
"""Those in which the other members have nothing to say."""

P, F, W, N = Verdict.PASSED, Verdict.FAILED, Verdict.WARNED, Verdict.NOT_TRIED
C, O = Check, Observation  # noqa: E741 - a column of the table below
CERTIFICATE = CertificateDetails("An Issuer", 80, Authority.PUBLIC)
REFUSAL = AnswerDetails(status=401)
DETAILED = (
    Finding(C.NAME, P, O.GOOD, None, NameDetails(3, 2, 1)),
    Finding(C.NAME, P, O.GOOD, None, NameDetails(1, 0, 1)),
    Finding(C.NAME, N, O.NOT_TRIED, None, NameDetails(proxied=True)),
    Finding(C.NAME, W, O.SPLIT_DNS, None, NameDetails(1, 1, scope=AddressScope.LOOPBACK)),
    Finding(C.ROUTE, P, O.GOOD, None, RouteDetails(ConnectResult.CONNECTED, ConnectResult.TIMEOUT)),
    Finding(C.ROUTE, P, O.GOOD, None, RouteDetails(ConnectResult.CONNECTED, ConnectResult.CONNECTED)),
    Finding(C.ROUTE, P, O.GOOD, None, RouteDetails(proxy_from=ProxyOrigin.SYSTEM)),
    Finding(C.ROUTE, F, O.PROXY_SIGN_IN, None, RouteDetails(proxy_from=ProxyOrigin.SYSTEM, sign_in="Negotiate, Basic")),
    Finding(C.CERTIFICATE, P, O.GOOD, None, CERTIFICATE),
    Finding(C.CERTIFICATE, P, O.GOOD, None, replace(CERTIFICATE, issuer="", days=1)),
    Finding(C.CERTIFICATE, Verdict.NOT_CHECKED, O.PLAIN_PRACTICE),
    Finding(C.CERTIFICATE, W, O.INSPECTED, None, replace(CERTIFICATE, authority=Authority.INSPECTION)),
    Finding(C.CERTIFICATE, W, O.INSPECTED, None, replace(CERTIFICATE, authority=Authority.OWN)),
    Finding(C.CERTIFICATE, W, O.CLOCK_OFF, None, replace(CERTIFICATE, clock=10_800)),
    Finding(C.CERTIFICATE, W, O.CLOCK_OFF, None, replace(CERTIFICATE, clock=-1_230)),
    Finding(C.CERTIFICATE, F, O.EXPIRED, None, replace(CERTIFICATE, days=-3)),
    Finding(C.CERTIFICATE, F, O.EXPIRED, None, replace(CERTIFICATE, days=-1)),
    Finding(C.ISSUED, P, O.GOOD, None, TokenIssueDetails(status=200, minutes=15)),
    Finding(
        C.ISSUED, F, O.PROXY_SIGN_IN, None, RouteDetails(proxy_from=ProxyOrigin.SYSTEM, status=407, sign_in="NTLM")
    ),
    Finding(C.TOKEN, F, O.MALFORMED),
    Finding(C.TOKEN, F, O.UNAUTHORIZED, None, replace(REFUSAL, body=BodyKind.PAGE)),
    Finding(C.TOKEN, F, O.UNAUTHORIZED, None, replace(REFUSAL, error=BearerError.INVALID_TOKEN)),
    Finding(C.TOKEN, F, O.NOT_FOUND, None, AnswerDetails(status=404, body=BodyKind.SCIM)),
    Finding(C.TOKEN, F, O.NOT_FOUND, None, AnswerDetails(status=404, body=BodyKind.PAGE)),
    Finding(C.TOKEN, F, O.DOUBLED_PATH, None, AnswerDetails(status=404, works=Repair.WITHOUT_END)),
    Finding(C.TOKEN, F, O.REDIRECT, None, AnswerDetails(status=302, leads=RedirectTarget.OTHER_HOST)),
    Finding(C.TOKEN, F, O.OTHER_STATUS, None, AnswerDetails(status=418)),
    Finding(C.USERS, P, O.GOOD, None, AnswerDetails(status=200, expect=Expect.EMPTY)),
    Finding(C.GROUPS, W, O.WRONG_SHAPE, None, AnswerDetails(status=200, expect=Expect.OBJECT)),
    Finding(C.GROUPS, Verdict.NOT_OFFERED, O.NOT_FOUND, None, AnswerDetails(status=404)),
    Finding(C.CONTROL, W, O.TIMEOUT),
    Finding(C.CONTROL, W, O.TOO_MANY, None, AnswerDetails(status=429)),
    Finding(C.CONTROL, P, O.GOOD, None, AnswerDetails(earlier=True)),
    Finding(C.CONTROL, F, O.OPEN_DOOR, None, AnswerDetails(status=200)),
)
"""Findings whose details say more than their observation."""


@pytest.mark.parametrize("name", TABLES)
def test_every_member_has_its_sentence(name: str, golden: Golden) -> None:
    golden(name, lines(*TABLES[name]))


@pytest.mark.parametrize("name", PARTIAL)
def test_some_members_have_a_sentence(name: str, golden: Golden) -> None:
    golden(name, lines(*PARTIAL[name], partial=True))


def test_what_the_details_of_a_finding_say(golden: Golden) -> None:
    golden("detailed", "".join(f"{f.check} {f.verdict} {f.observation}: {findings.sentence(f)}\n" for f in DETAILED))


@pytest.mark.parametrize("verdict", Verdict)
@pytest.mark.parametrize("check", Check)
def test_every_finding_has_a_sentence(check: Check, verdict: Verdict) -> None:
    for observation in Observation:
        finding = Finding(check, verdict, observation)
        assert findings.sentence(finding)
        assert findings.summary([finding])


def test_a_rejection_in_another_way_is_explained() -> None:
    assert findings.meaning(Finding(Check.CONTROL, Verdict.WARNED, Observation.NOT_FOUND)) == findings.OTHER_REJECTION
    assert findings.meaning(Finding(Check.GROUPS, Verdict.WARNED, Observation.NOT_FOUND)) == ""


def test_the_summary_of_a_test() -> None:
    good = Finding(Check.NAME, Verdict.PASSED, Observation.GOOD)
    odd, bad = replace(good, verdict=Verdict.WARNED), replace(good, verdict=Verdict.FAILED)
    assert findings.summary([good]) == "All checks passed"
    assert findings.summary([good, odd]) == "Passed, with 1 remark"
    assert findings.summary([odd, odd]) == "Passed, with 2 remarks"
    assert findings.summary([odd, bad]) == "Host name resolves: As expected"


def test_what_a_service_offers(golden: Golden) -> None:
    offer = ServiceOffer(
        {
            ServicePart.CONFIGURATION: Offered.YES,
            ServicePart.USERS: Offered.YES,
            ServicePart.GROUPS: Offered.NO,
            ServicePart.SCHEMAS: Offered.UNKNOWN,
        },
        users=1204,
        features={Feature.FILTER: True, Feature.BULK: False},
        page=200,
    )
    golden("offer", "".join(f"{name}: {value}\n" for name, value in offers.rows(offer)))


MISSING = Arrival(ArrivalKind.INCOMPLETE, group=False, name="ann", values=("active", "displayName"))
NEW = Arrival(ArrivalKind.NEWEST, group=True, name="Sales", at=datetime(2026, 11, 24, 12, tzinfo=UTC), created=True)


def test_the_details_of_a_row() -> None:
    assert arrivals.detail(MISSING) == "No active, displayName"
    assert arrivals.detail(NEW) == f"Created {clock(datetime(2026, 11, 24, 12, tzinfo=UTC))}"


def test_a_title_fits_into_the_list() -> None:
    assert all(5 <= len(title) <= 24 for title in (kind.words for kind in ArrivalKind))


def test_a_capped_count_is_not_given_as_the_number_of_users() -> None:
    capped, whole = (ResourceTally(total=500, read=500, more=more) for more in (True, False))
    assert arrivals.counts("users", capped) != arrivals.counts("users", whole)


@pytest.mark.parametrize(
    ("users", "counts", "verdict"),
    [
        (ResourceTally(total=2, read=2, complete=True), {ArrivalKind.FORM: 1}, ArrivalVerdict.FINDINGS),
        (ResourceTally(total=2, read=2, complete=True), {ArrivalKind.NEWEST: 2}, ArrivalVerdict.FINE),
        (ResourceTally(total=0, complete=True), {}, ArrivalVerdict.NOTHING_YET),
        (ResourceTally(stopped=ReadingStopped(Observation.NOT_FOUND, offered=False)), {}, ArrivalVerdict.NO_LISTS),
        (ResourceTally(stopped=ReadingStopped(Observation.UNAUTHORIZED)), {}, ArrivalVerdict.UNKNOWN),
    ],
)
def test_the_verdict_about_what_arrived(
    users: ResourceTally, counts: dict[ArrivalKind, int], verdict: ArrivalVerdict
) -> None:
    report = ArrivalReport(users, ResourceTally(stopped=ReadingStopped(Observation.NOT_FOUND, offered=False)))
    report.counts.update(counts)
    assert arrivals.verdict_of(report) is verdict
    assert "{" not in arrivals.verdict(report)
    stopped = users.stopped is not None and users.stopped.offered
    assert bool(arrivals.limits(report)) is stopped
