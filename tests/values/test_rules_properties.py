"""For any text at all: a value that meets the rule of its kind as written here, or one sentence why not."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.guide.vocabulary import Kind
from app.values.rules import LONGEST, Reading, derive, looks_secret, mask, measure, read

if TYPE_CHECKING:
    from collections.abc import Callable

STEADY = settings(deadline=None, max_examples=200, derandomize=True, database=None)

GUID = "7c1e3a52-9b1f-4c77-8d2a-0e5b6f3d9a10"
TOKEN = "abcDEF123._~-" * 6

EXAMPLES = {
    Kind.GUID: GUID,
    Kind.DOMAIN: "contoso.com",
    Kind.TENANT_HOST: "acme-admin.okta.com",
    Kind.SYSTEM_ID: "LDAP-D803C87FAB2ADFB4B0A947B64BA6F0C6093A5CA3",
    Kind.DIRECTORY_USER: "Administrator@corp.example.com",
    Kind.DIRECTORY_ID: "LDAP-D803C87FAB2ADFB4B0A947B64BA6F0C6093A5CA3",
    Kind.DIRECTORY_NAME: "Contoso.com",
    Kind.BASE_URL: "https://scim.us.paloaltonetworks.com/tenant/scim/v2/",
    Kind.TOKEN: f"Bearer {TOKEN}",
    Kind.SERVICE_ACCOUNT: "scim@1234567890.iam.panserviceaccount",
    Kind.CLIENT_ID: "scim@1234567890.iam.panserviceaccount.com",
    Kind.CLIENT_SECRET: "0a1b2c3d-0000-4444-8888-abcdefabcdef",
    Kind.TOKEN_URL: "https://auth.apps.paloaltonetworks.com/oauth2/access_token",
    Kind.SCOPE: "tsg_id:1234567890",
    Kind.TEXT: "Acme, Berlin",
    Kind.LABEL: "Tenant URL",
    Kind.COUNT: "1,180",
}

PIECES = (
    *("LDAP-", "ldap-", "https://", "http://", "HTTPS://", "@", "Bearer ", "Authorization: Bearer "),
    *("-admin", ".okta.com", "CN=", "tsg_id:", "scim@1234.iam.panserviceaccount", "127.0.0.1", GUID, TOKEN),
    *("\u200b", "\ufeff", "\u2060", "\u00a0", "\u202e", "\u2028", "\0", "\ud800", "\u2022" * 20),
    *("\u017f", "\u0131", "\u212a", "\u0663", "\u2100"),  # lower case, digits and NFKC forms that end up in ASCII
    *('"', "'", "`", "\u201c", "\u201d", "\u00ab", "\n", "\r\n", "\t", " ", "  ", "[", "]", "\\", "{", "}", "(", "*"),
    *("-", "--", ".", "..", "_", ",", "=", ":", ":443", "/", "?", "#", "%", "0", "123", "a" * 64, "xn--"),
)
PIECE = st.sampled_from(PIECES)
LOOSE = st.lists(PIECE | st.text(max_size=10), max_size=8).map("".join)

CASES: tuple[Callable[[str], str], ...] = (str, str.upper, str.lower)


@st.composite
def bent(draw: st.DrawFn, kind: Kind) -> str:
    """A good text with up to three nasty pieces anywhere, in another case, perhaps in quotes."""
    text = EXAMPLES[kind]
    for piece in draw(st.lists(PIECE, max_size=3)):
        place = draw(st.sampled_from([0, len(text)]) | st.integers(0, len(text)))
        text = text[:place] + piece + text[place:]
    text = draw(st.sampled_from(CASES))(text)
    quotes = draw(st.sampled_from(["", "", '""', "''", "\u201c\u201d"]))
    return quotes[:1] + text + quotes[1:]


def texts(kind: Kind) -> st.SearchStrategy[str]:
    return bent(kind) | LOOSE | st.text(max_size=80)


# The rules, written independently of app.values.rules


def matches(pattern: str) -> Callable[[str], bool]:
    compiled = re.compile(pattern, re.ASCII)
    return lambda value: compiled.fullmatch(value) is not None


def is_domain(value: str) -> bool:
    """RFC 1123 section 2.1 in lower case, with ``_`` as in some internal names; two labels or more."""
    labels = value.split(".")
    letters = set("abcdefghijklmnopqrstuvwxyz0123456789-_")
    return (
        len(value) <= 253
        and len(labels) >= 2
        and all(0 < len(label) <= 63 and set(label) <= letters for label in labels)
        and all(label[0] != "-" and label[-1] != "-" for label in labels)
        and len(labels[-1]) > 1
        and "_" not in labels[-1]
        and not labels[-1].isdigit()
    )


def is_web_address(value: str, hosts: str = r"[^/]+") -> bool:
    """RFC 3986 with https: its characters only, no user, query or fragment."""
    return (
        re.fullmatch(rf"(?i:https)://(?i:{hosts})(/[^?#]*)?", value) is not None
        and re.search(r"[^!-~]|[\\\"<>^`{|}]", value) is None
        and "@" not in value.split("/")[2]
        and "?" not in value
        and "#" not in value
    )


def is_ping_user(value: str) -> bool:
    name, at, domain = value.rpartition("@")
    return is_domain(domain) and bool(name) == bool(at) and not re.search(r"[\r\n\t]", name)


SATISFIED: dict[Kind, Callable[[str], bool]] = {
    Kind.GUID: matches(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"),
    Kind.DOMAIN: is_domain,
    Kind.TENANT_HOST: lambda value: is_domain(value),
    Kind.SYSTEM_ID: lambda value: (
        bool(re.fullmatch(r"[A-Za-z0-9-]{1,45}", value)) and 0 < len(re.sub("^(?i:ldap-)", "", value)) <= 40
    ),
    Kind.DIRECTORY_USER: is_ping_user,
    Kind.DIRECTORY_ID: lambda value: matches(r"[A-Za-z0-9-]{1,40}")(value) and not value.upper().startswith("LDAP-"),
    Kind.DIRECTORY_NAME: matches(r"[a-z0-9._-]{1,50}"),
    Kind.BASE_URL: is_web_address,
    Kind.TOKEN: lambda value: matches(r"[A-Za-z0-9._~+/=:|-]{16,}")(value) and not value.startswith("Bearer "),
    Kind.SERVICE_ACCOUNT: matches(r"[^@\s]{1,100}@[0-9]{4,20}\.(?i:iam\.panserviceaccounts?(\.com)?)"),
    Kind.CLIENT_ID: lambda value: matches(r"[!-~]{3,300}")(value) and "," not in value,
    Kind.CLIENT_SECRET: matches(r"[!-~]{8,500}"),
    Kind.TOKEN_URL: lambda value: is_web_address(value, r"auth\.apps\.paloaltonetworks\.com"),
    Kind.SCOPE: matches(r"tsg_id:[0-9]{4,20}"),
    Kind.TEXT: matches(r"[^*{}\r\n\t]{1,120}"),
    Kind.LABEL: matches(r"[^*{}\r\n\t]{1,40}"),
    Kind.COUNT: matches(r"0|[1-9][0-9]{0,8}"),
}


def check(kind: Kind, reading: Reading) -> None:
    """Either a value that meets its rule or a sentence, never both and never neither."""
    assert (reading.value is None) != (reading.problem is None)
    if reading.value is None:
        assert reading.problem
        assert reading.problem[0].isupper()
        assert reading.problem.endswith(".")
        return
    assert SATISFIED[kind](reading.value), (kind, reading.value)
    assert reading.value == reading.value.strip()
    assert all(phrase and not phrase.endswith(".") for phrase in reading.repairs)
    assert all(sentence.endswith(".") for sentence in reading.warnings)


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_has_a_rule_and_an_example(kind: Kind) -> None:
    assert kind in SATISFIED
    check(kind, read(kind, EXAMPLES[kind]))
    assert read(kind, EXAMPLES[kind]).value


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (Kind.DOMAIN, "https://["),
        (Kind.TENANT_HOST, "https://a\u2100b"),
        (Kind.DIRECTORY_USER, "name@https://["),
        (Kind.DOMAIN, "a.--"),
        (Kind.DOMAIN, "192.168.1.10"),
        (Kind.TENANT_HOST, "acme-admin-admin.okta.com"),
        (Kind.TENANT_HOST, "acme--admin.okta.com"),
        (Kind.DIRECTORY_ID, "LDAP-LDAP-1"),
        (Kind.DIRECTORY_USER, "@corp.example.com"),
        (Kind.DIRECTORY_USER, "one\ntwo@corp.example.com"),
        (Kind.SERVICE_ACCOUNT, "scim@1234.iam.pan\u017ferviceaccount"),
        (Kind.TOKEN_URL, "https://auth.apps.palo\naltonetworks.com/oauth2"),
        (Kind.TOKEN_URL, "https://@auth.apps.paloaltonetworks.com/oauth2"),
        (Kind.BASE_URL, "https://@scim.paloaltonetworks.com/v2"),
        (Kind.BASE_URL, "https://evil.example\\.paloaltonetworks.com/v2"),
        (Kind.BASE_URL, "https://\u0455cim.paloaltonetworks.com/v2"),
        (Kind.BASE_URL, "https://scim.paloaltonetworks.com/<tenant>/v2"),
    ],
)
def test_texts_that_went_wrong_once(kind: Kind, text: str) -> None:
    reading = read(kind, text)
    check(kind, reading)
    if reading.value is not None:
        assert read(kind, reading.value) == Reading(reading.value, warnings=reading.warnings)


@pytest.mark.parametrize("kind", list(Kind))
def test_a_value_or_a_reason(kind: Kind) -> None:
    @STEADY
    @given(text=texts(kind))
    def holds(text: str) -> None:
        check(kind, read(kind, text))

    holds()


@pytest.mark.parametrize("kind", list(Kind))
def test_a_repaired_value_needs_no_repair(kind: Kind) -> None:
    @STEADY
    @given(text=texts(kind))
    def holds(text: str) -> None:
        value = read(kind, text).value
        if value is None:
            return
        again = read(kind, value)
        assert again.value == value
        assert again.repairs == ()

    holds()


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind not in (Kind.TEXT, Kind.LABEL)])
def test_a_changed_text_is_told(kind: Kind) -> None:
    """Every change has a phrase. Runs of spaces in free text are drawn together without one."""

    @STEADY
    @given(text=texts(kind))
    def holds(text: str) -> None:
        reading = read(kind, text)
        assert reading.value is None or reading.repairs or reading.value == text

    holds()


@pytest.mark.parametrize("kind", list(Kind))
def test_practice_takes_addresses_on_loopback_and_no_others(kind: Kind) -> None:
    @STEADY
    @given(text=texts(kind))
    def holds(text: str) -> None:
        usual, practice = read(kind, text), read(kind, text, practice=True)
        assert (practice.value is None) != (practice.problem is None)
        if kind not in (Kind.BASE_URL, Kind.TOKEN_URL):
            assert practice == usual
        elif practice.value is not None:
            assert re.match(r"(?i)https?://(127\.0\.0\.1|localhost|\[::1\])([:/]|$)", practice.value)

    holds()


@pytest.mark.parametrize("kind", [Kind.DIRECTORY_ID, Kind.DIRECTORY_NAME, Kind.SCOPE])
@pytest.mark.parametrize("source", list(Kind))
def test_a_derived_value_meets_its_rule_and_derives_itself(kind: Kind, source: Kind) -> None:
    @STEADY
    @given(text=texts(source))
    def holds(text: str) -> None:
        reading = derive(kind, text)
        check(kind, reading)
        if reading.value is None:
            return
        assert derive(kind, reading.value).value == reading.value
        assert read(kind, reading.value).value == reading.value

    holds()


@pytest.mark.parametrize("kind", [Kind.DIRECTORY_ID, Kind.DIRECTORY_NAME])
def test_a_captured_value_with_a_letter_or_digit_always_derives(kind: Kind) -> None:
    """A captured value is right, so it is fitted rather than refused, unless nothing of it can stay."""

    @STEADY
    @given(text=st.from_regex(r"[A-Za-z0-9][ -~]{0,60}[A-Za-z0-9]", fullmatch=True))
    def holds(text: str) -> None:
        assert derive(kind, text).value or text.upper().startswith("LDAP-")

    holds()


@pytest.mark.parametrize("kind", list(Kind))
def test_what_is_shown_never_raises_and_no_secret_stays_readable(kind: Kind) -> None:
    @STEADY
    @given(text=texts(kind))
    def holds(text: str) -> None:
        looks_secret(text)
        value = read(kind, text).value
        if value is None:
            return
        measure(kind, value)
        shown = mask(kind, value)
        if kind in (Kind.TOKEN, Kind.CLIENT_ID, Kind.CLIENT_SECRET):
            assert value not in shown
        if kind is Kind.BASE_URL and len(value.split("/", 3)[-1]) > 1:
            assert value not in shown

    holds()


@pytest.mark.parametrize("kind", list(Kind))
def test_a_text_beyond_the_limit_is_refused_with_its_length(kind: Kind) -> None:
    assert f"{LONGEST + 1:,}" in (read(kind, "a" * (LONGEST + 1)).problem or "")
