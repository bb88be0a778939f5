"""What a check exchanged and what an odd result means, in lines to read and to copy into a ticket."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.diagnosis.findings import sentence, title
from app.scim.finding import Check, Verdict
from app.scim.observation import Observation

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.scim.finding import Finding

    Values = Mapping[str, str | int]

HIDDEN: Final = "\u2022" * 8

_ANSWER: Final = {
    "content-type": "Content-Type",
    "server": "Server",
    "date": "Date",
    "www-authenticate": "WWW-Authenticate",
}
_CERTIFICATE: Final = {"issuer": "Issued by", "version": "Protocol", "shown": "Certificates sent"}
_AUTHORITIES: Final = {
    "public": "a public one, which browsers bring along",
    "own": "no public one, an organisation's own",
    "inspection": "that of a product which opens encrypted traffic",
}
_FAMILIES: Final = {"ipv4": "IPv4", "ipv6": "IPv6"}
_SCOPES: Final = {"inside": "private ones only", "loopback": "this computer itself"}
_TIMES: Final = {"connect": "connection", "tls": "TLS", "http": "answer"}
_PLACES: Final = {"same-host": "another place on this host", "other-host": "another host"}

_MEANINGS: Final = {
    Observation.INSPECTED: (
        "It means that something between this computer and the internet decrypts what this program sends, the token "
        "included. It does not mean that the Base URL or the token is wrong, and a portal in the cloud does not come "
        "through it."
    ),
    Observation.INSPECTION_UNTRUSTED: (
        "It means that the connection was ended before anything was sent: the token is safe. It does not mean that "
        "the Base URL is wrong, and a portal in the cloud does not come through this product."
    ),
    Observation.SPLIT_DNS: (
        "It means that name servers of this network answer for this name themselves. Portals in the cloud ask others "
        "and may get another address."
    ),
    Observation.NAME_LOCAL: (
        "It means that the name without the additions of this computer does not exist. Portals in the cloud do not "
        "find it: compare the Base URL with CIE."
    ),
    Observation.CLOCK_OFF: (
        "It means that times shown here, such as the SCIM Change Timestamp, cannot be compared with those of CIE. "
        "Set date and time of this computer. The portal is not affected."
    ),
}
_TURNED_AWAY: Final = (
    "It means that a wrong token is turned away, in another way than with 401 or 403. It does not mean that anything "
    "is wrong in this setup."
)


def meaning(finding: Finding) -> str:
    """What an odd result means and what not; empty where the sentence says it all."""
    if finding.check is Check.CONTROL and finding.verdict is Verdict.WARNED:
        return _TURNED_AWAY
    return _MEANINGS.get(finding.observation, "")


def lines(finding: Finding) -> tuple[tuple[str, str], ...]:
    """Labels and values. No address, no path, no token, no body, no word of a server's own."""
    if finding.verdict is Verdict.NOT_TRIED:
        return ()
    facts, seen = finding.facts, finding.evidence
    found: list[tuple[str, str]] = []
    if "asked" in facts:
        found.append(("Request", str(facts["asked"])))
        if finding.check is not Check.ISSUED:
            found.append(("Authorization", f"Bearer {HIDDEN}"))
    if "status" in facts:
        found.append(("Status", str(facts["status"])))
    found += [(label, str(seen[name])) for name, label in _ANSWER.items() if name in seen]
    found += _of_facts(facts)
    if "bytes" in seen:
        found.append(("Body", f"{int(seen['bytes']):,} bytes, not kept"))
    found += _certificate(facts, seen)
    found += _network(finding)
    times = [f"{name} {seen[part]} ms" for part, name in _TIMES.items() if part in seen]
    if not times and finding.seconds is not None:
        times = [f"{finding.seconds * 1000:,.0f} ms"]
    if times:
        found.append(("Time", ", ".join(times)))
    return tuple(found)


def _of_facts(facts: Values) -> list[tuple[str, str]]:
    found = []
    if "error" in facts:
        found.append(("Error code", str(facts["error"])))
    if "retry_after" in facts:
        found.append(("Retry-After", f"{facts['retry_after']} s"))
    if "leads" in facts:
        found.append(("Leads to", _PLACES[str(facts["leads"])]))
    if facts.get("scim"):
        found.append(("Message", "the error message of a SCIM service"))
    if facts.get("page"):
        found.append(("Message", "a web page"))
    return found


def _certificate(facts: Values, seen: Values) -> list[tuple[str, str]]:
    found = [(label, str(seen[name])) for name, label in _CERTIFICATE.items() if seen.get(name)]
    if "from" in seen:
        found.append(("Valid", f"{seen['from']} to {seen['until']}"))
    if "authority" in facts:
        found.append(("Authority", _AUTHORITIES[str(facts["authority"])]))
    if "clock" in facts:
        ahead = int(facts["clock"])
        found.append(("This computer's clock", f"{abs(ahead):,} s {'ahead' if ahead > 0 else 'behind'}"))
    return found


def _network(finding: Finding) -> list[tuple[str, str]]:
    facts, found = finding.facts, []
    if finding.check in (Check.NAME, Check.ROUTE):
        found += [(name, str(facts[family])) for family, name in _FAMILIES.items() if family in facts]
    if "scope" in facts:
        found.append(("Addresses", _SCOPES[str(facts["scope"])]))
    if "proxy_from" in facts:
        found.append(("Proxy from", "the environment" if facts["proxy_from"] == "environment" else "system settings"))
    if "sign_in" in facts:
        found.append(("Proxy-Authenticate", str(facts["sign_in"])))
    if "family" in finding.evidence:
        found.append(("Over", _FAMILIES[str(finding.evidence["family"])]))
    return found


def ticket(findings: Sequence[Finding]) -> str:
    """All checks with what they exchanged, to be copied."""
    parts = []
    for finding in findings:
        head = f"{finding.verdict.value:<11} {title(finding.check)}: {sentence(finding)}"
        parts.append("\n".join([head, *(f"    {label}: {value}" for label, value in lines(finding))]))
    return "\n".join(parts)
