"""What the checks of Test Connection are called and what they found, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.guide.vocabulary import Expect
from app.net.answers import Failure
from app.net.inspection import Authority
from app.scim.finding import Check, Verdict
from app.scim.observation import Observation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.scim.finding import Finding

_TITLES = {
    Check.ADDRESS: "Base URL is well formed",
    Check.ISSUED: "Service account gets a token",
    Check.NAME: "Host name resolves",
    Check.ROUTE: "Host is reached",
    Check.CERTIFICATE: "Certificate is trusted",
    Check.TOKEN: "Request is let in",
    Check.USERS: "User lookup, as the portal sends it",
    Check.GROUPS: "Second request of the portal",
    Check.CONTROL: "Wrong token is refused",
}

UNKNOWN = "It did not succeed"

_SEEN = {
    Observation.MALFORMED: "It is not a usable web address",
    Observation.NOT_FOUND_NAME: "No name server knows this host",
    Observation.NO_ADDRESS: "The name exists, but has no address",
    Observation.NAME_SERVER_FAILED: "The name server could not answer, or is not reached",
    Observation.NAME_LOCAL: "Known here only, by a search domain or the hosts file; others do not find it",
    Observation.SPLIT_DNS: "This network gives a private address for a public name (split DNS)",
    Observation.NAME_SLOW: "No name server answered within the time limit",
    Observation.NOT_HTTP: "Something answers there, but not a web service",
    Observation.BAD_ENCODING: "The answer is packed in a way that cannot be read",
    Observation.REFUSED: "The host refused the connection",
    Observation.UNREACHABLE: "There is no way to this host from here",
    Observation.TIMEOUT: "No answer within the time limit",
    Observation.PROXY_FAILED: "The proxy did not pass it on",
    Observation.PROXY_SIGN_IN: "The proxy answered 407, it wants a sign-in",
    Observation.UNTRUSTED: "Its issuer is not trusted by this computer",
    Observation.EXPIRED: "It has expired, by the clock of this computer",
    Observation.NOT_YET_VALID: "It is not valid yet, by the clock of this computer",
    Observation.INSPECTION_UNTRUSTED: "A product that opens encrypted traffic issued it, and is not trusted here",
    Observation.WRONG_HOST: "It was issued for another host",
    Observation.TLS_FAILED: "The encrypted connection could not be set up",
    Observation.PLAIN_PRACTICE: "Not checked: practice runs on this computer without encryption",
    Observation.UNAUTHORIZED: "The endpoint answered 401 Unauthorized",
    Observation.FORBIDDEN: "The endpoint answered 403 Forbidden",
    Observation.NOT_FOUND: "The endpoint answered 404 Not Found",
    Observation.DOUBLED_PATH: "It ends in a path that belongs to the requests, such as /Users",
    Observation.SLASH: "It works only with a slash after the path",
    Observation.TOO_MANY: "The endpoint answered 429, it wants a pause",
    Observation.SERVER_ERROR: "The endpoint answered with an error of its own",
    Observation.REDIRECT: "The endpoint points elsewhere; that is not followed",
    Observation.HTML: "A web page came back",
    Observation.SIGN_IN_PAGE: "A sign-in page for people came back",
    Observation.CAPTIVE: "This network wants a sign-in in a browser first",
    Observation.SCIM_1: "The service speaks SCIM 1.1, not SCIM 2.0",
    Observation.NOT_JSON: "The answer is not JSON",
    Observation.BROKEN_OFF: "The answer begins as JSON and breaks off",
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

_WAYS = {"ipv4": "IPv4", "ipv6": "IPv6"}

_NO_WAY = {
    Failure.REFUSED: "is refused",
    Failure.TIMEOUT: "does not answer",
    Failure.UNREACHABLE: "is not reached",
}

_INSPECTED = {
    Authority.INSPECTION: "Issued by {issuer}: a product on the way opens encrypted traffic",
    Authority.OWN: "Issued by {issuer}, no public authority: encrypted traffic is probably opened on the way",
}

_GOOD = {
    Check.ADDRESS: "Well formed, no query, path kept as pasted",
    Check.ISSUED: "A token for {minutes} minutes was issued",
    Check.ROUTE: "Connected",
    Check.CERTIFICATE: "Issued by {issuer}, valid for {days} days",
    Check.TOKEN: "The endpoint let it in",
    Check.CONTROL: "A made-up token was turned away",
}


_BROUGHT = {
    Expect.EMPTY.value: "200 and an empty list, as it should be",
    Expect.LIST.value: "200 and a list, as it should be",
    Expect.OBJECT.value: "200 and the configuration of the service",
}


def title(check: Check) -> str:
    """The name of a check."""
    return _TITLES[check]


def sentence(finding: Finding) -> str:
    """What a check found."""
    if finding.verdict is Verdict.NOT_TRIED:
        return "Left to the proxy" if finding.facts.get("proxied") else "Not tried"
    if finding.verdict is Verdict.NOT_OFFERED:
        return "The endpoint does not offer this; nothing depends on it"
    if finding.verdict is Verdict.PASSED and finding.observation is not Observation.PLAIN_PRACTICE:
        return _good(finding)
    if finding.observation is Observation.WRONG_SHAPE and finding.facts.get("expect") == Expect.OBJECT.value:
        return "The answer is not the configuration of a SCIM service"
    if finding.observation in _TOLD:
        return _TOLD[finding.observation](finding.facts)
    status = finding.facts.get("status")
    default = f"The endpoint answered {status}" if status else UNKNOWN
    return _SEEN.get(finding.observation, default)


def seen(observation: Observation) -> str:
    """What was seen, where nothing more is known than that."""
    return _SEEN.get(observation, UNKNOWN)


def _good(finding: Finding) -> str:
    if finding.check is Check.NAME:
        return _addresses(finding.facts)
    if "expect" in finding.facts:
        return _BROUGHT[str(finding.facts["expect"])]
    if finding.check is Check.ROUTE:
        return _reached(finding.facts)
    try:
        return _GOOD[finding.check].format(**finding.facts)
    except KeyError:
        return "Passed"


def _addresses(facts: Mapping[str, str | int]) -> str:
    if "addresses" not in facts:
        return "Left to the proxy"
    families = [f"{facts[family]} {name}" for family, name in _WAYS.items() if family in facts]
    kinds = " and ".join(families) or str(facts["addresses"])
    return f"{kinds} address" if facts["addresses"] == 1 else f"{kinds} addresses"


def _reached(facts: Mapping[str, str | int]) -> str:
    if facts.get("proxied"):
        place = "the environment" if facts.get("proxy_from") == "environment" else "the system settings"
        return f"Reached through the proxy of {place}"
    open_ = " and ".join(name for family, name in _WAYS.items() if facts.get(family) == "connected")
    shut = [
        f"{name} {_NO_WAY[Failure(str(facts[family]))]}"
        for family, name in _WAYS.items()
        if facts.get(family, "connected") != "connected"
    ]
    return ", but ".join([f"Connected over {open_}" if open_ else "Connected", *shut])


def _inspected(facts: Mapping[str, str | int]) -> str:
    return _INSPECTED[Authority(str(facts.get("authority", Authority.OWN)))].format(
        issuer=facts.get("issuer") or "an unknown authority"
    )


def _clock(facts: Mapping[str, str | int]) -> str:
    ahead = int(facts.get("clock", 0))
    minutes = abs(ahead) // 60
    much = f"{minutes} minutes" if minutes < 120 else f"{minutes // 60} hours"
    return f"Trusted, but this computer's clock is {much} {'ahead' if ahead > 0 else 'behind'}"


def _expired(facts: Mapping[str, str | int]) -> str:
    days = -int(facts.get("days", 0)) - 1  # a certificate that ended an hour ago has -1 days left
    return f"It {f'expired {days:,} days ago' if days > 1 else 'has expired'}, by the clock of this computer"


def _proxy_sign_in(facts: Mapping[str, str | int]) -> str:
    how = str(facts.get("sign_in", "")).replace("Negotiate", "Negotiate (Kerberos or NTLM)")  # RFC 4559
    return f"The proxy answered 407, it wants a sign-in with {how}" if how else _SEEN[Observation.PROXY_SIGN_IN]


def _private(facts: Mapping[str, str | int]) -> str:
    if facts.get("scope") == "loopback":
        return "This network leads the name to this computer itself: a filter, or the hosts file"
    return _SEEN[Observation.SPLIT_DNS]


def _refused(facts: Mapping[str, str | int]) -> str:
    status = "401 Unauthorized" if facts.get("status") == 401 else "403 Forbidden"
    if facts.get("page"):
        return f"{status}, with a web page: not from a SCIM service"
    return f"The endpoint answered {status}" + (f", {facts['error']}" if "error" in facts else "")


def _not_found(facts: Mapping[str, str | int]) -> str:
    if facts.get("scim"):
        return "A SCIM service answered 404: it is there, and knows no such path"
    return _SEEN[Observation.NOT_FOUND] + (", with a web page" if facts.get("page") else "")


def _doubled(facts: Mapping[str, str | int]) -> str:
    return "It works without the end of the Base URL" if facts.get("works") else _SEEN[Observation.DOUBLED_PATH]


def _redirected(facts: Mapping[str, str | int]) -> str:
    place = {"same-host": "another place of this host", "other-host": "another host"}.get(str(facts.get("leads")))
    return f"The endpoint points to {place}; that is not followed" if place else _SEEN[Observation.REDIRECT]


_TOLD = {
    Observation.INSPECTED: _inspected,
    Observation.CLOCK_OFF: _clock,
    Observation.EXPIRED: _expired,
    Observation.PROXY_SIGN_IN: _proxy_sign_in,
    Observation.SPLIT_DNS: _private,
    Observation.UNAUTHORIZED: _refused,
    Observation.FORBIDDEN: _refused,
    Observation.NOT_FOUND: _not_found,
    Observation.DOUBLED_PATH: _doubled,
    Observation.REDIRECT: _redirected,
}


def sent_lines(findings: tuple[Finding, ...]) -> list[str]:
    """The requests behind the findings, without address and token."""
    lines = [
        f"{finding.facts['asked']}  {finding.facts.get('status', finding.observation.value)}"
        for finding in findings
        if "asked" in finding.facts and finding.verdict is not Verdict.NOT_TRIED
    ]
    if not lines:
        return ["No request was sent."]
    return [*lines, "Authorization: Bearer \u2022\u2022\u2022\u2022\u2022\u2022\u2022\u2022"]
