"""The addresses in a pasted error, compared with the Base URL."""

from __future__ import annotations

import pytest

from app.diagnosis.facts import Fact
from app.diagnosis.portal_errors import decode
from tests.diagnosis.test_portal_errors import BASE, ENTRA, first_step
from tests.support.setups import a_setup


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("GET https://scim.example.org/tenant/v2/Users 401", Fact.HOST_DIFFERS),
        ("CredentialValidationUnavailable: No such host is known. (scim.example.co:443)", Fact.HOST_DIFFERS),
        ("CredentialValidationUnavailable: No such host is known. (other.test:443)", Fact.HOST_DIFFERS),
        ("https://scim.example.org/tenant/v2", Fact.HOST_DIFFERS),
        ("Tenant URL: https://wrong.example.org/", Fact.HOST_DIFFERS),
        ("GET https://scim.example.com/tenant/v2/tenant/v2/Users", Fact.PATH_DOUBLED),
        ("GET https://scim.example.com/tenant/v2/v2/Groups?count=1", Fact.PATH_DOUBLED),
        ('GET https://scim.example.com/tenant/Users?filter=userName eq "x"', Fact.PATH_CUT),
        ("SCIM URL https://scim.example.com/", Fact.PATH_CUT),
        ("GET https://scim.example.com/tenant/v1/Users", Fact.PATH_DIFFERS),
        ("GET https://scim.example.com/tenant/v2/Users/Users?count=1", Fact.USERS_APPENDED),
        ("GET https://scim.example.com/tenant/v2/Users/Groups", Fact.USERS_APPENDED),
        ("Base URL=https://scim.example.com/tenant/v2/Users", Fact.USERS_APPENDED),
        ("GET https://scim.example.com/tenant/v2//Users", Fact.SLASH_DOUBLED),
        ("GET http://scim.example.com/tenant/v2/Users", Fact.PLAIN_HTTP),
        ("Authorization: Bearer Bearer abc", Fact.BEARER_DOUBLED),
        ("authorization=Bearer%20Bearer%20abc", Fact.BEARER_DOUBLED),
        ("GET https://scim.example.com/tenant/v2/Users/7f HTTP 404", Fact.SAME_ADDRESS),
        ("GET https://SCIM.EXAMPLE.COM/Tenant/v2/Groups", Fact.SAME_ADDRESS),
        ("GET https://a.example.org/Users, GET https://scim.example.com/tenant/v2/Users", Fact.SAME_ADDRESS),
    ],
)
def test_an_address_is_compared(text: str, fact: Fact) -> None:
    decoded = decode(text, ENTRA, a_setup(ENTRA, "tested"), BASE)
    shown = [f for f in Fact if f.words in decoded.compared]
    assert shown == [fact], decoded
    if fact is not Fact.SAME_ADDRESS:
        assert first_step(decoded) == "paste-credentials"
        assert decoded.causes[0].basis is fact


def test_a_right_address_is_not_blamed() -> None:
    decoded = decode(f"GET {BASE}/Users?count=1 HTTP/1.1 404", ENTRA, a_setup(ENTRA, "submitted"), BASE)
    assert {cause.step for cause in decoded.causes} == {"submit"}


@pytest.mark.parametrize("base", [None, "", "https://[", "https://"])
def test_without_a_base_url_it_says_so(base: str | None) -> None:
    decoded = decode("GET https://scim.example.org/v2/Users 401 Unauthorized", ENTRA, a_setup(ENTRA), base)
    assert decoded.compared == (Fact.NOT_COMPARED.words,)
    assert first_step(decoded) == "generate-token"


@pytest.mark.parametrize(
    "text",
    [
        "HTTP 401, see https://learn.microsoft.com/entra/users",
        "HTTP 401 at https://graph.microsoft.com/v1.0/users",
        "HTTP 401, more at https://scim.example.com",
        "HTTP 401 javax.naming UnknownHostException: ldap.corp.example",
    ],
)
def test_an_address_beside_the_point_is_not_compared(text: str) -> None:
    assert decode(text, ENTRA, a_setup(ENTRA), BASE).compared == ()
