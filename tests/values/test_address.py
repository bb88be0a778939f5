"""The address in a Base URL: what is refused, what is warned of, and what passes without a word."""

from __future__ import annotations

import socket

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.guide.vocabulary import Kind
from app.text.legible import legible
from app.values.rules import Reading, mask, read

STEADY = settings(deadline=None, max_examples=400, derandomize=True, database=None)
GOOD = "scim-sync.gov.apps.paloaltonetworks.com"


def base_url(host: str, path: str = "/tenant/scim/v2") -> Reading:
    return read(Kind.BASE_URL, f"https://{host}{path}")


@pytest.mark.parametrize(
    "url",
    [
        f"https://{GOOD}/scim/v2",  # PAN-FED
        "https://acme.apps.paloaltonetworks.com/scim/v2",  # ORACLE
        f"HTTPS://{GOOD.upper()}/Kept/As/Copied/",
        f"https://{GOOD}:443/scim%20v2/a;b=c",
        "https://scim-sync.cn.apps.prismaaccess.cn/x",
    ],
)
def test_what_the_facts_name_passes_without_a_word(url: str) -> None:
    assert read(Kind.BASE_URL, url) == Reading(url)


@pytest.mark.parametrize(
    ("host", "because"),
    [
        (f"user@{GOOD}", "user name"),
        (f"user:pass@{GOOD}", "user name"),
        (f"@{GOOD}", "user name"),
        (f"{GOOD}@evil.example", "user name"),
        ("10.1.2.3", "number instead of a host name"),
        ("10.1.2.3.", "number instead of a host name"),
        ("2130706433", "number instead of a host name"),
        ("0x7f000001", "number instead of a host name"),
        ("0x7f.1", "number instead of a host name"),
        ("0177.0.0.1", "number instead of a host name"),
        ("127.1", "number instead of a host name"),
        ("127.0.0.1", "number instead of a host name"),
        ("0X7F.0.0.0x1", "number instead of a host name"),
        (f"{GOOD}.1", "number instead of a host name"),
        ("[::1]", "number instead of a host name"),
        ("[2001:db8::1]:443", "number instead of a host name"),
        (f"{GOOD}.", "an extra dot"),
        (f"{GOOD}..", "an extra dot"),
        ("scim..paloaltonetworks.com", "an extra dot"),
        (".paloaltonetworks.com", "an extra dot"),
        ("\u0455cim.paloaltonetworks.com", "U+0455"),
        ("scim.p\u0430loaltonetworks.com", "U+0430"),
        ("scim.paloaltonetworks.\u03bfrg", "U+03BF"),
        ("m\u00fcller.example", "U+00FC"),
        ("scim\u3002paloaltonetworks\u3002com", "U+3002"),
        ("scim.paloaltonetworks.com\uff0f.evil.example", "not a complete web address"),
        ("scim.paloaltonetworks.com\u2044.evil.example", "U+2044"),
        ("scim%2epaloaltonetworks.com", "not a valid host name"),
        ("user%40evil.example", "not a valid host name"),
        ("evil.example\\.paloaltonetworks.com", "not a valid host name"),
        ("evil.example;.paloaltonetworks.com", "not a valid host name"),
        ("a" * 64 + ".paloaltonetworks.com", "not a valid host name"),
        (("a" * 63 + ".") * 4 + "com", "not a valid host name"),
        (f"{GOOD}:99999", "not a complete web address"),
        ("sc\u200bim.paloaltonetworks.com", "invisible character (U+200B)"),
        ("scim.\u202epaloaltonetworks.com", "invisible character (U+202E)"),
        ("", "no host"),
    ],
)
def test_what_cannot_be_a_base_url_is_refused(host: str, because: str) -> None:
    reading = base_url(host)
    assert reading.value is None
    assert reading.problem is not None
    assert because in reading.problem
    assert reading.problem.endswith(".")
    assert legible(reading.problem) == reading.problem


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://directory-sync.us.paloaltonetworks.com/directory", "serves the CIE pages or the agent"),
        ("https://agent-directory-sync.us.paloaltonetworks.com/", "serves the CIE pages or the agent"),
        ("https://agent-directory-sync.cn.apps.prismaaccess.cn/", "serves the CIE pages or the agent"),
        ("https://apps.paloaltonetworks.com/x", "serves the CIE pages"),
        ("https://app-directory-sync.gov.apps.paloaltonetworks.com/", "serves an API"),
        ("https://api.sase.paloaltonetworks.com/cie/directory-sync/v1", "serves an API"),
        ("https://auth.apps.paloaltonetworks.com/oauth2/access_token", "issues tokens"),
        ("https://api.strata.paloaltonetworks.com/IAM/v1/SCIM/v2", "administrator accounts"),
        ("https://scim.example.com/v2", "not a known host of the vendor"),
        ("https://scimserver/v2", "not a known host of the vendor"),
        ("https://xn--scim-5cd.paloaltonetworks.com/v2", "letters that can be mistaken for others"),
        ("https://xn--palatonetworks-9ij.com/v2", "letters that can be mistaken for others"),
    ],
)
def test_a_service_that_is_easily_confused_is_warned_of(url: str, words: str) -> None:
    reading = read(Kind.BASE_URL, url)
    assert reading.value == url
    assert any(words in warning for warning in reading.warnings)


