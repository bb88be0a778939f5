"""A pasted text is repaired where it is certainly a slip, refused with a reason, or taken as it is."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.guide.vocabulary import Kind
from app.values.rules import LONGEST, RULES, describe, mask, measure, read, without_secrets
from tests.support.golden import Golden, lines

GUID = "7c1e3a52-9b1f-4c77-8d2a-0e5b6f3d9a10"
TOKEN = "abcDEF123._~-" * 6

BASE = "https://scim.example.paloaltonetworks.com/a/V2"
JWT = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJ4In0.c2lnbmF0dXJl"

GOOD = {
    Kind.GUID: re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    Kind.DIRECTORY_ID: re.compile(r"[A-Za-z0-9-]{1,40}"),
    Kind.DIRECTORY_NAME: re.compile(r"[a-z0-9._-]{1,50}"),
    Kind.DOMAIN: re.compile(r"[a-z0-9._-]{3,253}"),
    Kind.TOKEN: re.compile(r"[A-Za-z0-9._~+/=:|-]{16,}"),
    Kind.COUNT: re.compile(r"[0-9]{1,9}"),
}


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (Kind.GUID, f'  "{GUID.upper()}" \n', GUID),
        (Kind.GUID, f"{{{GUID}}}", GUID),
        (Kind.DOMAIN, "https://Contoso.com/path", "contoso.com"),
        (Kind.DOMAIN, "@contoso.com", "contoso.com"),
        (
            Kind.DIRECTORY_ID,
            "LDAP-D803C87FAB2ADFB4B0A947B64BA6F0C6093A5CA3",
            "D803C87FAB2ADFB4B0A947B64BA6F0C6093A5CA3",
        ),
        (Kind.DIRECTORY_NAME, "Contoso.COM", "contoso.com"),
        (Kind.TOKEN, f"Bearer {TOKEN}", TOKEN),
        (Kind.TOKEN, f"Authorization: Bearer {TOKEN[:20]}\r\n  {TOKEN[20:]}", TOKEN),
        (
            Kind.BASE_URL,
            " https://scim.example.paloaltonetworks.com/a/V2/ ",
            "https://scim.example.paloaltonetworks.com/a/V2/",
        ),
        (Kind.COUNT, "1,180", "1180"),
        *((Kind.COUNT, f"1{space}180{space}004", "1180004") for space in " \u00a0\u202f\u2009\u2007.'\u2019"),
        (Kind.COUNT, "12,34,567", "1234567"),
        *(
            (Kind.GUID, text, GUID)
            for text in (
                f"Tenant ID: {GUID}",
                f"Tenant ID\n{GUID.upper()}",
                f"Tenant ID\t{GUID}",
                f"Directory (tenant) ID : {GUID}",
                f"Mandanten-ID: {GUID}",
                f"\u30c6\u30ca\u30f3\u30c8 ID: {GUID}",
                f'"tenantId": "{GUID}",',
                f"tenant_id={GUID}",
                GUID.replace("-", ""),
                f"Environment ID: {GUID.replace('-', '')}",
            )
        ),
        (Kind.DOMAIN, "abc1234.id.cyberark.cloud:443", "abc1234.id.cyberark.cloud"),
        (Kind.DOMAIN, "abc1234.id.cyberark.cloud/admin#/x", "abc1234.id.cyberark.cloud"),
        (Kind.DOMAIN, "https://abc1234.id.cyberark.cloud:8443/admin", "abc1234.id.cyberark.cloud"),
        (Kind.BASE_URL, f"{BASE}?aadOptscim062020", BASE),
        (Kind.BASE_URL, f"{BASE}/?AADOptSCIM062020", f"{BASE}/"),
        (Kind.BASE_URL, f"{BASE}?AzureAdScimPatch2017", BASE),
        (Kind.BASE_URL, f"Base URL: {BASE}", BASE),
        (Kind.TOKEN, f"Bearer Token: {TOKEN}", TOKEN),
        (Kind.TOKEN, f"Bearer\n{JWT}", JWT),
        (Kind.TOKEN, f"access_token={JWT}", JWT),
        (Kind.TOKEN, f"Secret Token: {TOKEN}", TOKEN),
        (Kind.TOKEN, f"OAuth Access Token = {TOKEN}", TOKEN),
        (Kind.DOMAIN, "Primary domain: Contoso.com", "contoso.com"),
        (Kind.TENANT_HOST, "Okta domain: acme.okta.com", "acme.okta.com"),
    ],
)
def test_slips_are_repaired(kind: Kind, text: str, value: str) -> None:
    reading = read(kind, text)
    assert reading.value == value
    assert reading.repairs or text == value


@pytest.mark.parametrize(
    ("kind", "text", "words"),
    [
        (Kind.GUID, TOKEN, "looks like the token"),
        (Kind.GUID, "https://login.example/x", "web address"),
        (Kind.TOKEN, GUID, "looks like a GUID"),
        (Kind.TOKEN, "https://x.paloaltonetworks.com/scim", "looks like the Base URL"),
        (Kind.TOKEN, "\u2022" * 30, "dots"),
        (Kind.TOKEN, "short", "too short"),
        (Kind.TOKEN, "a b" * 20, "space"),
        (Kind.BASE_URL, TOKEN, "looks like the token"),
        (Kind.BASE_URL, "http://x.paloaltonetworks.com/scim", "https"),
        (Kind.BASE_URL, "https://x.paloaltonetworks.com/directory?instance=1", "address bar"),
        (Kind.BASE_URL, "https://user:pw@x.paloaltonetworks.com/", "user name"),
        (Kind.DOMAIN, "admin@contoso.com", "after the @"),
        (Kind.DIRECTORY_ID, "a" * 41, "at most 40"),
        (Kind.DIRECTORY_NAME, "a" * 51, "at most 50"),
        (Kind.DIRECTORY_NAME, "contoso com", RULES[Kind.DIRECTORY_NAME].sentence),
        (Kind.COUNT, "many", "whole number"),
        (Kind.TEXT, "x" * 121, "120"),
        (Kind.GUID, GUID[:8] + "\u200d" + GUID[8:], "U+200D"),
        (Kind.GUID, f"Object ID: {GUID}", "another ID"),
        (Kind.GUID, f"Application (client) ID: {GUID}", "another ID"),
        (Kind.GUID, f"Objekt-ID\n{GUID}", "another ID"),
        (Kind.GUID, f"Tenant ID: {GUID} Object ID: {GUID}", "36 characters"),
        (Kind.TOKEN, JWT.rpartition(".")[0], "2 of the 3 parts"),
        (Kind.TOKEN, JWT.partition(".")[0], "1 of the 3 parts"),
        (Kind.TOKEN, JWT.rpartition(".")[0] + ".", "last part"),
        *((Kind.TOKEN, f"{JWT[:20]}{dots}", "only a part") for dots in ("...", "\u2026", "....", "...c2ln")),
        *((Kind.TOKEN, f"{dots}{JWT[-20:]}", "only a part") for dots in ("****", "\u2022\u2022\u2022\u2022")),
        (Kind.CLIENT_SECRET, "abcdefghijkl...", "left out"),
        *(
            (Kind.BASE_URL, f"{BASE}/{end}", end.rstrip("/"))
            for end in ("Users", "users/", "Groups", "ServiceProviderConfig", "Schemas", "ResourceTypes", "Bulk")
        ),
        (Kind.BASE_URL, f"{BASE}?aadOptscim062020&x=1", "address bar"),
        (Kind.DIRECTORY_USER, "CORP\\svc-ping", "name@domain"),
        (Kind.DOMAIN, f"{BASE}/Users", "address of CIE"),
        (Kind.DOMAIN, JWT * 2, "token"),
        (Kind.BASE_URL, JWT, "looks like the token"),
        *((kind, JWT, "looks like the token") for kind in (Kind.DIRECTORY_NAME, Kind.TENANT_HOST, Kind.DIRECTORY_USER)),
        (Kind.SYSTEM_ID, BASE, "address of CIE"),
        (Kind.SCOPE, "scim@1234567890.iam.panserviceaccount.com", "service account"),
    ],
)
def test_what_is_wrong_is_refused_with_the_reason(kind: Kind, text: str, words: str) -> None:
    reading = read(kind, text)
    assert reading.value is None
    assert words in (reading.problem or "")


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("text", ["", "   ", '""', "x" * 1_000_000])
def test_nothing_and_a_megabyte_are_refused(kind: Kind, text: str) -> None:
    assert read(kind, text).value is None
    assert read(kind, text).problem


@pytest.mark.parametrize(
    "token",
    [
        JWT,
        "eyJhbGciOiJub25lIn0.canary-7f3d91-of-no-jwt",
        "eyJub3QiOiJhIGp3dCJ9.eyJhIjoxfQ",
        ".".join(["eyJhbGciOiJSU0EtT0FFUCJ9", *["c2lnbmF0dXJl"] * 4]),
        "scim|abcdef.ghijkl.mnopqr",
    ],
)
def test_a_token_that_may_be_whole_is_taken(token: str) -> None:
    assert read(Kind.TOKEN, token).value == token


def test_a_base_url_may_have_users_inside_its_path() -> None:
    for path in ("/users/tenant/v2", "/Users-of-x", "/scim/v2/"):
        url = f"https://scim.example.paloaltonetworks.com{path}"
        assert read(Kind.BASE_URL, url).value == url


def test_plain_http_only_for_loopback_in_practice() -> None:
    assert read(Kind.BASE_URL, "http://127.0.0.1:8080/scim/v2", practice=True).value
    assert read(Kind.BASE_URL, "http://127.0.0.1:8080/scim/v2").value is None
    assert read(Kind.BASE_URL, "http://127.0.0.1.example.com/scim", practice=True).value is None


def test_lookalike_addresses_warn_but_pass() -> None:
    for url in (
        "https://directory-sync.us.paloaltonetworks.com/directory",
        "https://api.sase.paloaltonetworks.com/iam/v1/scim",
        "https://scim.example.com/v2",
    ):
        assert read(Kind.BASE_URL, url).value == url
        assert read(Kind.BASE_URL, url).warnings


@given(kind=st.sampled_from(list(Kind)), text=st.text(max_size=300))
def test_any_text_satisfies_the_rule_or_has_a_reason(kind: Kind, text: str) -> None:
    reading = read(kind, text)
    if reading.value is None:
        assert reading.problem
        return
    if kind in GOOD:
        assert GOOD[kind].fullmatch(reading.value)
    again = read(kind, reading.value)
    assert again.value == reading.value
    assert not again.repairs


def test_masks_and_rules_show_nothing_secret() -> None:
    url = "https://host.paloaltonetworks.com/secret-path/v2"
    assert "secret-path" not in mask(Kind.BASE_URL, url)
    assert TOKEN not in mask(Kind.TOKEN, TOKEN)
    assert str(len(TOKEN)) in measure(Kind.TOKEN, TOKEN)
    assert TOKEN not in repr(read(Kind.TOKEN, TOKEN))
    assert LONGEST > 10_000


def test_every_kind_has_its_sentence(golden: Golden) -> None:
    golden("rules", lines(Kind, {kind: rule.sentence for kind, rule in RULES.items()}))


@pytest.mark.parametrize("kind", list(Kind))
def test_each_rule_is_stated_once_and_used_everywhere(kind: Kind) -> None:
    rule = RULES[kind]
    assert describe(kind) == rule.words
    assert not rule.words.endswith(".")
    assert rule.sentence == f"{rule.subject} {rule.verb} {rule.words}."
    if rule.longest is not None and kind is not Kind.SYSTEM_ID:
        assert str(rule.longest) in rule.words
        assert rule.form.fullmatch("a" * rule.longest)
        assert not rule.form.fullmatch("a" * (rule.longest + 1))
        refusal = read(kind, "a" * (rule.longest + 1)).problem or ""
        assert refusal.startswith(f"{rule.sentence} This has {rule.longest + 1} characters.")


@pytest.mark.parametrize(
    ("text", "value", "unusual"),
    [
        ("https://Acme-admin.okta.com/admin", "acme.okta.com", False),
        ("acme.okta.com", "acme.okta.com", False),
        ("acme-admin.okta.com/admin/apps", "acme.okta.com", False),
        ("acme.okta.com:443", "acme.okta.com", False),
        ("acme-admin.oktapreview.com", "acme.oktapreview.com", False),
        ("my-admin.example.com", "my-admin.example.com", True),
        ("okta.com.example", "okta.com.example", True),
    ],
)
def test_the_host_of_an_organization_is_that_of_its_client(text: str, value: str, unusual: bool) -> None:
    hosts = ("okta.com", "oktapreview.com")
    reading = read(Kind.TENANT_HOST, text, hosts=hosts)
    assert reading.value == value
    assert bool(reading.warnings) == unusual
    assert read(Kind.TENANT_HOST, value).warnings == ()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("GET https://scim.example.org/t-1/v2/Users 401", "GET https://scim.example.org/############ 401"),
        ("Authorization: Bearer kR3v9-T7xQ", "Authorization: Bearer ##########"),
        ("access_token=kR3v9T7xQ&x", f"{22 * '#'}&x"),
        ("key 7c1e3a52-0b1c-4c1f-9a10-000000000000", "key ####################################"),
        ("SystemForCrossDomainIdentityManagementCredentialValidationUnavailable", None),
        ("The bearer token expired at 2026-11-30 10:00:00Z, status 401", None),
        ("AADSTS7000215: Invalid client secret is provided", None),
    ],
)
def test_an_error_message_is_shown_without_what_may_be_secret(text: str, shown: str | None) -> None:
    assert without_secrets(text) == (shown or text).replace("#", "\u25cf")
    assert len(without_secrets(text)) == len(text)
