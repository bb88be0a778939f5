"""What the checks of Test Connection are called and what they found, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.scim.ladder import Observation, Rung, Verdict
from app.scim.probes import Expect

if TYPE_CHECKING:
    from app.scim.ladder import Finding

_TITLES = {
    Rung.ADDRESS: "Base URL is well formed",
    Rung.ISSUED: "Service account gets a token",
    Rung.NAME: "Host name resolves",
    Rung.ROUTE: "Host is reached",
    Rung.CERTIFICATE: "Certificate is trusted",
    Rung.TOKEN: "Token is accepted",
    Rung.USERS: "User lookup, as the portal sends it",
    Rung.GROUPS: "Second request of the portal",
    Rung.CONTROL: "Wrong token is refused",
}

_SEEN = {
    Observation.MALFORMED: "It is not a usable web address",
    Observation.NOT_FOUND_NAME: "No name server knows this host",
    Observation.NAME_SLOW: "No name server answered within the time limit",
    Observation.NOT_HTTP: "Something answers there, but not a web service",
    Observation.BAD_ENCODING: "The answer is packed in a way that cannot be read",
    Observation.REFUSED: "The host refused the connection",
    Observation.UNREACHABLE: "There is no way to this host from here",
    Observation.TIMEOUT: "No answer within the time limit",
    Observation.PROXY_FAILED: "The proxy did not pass it on",
    Observation.PROXY_SIGN_IN: "The proxy answered 407, it wants a sign-in",
    Observation.UNTRUSTED: "Its issuer is not trusted by this computer",
    Observation.EXPIRED: "It has expired",
    Observation.WRONG_HOST: "It was issued for another host",
    Observation.TLS_FAILED: "The encrypted connection could not be set up",
    Observation.PLAIN_PRACTICE: "Not checked: practice runs on this computer without encryption",
    Observation.UNAUTHORIZED: "The endpoint answered 401 Unauthorized",
    Observation.FORBIDDEN: "The endpoint answered 403 Forbidden",
    Observation.NOT_FOUND: "The endpoint answered 404 Not Found",
    Observation.TOO_MANY: "The endpoint answered 429, it wants a pause",
    Observation.SERVER_ERROR: "The endpoint answered with an error of its own",
    Observation.REDIRECT: "The endpoint points elsewhere; that is not followed",
    Observation.HTML: "A web page came back",
    Observation.NOT_JSON: "The answer is cut short or not JSON",
    Observation.WRONG_SHAPE: "The answer is not a SCIM list",
    Observation.FILTER_IGNORED: "The search was ignored",
    Observation.TOO_LARGE: "The answer is far too large",
    Observation.TOO_SLOW: "The answer came too slowly to end",
    Observation.CLOSED: "The connection was closed before the answer",
    Observation.OPEN_DOOR: "It was accepted",
    Observation.CLIENT_REFUSED: "Client ID and Client Secret were refused",
    Observation.NO_TOKEN: "The answer held no token",
    Observation.NO_SECRET: "The keyring did not give what opens the endpoint",
}

_GOOD = {
    Rung.ADDRESS: "Well formed, no query, path kept as pasted",
    Rung.ISSUED: "A token for {minutes} minutes was issued",
    Rung.NAME: "{addresses} addresses",
    Rung.ROUTE: "Connected",
    Rung.CERTIFICATE: "Issued by {issuer}, valid for {days} days",
    Rung.TOKEN: "The endpoint let it in",
    Rung.CONTROL: "A made-up token was turned away",
}


_BROUGHT = {
    Expect.EMPTY.value: "200 and an empty list, as it should be",
    Expect.LIST.value: "200 and a list, as it should be",
    Expect.OBJECT.value: "200 and the configuration of the service",
}


def title(rung: Rung) -> str:
    """The name of a check."""
    return _TITLES[rung]


def sentence(finding: Finding) -> str:
    """What a check found."""
    if finding.verdict is Verdict.NOT_TRIED:
        return "Not tried"
    if finding.verdict is Verdict.NOT_OFFERED:
        return "The endpoint does not offer this; nothing depends on it"
    if finding.verdict is Verdict.PASSED and finding.observation is not Observation.PLAIN_PRACTICE:
        return _good(finding)
    if finding.observation is Observation.WRONG_SHAPE and finding.facts.get("expect") == Expect.OBJECT.value:
        return "The answer is not the configuration of a SCIM service"
    status = finding.facts.get("status")
    default = f"The endpoint answered {status}" if status else "It did not succeed"
    return _SEEN.get(finding.observation, default)


def _good(finding: Finding) -> str:
    if finding.rung is Rung.NAME and "addresses" not in finding.facts:
        return "Left to the proxy"
    if finding.rung is Rung.NAME and finding.facts["addresses"] == 1:
        return "1 address"
    if "expect" in finding.facts:
        return _BROUGHT[str(finding.facts["expect"])]
    if finding.rung is Rung.ROUTE and finding.facts.get("proxied"):
        return "Reached through the proxy of the system settings"
    try:
        return _GOOD[finding.rung].format(**finding.facts)
    except KeyError:
        return "Passed"


def sent_lines(findings: tuple[Finding, ...]) -> list[str]:
    """The requests behind the findings, without address and token."""
    lines = [
        f"{finding.facts['asked']}  {finding.facts.get('status', finding.observation.value)}"
        for finding in findings
        if "asked" in finding.facts and finding.verdict is not Verdict.NOT_TRIED
    ]
    return [*lines, "Authorization: Bearer \u2022\u2022\u2022\u2022\u2022\u2022\u2022\u2022"]