@pytest.mark.parametrize(
    "host",
    [
        "scim.paloaltonetworks.com.evil.example",
        "scim.paloaltonetworks.com-login.example",
        "scim.paloaltonetworks.co",
        "scim-paloaltonetworks.com",
        "scim.palo-alto-networks.com",
        "scim.palo.alto.networks.com.example",
        "scim.pa1oa1tonetworks.com",
        "scim.pal0alton3tworks.com",
        "scim.paloaltonetvvorks.com",
        "scim.paloaltonetwork.com",
        "scim.paioaitonetworks.com",
        "scim.prismaaccess.com",
        "scim.prisrnaaccess.cn",
        *(f"scim.{name.encode('idna').decode()}.com" for name in ("p\u0430loaltonetworks", "pal\u03bfaltonetworks")),
        "scim.p\u00e1lo\u00e1ltonetworks.com".encode("idna").decode(),
    ],
)
def test_a_name_that_resembles_the_vendors_is_warned_of(host: str) -> None:
    reading = base_url(host)
    assert reading.value
    assert any("resembles" in warning for warning in reading.warnings)


@pytest.mark.parametrize("host", ["scim.contoso.com", "networks.example", "alto.example", "login.okta.com"])
def test_other_names_do_not_resemble_it(host: str) -> None:
    assert not any("resembles" in warning for warning in base_url(host).warnings)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (f"https://{GOOD}/secret/scim", f"https://{GOOD}/\u2026"),
        (f"https://user:word@{GOOD}/secret/scim", f"https://{GOOD}/\u2026"),
        ("https://ev\u202eil.example/secret", "https://ev[U+202E]il.example/\u2026"),
        ("https://[secret", "\u2022" * 22),
    ],
)
def test_a_base_url_from_the_keyring_is_shown_by_its_host_whatever_it_is(value: str, shown: str) -> None:
    assert mask(Kind.BASE_URL, value) == shown


INTEGER = st.integers(0, 255) | st.integers(0, 2**32 - 1)
NUMBER = INTEGER.flatmap(lambda n: st.sampled_from([str(n), hex(n), f"0{n:o}", f"0X{n:X}"]))


@STEADY
@given(st.lists(NUMBER, min_size=1, max_size=4).map(".".join))
def test_whatever_the_system_takes_for_an_ipv4_address_is_refused(host: str) -> None:
    try:
        socket.inet_aton(host)
    except OSError:
        return
    reading = base_url(host)
    assert reading.value is None
    assert "number instead of a host name" in (reading.problem or "")


@STEADY
@given(st.text(st.characters(codec="utf-8"), max_size=30))
def test_any_host_is_read_or_refused_and_never_shown_raw(host: str) -> None:
    reading = base_url(host)
    assert (reading.value is None) != (reading.problem is None)
    for sentence in (reading.problem or "", *reading.warnings):
        assert legible(sentence) == sentence
        assert sentence.isascii()
