"""The fault table: each fault leads first to the right cause and step, and nothing untrue is said beside it."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from app.diagnosis.causes import explain
from app.diagnosis.findings import meaning, sentence
from app.diagnosis.setup_facts import SetupFacts
from app.guide import catalog
from app.reports.check import report
from app.scim.connection_test import Check, Finding, Observation, TimeLimits, Verdict, run
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
    """One fault and what has to be said of it."""

    name: str
    inject: Injection | str
    """How it is injected; a name of ``names.ZONE`` and its kind for what the name server does."""
    at: Check
    """The first check that meets it. Neither this one nor a later one may be told as passed."""
    step: str | None
    says: str
    """Part of the first cause."""
    setup: str = "submitted"
    never: tuple[str, ...] = ()
    """What would be untrue."""
    shows: str = ""
    """Part of what the failed check says."""
    oidc: bool = False


R = Check
NAMES = (
    Row("name unknown", "nowhere.example", R.NAME, BASE, "cut off"),
    Row("name server fails", "broken.example", R.NAME, TEST, "name server"),
    Row("name server silent", "silent.example", R.NAME, TEST, "name server"),
    Row("name without address", "empty.example", R.NAME, BASE, "cut off"),
    Row("only IPv6, and no way there", "six.example", R.ROUTE, None, "no route"),
    Row("no way there", "lost.example", R.ROUTE, None, "no route"),
    Row("split DNS, inside without a way", "inside.example", R.ROUTE, None, "no route"),
    Row("name filter leads to this computer", "here.example", R.ROUTE, BASE, "wrong host"),
    Row("completed by the search domain", "short", R.ROUTE, None, "no route"),
)

ROWS = (
    # -- the address -------------------------------------------------------------------------
    Row("http instead of https", faults.plain_http, R.ADDRESS, BASE, "cut off or changed"),
    Row("a query behind the path", faults.at("https://localhost:9/scim?x=1"), R.ADDRESS, BASE, "cut off or changed"),
    Row("no host", faults.at("https:///scim/v2"), R.ADDRESS, BASE, "cut off or changed"),
    Row("a user before the host", faults.at("https://me@localhost:9/v2"), R.ADDRESS, BASE, "cut off or changed"),
    Row("line break in the token", faults.broken_token, R.ROUTE, KEY, "no request can carry"),
    # -- the way -----------------------------------------------------------------------------
    Row("port closed", faults.closed_port, R.ROUTE, BASE, "host or port"),
    Row("connection dropped", faults.full_queue, R.ROUTE, None, "firewall"),
    Row("TLS never answered", faults.never_greets, R.CERTIFICATE, None, "firewall"),
    Row("plain HTTP on the port", greets_with(http(400)), R.CERTIFICATE, None, "breaks it"),
    Row("SSH on the port", greets_with(b"SSH-2.0-OpenSSH_9.6\r\n"), R.CERTIFICATE, None, "breaks it"),
    Row("reset when encrypted", greets_with(b"", reset=True), R.CERTIFICATE, None, "firewall"),
    # -- the proxy ---------------------------------------------------------------------------
    Row("proxy: Basic", proxy_says(http(407, Proxy_Authenticate='Basic realm="x"')), R.ROUTE, None, "sign in"),
    Row("proxy: NTLM", proxy_says(http(407, Proxy_Authenticate="NTLM")), R.ROUTE, None, "sign in", shows="NTLM"),
    Row(
        "proxy: Kerberos",
        proxy_says(http(407, Proxy_Authenticate="Negotiate")),
        R.ROUTE,
        None,
        "sign in",
        shows="Kerberos",
    ),
    Row("proxy: 403", proxy_says(http(403)), R.ROUTE, None, "refuses this host"),
    Row("proxy: 502", proxy_says(http(502)), R.ROUTE, None, "cannot reach it"),
    Row("proxy: portal page", proxy_says(http(302, Location="https://login.example/")), R.ROUTE, None, "refuses"),
    Row("proxy: closes", faults.proxy_is(faults.closes), R.ROUTE, None, "proxy"),
    Row("proxy: silent", faults.proxy_is(faults.silent), R.ROUTE, None, "proxy"),
    Row("proxy: not there", faults.no_proxy_there, R.ROUTE, None, "proxy"),
    Row("proxy: host misspelt", faults.misspelt_behind_proxy, R.NAME, None, "cannot reach it"),
    Row("proxy: opens traffic", faults.proxy_opens_traffic, R.CERTIFICATE, None, "opens encrypted traffic"),
    # -- the certificate ---------------------------------------------------------------------
    Row("unknown authority", faults.by_unknown("Someone"), R.CERTIFICATE, None, "not installed"),
    Row("inspection: Zscaler", faults.by_unknown("Zscaler Inc."), R.CERTIFICATE, None, "opens encrypted traffic"),
    Row("inspection: Fortinet", faults.by_unknown("Fortinet"), R.CERTIFICATE, None, "opens encrypted traffic"),
    Row("inspection: Netskope", faults.by_unknown("Netskope Inc."), R.CERTIFICATE, None, "opens encrypted traffic"),
    Row("self-signed", certified(certificates.self_signed), R.CERTIFICATE, None, "not installed"),
    Row("chain not sent", certified(certificates.without_chain), R.CERTIFICATE, None, "not installed"),
    Row("expired", certified(certificates.expired), R.CERTIFICATE, None, "date and time"),
    Row(
        "inspected, and expired", certified(certificates.inspected_and_expired), R.CERTIFICATE, None, "opens encrypted"
    ),
    Row("not valid yet", certified(certificates.not_yet_valid), R.CERTIFICATE, None, "date and time"),
    Row("another host", certified(certificates.wrong_host), R.CERTIFICATE, BASE, "was changed"),
    Row("old ciphers only", certified(certificates.old_tls), R.CERTIFICATE, None, "breaks it"),
    # -- what is no SCIM service -------------------------------------------------------------
    Row("captive portal", answers(faults.anybody(http(200, faults.PAGE, "text/html"))), R.TOKEN, BASE, "CIE page"),
    Row("a page that says it is JSON", replies(200, faults.PAGE), R.TOKEN, BASE, "CIE page"),
    Row("network sign-in, 511", replies(511, faults.PAGE, "text/html"), R.TOKEN, TEST, "sign in to the network"),
    Row("network sign-in, redirect", replies(302, Location="https://hotspot.example/"), R.TOKEN, TEST, "sign in to"),
    Row("sign-in page", replies(200, faults.SIGN_IN, "text/html"), R.TOKEN, BASE, "page for browsers"),
    Row("redirect to a sign-in", replies(302, Location="https://login.example/"), R.TOKEN, BASE, "page for browsers"),
    Row("permanent redirect", replies(308, Location="/scim/v2/Users/"), R.TOKEN, BASE, "page for browsers"),
    Row("another product", answers(faults.anybody(http(200, faults.OTHER_JSON))), R.USERS, BASE, "another service"),
    Row("a list of JSON", replies(200, b"[]"), R.USERS, BASE, "another service"),
    Row("SCIM 1.1", replies(200, faults.SCIM_1), R.USERS, BASE, "SCIM 1.1"),
    Row("no body", replies(200), R.USERS, BASE, "another service"),
    Row("text", replies(200, b"OK"), R.USERS, BASE, "another service"),
    Row("truncated JSON", replies(200, b'{"schemas": ["urn'), R.USERS, TEST, "cut the answer short"),
    Row("truncated in a letter", replies(200, '{"schemas": "ü'.encode()[:-1]), R.USERS, TEST, "cut the answer short"),
    Row("a path too short", answers(faults.only_at("/scim/v2/tenant", http(404))), R.TOKEN, BASE, "path"),
    Row("Users in the Base URL", answers(faults.only_at("/scim/v2", http(404)), "/Users"), R.TOKEN, BASE, "/Users"),
    Row("only with a slash", answers(faults.only_at("/scim/v2", http(404), "/")), R.TOKEN, BASE, "do not get through"),
    Row("two slashes at the end", answers(faults.only_at("/scim/v2", http(404)), "//"), R.TOKEN, BASE, "path"),
    # -- a service in trouble ----------------------------------------------------------------
    Row("429 with a pause", replies(429, Retry_After="37"), R.TOKEN, TEST, "Too many requests"),
    Row("429 without", replies(429), R.TOKEN, TEST, "Too many requests"),
    Row("500", replies(500), R.TOKEN, TEST, "Nothing in this setup causes it"),
    Row("503 with a pause", replies(503, Retry_After="120"), R.TOKEN, TEST, "Nothing in this setup causes it"),
    Row("502 page of a gateway", replies(502, faults.PAGE, "text/html"), R.TOKEN, TEST, "Nothing in this setup"),
    Row("no answer", answers(faults.silent), R.TOKEN, TEST, "slow"),
    Row("slow header", answers(faults.drip(faults.HEAD)), R.TOKEN, TEST, "slow"),
    Row("slow body", answers(faults.drip(faults.BODY)), R.USERS, TEST, "overloaded"),
    Row("closed before the answer", answers(faults.closes), R.TOKEN, TEST, "cut it"),
    Row("reset before the answer", answers(faults.resets(b"")), R.TOKEN, TEST, "cut it"),
    Row("reset in the answer", answers(faults.resets(listing()[:-10])), R.USERS, TEST, "cut it"),
    Row("closed in the answer", answers(faults.halves), R.USERS, TEST, "cut it"),
    Row("body without end", answers(faults.endless), R.USERS, BASE, "another service"),
    Row("body that swells", answers(says(faults.BOMB)), R.USERS, BASE, "another service"),
    Row("unknown compression", replies(200, b"?", Content_Encoding="br"), R.USERS, BASE, "proxy on the way"),
    Row("not HTTP", answers(says(b"220 mail.example ESMTP\r\n\r\n")), R.TOKEN, BASE, "wrong host or port"),
    Row("teapot", replies(418), R.TOKEN, TEST, "Test again"),
    Row("search ignored", answers(says(listing(faults.SOMEONE))), R.USERS, None, "ignores the search"),
    Row("SCIM error 400", replies(400, faults.SCIM_ERROR), R.TOKEN, TEST, "Test again"),
    Row("any token accepted", answers(faults.anybody(listing())), R.CONTROL, BASE, "proves nothing"),
    # -- the made-up token got no clear answer -----------------------------------------------
    Row("control: 429", faults.to_another_token(http(429)), R.CONTROL, TEST, "proves nothing", shows="429"),
    Row("control: 500", faults.to_another_token(http(500)), R.CONTROL, TEST, "proves nothing"),
    Row("control: no answer", faults.to_another_token(faults.closes), R.CONTROL, TEST, "proves nothing"),
    Row("control: too slow", faults.to_another_token(faults.silent), R.CONTROL, TEST, "proves nothing"),
    Row("control: a page", faults.to_another_token(http(200, faults.PAGE)), R.CONTROL, TEST, "proves nothing"),
    # -- authorization, by what was done -----------------------------------------------------
    Row("401 before Submit", replies(401), R.TOKEN, SUBMIT, "only after Submit", "fresh"),
    Row("401 after Submit", replies(401), R.TOKEN, KEY, "incomplete"),
    Row("401, token stored after Submit", replies(401), R.TOKEN, SUBMIT, "may not know", "token-after-submit"),
    Row("401, token stored twice", replies(401), R.TOKEN, KEY, "stored last", "token-again"),
    Row("401, Base URL stored after Submit", replies(401), R.TOKEN, BASE, "another directory", "url-after-submit"),
    Row("401, directory changed since", replies(401), R.TOKEN, SUBMIT, "submitted again", "resubmit"),
    Row("401, passed before", replies(401), R.TOKEN, KEY, "replaced in CIE", "tested"),
    Row("403 before Submit", replies(403), R.TOKEN, SUBMIT, "only after Submit", "fresh"),
    Row("403", replies(403), R.TOKEN, KEY, "another directory"),
    Row("404 before Submit", replies(404), R.TOKEN, SUBMIT, "only after Submit", "fresh"),
    Row("404", replies(404), R.TOKEN, BASE, "path"),
    Row("404, passed before", replies(404), R.TOKEN, SUBMIT, "deleted", "tested"),
    # -- the service account -----------------------------------------------------------------
    Row("secret refused", issuing(http(401, b'{"error":"invalid_client"}')), R.ISSUED, ACCOUNT, "Secret", oidc=True),
    Row("secret refused, passed before", issuing(http(401)), R.ISSUED, ACCOUNT, "was reset", "tested", oidc=True),
    Row("scope refused", issuing(http(400, b'{"error":"invalid_scope"}')), R.ISSUED, ACCOUNT, "Client", oidc=True),
    Row("issuer in trouble", issuing(http(500)), R.ISSUED, TEST, "problem of its own", oidc=True),
    Row("issuer shows a page", issuing(http(200, faults.PAGE, "text/html")), R.ISSUED, TEST, "in between", oidc=True),
    Row("no token in the answer", issuing(http(200, b"{}")), R.ISSUED, TEST, "in between", oidc=True),
    Row("issuer not there", faults.no_issuer, R.ISSUED, None, "firewall", oidc=True),
    Row("issuer inspected", faults.issuer_behind_proxy("Fortinet"), R.ISSUED, None, "opens encrypted", oidc=True),
    Row(
        "issuer behind a sign-in",
        faults.issuer_behind_proxy("Someone", http(407, Proxy_Authenticate="NTLM")),
        R.ISSUED,
        None,
        "cannot sign in to a proxy",
        oidc=True,
        shows="NTLM",
    ),
    Row("issuer silent", issuing(faults.silent), R.ISSUED, None, "firewall", oidc=True),
    Row("fetched, 401", issuing(faults.ISSUED, http(401)), R.TOKEN, ACCOUNT, "Service Account Name", oidc=True),
    Row("fetched, 403", issuing(faults.ISSUED, http(403)), R.TOKEN, ACCOUNT, "Deployment Administrator", oidc=True),
    Row("fetched, before Submit", issuing(faults.ISSUED, http(401)), R.TOKEN, SUBMIT, "Submit", "fresh", oidc=True),
)


def guide_of(row: Row | Remark) -> Guide:
    return catalog.guide("pingfederate" if row.oidc else "entra")


def setup_of(row: Row) -> Setup:
    return a_setup(guide_of(row), row.setup, {"authorization": "oidc"} if row.oidc else None)


def judge(row: Row, found: tuple[Finding, ...], capsys: pytest.CaptureFixture[str]) -> None:
    """The right cause comes first, no check at or behind the fault is told as passed, and nothing untrue is said."""
    assert report(found, guide_of(row), setup_of(row), as_json=False) == 1
    said = capsys.readouterr().out
    failed = next(each for each in found if each.verdict is Verdict.FAILED)
    passed = [each.check for each in found if each.verdict is Verdict.PASSED]
    assert max(map(ORDER.index, passed), default=-1) < ORDER.index(row.at), said
    assert ORDER.index(failed.check) >= ORDER.index(row.at), said
    diagnosis = explain(found, SetupFacts.of(guide_of(row), setup_of(row)))
    assert diagnosis is not None
    first = diagnosis.causes[0]
    assert first.step == row.step, said
    assert row.says in first.sentence, said
    assert row.shows in sentence(failed), said
    assert not [words for words in (*NEVER, *row.never) if words.lower() in said.lower()], said
    assert TOKEN not in said


def run_checks(row: Row | Remark, authority: trustme.CA, store: Path | None = None) -> tuple[Finding, ...]:
    """What Test Connection finds."""
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
def test_a_fault_leads_to_its_step(row: Row, authority: trustme.CA, capsys: pytest.CaptureFixture[str]) -> None:
    judge(row, run_checks(row, authority), capsys)


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("inject", [answers(says(listing())), faults.proxy_works], ids=["directly", "proxy"])
def test_without_a_fault_nothing_is_found(inject: Injection, authority: trustme.CA) -> None:
    row = Row("none", inject, R.CONTROL, None, "")
    found = run_checks(row, authority)
    # Behind a proxy nobody here looks the name up, and an authority of one's own is told.
    odd = [each.observation for each in found if each.verdict is not Verdict.PASSED]
    assert odd == ([Observation.NOT_TRIED, Observation.INSPECTED] if inject is faults.proxy_works else [])
    assert explain(found, SetupFacts.of(guide_of(row), setup_of(row))) is None


@dataclass(frozen=True)
class Remark:
    """Something unusual that fails nothing: which check sees what, and whether its meaning is explained."""

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
def test_a_name_leads_to_its_step(row: Row, capsys: pytest.CaptureFixture[str]) -> None:
    for found in names.found_at_each_host().values():
        judge(row, found[str(row.inject)], capsys)


def test_the_table_is_long_and_each_row_once() -> None:
    rows = (*NAMES, *ROWS)
    assert len({row.name for row in rows}) == len(rows) >= 40
    assert len({(row.inject, row.setup) for row in rows}) == len(rows)
    assert {row.at for row in rows} == set(Check) - {Check.GROUPS}
