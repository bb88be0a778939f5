"""The fault table: each fault leads first to the right cause and step, and nothing untrue is said."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from app.diagnosis.causes import explain
from app.diagnosis.facts import Fact
from app.diagnosis.findings import meaning
from app.diagnosis.setup_facts import SetupFacts
from app.guide import catalog
from app.reports.check_formats import CheckFormat, CheckReport, render
from app.reports.exit_code import Exit
from app.reports.setup_check import result_of
from app.scim.connection_test import Check, Finding, Observation, TimeLimits, Verdict, run
from app.scim.details import RouteDetails
from app.scim.endpoint import Endpoint
from app.scim.probes import probe_of
from app.scim.tokens import TokenSource
from tests.hostile import certificates, faults, names
from tests.hostile.faults import Scene, answers, certified, greets_with, issuing, proxy_says, replies
from tests.hostile.server import TOKEN, http, listing, says
from tests.support.setups import a_setup

if TYPE_CHECKING:
    from pathlib import Path

    import trustme

    from app.guide.model import Guide
    from app.setup.state import Setup
    from tests.hostile.faults import Injection

QUICK = TimeLimits(name=1.0, request=0.6, whole=1.5)
ORDER = list(Check)
NEVER = ("connection works", "token is accepted", "is right", "is correct", "is fine", "nothing is wrong")

BASE, KEY, SUBMIT, TEST = "copy-base-url", "generate-token", "submit", "test-connection"
ACCOUNT = "create-service-account"


@dataclass(frozen=True)
class Row:
    """One fault and what must be said about it."""

    name: str
    inject: Injection | str
    """How it is injected; for name server faults, a name in ``names.ZONE`` and the kind of fault."""
    at: Check
    """The first check that fails. Neither it nor a later check may be reported as passed."""
    step: str | None
    seen: Observation
    """What the failed check sees, to which ``causes.yaml`` lists the causes."""
    fact: Fact | None = None
    """The fact about the setup that puts a cause first."""
    setup: str = "submitted"
    never: tuple[str, ...] = ()
    """What would be untrue."""
    sign_in: str = ""
    """The sign-in schemes of a proxy, as the failed check names them."""
    oidc: bool = False


R, O, F = Check, Observation, Fact  # noqa: E741 - columns of the table below
NAMES = (
    Row("name unknown", "nowhere.example", R.NAME, BASE, O.NOT_FOUND_NAME),
    Row("name server fails", "broken.example", R.NAME, TEST, O.NAME_SERVER_FAILED),
    Row("name server silent", "silent.example", R.NAME, TEST, O.NAME_SLOW),
    Row("name server silent about IPv6", "half.example", R.NAME, None, O.IPV6_SILENT),
    Row("name without address", "empty.example", R.NAME, BASE, O.NO_ADDRESS),
    Row("only IPv6, and no way there", "six.example", R.ROUTE, None, O.UNREACHABLE),
    Row("no way there", "lost.example", R.ROUTE, None, O.UNREACHABLE),
    Row("split DNS, inside without a way", "inside.example", R.ROUTE, None, O.UNREACHABLE),
    Row("name filter leads to this computer", "here.example", R.ROUTE, BASE, O.REFUSED),
    Row("completed by the search domain", "short", R.ROUTE, None, O.UNREACHABLE),
)

ROWS = (
    # -- the address -------------------------------------------------------------------------
    Row("http instead of https", faults.plain_http, R.ADDRESS, BASE, O.NOT_ENCRYPTED),
    Row("a query behind the path", faults.at("https://localhost:9/scim?x=1"), R.ADDRESS, BASE, O.MALFORMED),
    Row("no host", faults.at("https:///scim/v2"), R.ADDRESS, BASE, O.MALFORMED),
    Row("a user before the host", faults.at("https://me@localhost:9/v2"), R.ADDRESS, BASE, O.MALFORMED),
    Row("line break in the token", faults.broken_token, R.ROUTE, KEY, O.MALFORMED),
    # -- the way -----------------------------------------------------------------------------
    Row("port closed", faults.closed_port, R.ROUTE, BASE, O.REFUSED),
    Row("connection dropped", faults.full_queue, R.ROUTE, None, O.TIMEOUT),
    Row("TLS never answered", faults.never_greets, R.CERTIFICATE, None, O.TIMEOUT),
    Row("plain HTTP on the port", greets_with(http(400)), R.CERTIFICATE, BASE, O.NOT_TLS),
    Row("SSH on the port", greets_with(b"SSH-2.0-OpenSSH_9.6\r\n"), R.CERTIFICATE, BASE, O.NOT_TLS),
    Row("reset when encrypted", greets_with(b"", reset=True), R.CERTIFICATE, None, O.CLOSED),
    # -- the proxy ---------------------------------------------------------------------------
    Row(
        "proxy: Basic",
        proxy_says(http(407, Proxy_Authenticate='Basic realm="x"')),
        R.ROUTE,
        None,
        O.PROXY_SIGN_IN,
        F.PROXY_BASIC,
    ),
    Row(
        "proxy: NTLM", proxy_says(http(407, Proxy_Authenticate="NTLM")), R.ROUTE, None, O.PROXY_SIGN_IN, sign_in="NTLM"
    ),
    Row(
        "proxy: Kerberos",
        proxy_says(http(407, Proxy_Authenticate="Negotiate")),
        R.ROUTE,
        None,
        O.PROXY_SIGN_IN,
        sign_in="Negotiate",
    ),
    Row("proxy: 403", proxy_says(http(403)), R.ROUTE, None, O.PROXY_REFUSED),
    Row("proxy: 502", proxy_says(http(502)), R.ROUTE, BASE, O.PROXY_NO_HOST),
    Row("proxy: portal page", proxy_says(http(302, Location="https://login.example/")), R.ROUTE, None, O.PROXY_FAILED),
    Row("proxy: closes", faults.proxy_is(faults.closes), R.ROUTE, None, O.PROXY_FAILED),
    Row("proxy: silent", faults.proxy_is(faults.silent), R.ROUTE, None, O.PROXY_FAILED),
    Row("proxy: not there", faults.no_proxy_there, R.ROUTE, None, O.PROXY_UNREACHABLE),
    Row("proxy: host misspelt", faults.misspelt_behind_proxy, R.NAME, BASE, O.PROXY_NO_HOST),
    Row("proxy: opens traffic", faults.proxy_opens_traffic, R.CERTIFICATE, None, O.INSPECTION_UNTRUSTED),
    # -- the certificate ---------------------------------------------------------------------
    Row("unknown authority", faults.by_unknown("Someone"), R.CERTIFICATE, None, O.UNTRUSTED),
    Row("inspection: Zscaler", faults.by_unknown("Zscaler Inc."), R.CERTIFICATE, None, O.INSPECTION_UNTRUSTED),
    Row("inspection: Fortinet", faults.by_unknown("Fortinet"), R.CERTIFICATE, None, O.INSPECTION_UNTRUSTED),
    Row("inspection: Netskope", faults.by_unknown("Netskope Inc."), R.CERTIFICATE, None, O.INSPECTION_UNTRUSTED),
    Row("self-signed", certified(certificates.self_signed), R.CERTIFICATE, None, O.UNTRUSTED),
    Row("chain not sent", certified(certificates.without_chain), R.CERTIFICATE, None, O.UNTRUSTED),
    Row("expired", certified(certificates.expired), R.CERTIFICATE, None, O.EXPIRED),
    Row(
        "inspected, and expired",
        certified(certificates.inspected_and_expired),
        R.CERTIFICATE,
        None,
        O.INSPECTION_UNTRUSTED,
    ),
    Row("not valid yet", certified(certificates.not_yet_valid), R.CERTIFICATE, None, O.NOT_YET_VALID),
    Row("another host", certified(certificates.wrong_host), R.CERTIFICATE, BASE, O.WRONG_HOST),
    Row("old ciphers only", certified(certificates.old_tls), R.CERTIFICATE, BASE, O.TLS_REFUSED),
    # -- what is no SCIM service -------------------------------------------------------------
    Row("captive portal", answers(faults.anybody(http(200, faults.PAGE, "text/html"))), R.TOKEN, BASE, O.HTML),
    Row("a page that says it is JSON", replies(200, faults.PAGE), R.TOKEN, BASE, O.HTML),
    Row("network sign-in, 511", replies(511, faults.PAGE, "text/html"), R.TOKEN, TEST, O.CAPTIVE),
    Row("network sign-in, redirect", replies(302, Location="https://hotspot.example/"), R.TOKEN, TEST, O.CAPTIVE),
    Row("sign-in page", replies(200, faults.SIGN_IN, "text/html"), R.TOKEN, BASE, O.SIGN_IN_PAGE),
    Row("redirect to a sign-in", replies(302, Location="https://login.example/"), R.TOKEN, BASE, O.SIGN_IN_PAGE),
    Row("permanent redirect", replies(308, Location="/scim/v2/Users/"), R.TOKEN, BASE, O.REDIRECT),
    Row("another product", answers(faults.anybody(http(200, faults.OTHER_JSON))), R.USERS, BASE, O.WRONG_SHAPE),
    Row("a list of JSON", replies(200, b"[]"), R.USERS, BASE, O.WRONG_SHAPE),
    Row("SCIM 1.1", replies(200, faults.SCIM_1), R.USERS, BASE, O.SCIM_1),
    Row("no body", replies(200), R.USERS, BASE, O.NOT_JSON),
    Row("text", replies(200, b"OK"), R.USERS, BASE, O.NOT_JSON),
    Row("truncated JSON", replies(200, b'{"schemas": ["urn'), R.USERS, TEST, O.BROKEN_OFF),
    Row("truncated in a letter", replies(200, '{"schemas": "ü'.encode()[:-1]), R.USERS, TEST, O.BROKEN_OFF),
    Row("a path too short", answers(faults.only_at("/scim/v2/tenant", http(404))), R.TOKEN, BASE, O.NOT_FOUND),
    Row(
        "Users in the Base URL", answers(faults.only_at("/scim/v2", http(404)), "/Users"), R.TOKEN, BASE, O.DOUBLED_PATH
    ),
    Row("only with a slash", answers(faults.only_at("/scim/v2", http(404), "/")), R.TOKEN, BASE, O.SLASH),
    Row("two slashes at the end", answers(faults.only_at("/scim/v2", http(404)), "//"), R.TOKEN, BASE, O.TWO_SLASHES),
    # -- a service in trouble ----------------------------------------------------------------
    Row("429 with a pause", replies(429, Retry_After="37"), R.TOKEN, TEST, O.TOO_MANY),
    Row("429 without", replies(429), R.TOKEN, TEST, O.TOO_MANY),
    Row("500", replies(500), R.TOKEN, TEST, O.SERVER_ERROR),
    Row("503 with a pause", replies(503, Retry_After="120"), R.TOKEN, TEST, O.SERVER_ERROR),
    Row("502 page of a gateway", replies(502, faults.PAGE, "text/html"), R.TOKEN, TEST, O.SERVER_ERROR),
    Row("no answer", answers(faults.silent), R.TOKEN, TEST, O.TIMEOUT),
    Row("slow header", answers(faults.drip(faults.HEAD)), R.TOKEN, TEST, O.TIMEOUT),
    Row("slow body", answers(faults.drip(faults.BODY)), R.USERS, TEST, O.TOO_SLOW),
    Row("closed before the answer", answers(faults.closes), R.TOKEN, TEST, O.CLOSED),
    Row("reset before the answer", answers(faults.resets(b"")), R.TOKEN, TEST, O.CLOSED),
    Row("reset in the answer", answers(faults.resets(listing()[:-10])), R.USERS, TEST, O.CLOSED),
    Row("closed in the answer", answers(faults.halves), R.USERS, TEST, O.CLOSED),
    Row("body without end", answers(faults.endless), R.USERS, BASE, O.TOO_LARGE),
    Row("body that swells", answers(says(faults.BOMB)), R.USERS, BASE, O.TOO_LARGE),
    Row("unknown compression", replies(200, b"?", Content_Encoding="br"), R.USERS, BASE, O.BAD_ENCODING),
    Row("not HTTP", answers(says(b"220 mail.example ESMTP\r\n\r\n")), R.TOKEN, BASE, O.NOT_HTTP),
    Row("teapot", replies(418), R.TOKEN, BASE, O.OTHER_STATUS),
    Row("search ignored", answers(says(listing(faults.SOMEONE))), R.USERS, None, O.FILTER_IGNORED),
    Row("SCIM error 400", replies(400, faults.SCIM_ERROR), R.TOKEN, BASE, O.OTHER_STATUS),
    Row("any token accepted", answers(faults.anybody(listing())), R.CONTROL, BASE, O.OPEN_DOOR),
    # -- the made-up token got no clear answer -----------------------------------------------
    Row("control: 500", faults.to_another_token(http(500)), R.CONTROL, TEST, O.SERVER_ERROR),
    Row("control: no answer", faults.to_another_token(faults.closes), R.CONTROL, TEST, O.CLOSED),
    Row("control: a page", faults.to_another_token(http(200, faults.PAGE)), R.CONTROL, TEST, O.HTML),
    # -- authorization, by what was done -----------------------------------------------------
    Row("401 before Submit", replies(401), R.TOKEN, SUBMIT, O.UNAUTHORIZED, F.NOT_SUBMITTED, setup="fresh"),
    Row("401 after Submit", replies(401), R.TOKEN, KEY, O.UNAUTHORIZED, F.TOKEN_BEFORE_SUBMIT),
    Row(
        "401, token stored after Submit",
        replies(401),
        R.TOKEN,
        SUBMIT,
        O.UNAUTHORIZED,
        F.TOKEN_AFTER_SUBMIT,
        setup="token-after-submit",
    ),
    Row("401, token stored twice", replies(401), R.TOKEN, KEY, O.UNAUTHORIZED, F.TOKEN_AGAIN, setup="token-again"),
    Row(
        "401, Base URL stored after Submit",
        replies(401),
        R.TOKEN,
        BASE,
        O.UNAUTHORIZED,
        F.URL_AFTER_SUBMIT,
        setup="url-after-submit",
    ),
    Row("401, directory changed since", replies(401), R.TOKEN, SUBMIT, O.UNAUTHORIZED, F.RESUBMIT, setup="resubmit"),
    Row("401, passed before", replies(401), R.TOKEN, KEY, O.UNAUTHORIZED, F.TESTED, setup="tested"),
    Row("403 before Submit", replies(403), R.TOKEN, SUBMIT, O.FORBIDDEN, F.NOT_SUBMITTED, setup="fresh"),
    Row("403", replies(403), R.TOKEN, KEY, O.FORBIDDEN),
    Row("404 before Submit", replies(404), R.TOKEN, SUBMIT, O.NOT_FOUND, F.NOT_SUBMITTED, setup="fresh"),
    Row("404", replies(404), R.TOKEN, BASE, O.NOT_FOUND),
    Row("404, passed before", replies(404), R.TOKEN, SUBMIT, O.NOT_FOUND, F.TESTED, setup="tested"),
    # -- the service account -----------------------------------------------------------------
    Row(
        "secret refused",
        issuing(http(401, b'{"error":"invalid_client"}')),
        R.ISSUED,
        ACCOUNT,
        O.CLIENT_REFUSED,
        oidc=True,
    ),
    Row(
        "secret refused, passed before",
        issuing(http(401)),
        R.ISSUED,
        ACCOUNT,
        O.CLIENT_REFUSED,
        F.TESTED,
        setup="tested",
        oidc=True,
    ),
    Row(
        "scope refused",
        issuing(http(400, b'{"error":"invalid_scope"}')),
        R.ISSUED,
        ACCOUNT,
        O.CLIENT_REFUSED,
        oidc=True,
    ),
    Row("issuer in trouble", issuing(http(500)), R.ISSUED, TEST, O.NO_TOKEN, oidc=True),
    Row("issuer shows a page", issuing(http(200, faults.PAGE, "text/html")), R.ISSUED, TEST, O.NO_TOKEN, oidc=True),
    Row("no token in the answer", issuing(http(200, b"{}")), R.ISSUED, TEST, O.NO_TOKEN, oidc=True),
    Row("issuer not there", faults.no_issuer, R.ISSUED, None, O.REFUSED, oidc=True),
    Row("issuer inspected", faults.issuer_behind_proxy("Fortinet"), R.ISSUED, None, O.INSPECTION_UNTRUSTED, oidc=True),
    Row(
        "issuer behind a sign-in",
        faults.issuer_behind_proxy("Someone", http(407, Proxy_Authenticate="NTLM")),
        R.ISSUED,
        None,
        O.PROXY_SIGN_IN,
        oidc=True,
        sign_in="NTLM",
    ),
    Row("issuer silent", issuing(faults.silent), R.ISSUED, None, O.TIMEOUT, oidc=True),
    Row("fetched, 401", issuing(faults.ISSUED, http(401)), R.TOKEN, ACCOUNT, O.UNAUTHORIZED, F.FETCHED, oidc=True),
    Row("fetched, 403", issuing(faults.ISSUED, http(403)), R.TOKEN, ACCOUNT, O.FORBIDDEN, F.FETCHED, oidc=True),
    Row(
        "fetched, before Submit",
        issuing(faults.ISSUED, http(401)),
        R.TOKEN,
        SUBMIT,
        O.UNAUTHORIZED,
        F.NOT_SUBMITTED,
        setup="fresh",
        oidc=True,
    ),
)


def guide_of(row: Row | Remark) -> Guide:
    return catalog.guide("pingfederate" if row.oidc else "entra")


def setup_of(row: Row) -> Setup:
    return a_setup(guide_of(row), row.setup, {"authorization": "oidc"} if row.oidc else None)


def judge(row: Row, found: tuple[Finding, ...]) -> None:
    """Check that the right cause comes first, no check from the fault on passed, and nothing untrue is said."""
    result = result_of(guide_of(row), setup_of(row), found, captured=True)
    assert result.code is Exit.FAILED
    said = render(CheckReport(result.code, (result,)), CheckFormat.TEXT)
    failed = next(each for each in found if each.verdict is Verdict.FAILED)
    passed = [each.check for each in found if each.verdict is Verdict.PASSED]
    assert max(map(ORDER.index, passed), default=-1) < ORDER.index(row.at), said
    assert ORDER.index(failed.check) >= ORDER.index(row.at), said
    diagnosis = explain(found, SetupFacts.of(guide_of(row), setup_of(row)))
    assert diagnosis is not None
    first = diagnosis.causes[0]
    assert first.step == row.step, said
    assert failed.observation is row.seen, said
    assert first.facts[:1] == ((row.fact,) if row.fact is not None else ()), said
    if row.sign_in:
        assert isinstance(failed.details, RouteDetails)
        assert failed.details.sign_in == row.sign_in
    assert not [words for words in (*NEVER, *row.never) if words.lower() in said.lower()], said
    assert TOKEN not in said


def run_checks(row: Row | Remark, authority: trustme.CA, store: Path | None = None) -> tuple[Finding, ...]:
    """Run Test Connection."""
    assert not isinstance(row.inject, str)
    probe = probe_of(guide_of(row))
    with Scene(authority, store) as scene:
        way = row.inject(scene)
        tokens = TokenSource(way.credentials, practice=way.practice)
        endpoint = Endpoint(way.base_url, way.practice)
        began = time.monotonic()
        found = asyncio.run(run(endpoint, tokens, probe, proxy_for=lambda _: way.proxy, limits=QUICK))
        assert time.monotonic() - began < QUICK.whole + 1
    return found


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_fault_leads_to_its_step(row: Row, authority: trustme.CA) -> None:
    judge(row, run_checks(row, authority))


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("inject", [answers(says(listing())), faults.proxy_works], ids=["directly", "proxy"])
def test_without_a_fault_nothing_is_found(inject: Injection, authority: trustme.CA) -> None:
    row = Row("none", inject, R.CONTROL, None, O.GOOD)
    found = run_checks(row, authority)
    # Behind a proxy the name is not resolved here, and a private authority is mentioned.
    odd = [each.observation for each in found if each.verdict is not Verdict.PASSED]
    assert odd == ([Observation.NOT_TRIED, Observation.INSPECTED] if inject is faults.proxy_works else [])
    assert explain(found, SetupFacts.of(guide_of(row), setup_of(row))) is None


@dataclass(frozen=True)
class Remark:
    """Something unusual that fails nothing: which check reports it, and whether it is explained."""

    name: str
    inject: Injection
    at: Check
    seen: Observation
    explained: bool = True
    oidc: bool = False


REMARKS = (
    Remark(
        "inspection that is trusted here, by a known product",
        faults.proxy_opens_traffic_by("Zscaler Inc."),
        R.CERTIFICATE,
        Observation.INSPECTED,
    ),
    Remark(
        "inspection that is trusted here, by an organization's own authority",
        faults.proxy_opens_traffic_by("Example Ltd"),
        R.CERTIFICATE,
        Observation.INSPECTED,
    ),
    Remark("clock behind", faults.dated(timedelta(minutes=20)), R.CERTIFICATE, Observation.CLOCK_OFF),
    Remark("clock ahead", faults.dated(timedelta(hours=-3)), R.CERTIFICATE, Observation.CLOCK_OFF),
    Remark("groups: 500", faults.to_groups(http(500)), R.GROUPS, Observation.SERVER_ERROR, explained=False),
    Remark("control: 404", faults.to_another_token(http(404)), R.CONTROL, Observation.NOT_FOUND),
    Remark("control: 429", faults.to_another_token(http(429)), R.CONTROL, Observation.TOO_MANY),
    Remark("control: no answer in time", faults.to_another_token(faults.silent), R.CONTROL, Observation.TIMEOUT),
    Remark("control: 400", faults.to_another_token(http(400)), R.CONTROL, Observation.OTHER_STATUS),
    Remark(
        "control: redirect",
        faults.to_another_token(http(302, Location="https://login.example/")),
        R.CONTROL,
        Observation.SIGN_IN_PAGE,
    ),
)


@pytest.mark.parametrize("remark", REMARKS, ids=lambda remark: remark.name)
def test_a_remark_does_not_fail_the_test(remark: Remark, authority: trustme.CA, trusted: Path) -> None:
    found = run_checks(remark, authority, trusted)
    assert not [each for each in found if each.verdict is Verdict.FAILED]
    (unusual,) = [each for each in found if each.verdict is Verdict.WARNED]
    assert (unusual.check, unusual.observation) == (remark.at, remark.seen)
    assert bool(meaning(unusual)) is remark.explained


@pytest.mark.parametrize("row", NAMES, ids=lambda row: row.name)
def test_a_name_leads_to_its_step(row: Row) -> None:
    for found in names.found_at_each_host().values():
        judge(row, found[str(row.inject)])


def test_the_table_is_long_and_has_no_duplicates() -> None:
    rows = (*NAMES, *ROWS)
    assert len({row.name for row in rows}) == len(rows) >= 40
    assert len({(row.inject, row.setup) for row in rows}) == len(rows)
    assert {row.at for row in rows} == set(Check) - {Check.GROUPS}
